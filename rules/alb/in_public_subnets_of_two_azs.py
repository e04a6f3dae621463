"""alb_in_public_subnets_of_two_azs."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

from rules._balancers import balancers_of
from rules._network import internet_routes
from scanner.kinds.addresses import network
from scanner.kinds.ec2_instances import Instance
from scanner.kinds.ec2_network import RouteTable, Subnet
from scanner.kinds.elbv2 import LoadBalancer, TargetGroup
from scanner.kinds.elbv2_reading import TargetState
from scanner.kinds.network_reasoning import Route
from scanner.model.gap import Gap, Unknown
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Gaps, Missing, Other, Rule
from scanner.model.source import CityWebapps, PhiCluster

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World

FIRST, SECOND = LoadBalancer.facts["subnets"].sample
SUBNETS = (Other(Subnet, id=FIRST, cidr="10.0.1.0/24"), Other(Subnet, id=SECOND, cidr="10.0.2.0/24"))
PUBLIC = Other(RouteTable, main=True, routes=(Route("0.0.0.0/0", "igw-1"),))
PRIVATE = Other(RouteTable, main=True, routes=(Route("0.0.0.0/0", "nat-1"),))
PLACED = {"ip", "instance"}


def _group(target: str, type: str = "ip", **facts: Any) -> Other:
    """Make a target group with one target for the examples."""
    return Other(TargetGroup, target_type=type, targets=(TargetState(target, "healthy"),), **facts)


def _subnet(name: str, balancer: LoadBalancer, world: World, gaps: Gaps) -> Iterator[Fail]:
    """Say what is wrong with a subnet of an internet-facing load balancer."""
    with gaps:
        subnet = world.get(Subnet, name)
        if subnet is None:
            raise Unknown(Gap("ec2.DescribeSubnets", message=f"{name} was not seen"))
        with gaps:
            if not internet_routes(world, subnet):
                yield Fail(f"{name} is no public subnet: it has no route to an internet gateway", part=name)
        with gaps:
            for group in world.candidates(TargetGroup, balancers_of, lambda: [balancer.id]):
                with gaps:
                    if balancer.id in group.load_balancers and group.target_type in PLACED:
                        yield from _shared(subnet, group, world, gaps)


def _shared(subnet: Subnet, group: TargetGroup, world: World, gaps: Gaps) -> Iterator[Fail]:
    """Say whether targets of a group stand in a subnet."""
    inside = []
    for target in group.targets:
        with gaps:
            if _stands_in(subnet, target.id, group.target_type, world):
                inside.append(target.id)
    if inside:
        yield Fail(
            f"{subnet.id} is shared with targets of {group.name}: {', '.join(sorted(inside))}",
            part=f"{subnet.id} {group.name}",
        )


def _stands_in(subnet: Subnet, target: str, type: str, world: World) -> bool:
    """Say whether a target, an instance's id or an address, stands in a subnet."""
    if type == "instance":
        instance = world.get(Instance, target)
        return instance is not None and instance.subnet == subnet.id
    address = ipaddress.ip_address(target)
    if address.version != 4:
        raise Unknown(Gap("ec2.DescribeSubnets", message=f"in which subnet {target} lies is not known"))
    return address in network(subnet.cidr)


class InPublicSubnetsOfTwoAzs(Rule):
    """Load balancers span two zones, in public subnets of their own.

    A load balancer in one zone is away when that zone is. One that the internet calls belongs in public subnets, and
    what it sends requests to does not: a program with ePHI in the same subnet would have the load balancer's way to
    the internet. Targets are placed by their instance or by their address; the subnets' IPv4 ranges say where an
    address lies.
    """

    kind = LoadBalancer
    severity = "medium"
    category = "resilience"
    hipaa_proposed = ("164.308(a)(7)(i)", "164.308(a)(7)(ii)(C)")
    sources = (CityWebapps(), PhiCluster())
    needs = (Subnet, RouteTable, TargetGroup, Instance)
    remedy = Runbook(
        "Make a subnet for load balancers alone in each of two zones, with a route to the internet gateway.",
        "Application ones: aws elbv2 set-subnets --load-balancer-arn {arn} --subnets ONE TWO --region {region}",
        "Network Load Balancers: make a new one in these subnets where AWS does not let it change to them.",
        "Move tasks and instances that share a subnet with it to private subnets.",
        effect=Effect(
            risk="high",
            downtime="connections through a subnet that is taken away end",
            terraform={"aws_lb": {"subnets": ["ONE", "TWO"]}},
        ),
    )
    GOOD = (
        Case({}, others=[*SUBNETS, PUBLIC, _group("10.0.9.10")]),
        Case(
            {"type": "network"},
            others=[*SUBNETS, PUBLIC, _group("i-1", "instance"), Other(Instance, id="i-1", subnet="x")],
        ),
        Case({"scheme": "internal"}, others=[*SUBNETS, PRIVATE, _group("10.0.1.10")]),
        Case({}, others=[*SUBNETS, PUBLIC, _group("10.0.1.10", load_balancers=("arn:another",))]),
        Case({}, others=[*SUBNETS, PUBLIC, _group("arn:aws:lambda:us-east-1:123456789012:function:a", "lambda")]),
        Case({}, others=[*SUBNETS, PUBLIC, _group("arn:aws:elasticloadbalancing:alb", "alb")]),
        Case({}, others=[*SUBNETS, PUBLIC, _group("i-gone", "instance")]),
        Case({}, others=[*SUBNETS, PUBLIC]),
    )
    BAD = (
        Case({"zones": ("us-east-1a",)}, others=[*SUBNETS, PUBLIC]),
        Case({"zones": ("us-east-1a", "us-east-1a")}, others=[*SUBNETS, PUBLIC]),
        Case({"zones": ("us-east-1a",), "scheme": "internal"}),
        Case({"zones": ("us-east-1a",), "type": "network"}, others=[*SUBNETS, PUBLIC]),
        Case({}, others=[*SUBNETS, PRIVATE]),
        Case({}, others=[*SUBNETS, PUBLIC, _group("10.0.1.10")]),
        Case({}, others=[*SUBNETS, PUBLIC, _group("10.0.2.10")]),
        Case({}, others=[*SUBNETS, PUBLIC, _group("i-1", "instance"), Other(Instance, id="i-1", subnet=FIRST)]),
        Case({}, others=[*SUBNETS, PRIVATE], lacking=[TargetGroup]),
    )
    SKIP = (Case({"zones": ("us-east-1a",), "type": "gateway"}, others=[*SUBNETS, PRIVATE]),)
    UNKNOWN = (
        Case({}, others=[PUBLIC]),
        Case({}, others=SUBNETS),
        Case({}, others=[*SUBNETS, PUBLIC], lacking=[TargetGroup]),
        Case({}, others=[*SUBNETS, PUBLIC, _group("i-1", "instance")], lacking=[Instance]),
        Case({}, others=[*SUBNETS, PUBLIC, _group("2001:db8::10")]),
    )

    @staticmethod
    def applies(balancer: LoadBalancer) -> bool:
        """Application and Network Load Balancers."""
        return balancer.type in {"application", "network"}

    @staticmethod
    def check(balancer: LoadBalancer, world: World) -> Iterator[Fail | Missing]:
        gaps = Gaps()
        with gaps:
            zones = sorted(set(balancer.zones))
            if len(zones) == 1:
                yield Fail(f"it is in the zone {zones[0]} alone", part="zones")
        with gaps:
            if balancer.scheme == "internet-facing":
                for name in balancer.subnets:
                    yield from _subnet(name, balancer, world, gaps)
        yield from gaps
