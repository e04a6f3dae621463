"""The forms of networks, load balancers and zones: two spellings of the same are the same, what differs stays apart."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.engine.drift.canonicalise import canonicalise
from scanner.kinds.forms import FORMS
from scanner.kinds.forms_balancers import BALANCERS
from scanner.kinds.forms_network import NETWORK, TUNNEL_DEFAULTS
from scanner.model.canon import Labelled

SAME: list[tuple[str, Any, Any]] = [
    (
        "acl_entries",
        [
            {"RuleNumber": 100, "Egress": False, "Protocol": "6", "RuleAction": "allow", "CidrBlock": "0.0.0.0/0",
             "PortRange": {"From": 443, "To": 443}},
            {"RuleNumber": 32767, "Egress": False, "Protocol": "-1", "RuleAction": "deny", "CidrBlock": "0.0.0.0/0"},
        ],
        [
            {"RuleNumber": 100, "Egress": False, "Protocol": "tcp", "RuleAction": "allow", "CidrBlock": "0.0.0.0/0",
             "PortRange": {"From": 443, "To": 443}},
        ],
    ),
    (
        "route_entries",
        [
            {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "Origin": "CreateRouteTable",
             "State": "active"},
            {"DestinationCidrBlock": "172.16.0.0/16", "GatewayId": "vgw-1", "Origin": "EnableVgwRoutePropagation"},
            {"DestinationPrefixListId": "pl-1", "GatewayId": "vpce-1", "Origin": "CreateRoute", "State": "active"},
            {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1", "Origin": "CreateRoute", "State": "active"},
        ],
        [{"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1", "Origin": "CreateRoute", "State": "active"}],
    ),
    (
        "route_associations",
        [
            {"RouteTableAssociationId": "rtbassoc-1", "SubnetId": "subnet-1",
             "AssociationState": {"State": "associated"}},
            {"RouteTableAssociationId": "rtbassoc-2", "SubnetId": "subnet-2",
             "AssociationState": {"State": "disassociated"}},
        ],
        [{"RouteTableAssociationId": "rtbassoc-9", "SubnetId": "subnet-1"}],
    ),
    (
        "tunnels",
        [{"OutsideIpAddress": "203.0.113.6"}],
        [
            {
                "OutsideIpAddress": "203.0.113.6",
                **{name: [{"Value": one} for one in reversed(some)] for name, some in TUNNEL_DEFAULTS.items()},
                "LogOptions": {"CloudWatchLogOptions": {"LogEnabled": False}},
            }
        ],
    ),
    (
        "vpn_routes",
        [
            {"DestinationCidrBlock": "10.0.0.0/8", "State": "pending"},
            {"DestinationCidrBlock": "172.16.0.0/12", "State": "deleted"},
        ],
        [{"DestinationCidrBlock": "10.0.0.0/8", "State": "available", "Source": "Static"}],
    ),
    (
        "actions",
        [{"Type": "forward", "TargetGroupArn": "tg-1", "Order": 1}],
        [{"Type": "forward", "TargetGroupArn": "tg-1", "ForwardConfig": {
            "TargetGroups": [{"TargetGroupArn": "tg-1", "Weight": 1}],
            "TargetGroupStickinessConfig": {"Enabled": False},
        }}],
    ),
    (
        "actions",
        [{"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "StatusCode": "HTTP_301"}}],
        [{"Type": "redirect", "Order": 1, "RedirectConfig": {
            "Protocol": "HTTPS", "Port": "#{port}", "Host": "#{host}", "Path": "/#{path}", "Query": "#{query}",
            "StatusCode": "HTTP_301",
        }}],
    ),
    (
        "listener_rules",
        [
            {"RuleArn": "rule/1", "Priority": "10", "Actions": [{"Type": "forward", "TargetGroupArn": "tg-1"}],
             "Conditions": [{"Field": "path-pattern", "Values": ["/a", "/b"],
                             "PathPatternConfig": {"Values": ["/a", "/b"]}}]},
            {"RuleArn": "rule/2", "Priority": "default", "IsDefault": True, "Actions": []},
        ],
        [
            {"RuleArn": "rule/3", "Priority": "10", "Actions": [{"Type": "forward", "TargetGroupArn": "tg-1"}],
             "Conditions": [{"Field": "path-pattern", "PathPatternConfig": {"Values": ["/b", "/a"]}}]},
        ],
    ),
    (
        "further_certificates",
        [{"CertificateArn": "a", "IsDefault": True}, {"CertificateArn": "a", "IsDefault": False},
         {"CertificateArn": "b", "IsDefault": False}],
        [{"CertificateArn": "b"}],
    ),
    (
        "launch_versions",
        [{"VersionNumber": 3, "DefaultVersion": True, "CreateTime": "1", "LaunchTemplateData": {"ImageId": "ami-1"}}],
        [{"VersionNumber": 7, "DefaultVersion": True, "CreateTime": "2", "LaunchTemplateData": {"ImageId": "ami-1"}}],
    ),
    (
        "traffic_sources",
        [{"Identifier": "tg-1", "Type": "elbv2"}, {"Identifier": "lattice-1", "Type": "vpc-lattice"}],
        [{"Identifier": "lattice-1", "Type": "vpc-lattice"}],
    ),
    (
        "records",
        [
            {"Name": "web.", "Type": "A", "ResourceRecords": [{"Value": "192.0.2.1"}]},
            {"Name": "svc.", "Type": "A", "SetIdentifier": "0123456789abcdef0123456789abcdef"},
        ],
        [{"Name": "web.", "Type": "A", "ResourceRecords": [{"Value": "192.0.2.1"}]}],
    ),
    (
        "instance_interfaces",
        [
            {"NetworkInterfaceId": "eni-1", "Attachment": {"DeviceIndex": 0}, "Groups": [{"GroupId": "sg-1"}],
             "Association": {"PublicIp": "198.51.100.7"}, "Description": ""},
            {"NetworkInterfaceId": "eni-2", "Attachment": {"DeviceIndex": 1}, "Groups": [{"GroupId": "sg-2"}],
             "Description": "arn:aws:ecs:us-east-1:123456789012:attachment/1"},
        ],
        [{"NetworkInterfaceId": "eni-1", "Attachment": {"DeviceIndex": 0}, "Groups": [{"GroupId": "sg-1"}]}],
    ),
    (
        "transit_routes",
        [
            {"DestinationCidrBlock": "10.0.0.0/8", "Type": "static",
             "TransitGatewayAttachments": [{"TransitGatewayAttachmentId": "tgw-attach-1", "ResourceId": "vpc-1"}]},
            {"DestinationCidrBlock": "172.16.0.0/12", "Type": "propagated"},
        ],
        [{"DestinationCidrBlock": "10.0.0.0/8", "Type": "static",
          "TransitGatewayAttachments": [{"TransitGatewayAttachmentId": "tgw-attach-1", "ResourceId": "vpc-1"}]}],
    ),
    ("without_quantities", {"Aliases": {"Quantity": 1, "Items": ["a"]}}, {"Aliases": {"Items": ["a"]}}),
    ("there", {"SnapshotId": "snap-1", "Progress": "99%"}, {"SnapshotId": "snap-1", "Progress": "100%"}),
    (
        "endpoint policy",
        '{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}',
        "",
    ),
]  # fmt: skip

APART: list[tuple[str, Any, Any]] = [
    (
        "instance_interfaces",
        [{"Attachment": {"DeviceIndex": 1}, "PrivateIpAddresses": [{"Primary": True}]}],
        [{"Attachment": {"DeviceIndex": 1}, "PrivateIpAddresses": [{"Primary": True, "Association": {"a": 1}}]}],
    ),
    (
        "route_entries",
        [{"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1", "State": "active"}],
        [{"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1", "State": "blackhole"}],
    ),
    (
        "tunnels",
        [{"OutsideIpAddress": "203.0.113.6", "IkeVersions": [{"Value": "ikev2"}]}],
        [{"OutsideIpAddress": "203.0.113.6"}],
    ),
    (
        "tunnels",
        [{"OutsideIpAddress": "203.0.113.6", "LogOptions": {"CloudWatchLogOptions": {"LogEnabled": True}}}],
        [{"OutsideIpAddress": "203.0.113.6"}],
    ),
    (
        "actions",
        [{"Type": "forward", "ForwardConfig": {"TargetGroups": [
            {"TargetGroupArn": "a", "Weight": 1}, {"TargetGroupArn": "b", "Weight": 1}]}}],
        [{"Type": "forward", "ForwardConfig": {"TargetGroups": [
            {"TargetGroupArn": "a", "Weight": 1}, {"TargetGroupArn": "b", "Weight": 0}]}}],
    ),
    (
        "actions",
        [{"Type": "authenticate-oidc", "Order": 1}, {"Type": "forward", "Order": 2, "TargetGroupArn": "a"}],
        [{"Type": "authenticate-oidc", "Order": 2}, {"Type": "forward", "Order": 1, "TargetGroupArn": "a"}],
    ),
    (
        "endpoint policy",
        '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}]}',
        '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}',
    ),
    (
        "launch_versions",
        [{"VersionNumber": 1, "DefaultVersion": True, "LaunchTemplateData": {"ImageId": "ami-1"}}],
        [{"VersionNumber": 1, "DefaultVersion": True, "LaunchTemplateData": {"ImageId": "ami-1"}},
         {"VersionNumber": 2, "DefaultVersion": False, "LaunchTemplateData": {"ImageId": "ami-2"}}],
    ),
]  # fmt: skip


def canonical(name: str, given: Any) -> Any:
    """Bring an answer into its form; only a form whose order matters gives a plain list."""
    made = FORMS[name](given)
    return made if name == "actions" else canonicalise(made)


@pytest.mark.parametrize(("name", "one", "other"), SAME)
def test_two_spellings_are_the_same(name: str, one: Any, other: Any) -> None:
    assert canonical(name, one) == canonical(name, other)


@pytest.mark.parametrize(("name", "one", "other"), APART)
def test_what_differs_stays_apart(name: str, one: Any, other: Any) -> None:
    assert canonical(name, one) != canonical(name, other)


@pytest.mark.parametrize("name", [*NETWORK, *BALANCERS])
@pytest.mark.parametrize("given", [None, "text", 5, ["text"], [{"Unknown": 1}], {"$redacted": "hash"}])
def test_what_is_not_as_expected_stays_comparable(name: str, given: Any) -> None:
    canonicalise(FORMS[name](given))


def test_elements_are_named_by_what_lasts() -> None:
    entries = FORMS["acl_entries"]([{"RuleNumber": 100, "Egress": True, "Protocol": "-1", "RuleAction": "deny"}])
    listeners = FORMS["classic_listeners"](
        [{"Listener": {"Protocol": "https", "LoadBalancerPort": 443}, "PolicyNames": ["p"]}]
    )
    routes = FORMS["route_entries"]([{"DestinationIpv6CidrBlock": "::/0", "GatewayId": "igw-1"}])
    tunnels = FORMS["tunnels"]([{"OutsideIpAddress": "203.0.113.6"}])
    elements: list[Labelled] = [*entries, *listeners, *routes, *tunnels]
    assert [element.label for element in elements] == ["egress 100", "HTTPS/443", "::/0", "203.0.113.6"]
    assert routes[0] == {"destination": "::/0", "target": "igw-1", "state": "active"}
