"""What machines do to doors, lists and tunnels: never more than was asked, and back again to the letter."""

from __future__ import annotations

from typing import Any

import pytest

from remediation import filling
from rules._ingress import CLOSE_DOOR
from scanner.engine.registry import rules
from scanner.kinds.ec2_gateways import FlowLog, VPCEndpoint
from scanner.kinds.ec2_network import RouteTable, Subnet
from scanner.kinds.network_reasoning import AclEntry, Permission, admitted
from scanner.kinds.vpn import Telemetry
from scanner.kinds.vpn_reading import Tunnel, tunnels
from scanner.model.kind import Kind
from scanner.model.plan import WriteCall
from scanner.model.remedy import Around, Direct, NotByMachine
from scanner.model.rule import Case, Other
from tests.rules.remedying import staged

WORLD, WORLD_6 = "0.0.0.0/0", "::/0"
ALL = Permission("-1", None, None, "cidr", WORLD)
SSH = Permission("tcp", 22, 22, "cidr", WORLD, "", "support")
UP = (Telemetry("203.0.113.5", "UP"), Telemetry("203.0.113.6", "UP"))


NOWHERE = Around(None, None)  # type: ignore[arg-type]


def writes_of(remedy: Direct, view: Kind, part: str, around: Around = NOWHERE) -> tuple[WriteCall, ...]:
    return filling.writes_of(remedy, view, part, around)


def undo_of(remedy: Direct, view: Kind, part: str, around: Around = NOWHERE) -> tuple[WriteCall, ...]:
    return filling.undo_of(remedy, view, part, around)


def _view(rule: str, **facts: Any) -> Kind:
    return staged(rule, facts).view


def _remedy(rule: str) -> Direct:
    found = rules()[rule].remedy
    assert isinstance(found, Direct)
    return found


def _group(*ingress: Permission, **facts: Any) -> Kind:
    return _view("sg_no_open_ssh", ingress=ingress, **facts)


def _doors(group: Kind, part: str) -> list[tuple[str, list[dict[str, Any]]]]:
    made = [(call.operation[4:], call.parameters["IpPermissions"]) for call in writes_of(CLOSE_DOOR, group, part)]
    back = undo_of(CLOSE_DOOR, group, part)
    assert len(back) == len(made)
    return made


def test_only_the_open_door_is_closed_and_opened_again_with_its_description() -> None:
    group = _group(SSH, Permission("tcp", 22, 22, "cidr", "10.0.0.0/8"), Permission("tcp", 443, 443, "cidr", WORLD))
    (made,) = _doors(group, f"ingress tcp/22 {WORLD}")
    door = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22}
    assert made == ("RevokeSecurityGroupIngress", [{**door, "IpRanges": [{"CidrIp": WORLD}]}])
    (back,) = undo_of(CLOSE_DOOR, group, f"ingress tcp/22 {WORLD}")
    assert back.operation == "ec2.AuthorizeSecurityGroupIngress"
    described = [{"CidrIp": WORLD, "Description": "support"}]
    assert back.parameters["IpPermissions"] == [{**door, "IpRanges": described}]


def test_a_wide_door_leaves_the_website_open() -> None:
    opened, closed = _doors(_group(ALL), f"ingress tcp/3389 {WORLD}")
    assert [item["FromPort"] for item in opened[1]] == [80, 443]
    assert closed == ("RevokeSecurityGroupIngress", [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": WORLD}]}])
    opened, _ = _doors(_group(ALL, Permission("tcp", 443, 443, "cidr", WORLD)), f"ingress all traffic {WORLD}")
    assert [item["FromPort"] for item in opened[1]] == [80]


def test_a_door_of_ipv6_is_named_as_such() -> None:
    (made,) = _doors(_group(Permission("tcp", 22, 22, "cidr", WORLD_6), SSH), f"ingress tcp/22 {WORLD_6}")
    assert made[1][0]["Ipv6Ranges"] == [{"CidrIpv6": WORLD_6}]
    assert "IpRanges" not in made[1][0]


def test_a_default_groups_own_members_may_be_shut_out() -> None:
    own = Permission("-1", None, None, "group", "sg-1", "123456789012")
    (made,) = _doors(_group(own, id="sg-1", group_name="default"), "ingress tcp/22 sg-1")
    assert made[1] == [{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-1", "UserId": "123456789012"}]}]


@pytest.mark.parametrize(
    ("ingress", "part"),
    [
        ([Permission("tcp", 8443, 8443, "cidr", WORLD)], f"ingress tcp/8443 {WORLD}"),
        ([Permission("udp", 53, 53, "cidr", WORLD)], f"ingress udp/53 {WORLD}"),
        ([Permission("tcp", 22, 22, "cidr", "0.0.0.0/1"), Permission("tcp", 22, 22, "cidr", "128.0.0.0/1")],
         f"ingress tcp/22 {WORLD}"),
        ([SSH, Permission("tcp", 22, 22, "cidr", "0.0.0.0/1"), Permission("-1", None, None, "cidr", "128.0.0.0/1")],
         f"ingress tcp/22 {WORLD}"),
        ([Permission("tcp", 22, 22, "cidr", "198.51.100.0/24")], "ingress tcp/22 198.51.100.0/24"),
        ([Permission("tcp", 22, 22, "group", "sg-9")], "ingress tcp/22 sg-9"),
        ([Permission("tcp", 22, 22, "prefix-list", "pl-1")], f"ingress tcp/22 {WORLD}"),
    ],
)  # fmt: skip
def test_a_door_that_somebody_may_need_is_left_to_a_person(ingress: list[Permission], part: str) -> None:
    with pytest.raises(NotByMachine):
        writes_of(CLOSE_DOOR, _group(*ingress), part)


def _acl(*inbound: AclEntry) -> Kind:
    return _view("nacl_no_open_admin_ports", inbound=inbound)


def _entries(given: Any) -> list[AclEntry]:
    return [
        AclEntry(
            call["RuleNumber"], call["RuleAction"] == "allow", call.get("CidrBlock") or call["Ipv6CidrBlock"], "tcp",
            call["PortRange"]["From"], call["PortRange"]["To"],
        )
        for call in (each.parameters for each in given)
    ]  # fmt: skip


def test_a_port_is_shut_for_the_world_before_the_open_entry_and_stays_open_within() -> None:
    before = (
        AclEntry(90, allows=True, cidr="198.51.100.7/32", protocol="tcp", first=22, last=22),
        AclEntry(100, allows=True, cidr=WORLD),
        AclEntry(110, allows=True, cidr=WORLD_6),
    )
    acl, remedy, made = _acl(*before), _remedy("nacl_no_open_admin_ports"), list[AclEntry]()
    for part in (f"inbound tcp/{port} {world}" for port in (22, 3389) for world in (WORLD, WORLD_6)):
        writes = writes_of(remedy, acl, part)
        made += _entries(writes)
        back = undo_of(remedy, acl, part)
        assert [call.parameters["RuleNumber"] for call in back] == [
            call.parameters["RuleNumber"] for call in reversed(writes)
        ]
    numbers = [entry.number for entry in (*before, *made)]
    assert len(set(numbers)) == len(numbers), "steps that are made out together take the same numbers"
    after = sorted((*before, *made), key=lambda entry: entry.number)
    assert [admitted(after, "tcp", port) for port in (22, 3389)] == [(), ()]
    assert admitted(after, "tcp", 443) == (WORLD, WORLD_6)
    assert any(entry.allows and entry.cidr == "10.0.0.0/8" and entry.number < 100 for entry in after)
    earlier = after[: after.index(before[0])]
    assert not any(entry.covers("tcp", 22) for entry in earlier), "those who had a door of their own keep it"


@pytest.mark.parametrize(
    ("inbound", "part"),
    [
        ([AclEntry(1, allows=True, cidr=WORLD)], f"inbound tcp/22 {WORLD}"),
        ([AclEntry(100, allows=True, cidr="0.0.0.0/1")], f"inbound tcp/22 {WORLD}"),
        ([AclEntry(100, allows=True, cidr=WORLD)], f"inbound tcp/8080 {WORLD}"),
        ([AclEntry(98, allows=False, cidr="198.51.100.0/24"), AclEntry(100, allows=True, cidr=WORLD)],
         f"inbound tcp/22 {WORLD}"),
    ],
)  # fmt: skip
def test_a_list_without_room_or_without_one_open_entry_is_left_to_a_person(inbound: list[Any], part: str) -> None:
    with pytest.raises(NotByMachine):
        writes_of(_remedy("nacl_no_open_admin_ports"), _acl(*inbound), part)


TUNNEL_RULES = ("vpn_strong_cryptography", "vpn_tunnel_logging", "vpn_tunnel_restarts_itself")
ANSWERED = {"IKEVersions": "IkeVersions", "DPDTimeoutAction": "DpdTimeoutAction"}


def _connection(rule: str, *both: Tunnel, telemetry: tuple[Telemetry, ...] = UP) -> Kind:
    return _view(rule, tunnels=both, telemetry=telemetry, traffic=())


@pytest.mark.parametrize("rule", TUNNEL_RULES)
def test_the_only_tunnel_that_is_up_is_not_touched(rule: str) -> None:
    down = (UP[0], Telemetry("203.0.113.6", "DOWN"))
    connection = _connection(rule, Tunnel("203.0.113.5"), Tunnel("203.0.113.6"), telemetry=down)
    with pytest.raises(NotByMachine, match="alone carries the traffic"):
        writes_of(_remedy(rule), connection, "tunnel 203.0.113.5")
    assert writes_of(_remedy(rule), connection, "tunnel 203.0.113.6")


@pytest.mark.parametrize("rule", TUNNEL_RULES)
def test_one_tunnel_alone_is_changed_and_changed_back(rule: str) -> None:
    connection = _connection(rule, Tunnel("203.0.113.5"), Tunnel("203.0.113.6"))
    made = writes_of(_remedy(rule), connection, "tunnel 203.0.113.6")
    back = undo_of(_remedy(rule), connection, "tunnel 203.0.113.6")
    assert made[-1].operation == back[-1].operation == "ec2.ModifyVpnTunnelOptions"
    assert {call.parameters.get("VpnTunnelOutsideIpAddress", "203.0.113.6") for call in (*made, *back)} == {
        "203.0.113.6"
    }


def test_strong_choices_that_were_allowed_stay_alone_and_defaults_come_back_by_name() -> None:
    rule = "vpn_strong_cryptography"
    connection = _connection(rule, Tunnel("203.0.113.5", ike=("ikev1", "ikev2"), groups_1=(2, 19)), Tunnel())
    (made,) = writes_of(_remedy(rule), connection, "tunnel 203.0.113.5")
    options = {ANSWERED.get(name, name): value for name, value in made.parameters["TunnelOptions"].items()}
    (after,) = tunnels([{"OutsideIpAddress": "203.0.113.5", **options}])
    assert (after.ike, after.groups_1) == (("ikev2",), (19,))
    assert after.encryption_1 == ("AES256", "AES256-GCM-16")
    (back,) = undo_of(_remedy(rule), connection, "tunnel 203.0.113.5")
    given = {name: [item["Value"] for item in values] for name, values in back.parameters["TunnelOptions"].items()}
    assert given["IKEVersions"] == ["ikev1", "ikev2"]
    assert given["Phase1DHGroupNumbers"] == [2, 19]
    assert {"SHA1", "SHA2-256"} < set(given["Phase1IntegrityAlgorithms"])
    assert {2, 5, 14} < set(given["Phase2DHGroupNumbers"])


def test_the_log_of_a_tunnel_goes_where_it_went_before_or_to_a_new_group_of_its_own() -> None:
    rule, group = "vpn_tunnel_logging", "arn:aws:logs:us-east-1:123456789012:log-group:vpn"
    connection = _connection(rule, Tunnel("203.0.113.5", log_group=group), Tunnel("203.0.113.6"))
    (made,) = writes_of(_remedy(rule), connection, "tunnel 203.0.113.5")
    assert made.parameters["TunnelOptions"]["LogOptions"]["CloudWatchLogOptions"]["LogGroupArn"] == group
    create, keep, modify = writes_of(_remedy(rule), connection, "tunnel 203.0.113.6")
    name = create.parameters["logGroupName"]
    assert name.endswith("/203.0.113.6")
    assert keep.parameters == {"logGroupName": name, "retentionInDays": 2192}
    logs = modify.parameters["TunnelOptions"]["LogOptions"]["CloudWatchLogOptions"]
    assert logs["LogGroupArn"] == f"arn:aws:logs:us-east-1:123456789012:log-group:{name}"


def test_a_tunnel_that_aws_cannot_begin_is_left_to_a_person() -> None:
    rule = "vpn_tunnel_restarts_itself"
    connection = _connection(rule, Tunnel("203.0.113.5", ike=("ikev1",)), Tunnel("203.0.113.6"))
    with pytest.raises(NotByMachine, match="IKE version 2"):
        writes_of(_remedy(rule), connection, "tunnel 203.0.113.5")


VPC = {"id": "vpc-1"}


def _around_vpc(rule: str, *others: Other) -> tuple[Kind, Around]:
    example = staged(rule, Case(VPC, others=others))
    return example.view, example.around


def test_one_gateway_endpoint_is_made_for_all_route_tables_that_lack_it() -> None:
    private = [
        Other(kind, **facts)
        for number in (1, 2)
        for kind, facts in (
            (Subnet, {"id": f"sn-{number}", "vpc": "vpc-1"}),
            (RouteTable, {"id": f"rtb-{number}", "vpc": "vpc-1", "subnets": (f"sn-{number}",)}),
        )
    ]
    rule = "vpc_endpoint_for_s3"
    vpc, around = _around_vpc(rule, *private)
    (made,) = writes_of(_remedy(rule), vpc, "rtb-1", around)
    assert made == writes_of(_remedy(rule), vpc, "rtb-2", around)[0]
    assert (made.operation, made.parameters["RouteTableIds"]) == ("ec2.CreateVpcEndpoint", ["rtb-1", "rtb-2"])
    with pytest.raises(NotByMachine, match="delete-vpc-endpoints"):
        undo_of(_remedy(rule), vpc, "rtb-1", around)
    vpc, around = _around_vpc(rule, *private, Other(VPCEndpoint, id="vpce-1", vpc="vpc-1", route_tables=("rtb-2",)))
    (made,) = writes_of(_remedy(rule), vpc, "rtb-1", around)
    assert made.parameters == {"VpcEndpointId": "vpce-1", "AddRouteTableIds": ["rtb-1"]}
    (back,) = undo_of(_remedy(rule), vpc, "rtb-1", around)
    assert back.parameters == {"VpcEndpointId": "vpce-1", "RemoveRouteTableIds": ["rtb-1"]}


def test_where_no_neighbour_has_a_flow_log_a_person_chooses_where_it_goes() -> None:
    vpc, around = _around_vpc("vpc_flow_logs_enabled", Other(FlowLog, subject="vpc-2", status="FAILED"))
    with pytest.raises(NotByMachine, match="is to be chosen"):
        writes_of(_remedy("vpc_flow_logs_enabled"), vpc, "", around)
