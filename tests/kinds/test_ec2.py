"""EC2, EBS, VPN and alarms: facts as they come out of the answers of AWS."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest

from scanner.engine.redact import Redactor
from scanner.kinds.account import RegionSettings
from scanner.kinds.autoscaling import AutoScalingGroup
from scanner.kinds.cloudwatch import Alarm, Metric
from scanner.kinds.ebs import Snapshot
from scanner.kinds.ec2_gateways import NatGateway
from scanner.kinds.ec2_instances import Instance
from scanner.kinds.ec2_launch import LaunchTemplate
from scanner.kinds.ec2_network import VPC, PrefixList, RouteTable
from scanner.kinds.ec2_peering import TransitGatewayRouteTable, VPCPeeringConnection
from scanner.kinds.user_data import NO_USER_DATA
from scanner.kinds.vpn import Traffic, VPNConnection, VPNGateway
from scanner.kinds.vpn_reading import Tunnel
from scanner.model.gap import Gap, GapState, Unknown
from scanner.model.kind import Kind
from scanner.model.resource import ABSENT, Resource, Section, seen, unseen

K = TypeVar("K", bound=Kind)


def view(kind: type[K], **sections: Any) -> K:
    known = {name: doc if isinstance(doc, Section) else seen(doc) for name, doc in sections.items()}
    return kind(Resource(kind.cfn, "id", account="123456789012", region="us-east-1", sections=known))


def test_an_instance_has_the_addresses_groups_and_subnets_of_all_its_interfaces() -> None:
    interface = {
        "SubnetId": "subnet-2",
        "Groups": [{"GroupId": "sg-1"}, {"GroupId": "sg-2"}],
        "Association": {"PublicIp": "203.0.113.1"},
        "PrivateIpAddresses": [
            {"Association": {"PublicIp": "203.0.113.1"}},
            {"Association": {"PublicIp": "203.0.113.2"}},
            {"Association": {"CarrierIp": "203.0.113.3"}},
            {"PrivateIpAddress": "10.0.0.9"},
        ],
    }
    box = {
        "SubnetId": "subnet-1",
        "PublicIpAddress": "203.0.113.1",
        "SecurityGroups": [{"GroupId": "sg-1"}],
        "NetworkInterfaces": [interface],
        "Tags": [{"Key": "aws:autoscaling:groupName", "Value": "hosts"}, {"Key": "role", "Value": "web"}],
        "State": {"Name": "running"},
    }
    found = view(Instance, box=box)
    assert found.public_ips == ("203.0.113.1", "203.0.113.2", "203.0.113.3")
    assert found.security_groups == ("sg-1", "sg-2")
    assert found.subnets == ("subnet-1", "subnet-2")
    assert found.group == "hosts"
    assert not found.gone


def test_an_instance_without_anything_has_nothing() -> None:
    found = view(Instance, box={"State": {"Name": "terminated"}}, script={})
    assert (found.public_ips, found.security_groups, found.subnets) == ((), (), ())
    assert found.group == ""
    assert found.gone
    assert found.user_data == NO_USER_DATA
    with pytest.raises(Unknown):
        _ = found.http_tokens


def test_user_data_that_was_denied_is_unknown() -> None:
    found = view(Instance, box={}, script=unseen(Gap("ec2.DescribeInstanceAttribute", state=GapState.DENIED)))
    with pytest.raises(Unknown):
        _ = found.user_data


def test_launch_template_versions_are_read_in_order_with_user_data_redacted() -> None:
    data = {
        "ImageId": "ami-1",
        "UserData": "ZWNobyBoaQ==",
        "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 1},
        "BlockDeviceMappings": [{"Ebs": {"Encrypted": True}}, {"Ebs": {}}, {"VirtualName": "ephemeral0"}],
        "NetworkInterfaces": [{"AssociatePublicIpAddress": False, "Groups": ["sg-2"]}, {}],
        "SecurityGroupIds": ["sg-1"],
        "IamInstanceProfile": {"Name": "host"},
    }
    texts = [{"VersionNumber": 2, "LaunchTemplateData": {}}, {"VersionNumber": 1, "LaunchTemplateData": data}]
    kept = Redactor(b"key").section(LaunchTemplate, "texts", texts)
    assert "ZWNobyBoaQ==" not in str(kept)
    first, second = view(LaunchTemplate, texts=kept).versions
    assert (first.number, first.image, first.http_tokens, first.hop_limit) == (1, "ami-1", "required", 1)
    assert [item.encrypted for item in first.devices] == [True, None]
    assert first.public_ip is False
    assert first.security_groups == ("sg-1", "sg-2")
    assert first.profile == "host"
    assert first.user_data.present
    assert (second.number, second.public_ip, second.hop_limit) == (2, None, None)
    assert second.user_data == NO_USER_DATA


def test_both_versions_of_a_launch_template_are_asked_for_once() -> None:
    wanted = LaunchTemplate.calls["texts"].params["Versions"].function
    assert wanted(3, 10) == ["3", "10"]
    assert wanted(2, 2) == ["2"]


def test_a_group_finds_its_template_where_it_mixes_instances() -> None:
    mixed = {"LaunchTemplate": {"LaunchTemplateSpecification": {"LaunchTemplateId": "lt-2"}}}
    assert view(AutoScalingGroup, box={"MixedInstancesPolicy": mixed}).launch_template == "lt-2"
    found = view(AutoScalingGroup, box={"LaunchTemplate": {"LaunchTemplateId": "lt-1"}, "VPCZoneIdentifier": "a,b"})
    assert found.launch_template == "lt-1"
    assert found.subnets == ("a", "b")


def test_a_vpc_has_the_ranges_that_are_associated() -> None:
    blocks = [
        {"CidrBlock": "10.0.0.0/16", "CidrBlockState": {"State": "associated"}},
        {"CidrBlock": "10.40.0.0/16", "CidrBlockState": {"State": "disassociated"}},
        {"CidrBlock": "10.41.0.0/16", "CidrBlockState": {"State": "associating"}},
        {"CidrBlock": "10.42.0.0/16", "CidrBlockState": {"State": "failed"}},
    ]
    found = view(VPC, box={"CidrBlockAssociationSet": blocks})
    assert found.cidrs == ("10.0.0.0/16", "10.41.0.0/16")
    assert found.ipv6_cidrs == ()


def test_a_route_table_knows_its_subnets_and_whether_it_is_the_main_one() -> None:
    associations = [
        {"Main": True, "AssociationState": {"State": "associated"}},
        {"Main": False, "SubnetId": "subnet-1", "AssociationState": {"State": "associated"}},
        {"Main": False, "SubnetId": "subnet-2", "AssociationState": {"State": "disassociated"}},
        {"Main": False, "GatewayId": "igw-1"},
    ]
    found = view(RouteTable, box={"Associations": associations})
    assert found.main
    assert found.subnets == ("subnet-1",)
    assert found.gateways == ("igw-1",)
    assert not view(RouteTable, box={"Associations": associations[1:]}).main


def test_prefix_lists_of_aws_have_no_entries_asked() -> None:
    assert view(PrefixList, entries=[{"Cidr": "10.0.0.0/8"}]).cidrs == ("10.0.0.0/8",)
    assert PrefixList.calls["entries"].when == "box.OwnerId != 'AWS'"


def test_an_older_nat_gateway_is_zonal_and_public() -> None:
    found = view(NatGateway, box={"SubnetId": "subnet-1"})
    assert (found.mode, found.connectivity) == ("zonal", "public")


def test_a_peering_has_two_sides_with_all_their_ranges() -> None:
    box = {
        "RequesterVpcInfo": {"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"},
        "AccepterVpcInfo": {
            "VpcId": "vpc-2",
            "CidrBlock": "10.1.0.0/16",
            "CidrBlockSet": [{"CidrBlock": "10.1.0.0/16"}, {"CidrBlock": "10.2.0.0/16"}],
            "Ipv6CidrBlockSet": [{"Ipv6CidrBlock": "fd00::/64"}],
        },
    }
    found = view(VPCPeeringConnection, box=box)
    assert found.requester.cidrs == ("10.0.0.0/16",)
    assert found.accepter.cidrs == ("10.1.0.0/16", "10.2.0.0/16", "fd00::/64")


def test_a_transit_gateway_says_when_it_shows_only_some_routes() -> None:
    found = view(
        TransitGatewayRouteTable, found={"Routes": [{"DestinationCidrBlock": "10.0.0.0/8"}, {"PrefixListId": "pl"}]}
    )
    assert found.cidrs == ("10.0.0.0/8",)
    assert not found.more
    assert view(TransitGatewayRouteTable, found={"Routes": [], "AdditionalRoutesAvailable": True}).more


def test_a_snapshot_is_public_if_everybody_may_restore_it() -> None:
    assert view(Snapshot, everybody={"SnapshotId": "snap-1"}).public
    assert not view(Snapshot, everybody=ABSENT).public
    with pytest.raises(Unknown):
        _ = view(Snapshot, everybody=unseen(Gap("ec2.DescribeSnapshots"))).public


def test_region_settings_that_were_denied_are_unknown_each_for_itself() -> None:
    denied = unseen(Gap("ec2.GetSnapshotBlockPublicAccessState", state=GapState.DENIED))
    found = view(RegionSettings, ebs={"EbsEncryptionByDefault": False}, snapshots=denied)
    assert found.ebs_encrypts is False
    with pytest.raises(Unknown):
        _ = found.snapshot_block


def test_a_vpn_connection_keeps_no_key() -> None:
    box = {
        "VpnConnectionId": "vpn-1",
        "CustomerGatewayConfiguration": "<pre_shared_key>hunter2hunter2</pre_shared_key>",
        "Options": {"TunnelOptions": [{"PreSharedKey": "hunter2hunter2", "OutsideIpAddress": "203.0.113.5"}]},
    }
    kept = Redactor(b"key").section(VPNConnection, "box", box)
    assert "hunter2" not in str(kept)
    assert view(VPNConnection, box=kept).tunnels == (Tunnel("203.0.113.5"),)


def test_tunnel_options_are_read_by_phase() -> None:
    def choices(*values: object) -> list[dict[str, object]]:
        return [{"Value": value} for value in values]

    options = {
        "OutsideIpAddress": "203.0.113.5",
        "IkeVersions": choices("ikev2"),
        "Phase1EncryptionAlgorithms": choices("AES256"),
        "Phase2EncryptionAlgorithms": choices("AES256-GCM-16"),
        "Phase1IntegrityAlgorithms": choices("SHA2-256"),
        "Phase2IntegrityAlgorithms": choices("SHA2-384"),
        "Phase1DHGroupNumbers": choices(14, 20),
        "Phase2DHGroupNumbers": choices(21),
        "LogOptions": {"CloudWatchLogOptions": {"LogEnabled": True}},
    }
    assert view(VPNConnection, box={"Options": {"TunnelOptions": [options]}}).tunnels == (
        Tunnel(
            "203.0.113.5",
            ("ikev2",),
            ("AES256",),
            ("AES256-GCM-16",),
            ("SHA2-256",),
            ("SHA2-384",),
            (14, 20),
            (21,),
            True,
        ),
    )


def series(name: str, values: dict[str, float], status: str = "Complete") -> dict[str, Any]:
    return {"Id": name, "Timestamps": list(values), "Values": list(values.values()), "StatusCode": status}


def test_traffic_joins_both_directions_by_time() -> None:
    day = [
        series("bytes_in", {"2026-11-20T02:15:00Z": 5.0}),
        series("bytes_out", {"2026-11-20T02:15:00Z": 7.0, "2026-11-20T02:00:00Z": 1.0}),
    ]
    assert view(VPNConnection, day=day).traffic == (
        Traffic(datetime(2026, 11, 20, 2, 0, tzinfo=UTC), 0.0, 1.0),
        Traffic(datetime(2026, 11, 20, 2, 15, tzinfo=UTC), 5.0, 7.0),
    )


def test_traffic_over_pages_is_whole_when_the_last_page_is() -> None:
    day = [
        series("bytes_in", {"2026-11-20T02:00:00Z": 5.0}, "PartialData"),
        series("bytes_out", {}),
        series("bytes_in", {"2026-11-20T02:15:00Z": 6.0}),
    ]
    assert [item.bytes_in for item in view(VPNConnection, day=day).traffic] == [5.0, 6.0]


@pytest.mark.parametrize(
    "day",
    [
        [],
        [series("bytes_in", {})],
        [series("bytes_in", {}), series("bytes_out", {}, "InternalError")],
        [series("bytes_in", {}), series("bytes_out", {}, "Forbidden"), series("bytes_out", {})],
        [series("bytes_in", {}, "PartialData"), series("bytes_out", {})],
    ],
)
def test_traffic_that_was_not_answered_whole_is_unknown(day: list[dict[str, Any]]) -> None:
    with pytest.raises(Unknown):
        _ = view(VPNConnection, day=day).traffic


def test_traffic_is_asked_by_the_connection_for_the_day_before_the_scan() -> None:
    call = VPNConnection.calls["day"]
    assert call.uses == ("box",)
    assert call.params["StartTime"] == "$as_of-24h"
    metric = call.params["MetricDataQueries"][0]["MetricStat"]["Metric"]
    assert metric["Dimensions"] == [{"Name": "VpnId", "Value": "$box.VpnConnectionId"}]


def test_a_gateway_is_attached_only_while_it_is() -> None:
    attachments = [{"VpcId": "vpc-1", "State": "attached"}, {"VpcId": "vpc-2", "State": "detached"}]
    assert view(VPNGateway, box={"VpcAttachments": attachments}).vpcs == ("vpc-1",)


def test_an_alarm_watches_its_metric_or_those_of_its_sum() -> None:
    pairs = [{"Name": "VpnId", "Value": "vpn-1"}]
    simple = {"Namespace": "AWS/VPN", "MetricName": "TunnelState", "Dimensions": pairs, "Statistic": "Minimum"}
    expected = (Metric("AWS/VPN", "TunnelState", (("VpnId", "vpn-1"),)),)
    found = view(Alarm, box=simple)
    assert found.metrics == expected
    assert not found.math
    assert found.metrics[0].dimension("VpnId") == "vpn-1"
    assert found.metrics[0].dimension("TunnelIpAddress") == ""
    queries = [{"Id": "a", "MetricStat": {"Metric": simple}}, {"Id": "b", "Expression": "a+1"}]
    summed = view(Alarm, box={"Metrics": queries})
    assert summed.metrics == expected
    assert summed.math
