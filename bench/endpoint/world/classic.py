"""The described Classic Load Balancers."""

from __future__ import annotations

from bench.endpoint.world.edge import certificate_arn
from bench.endpoint.world.groups import group_in
from bench.endpoint.world.network import private_subnets, vpc_id
from bench.endpoint.world.place import Answer, Json, Params, Place, Speaker, listing, numbered, says
from bench.endpoint.world.s3 import LOG_BUCKET, bucket_name

GOOD_POLICY, OLD_POLICY = "ELBSecurityPolicy-TLS-1-2-2017-01", "ELBSecurityPolicy-2015-05"


def _name(place: Place, index: int) -> str:
    return f"{place.app(index)}-classic-{index}"


def _policy(place: Place, index: int) -> str:
    return GOOD_POLICY if place.yes("classic-modern", index) else OLD_POLICY


@listing
def _balancers(place: Place) -> list[Json]:
    return [
        {
            "LoadBalancerName": _name(place, index), "Scheme": "internal", "CreatedTime": place.ago(1500),
            "VPCId": vpc_id(place, place.ref("vpc", index)), "Subnets": private_subnets(place, place.ref("vpc", index)),
            "SecurityGroups": [group_in(place, place.ref("vpc", index), "classic", index)], "Instances": [],
            "ListenerDescriptions": [{
                "Listener": {
                    "Protocol": "HTTPS", "LoadBalancerPort": 443, "InstanceProtocol": "HTTP", "InstancePort": 8080,
                    "SSLCertificateId": certificate_arn(place, place.ref("certificate", index)),
                },
                "PolicyNames": [_policy(place, index)],
            }],
        }
        for index in place.mine("classic")
    ]  # fmt: skip


def _attributes(place: Place, index: int) -> Answer:
    return {"LoadBalancerAttributes": {
        "CrossZoneLoadBalancing": {"Enabled": place.yes("classic-cross", index)},
        "AccessLog": {
            "Enabled": place.yes("classic-logs", index), "S3BucketName": bucket_name(place, LOG_BUCKET),
            "EmitInterval": 60, "S3BucketPrefix": "",
        },
        "ConnectionDraining": {"Enabled": True, "Timeout": 300}, "ConnectionSettings": {"IdleTimeout": 60},
    }}  # fmt: skip


def _policies(place: Place, index: int) -> Answer:
    named = _policy(place, index)
    stated = [{"AttributeName": "Reference-Security-Policy", "AttributeValue": named}]
    return {"PolicyDescriptions": [{
        "PolicyName": named, "PolicyTypeName": "SSLNegotiationPolicyType", "PolicyAttributeDescriptions": stated,
    }]}  # fmt: skip


def _tags(place: Place, params: Params) -> Answer:
    return {"TagDescriptions": [
        {"LoadBalancerName": name, "Tags": place.tags("classic", int(name.rpartition("-")[2]))}
        for name in params["LoadBalancerNames"]
    ]}  # fmt: skip


_numbers = listing(lambda place: {_name(place, index): index for index in place.mine("classic")})


def _index(place: Place, params: Params) -> int | None:
    return _numbers(place).get(params["LoadBalancerName"])


ANSWERS: dict[str, Speaker] = {
    "elb.DescribeLoadBalancers": says("LoadBalancerDescriptions", _balancers),
    "elb.DescribeLoadBalancerAttributes": numbered(_index, "LoadBalancerNotFound", _attributes),
    "elb.DescribeLoadBalancerPolicies": numbered(_index, "LoadBalancerNotFound", _policies),
    "elb.DescribeTags": _tags,
}
