"""Addresses, ports and routes: held against plain counting."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.kinds.addresses import overlaps, world_of
from scanner.kinds.network_reasoning import Permission, Route, open_to_world, permissions, routes, to_internet

V4 = st.builds(
    lambda number, bits: str(ipaddress.ip_network((number, bits), strict=False)),
    st.integers(0, 2**32 - 1),
    st.integers(0, 32),
)
V6 = st.builds(
    lambda number, bits: str(ipaddress.ip_network((number, bits), strict=False)),
    st.integers(2**125, 2**128 - 1),
    st.integers(1, 128),
)
PORTS = st.integers(0, 65535)


def halves(cidr: str, depth: int) -> list[str]:
    return [str(item) for item in ipaddress.ip_network(cidr).subnets(depth)]


@pytest.mark.parametrize(
    ("cidrs", "expected"),
    [
        ([], ()),
        (["0.0.0.0/0"], ("0.0.0.0/0",)),
        (["::/0"], ("::/0",)),
        (["2000::/3"], ("::/0",)),
        (["2000::/4"], ()),
        (["2000::/4", "3000::/4"], ("::/0",)),
        (["0.0.0.0/0", "::/0"], ("0.0.0.0/0", "::/0")),
        (["0.0.0.0/1"], ()),
        (["0.0.0.0/1", "128.0.0.0/1"], ("0.0.0.0/0",)),
        (["0.0.0.0/1", "128.0.0.0/2"], ()),
        (["0.0.0.0/1", "128.0.0.0/2", "192.0.0.0/3"], ("0.0.0.0/0",)),
        (["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"], ()),
        (["8.8.8.8/32"], ()),
    ],
)
def test_the_world_by_example(cidrs: list[str], expected: tuple[str, ...]) -> None:
    assert world_of(cidrs) == expected


@pytest.mark.drill
@given(st.integers(0, 6), st.randoms(use_true_random=False))
def test_all_parts_together_are_the_world_and_one_missing_is_not(depth: int, random: Any) -> None:
    for whole in ("0.0.0.0/0", "::/0"):
        parts = halves(whole, depth)
        random.shuffle(parts)
        assert world_of(parts) == (whole,)
    public = [part for part in halves("0.0.0.0/0", 6) if ipaddress.ip_network(part).overlaps(_network("8.0.0.0/8"))]
    assert world_of([part for part in halves("0.0.0.0/0", 6) if part not in public]) == ()


def _network(text: str) -> Any:
    return ipaddress.ip_network(text)


def test_everything_but_the_private_ranges_is_the_world() -> None:
    rest = [ipaddress.ip_network("0.0.0.0/0")]
    for private in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"):
        rest = [
            part
            for item in rest
            for part in (item.address_exclude(_network(private)) if _network(private).subnet_of(item) else [item])
        ]
    assert world_of(map(str, rest)) == ("0.0.0.0/0",)


@pytest.mark.drill
@given(st.lists(st.one_of(V4, V6), max_size=6), st.one_of(V4, V6))
def test_more_rules_never_close_the_world(cidrs: list[str], more: str) -> None:
    assert set(world_of(cidrs)) <= set(world_of([*cidrs, more]))
    assert world_of([*cidrs, "0.0.0.0/0"])[:1] == ("0.0.0.0/0",)


@pytest.mark.drill
@given(V4, V4)
def test_overlap_is_containment_one_way_or_the_other(one: str, other: str) -> None:
    first, second = ipaddress.IPv4Network(one), ipaddress.IPv4Network(other)
    assert overlaps(one, other) == (first.subnet_of(second) or second.subnet_of(first)) == overlaps(other, one)
    assert not overlaps(one, "::/0")
    assert overlaps(one, one)


@pytest.mark.drill
@given(PORTS, PORTS, PORTS, st.sampled_from(["tcp", "udp", "icmp", "50"]))
def test_a_rule_covers_exactly_its_ports_and_protocol(low: int, high: int, port: int, protocol: str) -> None:
    rule = Permission(protocol, low, high)
    assert rule.covers("tcp", port) == (protocol == "tcp" and port in range(low, high + 1))
    assert Permission("-1").covers("udp", port)
    assert Permission(protocol).covers(protocol, port)
    assert Permission(protocol, -1, -1).covers(protocol, port)


def test_only_address_ranges_open_a_port_to_the_world() -> None:
    others = (Permission("tcp", 22, 22, "prefix-list", "pl-1"), Permission("tcp", 22, 22, "group", "sg-1"))
    assert open_to_world(others, "tcp", 22) == ()
    halves_of = (
        Permission("tcp", 0, 1024, "cidr", "0.0.0.0/1"),
        Permission("-1", None, None, "cidr", "128.0.0.0/1"),
    )
    assert open_to_world((*others, *halves_of), "tcp", 22) == ("0.0.0.0/0",)
    assert open_to_world(halves_of, "udp", 22) == ()
    assert open_to_world(halves_of, "tcp", 2222) == ()


def test_permissions_are_taken_apart_by_source() -> None:
    given_by_aws: list[dict[str, Any]] = [
        {
            "IpProtocol": "6",
            "FromPort": 22,
            "ToPort": 23,
            "IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "office"}, {"CidrIp": "192.0.2.0/24"}],
            "Ipv6Ranges": [{"CidrIpv6": "::/0"}],
            "PrefixListIds": [{"PrefixListId": "pl-1"}],
            "UserIdGroupPairs": [{"GroupId": "sg-9", "UserId": "210987654321"}],
        },
        {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-1", "UserId": "123456789012"}]},
    ]
    assert permissions(given_by_aws) == (
        Permission("tcp", 22, 23, "cidr", "10.0.0.0/8", description="office"),
        Permission("tcp", 22, 23, "cidr", "192.0.2.0/24"),
        Permission("tcp", 22, 23, "cidr", "::/0"),
        Permission("tcp", 22, 23, "prefix-list", "pl-1"),
        Permission("tcp", 22, 23, "group", "sg-9", "210987654321"),
        Permission("-1", None, None, "group", "sg-1", "123456789012"),
    )


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (Permission("-1"), "all traffic"),
        (Permission("tcp", 22, 22), "tcp/22"),
        (Permission("tcp", 8000, 8080), "tcp/8000-8080"),
        (Permission("icmp", -1, -1), "icmp"),
        (Permission("50"), "50"),
    ],
)
def test_ports_are_written_as_people_do(rule: Permission, expected: str) -> None:
    assert rule.ports == expected


def test_routes_are_read_by_destination_and_target() -> None:
    given_by_aws = [
        {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active", "Origin": "CreateRouteTable"},
        {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "State": "active"},
        {"DestinationIpv6CidrBlock": "::/0", "EgressOnlyInternetGatewayId": "eigw-1", "State": "active"},
        {"DestinationPrefixListId": "pl-1", "GatewayId": "vpce-1", "State": "active"},
        {
            "DestinationCidrBlock": "10.9.0.0/16",
            "InstanceId": "i-1",
            "NetworkInterfaceId": "eni-1",
            "State": "blackhole",
        },
        {"DestinationCidrBlock": "10.8.0.0/16", "GatewayId": "igw-2", "State": "blackhole"},
        {"DestinationCidrBlock": "10.7.0.0/16", "GatewayId": "vgw-1", "Origin": "EnableVgwRoutePropagation"},
    ]
    read = routes(given_by_aws)
    assert read == (
        Route("10.0.0.0/16", "local", "active", "CreateRouteTable"),
        Route("0.0.0.0/0", "igw-1"),
        Route("::/0", "eigw-1"),
        Route("pl-1", "vpce-1"),
        Route("10.9.0.0/16", "eni-1", "blackhole"),
        Route("10.8.0.0/16", "igw-2", "blackhole"),
        Route("10.7.0.0/16", "vgw-1", "active", "EnableVgwRoutePropagation"),
    )
    assert to_internet(read) == (read[1],)
    assert [route.destination for route in read if route.is_default] == ["0.0.0.0/0", "::/0"]
    assert [route.destination for route in read if route.is_local] == ["10.0.0.0/16"]
