"""The described load balancers with their listeners and target groups."""

from __future__ import annotations

from bench.endpoint.world.edge import acl_arn, certificate_arn
from bench.endpoint.world.groups import group_in
from bench.endpoint.world.hosts import instance_id
from bench.endpoint.world.network import private_subnets, subnet_id, vpc_id, zone_of
from bench.endpoint.world.place import Answer, Json, Params, Place, Speaker, listing, numbered, says
from bench.endpoint.world.s3 import LOG_BUCKET, bucket_name

MODERN, OLD = "ELBSecurityPolicy-TLS13-1-2-2021-06", "ELBSecurityPolicy-2016-08"
NETWORK = 3
"""Of four load balancers, the last is a Network Load Balancer."""


def _is_network(index: int) -> bool:
    return index % 4 == NETWORK


def balancer_name(place: Place, index: int) -> str:
    """Name a load balancer."""
    return f"{place.app(index)}-{index}"


def balancer_arn(place: Place, index: int) -> str:
    """Give the ARN of a load balancer."""
    sort = "net" if _is_network(index) else "app"
    rest = f"{sort}/{balancer_name(place, index)}/{place.hex(16, 'balancer', index)}"
    return place.arn("elasticloadbalancing", f"loadbalancer/{rest}")


def group_arn(place: Place, index: int) -> str:
    """Give the ARN of a target group."""
    rest = f"targetgroup/{place.app(index)}-{index}/{place.hex(16, 'targets', index)}"
    return place.arn("elasticloadbalancing", rest)


@listing
def _balancers(place: Place) -> list[Json]:
    return [_balancer(place, index) for index in place.mine("loadbalancer")]


def _balancer(place: Place, index: int) -> Json:
    vpc, outside = place.ref("vpc", index), place.yes("balancer-outside", index, share=0.5)
    wide = 3 if place.yes("balancer-wide", index) else 2
    subnets = (
        [subnet_id(place, vpc, number) for number in range(wide)] if outside else private_subnets(place, vpc, wide)
    )
    made: Json = {
        "LoadBalancerArn": balancer_arn(place, index), "LoadBalancerName": balancer_name(place, index),
        "DNSName": f"{balancer_name(place, index)}.{place.region}.elb.amazonaws.com", "CanonicalHostedZoneId": "Z35",
        "CreatedTime": place.ago(500, "balancer", index), "VpcId": vpc_id(place, vpc), "State": {"Code": "active"},
        "Scheme": "internet-facing" if outside else "internal", "IpAddressType": "ipv4",
        "Type": "network" if _is_network(index) else "application",
        "AvailabilityZones": [
            {"ZoneName": zone_of(place, number), "SubnetId": subnet} for number, subnet in enumerate(subnets)
        ],
    }  # fmt: skip
    if not _is_network(index):
        made["SecurityGroups"] = [group_in(place, vpc, "balancer", index)]
    return made


def _word(*, good: bool) -> str:
    return "true" if good else "false"


def _attributes(place: Place, index: int) -> Answer:
    logs = place.yes("balancer-logs", index)
    found = {
        "access_logs.s3.enabled": _word(good=logs),
        "access_logs.s3.bucket": bucket_name(place, LOG_BUCKET) if logs else "",
        "access_logs.s3.prefix": "", "deletion_protection.enabled": _word(good=place.yes("balancer-kept", index)),
        "load_balancing.cross_zone.enabled": _word(good=not _is_network(index) or place.yes("balancer-cross", index)),
    }  # fmt: skip
    if not _is_network(index):
        found |= {
            "routing.http.drop_invalid_header_fields.enabled": _word(good=place.yes("balancer-drops", index)),
            "routing.http.desync_mitigation_mode": "defensive", "idle_timeout.timeout_seconds": "60",
            "routing.http2.enabled": "true", "waf.fail_open.enabled": "false",
            "connection_logs.s3.enabled": "false", "connection_logs.s3.bucket": "",
        }  # fmt: skip
    return {"Attributes": [{"Key": key, "Value": value} for key, value in found.items()]}


def _listener_arn(place: Place, index: int, port: int) -> str:
    rest = f"{place.hex(16, 'listener', index, port)}"
    return balancer_arn(place, index).replace(":loadbalancer/", ":listener/") + f"/{rest}"


def _forward(place: Place, index: int) -> Json:
    return {"Type": "forward", "TargetGroupArn": group_arn(place, place.ref("targetgroup", index)), "Order": 1}


def _listeners_of(place: Place, index: int) -> list[Json]:
    arn = balancer_arn(place, index)
    tls = {
        "Protocol": "TLS" if _is_network(index) else "HTTPS", "Port": 443,
        "SslPolicy": MODERN if place.yes("listener-modern", index) else OLD,
        "Certificates": [{"CertificateArn": certificate_arn(place, place.ref("certificate", index))}],
        "DefaultActions": [_forward(place, index)], "ListenerArn": _listener_arn(place, index, 443),
        "LoadBalancerArn": arn,
    }  # fmt: skip
    if _is_network(index) or index % 2:
        return [tls]
    to_https = {"Type": "redirect", "Order": 1, "RedirectConfig": {
        "Protocol": "HTTPS", "Port": "443", "Host": "#{host}", "Path": "/#{path}", "Query": "#{query}",
        "StatusCode": "HTTP_301",
    }}  # fmt: skip
    action = to_https if place.yes("listener-redirects", index) else _forward(place, index)
    plain = {
        "Protocol": "HTTP", "Port": 80, "DefaultActions": [action], "LoadBalancerArn": arn,
        "ListenerArn": _listener_arn(place, index, 80),
    }  # fmt: skip
    return [tls, plain]


@listing
def _listeners(place: Place) -> dict[str, list[Json]]:
    return {balancer_arn(place, index): _listeners_of(place, index) for index in place.mine("loadbalancer")}


_by_arn = listing(lambda place: {one["ListenerArn"]: one for some in _listeners(place).values() for one in some})


def _listed(place: Place, params: Params) -> Answer:
    found = _listeners(place).get(params.get("LoadBalancerArn", ""))
    return "LoadBalancerNotFound" if found is None else {"Listeners": found}


def _certificates(place: Place, params: Params) -> Answer:
    listener = _by_arn(place).get(params["ListenerArn"])
    if listener is None:
        return "ListenerNotFound"
    return {"Certificates": [{**one, "IsDefault": True} for one in listener.get("Certificates", [])]}


def _rules(place: Place, params: Params) -> Answer:
    listener = _by_arn(place).get(params["ListenerArn"])
    if listener is None:
        return "ListenerNotFound"
    arn = params["ListenerArn"].replace(":listener/", ":listener-rule/") + "/0"
    default = {"RuleArn": arn, "Priority": "default", "Conditions": [], "IsDefault": True}
    return {"Rules": [{**default, "Actions": listener["DefaultActions"]}]}


@listing
def _groups(place: Place) -> list[Json]:
    return [_group(place, index) for index in place.mine("targetgroup")]


def _group(place: Place, index: int) -> Json:
    ahead = index < place.count("loadbalancer")
    secure = place.yes("targets-tls", index, share=0.5)
    network = ahead and _is_network(index)
    protocol = ("TLS" if secure else "TCP") if network else ("HTTPS" if secure else "HTTP")
    return {
        "TargetGroupArn": group_arn(place, index), "TargetGroupName": f"{place.app(index)}-{index}",
        "Protocol": protocol, "Port": 8443 if secure else 8080, "VpcId": vpc_id(place, place.ref("vpc", index)),
        "HealthCheckProtocol": "TCP" if network else protocol, "HealthCheckPort": "traffic-port",
        "HealthCheckEnabled": True, "HealthCheckIntervalSeconds": 10 if place.yes("targets-quick", index) else 60,
        "HealthCheckTimeoutSeconds": 5, "HealthyThresholdCount": 3, "UnhealthyThresholdCount": 2,
        "LoadBalancerArns": [balancer_arn(place, index)] if ahead else [], "IpAddressType": "ipv4",
        "TargetType": "instance" if index % 4 == 1 else "ip",
    }  # fmt: skip


_group_numbers = listing(lambda place: {group_arn(place, index): index for index in place.mine("targetgroup")})
_balancer_numbers = listing(lambda place: {balancer_arn(place, index): index for index in place.mine("loadbalancer")})


def _group_of(place: Place, params: Params) -> int | None:
    return _group_numbers(place).get(params["TargetGroupArn"])


def _balancer_of(place: Place, params: Params) -> int | None:
    return _balancer_numbers(place).get(params[next(iter(params))])


def _group_attributes(place: Place, index: int) -> Answer:
    found = {
        "deregistration_delay.timeout_seconds": "30" if place.yes("targets-drain", index) else "300",
        "stickiness.enabled": "false", "load_balancing.cross_zone.enabled": "use_load_balancer_configuration",
        "target_group_health.dns_failover.minimum_healthy_targets.count": "1",
    }  # fmt: skip
    return {"Attributes": [{"Key": key, "Value": value} for key, value in found.items()]}


def _health(place: Place, index: int) -> Answer:
    hosts = place.mine("instance")
    found = []
    for number in range(2 if place.yes("targets-two", index) else 1):
        if index % 4 == 1:
            target = {"Id": instance_id(place, hosts[(index + number) % len(hosts)]), "Port": 8080}
        else:
            target = {"Id": f"10.{index % 4}.{48 + number * 16}.{index % 200 + 4}", "Port": 8080}
        well = place.yes("healthy", index, number, share=0.9)
        state = {"State": "healthy"} if well else {"State": "unhealthy", "Reason": "Target.FailedHealthChecks"}
        found.append({"Target": target, "HealthCheckPort": "8080", "TargetHealth": state})
    return {"TargetHealthDescriptions": found}


def _tags_of(place: Place, arn: str) -> list[Json]:
    return place.tags("balancing", int(place.hex(4, "lb-tags", arn), 16))


def _tags(place: Place, params: Params) -> Answer:
    return {"TagDescriptions": [{"ResourceArn": arn, "Tags": _tags_of(place, arn)} for arn in params["ResourceArns"]]}


def tagged(place: Place, wanted: str) -> list[Json]:
    """Give the tags of load balancers, listeners or target groups."""
    every = (*_balancer_numbers(place), *_by_arn(place), *_group_numbers(place))
    return [{"ResourceARN": arn, "Tags": _tags_of(place, arn)} for arn in every if f":{wanted}/" in arn]


def _acl_of(place: Place, index: int) -> int | None:
    return place.ref("webacl", index) if place.yes("balancer-waf", index) and place.mine("webacl") else None


def _behind(place: Place, params: Params) -> Answer:
    own = [index for index in place.mine("loadbalancer") if not _is_network(index)]
    acls = ((index, _acl_of(place, index)) for index in own)
    found = [index for index, acl in acls if acl is not None and acl_arn(place, acl) == params["WebACLArn"]]
    return {"ResourceArns": [balancer_arn(place, index) for index in found]}


def _web_acl(place: Place, params: Params) -> Answer:
    index = _balancer_numbers(place).get(params["ResourceArn"])
    if index is None:
        return "WAFNonexistentItemException"
    acl = _acl_of(place, index)
    if acl is None:
        return {}
    visible = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "acl"}
    return {"WebACL": {
        "ARN": acl_arn(place, acl), "Id": place.uuid("acl", acl), "Name": f"acl-{acl}", "DefaultAction": {"Allow": {}},
        "VisibilityConfig": visible,
    }}  # fmt: skip


@listing
def _tls(_: Place) -> list[Json]:
    return [
        {
            "Name": name, "SslProtocols": list(protocols), "SupportedLoadBalancerTypes": ["application", "network"],
            "Ciphers": [{"Name": "ECDHE-RSA-AES128-GCM-SHA256", "Priority": 1}],
        }
        for name, protocols in ((MODERN, ("TLSv1.2", "TLSv1.3")), (OLD, ("TLSv1", "TLSv1.1", "TLSv1.2")))
    ]  # fmt: skip


ANSWERS: dict[str, Speaker] = {
    "elbv2.DescribeLoadBalancers": says("LoadBalancers", _balancers),
    "elbv2.DescribeLoadBalancerAttributes": numbered(_balancer_of, "LoadBalancerNotFound", _attributes),
    "elbv2.DescribeListeners": _listed,
    "elbv2.DescribeListenerCertificates": _certificates,
    "elbv2.DescribeRules": _rules,
    "elbv2.DescribeSSLPolicies": says("SslPolicies", _tls),
    "elbv2.DescribeTags": _tags,
    "elbv2.DescribeTargetGroups": says("TargetGroups", _groups),
    "elbv2.DescribeTargetGroupAttributes": numbered(_group_of, "TargetGroupNotFound", _group_attributes),
    "elbv2.DescribeTargetHealth": numbered(_group_of, "TargetGroupNotFound", _health),
    "wafv2.GetWebACLForResource": _web_acl,
    "wafv2.ListResourcesForWebACL": _behind,
}
