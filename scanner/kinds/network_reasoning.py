"""Ports and routes: pure reasoning over what EC2 answers, for kinds and rules.

Sources: EC2 API Reference (IpPermission, Route); VPC User Guide (route priority, main route table, egress-only internet
gateways).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

import msgspec

from scanner.kinds.addresses import WORLD_V4, WORLD_V6, world_of

LAST_PORT = 65535

PROTOCOLS = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6", "all": "-1"}
"""Protocol numbers that AWS also writes by name."""


class Permission(msgspec.Struct, frozen=True):
    """One security group rule for one source (or, outbound, destination).

    `protocol` is `tcp`, `udp`, `icmp`, `icmpv6`, `-1` for all, or a number; ports are None where all are meant. `peer`
    is a CIDR, or the id of a prefix list or a group; `account` is the owner of a group.
    """

    protocol: str = "-1"
    from_port: int | None = None
    to_port: int | None = None
    kind: Literal["cidr", "prefix-list", "group"] = "cidr"
    peer: str = ""
    account: str = ""
    description: str = ""

    def covers(self, protocol: str, port: int) -> bool:
        """Say whether the rule speaks of a port of a protocol."""
        return _speaks_of((self.protocol, self.from_port, self.to_port), protocol, port)

    @property
    def ports(self) -> str:
        """Write protocol and ports: `all traffic`, `tcp/22`, `tcp/8000-8080`."""
        if self.protocol == "-1":
            return "all traffic"
        if self.from_port is None or self.to_port is None or self.from_port == -1:
            return self.protocol
        span = str(self.from_port) if self.from_port == self.to_port else f"{self.from_port}-{self.to_port}"
        return f"{self.protocol}/{span}"


def _speaks_of(rule: tuple[str, int | None, int | None], protocol: str, port: int) -> bool:
    own, first, last = rule
    if own == "-1":
        return True
    if own != protocol:
        return False
    return first is None or last is None or first == -1 or first <= port <= last


def permissions(given: Sequence[Mapping[str, Any]]) -> tuple[Permission, ...]:
    """Take apart the permissions of an answer into one for each source."""
    return tuple(permission for item in given for permission in _sources(item))


_SOURCES: tuple[tuple[str, str, Literal["cidr", "prefix-list", "group"]], ...] = (
    ("IpRanges", "CidrIp", "cidr"),
    ("Ipv6Ranges", "CidrIpv6", "cidr"),
    ("PrefixListIds", "PrefixListId", "prefix-list"),
    ("UserIdGroupPairs", "GroupId", "group"),
)


def _sources(item: Mapping[str, Any]) -> Iterator[Permission]:
    number = str(item["IpProtocol"])
    head = (PROTOCOLS.get(number, number), item.get("FromPort"), item.get("ToPort"))
    for member, name, kind in _SOURCES:
        for source in item.get(member, ()):
            yield Permission(
                *head,
                kind,
                source.get(name, ""),
                source.get("UserId", ""),
                source.get("Description", ""),
            )


def may_open(given: Iterable[Permission]) -> bool:
    """Say whether rules by CIDR, were they all for one port, would open it to the world: if not, no port is open."""
    try:
        return bool(world_of(rule.peer for rule in given if rule.kind == "cidr"))
    except ValueError:  # what is no CIDR is for those to tell who look at the rule in which it stands
        return True


def open_to_world(given: Iterable[Permission], protocol: str, port: int) -> tuple[str, ...]:
    """Name `0.0.0.0/0` and `::/0` where rules together open a port to them. Prefix lists and groups count as closed."""
    return world_of(item.peer for item in given if item.kind == "cidr" and item.covers(protocol, port))


class Exposure(msgspec.Struct, frozen=True):
    """Ports of a protocol that are open to `0.0.0.0/0` or `::/0`; all of them where `first` and `last` are None."""

    protocol: str
    world: str
    first: int | None = None
    last: int | None = None

    @property
    def ports(self) -> str:
        """Write protocol and ports as `Permission.ports` does."""
        return Permission(self.protocol, self.first, self.last).ports


def exposures(given: Iterable[Permission]) -> tuple[Exposure, ...]:
    """Say what rules by CIDR together open to the world: all traffic, else the ports of each protocol in ranges."""
    rules = [rule for rule in given if rule.kind == "cidr"]
    if not may_open(rules):
        return ()
    found = [Exposure("-1", world) for world in world_of(rule.peer for rule in rules if rule.protocol == "-1")]
    everything = {item.world for item in found}
    for protocol in sorted({rule.protocol for rule in rules} - {"-1"}):
        for world in (WORLD_V4, WORLD_V6):
            if world not in everything:
                found += _ranges(rules, protocol, world)
    return tuple(found)


def _ranges(rules: Sequence[Permission], protocol: str, world: str) -> Iterator[Exposure]:
    """Give the ranges of ports that are open, those that touch as one."""
    if protocol not in {"tcp", "udp"}:
        if world in world_of(rule.peer for rule in rules if rule.protocol in {protocol, "-1"}):
            yield Exposure(protocol, world)
        return
    own = [rule for rule in rules if rule.protocol == protocol]
    edges = sorted(
        {0, LAST_PORT + 1, *(max(rule.from_port or 0, 0) for rule in own), *((rule.to_port or 0) + 1 for rule in own)}
    )
    start: int | None = None
    for first, end in itertools.pairwise(edges):
        is_open = world in open_to_world(rules, protocol, first)
        start = first if is_open and start is None else start
        if start is not None and not is_open:
            yield Exposure(protocol, world, start, first - 1)
            start = None
        if start is not None and end > LAST_PORT:
            yield Exposure(protocol, world, start, LAST_PORT)


class AclEntry(msgspec.Struct, frozen=True):
    """One entry of a network ACL; ports are None where all are meant."""

    number: int
    allows: bool
    cidr: str
    protocol: str = "-1"
    first: int | None = None
    last: int | None = None

    def covers(self, protocol: str, port: int) -> bool:
        """Say whether the entry speaks of a port of a protocol."""
        return _speaks_of((self.protocol, self.first, self.last), protocol, port)


def acl_entries(given: Sequence[Mapping[str, Any]]) -> tuple[AclEntry, ...]:
    """Read the inbound entries of a network ACL, in the order in which AWS heeds them: the first that fits decides."""
    found = []
    for item in given:
        if not item["Egress"]:
            ports, number = item.get("PortRange", {}), str(item["Protocol"])
            cidr = item.get("CidrBlock") or item["Ipv6CidrBlock"]
            protocol = PROTOCOLS.get(number, number)
            allows = item["RuleAction"] == "allow"
            found.append(AclEntry(item["RuleNumber"], allows, cidr, protocol, ports.get("From"), ports.get("To")))
    return tuple(sorted(found, key=lambda entry: entry.number))


def admitted(entries: Iterable[AclEntry], protocol: str, port: int) -> tuple[str, ...]:
    """Name `0.0.0.0/0` and `::/0` where entries admit them to a port before others shut them out.

    A deny of some addresses before an allow of all leaves the world in.
    """
    allowed: list[str] = []
    denied: list[str] = []
    found: set[str] = set()
    for entry in entries:
        if entry.covers(protocol, port):
            (allowed if entry.allows else denied).append(entry.cidr)
            found |= set(world_of(allowed)) - set(world_of(denied))
    return tuple(sorted(found))


_PLANNED = {
    "igw-": ("aws_internet_gateway", "AWS::EC2::InternetGateway"),
    "eni-": ("aws_network_interface", "AWS::EC2::NetworkInterface"),
    "i-": ("aws_instance", "AWS::EC2::Instance"),
    "nat-": ("aws_nat_gateway", "AWS::EC2::NatGateway"),
    "pcx-": ("aws_vpc_peering_connection", "AWS::EC2::VPCPeeringConnection"),
    "tgw-": ("aws_ec2_transit_gateway", "AWS::EC2::TransitGateway"),
    "vgw-": ("aws_vpn_gateway", "AWS::EC2::VPNGateway"),
}
"""The types of what a planned route may lead to, by the beginnings that their ids will have."""


class Route(msgspec.Struct, frozen=True):
    """One route: destination (a CIDR or a prefix list's id), target's id, state and where it came from."""

    destination: str = ""
    target: str = ""
    state: str = "active"
    origin: str = ""

    @property
    def is_default(self) -> bool:
        """Say whether it catches everything of its address family."""
        return self.destination in {WORLD_V4, WORLD_V6}

    @property
    def is_local(self) -> bool:
        """Say whether it is the VPC's own range."""
        return self.target == "local"

    def leads_to(self, *prefixes: str) -> bool:
        """Say whether its target is of a type, by the beginning of its id or, while it is planned, by its address."""
        return self.target.startswith(prefixes) or any(
            re.search(rf"(^|[.{{]){re.escape(name)}\.", self.target)
            for prefix in prefixes
            for name in _PLANNED.get(prefix, ())
        )


_TARGETS = (
    "NatGatewayId", "TransitGatewayId", "VpcPeeringConnectionId", "EgressOnlyInternetGatewayId", "NetworkInterfaceId",
    "InstanceId", "LocalGatewayId", "CarrierGatewayId", "CoreNetworkArn", "OdbNetworkArn", "GatewayId", "IpAddress",
)  # fmt: skip


def routes(given: Sequence[Mapping[str, Any]]) -> tuple[Route, ...]:
    """Read the routes of an answer."""
    return tuple(
        Route(
            item.get("DestinationCidrBlock")
            or item.get("DestinationIpv6CidrBlock")
            or item.get("DestinationPrefixListId", ""),
            next((item[name] for name in _TARGETS if item.get(name)), ""),
            item.get("State", "active"),
            item.get("Origin", ""),
        )
        for item in given
    )


def to_internet(given: Iterable[Route]) -> tuple[Route, ...]:
    """Give the working routes to an internet gateway: a subnet that has any is public.

    Egress-only internet gateways let nobody in and do not count.
    """
    return tuple(route for route in given if route.leads_to("igw-") and route.state == "active")
