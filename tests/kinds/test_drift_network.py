"""What changes of networks, instances, load balancers, VPN and the edge weigh, by the tables and the engine."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.engine.drift.compare import Comparer
from scanner.engine.drift.groups import Group
from scanner.engine.registry import kinds
from scanner.kinds.canon import normaliser
from scanner.model.change import Change, Suppressed
from scanner.model.resource import ABSENT, Resource, seen

ACCOUNT, REGION = "123456789012", "us-east-1"
NORMALISER = normaliser(kinds().values())


def resource(kind: str, sections: dict[str, Any], *, id: str = "r-1", identity: str = "") -> Resource:
    """Make a resource of sections; None stands for what is not configured."""
    held = {name: ABSENT if doc is None else seen(doc) for name, doc in sections.items()}
    return Resource(kind, id, account=ACCOUNT, region=REGION, identity=identity or id, tags={}, sections=held)


def changes(
    kind: str, before: list[Resource], after: list[Resource], *, explain: bool = False
) -> list[Change | Suppressed]:
    """Compare one resource, or one class, in two nights."""
    key = next(each.identity for each in (*after, *before))
    group = Group(account=ACCOUNT, region=REGION, kind=kind, key=key, before=tuple(before), after=tuple(after))
    return list(Comparer(NORMALISER, explain=explain).compare([group]))


def weigh(kind: str, section: str, one: Any, other: Any) -> list[tuple[str, str, str]]:
    """Give path, severity and direction of each change of a section."""
    found = changes(kind, [resource(kind, {section: one})], [resource(kind, {section: other})])
    return [(each.path, each.severity, each.direction) for each in found if isinstance(each, Change)]


def group_rule(protocol: str, port: int, cidr: str, **more: str) -> dict[str, Any]:
    return {
        "GroupId": "sg-1",
        "IpPermissions": [
            {"IpProtocol": protocol, "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": cidr, **more}]}
        ],
    }


def route(target: str, **more: str) -> dict[str, Any]:
    member = {"igw": "GatewayId", "nat": "NatGatewayId"}[target[:3]]
    held = {"DestinationCidrBlock": "0.0.0.0/0", member: target, "State": "active", "Origin": "CreateRoute", **more}
    return {"Routes": [{"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"}, held]}


def entry(number: int, action: str, cidr: str) -> dict[str, Any]:
    return {"RuleNumber": number, "Egress": False, "Protocol": "6", "RuleAction": action, "CidrBlock": cidr}


def tunnel(**options: Any) -> dict[str, Any]:
    return {"Options": {"TunnelOptions": [{"OutsideIpAddress": "203.0.113.6", **options}]}}


def logging(*, on: bool) -> dict[str, Any]:
    return tunnel(LogOptions={"CloudWatchLogOptions": {"LogEnabled": on}})


def version(number: int, tokens: str) -> dict[str, Any]:
    data = {"MetadataOptions": {"HttpTokens": tokens}}
    return {"VersionNumber": number, "DefaultVersion": True, "LaunchTemplateData": data}


def attribute(key: str, value: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value}]


FORWARD = {"Type": "forward", "TargetGroupArn": "tg-1"}
SG, RT, VPN = "AWS::EC2::SecurityGroup", "AWS::EC2::RouteTable", "AWS::EC2::VPNConnection"
ALB, LISTENER = "AWS::ElasticLoadBalancingV2::LoadBalancer", "AWS::ElasticLoadBalancingV2::Listener"
CASES: list[tuple[str, str, Any, Any, list[tuple[str, str, str]]]] = [
    (SG, "box", {"GroupId": "sg-1", "IpPermissions": []}, group_rule("tcp", 22, "0.0.0.0/0"),
     [("ingress[tcp/22 from 0.0.0.0/0]", "critical", "worse")]),
    (SG, "box", group_rule("tcp", 22, "10.0.0.0/8"), group_rule("tcp", 22, "0.0.0.0/0"),
     [("ingress[tcp/22 from 10.0.0.0/8]", "critical", "worse")]),
    (SG, "box", group_rule("tcp", 22, "0.0.0.0/0"), group_rule("tcp", 22, "10.0.0.0/8"),
     [("ingress[tcp/22 from 0.0.0.0/0]", "info", "better")]),
    (SG, "box", group_rule("tcp", 443, "10.0.0.0/8"), group_rule("tcp", 443, "0.0.0.0/0"),
     [("ingress[tcp/443 from 10.0.0.0/8]", "high", "worse")]),
    (SG, "box", group_rule("6", 22, "10.0.0.0/8"), group_rule("tcp", 22, "10.0.0.0/8", Description="bastion"),
     [("ingress[tcp/22 from 10.0.0.0/8].description", "low", "")]),
    (RT, "box", route("nat-1"), route("igw-1"), [("routes[0.0.0.0/0].target", "critical", "worse")]),
    (RT, "box", route("nat-1"), route("nat-1", State="blackhole"),
     [("routes[0.0.0.0/0].state", "high", "worse")]),
    (RT, "box", {"RouteTableId": "rtb-1"}, {"RouteTableId": "rtb-1", **route("igw-1")},
     [("routes[0.0.0.0/0]", "critical", "worse")]),
    (RT, "box", {"Routes": [{"DestinationCidrBlock": "192.0.2.0/24", "GatewayId": "vgw-1"}]},
     {"Routes": [{"DestinationCidrBlock": "192.0.2.0/24", "GatewayId": "vgw-1"}, *route("igw-1")["Routes"]]},
     [("routes[0.0.0.0/0]", "critical", "worse")]),
    ("AWS::EC2::NetworkAcl", "box", {"Entries": [entry(90, "deny", "10.0.0.0/8")]},
     {"Entries": [entry(90, "deny", "10.0.0.0/8"), entry(100, "allow", "0.0.0.0/0")]},
     [("entries[ingress 100]", "high", "worse")]),
    ("AWS::EC2::NetworkAcl", "box", {"Entries": [entry(90, "deny", "10.0.0.0/8"), entry(99, "allow", "10.0.0.0/8")]},
     {"Entries": [entry(99, "allow", "10.0.0.0/8")]}, [("entries[ingress 90]", "high", "worse")]),
    ("AWS::EC2::FlowLog", "box", {"FlowLogStatus": "ACTIVE"}, {"FlowLogStatus": "INACTIVE"},
     [("FlowLogStatus", "high", "worse")]),
    ("AWS::EC2::Subnet", "box", {"MapPublicIpOnLaunch": False, "AvailableIpAddressCount": 9},
     {"MapPublicIpOnLaunch": True, "AvailableIpAddressCount": 7}, [("publicIpOnLaunch", "high", "worse")]),
    (VPN, "box", logging(on=True), logging(on=False),
     [("options.tunnels[203.0.113.6].LogOptions.CloudWatchLogOptions.LogEnabled", "high", "worse")]),
    (VPN, "box", logging(on=True), tunnel(),
     [("options.tunnels[203.0.113.6].LogOptions.CloudWatchLogOptions.LogEnabled", "high", "worse")]),
    (VPN, "box", tunnel(IkeVersions=[{"Value": "ikev2"}]), tunnel(),
     [("options.tunnels[203.0.113.6].IkeVersions[ikev1]", "high", "worse")]),
    (VPN, "box", tunnel(PreSharedKey={"$redacted": "one", "$key": "k"}),
     tunnel(PreSharedKey={"$redacted": "two", "$key": "k"}),
     [("options.tunnels[203.0.113.6].PreSharedKey", "high", "")]),
    (VPN, "box", {"Routes": [{"DestinationCidrBlock": "10.0.0.0/8"}, {"DestinationCidrBlock": "10.64.0.0/10"}]},
     {"Routes": [{"DestinationCidrBlock": "10.64.0.0/10", "State": "available"}]},
     [("routes[10.0.0.0/8]", "high", "")]),
    (VPN, "box", {"VgwTelemetry": [{"OutsideIpAddress": "203.0.113.6", "Status": "UP"}]},
     {"VgwTelemetry": [{"OutsideIpAddress": "203.0.113.6", "Status": "DOWN"}]}, []),
    (ALB, "attrs", attribute("access_logs.s3.enabled", "true"), attribute("access_logs.s3.enabled", "false"),
     [("attributes.access_logs.s3.enabled", "high", "worse")]),
    (ALB, "acl", "arn:aws:wafv2:acl", None, [("webAcl", "high", "worse")]),
    (LISTENER, "listener", {"DefaultActions": [{**FORWARD, "Order": 1}], "SslPolicy": "ELBSecurityPolicy-TLS13-1-2"},
     {"DefaultActions": [FORWARD], "SslPolicy": "ELBSecurityPolicy-2016-08"},
     [("SslPolicy", "high", "worse")]),
    ("AWS::AutoScaling::AutoScalingGroup", "box", {"MinSize": 3, "VPCZoneIdentifier": "subnet-1,subnet-2"},
     {"MinSize": 1, "VPCZoneIdentifier": "subnet-2,subnet-1"}, [("MinSize", "high", "worse")]),
    ("AWS::EC2::LaunchTemplate", "texts",
     [version(1, "required")], [version(2, "optional")],
     [("default.MetadataOptions.HttpTokens", "high", "worse")]),
    ("AWS::EC2::Snapshot", "everybody", None, {"SnapshotId": "snap-1"},
     [("restorableByEverybody", "critical", "worse")]),
    ("AWS::WAFv2::WebACL", "log", {"ResourceArn": "acl", "LogDestinationConfigs": ["logs"]}, None,
     [("logging", "high", "worse")]),
    ("AWS::WAFv2::WebACL", "acl", {"Name": "claims", "LockToken": "1"}, {"Name": "claims", "LockToken": "2"},
     [("rules", "medium", "")]),
    ("AWS::CloudFront::Distribution", "item",
     {"DefaultCacheBehavior": {"ViewerProtocolPolicy": "https-only"}, "Aliases": {"Quantity": 0}},
     {"DefaultCacheBehavior": {"ViewerProtocolPolicy": "allow-all"}, "Aliases": {"Quantity": 0, "Items": []}},
     [("defaultBehavior.ViewerProtocolPolicy", "critical", "worse")]),
    ("AWS::DirectConnect::VirtualInterface", "box",
     {"bgpPeers": [{"bgpPeerId": "dxpeer-1", "bgpStatus": "up", "authKey": {"$redacted": "one", "$key": "k"}}]},
     {"bgpPeers": [{"bgpPeerId": "dxpeer-1", "bgpStatus": "down", "authKey": {"$redacted": "two", "$key": "k"}}]},
     [("bgpPeers[dxpeer-1].authKey", "high", "")]),
    ("AWS::CertificateManager::Certificate", "detail", {"Status": "ISSUED", "InUseBy": ["lb-1"]},
     {"Status": "REVOKED", "InUseBy": []}, [("Status", "high", "worse")]),
    ("AWS::EC2::VPCEndpoint", "box",
     {"PolicyDocument": '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*"}]}'},
     {"PolicyDocument": '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}'},
     [("policy", "high", "worse")]),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "section", "one", "other", "expected"), CASES)
def test_a_change_is_told_once_and_weighed(
    kind: str, section: str, one: Any, other: Any, expected: list[tuple[str, str, str]]
) -> None:
    found = weigh(kind, section, one, other)
    assert found == expected


@pytest.mark.parametrize(("kind", "section", "one", "other", "expected"), CASES)
def test_two_nights_without_change_tell_nothing(
    kind: str, section: str, one: Any, other: Any, expected: list[tuple[str, str, str]]
) -> None:
    assert weigh(kind, section, one, one) == []
    assert weigh(kind, section, other, other) == []
    assert len(expected) <= 1


def member(number: int, **more: Any) -> Resource:
    """Make a member of an Auto Scaling group as AWS describes it."""
    box = {
        "InstanceId": f"i-{number}",
        "ImageId": "ami-1",
        "InstanceType": "m5.large",
        "PrivateIpAddress": f"10.0.0.{number}",
        "SubnetId": f"subnet-{number % 2}",
        "Placement": {"AvailabilityZone": f"us-east-1{'ab'[number % 2]}", "Tenancy": "default"},
        "SecurityGroups": [{"GroupId": "sg-1", "GroupName": "hosts"}],
        "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"VolumeId": f"vol-{number}"}}],
        "NetworkInterfaces": [
            {"NetworkInterfaceId": f"eni-{number}", "Attachment": {"DeviceIndex": 0, "AttachmentId": f"a-{number}"},
             "MacAddress": f"02:00:00:00:00:{number}", "PrivateIpAddress": f"10.0.0.{number}"},
            {"NetworkInterfaceId": f"eni-task-{number}", "Attachment": {"DeviceIndex": 1},
             "Description": "arn:aws:ecs:us-east-1:123456789012:attachment/1"},
        ],
        "Tags": [{"Key": "aws:autoscaling:groupName", "Value": "hosts"}],
        **more,
    }  # fmt: skip
    return resource("AWS::EC2::Instance", {"box": box}, id=f"i-{number}", identity="hosts")


def test_members_that_are_replaced_are_no_change() -> None:
    assert changes("AWS::EC2::Instance", [member(1), member(2), member(3)], [member(4), member(5), member(6)]) == []


def test_one_member_with_another_image_is_one_change_of_the_class() -> None:
    found = changes(
        "AWS::EC2::Instance", [member(1), member(2), member(3)], [member(4), member(5), member(6, ImageId="ami-2")]
    )
    assert [(each.path, each.severity, each.resource) for each in found if isinstance(each, Change)] == [
        ("ImageId", "medium", "hosts")
    ]
    assert "1 of 3" in next(each.why for each in found if isinstance(each, Change))


@pytest.mark.parametrize(
    ("kind", "box"),
    [
        ("AWS::EC2::VPC", {"IsDefault": True}),
        ("AWS::EC2::Subnet", {"DefaultForAz": True}),
        (SG, {"GroupName": "default"}),
        ("AWS::EC2::NetworkAcl", {"IsDefault": True}),
        (RT, {"Associations": [{"Main": True}]}),
        ("AWS::EC2::Volume", {"Attachments": [{"InstanceId": "i-1", "DeleteOnTermination": True}]}),
        ("AWS::EC2::Volume", {"Operator": {"Managed": True}}),
    ],
)
def test_what_a_service_makes_is_no_change_by_being_there(kind: str, box: dict[str, Any]) -> None:
    assert changes(kind, [], [resource(kind, {"box": box})]) == []
    assert changes(kind, [resource(kind, {"box": box})], []) == []
    explained = changes(kind, [], [resource(kind, {"box": box})], explain=True)
    assert [type(each) for each in explained] == [Suppressed]
    assert all(isinstance(each, Suppressed) and each.reason for each in explained)


def test_a_rule_of_a_default_group_is_a_change_all_the_same() -> None:
    closed = {"GroupId": "sg-1", "GroupName": "default", "IpPermissions": []}
    opened = {"GroupName": "default", **group_rule("-1", 0, "0.0.0.0/0")}
    assert weigh(SG, "box", closed, opened) == [("ingress[all traffic from 0.0.0.0/0]", "critical", "worse")]


def test_a_flow_log_that_is_deleted_is_high() -> None:
    kind = "AWS::EC2::FlowLog"
    found = changes(kind, [resource(kind, {"box": {"FlowLogStatus": "ACTIVE"}})], [])
    assert [(each.action, each.severity, each.direction) for each in found if isinstance(each, Change)] == [
        ("removed", "high", "worse")
    ]
