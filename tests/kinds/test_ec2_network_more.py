"""EC2 networks: exposure by ranges, network ACLs, transit routes, flow log formats, tunnels' states."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.kinds.ec2_gateways import FlowLog
from scanner.kinds.ec2_interfaces import NetworkInterface
from scanner.kinds.ec2_nacl import NetworkAcl
from scanner.kinds.ec2_peering import TransitGatewayRouteTable, TransitRoute
from scanner.kinds.network_reasoning import (
    AclEntry,
    Exposure,
    Permission,
    admitted,
    exposures,
    open_to_world,
)
from scanner.kinds.vpn import TunnelSample, VPNConnection
from scanner.model.gap import Unknown
from scanner.model.kind import Kind
from scanner.model.resource import Resource, Section, SectionState

V4, V6 = "0.0.0.0/0", "::/0"
HALVES = ("0.0.0.0/1", "128.0.0.0/1")
EDGES = (0, 1, 21, 22, 23, 79, 80, 81, 1023, 1024, 65534, 65535)
RULES = st.builds(
    lambda protocol, ports, peer: (
        Permission("-1", None, None, "cidr", peer)
        if protocol == "-1"
        else Permission(protocol, min(ports), max(ports), "cidr", peer)
    ),
    st.sampled_from(["tcp", "udp", "-1"]),
    st.tuples(st.sampled_from(EDGES), st.sampled_from(EDGES)),
    st.sampled_from([V4, V6, *HALVES, "10.0.0.0/8"]),
)


def view(kind: type[Kind], **sections: Any) -> Any:
    made = {name: Section(SectionState.OK, document) for name, document in sections.items()}
    return kind(Resource(kind.cfn, "x", sections=made))


@pytest.mark.drill
@given(st.lists(RULES, max_size=6))
def test_exposures_are_what_counting_port_by_port_finds(rules: list[Permission]) -> None:
    found = exposures(rules)
    for protocol in ("tcp", "udp"):
        for port in EDGES:
            said = {
                item.world
                for item in found
                if item.protocol == "-1"
                or (item.protocol == protocol and (item.first or 0) <= port <= (item.last or 0))
            }
            assert said == set(open_to_world(rules, protocol, port))


def test_ports_that_touch_are_one_range() -> None:
    rules = [
        Permission("tcp", 22, 22, "cidr", V4),
        Permission("tcp", 23, 25, "cidr", HALVES[0]),
        Permission("tcp", 20, 30, "cidr", HALVES[1]),
        Permission("udp", 53, 53, "group", "sg-1"),
    ]
    assert exposures(rules) == (Exposure("tcp", V4, 22, 25),)
    assert exposures(rules[:1]) == (Exposure("tcp", V4, 22, 22),)


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([Permission("-1", None, None, "cidr", V4)], (Exposure("-1", V4),)),
        ([Permission("-1", None, None, "cidr", V4), Permission("tcp", 1, 9, "cidr", V4)], (Exposure("-1", V4),)),
        ([Permission("tcp", 0, 65535, "cidr", V6)], (Exposure("tcp", V6, 0, 65535),)),
        ([Permission("tcp", None, None, "cidr", V4)], (Exposure("tcp", V4, 0, 65535),)),
        ([Permission("tcp", -1, -1, "cidr", V4)], (Exposure("tcp", V4, 0, 65535),)),
        ([Permission("icmp", 8, 0, "cidr", V4)], (Exposure("icmp", V4),)),
        ([Permission("50", None, None, "cidr", HALVES[0])], ()),
        ([Permission("tcp", 22, 22, "prefix-list", "pl-1")], ()),
        (
            [Permission("-1", None, None, "cidr", HALVES[0]), Permission("tcp", 22, 22, "cidr", HALVES[1])],
            (Exposure("tcp", V4, 22, 22),),
        ),
    ],
)
def test_exposures_by_example(rules: list[Permission], expected: tuple[Exposure, ...]) -> None:
    assert exposures(rules) == expected


def test_an_exposure_is_written_as_people_do() -> None:
    assert [item.ports for item in (Exposure("-1", V4), Exposure("tcp", V4, 22, 25), Exposure("icmp", V4))] == [
        "all traffic",
        "tcp/22-25",
        "icmp",
    ]


def entry(
    number: int, *, allows: bool, cidr: str = V4, protocol: str = "-1", ports: tuple[int, int] | None = None
) -> AclEntry:
    first, last = ports or (None, None)
    return AclEntry(number, allows, cidr, protocol, first, last)


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([], ()),
        ([entry(1, allows=True)], (V4,)),
        ([entry(1, allows=False), entry(2, allows=True)], ()),
        ([entry(1, allows=True), entry(2, allows=False)], (V4,)),
        ([entry(1, allows=False, cidr="198.51.100.0/24"), entry(2, allows=True)], (V4,)),
        ([entry(1, allows=False, protocol="udp", ports=(0, 65535)), entry(2, allows=True)], (V4,)),
        ([entry(1, allows=False, protocol="tcp", ports=(23, 99)), entry(2, allows=True)], (V4,)),
        ([entry(1, allows=False, protocol="tcp", ports=(22, 22)), entry(2, allows=True)], ()),
        ([entry(1, allows=False), entry(2, allows=True, cidr=V6)], (V6,)),
        ([entry(1, allows=True, cidr=HALVES[0])], ()),
        ([entry(1, allows=True, cidr=HALVES[0]), entry(2, allows=True, cidr=HALVES[1])], (V4,)),
        (
            [entry(1, allows=True, cidr=HALVES[0]), entry(2, allows=False), entry(3, allows=True, cidr=HALVES[1])],
            (),
        ),
        ([entry(1, allows=True), entry(2, allows=True, cidr=V6)], (V4, V6)),
    ],
)
def test_the_first_entry_that_fits_decides(entries: list[AclEntry], expected: tuple[str, ...]) -> None:
    assert admitted(entries, "tcp", 22) == expected


def test_inbound_entries_are_read_in_order() -> None:
    entries = [
        {"RuleNumber": 32767, "Protocol": "-1", "RuleAction": "deny", "Egress": False, "CidrBlock": V4},
        {"RuleNumber": 100, "Protocol": "-1", "RuleAction": "allow", "Egress": True, "CidrBlock": V4},
        {
            "RuleNumber": 90,
            "Protocol": "6",
            "RuleAction": "allow",
            "Egress": False,
            "Ipv6CidrBlock": V6,
            "PortRange": {"From": 22, "To": 23},
        },
    ]
    found = view(
        NetworkAcl, box={"Entries": entries, "Associations": [{"SubnetId": "subnet-1"}, {"SubnetId": "subnet-2"}]}
    )
    assert found.inbound == (AclEntry(90, True, V6, "tcp", 22, 23), AclEntry(32767, False, V4))
    assert found.subnets == ("subnet-1", "subnet-2")


def test_a_transit_route_says_where_it_ends() -> None:
    routes = [
        {
            "DestinationCidrBlock": "10.1.0.0/16",
            "TransitGatewayAttachments": [{"ResourceId": "vpc-1"}, {"ResourceId": "vpc-2"}],
        },
        {"DestinationCidrBlock": "10.2.0.0/16"},
    ]
    assert view(TransitGatewayRouteTable, found={"Routes": routes}).routes == (
        TransitRoute("10.1.0.0/16", ("vpc-1", "vpc-2")),
        TransitRoute("10.2.0.0/16"),
    )


def test_a_flow_logs_fields_are_read_from_its_format() -> None:
    assert view(FlowLog, box={"LogFormat": "${version} ${vpc-id} ${pkt-srcaddr}"}).fields == (
        "version",
        "vpc-id",
        "pkt-srcaddr",
    )


def test_interfaces_are_known_by_their_place() -> None:
    assert view(NetworkInterface, box={"SubnetId": "subnet-1", "InterfaceType": "vpc_endpoint"}).place == (
        "subnet-1 vpc_endpoint"
    )


def series(name: str, values: dict[str, float], status: str = "Complete") -> dict[str, Any]:
    return {"Id": name, "Timestamps": list(values), "Values": list(values.values()), "StatusCode": status}


def test_tunnel_states_are_asked_by_address_in_the_same_call() -> None:
    queries = {query["Id"]: query for query in VPNConnection.calls["day"].params["MetricDataQueries"]}
    assert set(queries) == {"bytes_in", "bytes_out", "state_1", "state_2"}
    (dimension,) = queries["state_2"]["MetricStat"]["Metric"]["Dimensions"]
    assert dimension["Name"] == "TunnelIpAddress"
    assert dimension["Value"].startswith("$box.Options.TunnelOptions[1].OutsideIpAddress or ")


def test_tunnel_states_are_read_by_tunnel() -> None:
    day = [
        series("bytes_in", {}, "InternalError"),
        series("state_1", {"2026-11-20T02:05:00Z": 0.0}, "PartialData"),
        series("state_2", {}),
        series("state_1", {"2026-11-20T02:00:00Z": 1.0}),
    ]
    found = view(VPNConnection, day=day)
    assert found.samples == (
        TunnelSample(1, datetime(2026, 11, 20, 2, 0, tzinfo=UTC), 1.0),
        TunnelSample(1, datetime(2026, 11, 20, 2, 5, tzinfo=UTC), 0.0),
    )
    with pytest.raises(Unknown):
        _ = found.traffic


@pytest.mark.parametrize("day", [[series("bytes_in", {}), series("bytes_out", {})], [series("state_1", {})]])
def test_tunnel_states_that_were_not_answered_are_unknown(day: list[dict[str, Any]]) -> None:
    with pytest.raises(Unknown):
        _ = view(VPNConnection, day=day).samples


def test_what_a_tunnels_options_leave_out_is_awss_default() -> None:
    options = [{"OutsideIpAddress": "203.0.113.5"}, {"DpdTimeoutAction": "restart", "StartupAction": "start"}]
    found = view(VPNConnection, box={"Options": {"TunnelOptions": options}})
    assert [(item.dpd_action, item.startup) for item in found.tunnels] == [("clear", "add"), ("restart", "start")]
    assert found.addresses == ("203.0.113.5", "")
    assert found.key_secret == ""
