"""vpc_nat_gateway_per_az."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules._network import internet_routes, route_table_of
from scanner.kinds.addresses import WORLD_V4
from scanner.kinds.ec2_gateways import NatGateway
from scanner.kinds.ec2_network import VPC, RouteTable, Subnet
from scanner.kinds.network_reasoning import Route, to_internet
from scanner.model.gap import Gap, Unknown
from scanner.model.inventory import World
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Gaps, Missing, Note, Other, Rule, Skip
from scanner.model.source import CityWebapps, EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator


JUDGED = ("nat-", "eni-", "i-")
"""Targets of routes that are a NAT gateway or a single machine."""


def via(zone: str, target: str, destination: str = WORLD_V4, state: str = "active") -> Other:
    """Give an example's route table of a zone's private subnet."""
    return Other(
        RouteTable, id=f"out-{zone}", vpc="vpc-1", subnets=(f"sn-{zone}",), routes=(Route(destination, target, state),)
    )


V = {"id": "vpc-1"}
PRIVATE_A = Other(Subnet, id="sn-a", vpc="vpc-1", zone="us-east-1a")
PRIVATE_B = Other(Subnet, id="sn-b", vpc="vpc-1", zone="us-east-1b")
PUBLIC_A = Other(Subnet, id="pub-a", vpc="vpc-1", zone="us-east-1a")
PUBLIC_B = Other(Subnet, id="pub-b", vpc="vpc-1", zone="us-east-1b")
OPEN_A = Other(RouteTable, id="open-a", vpc="vpc-1", subnets=("pub-a",), routes=(Route(WORLD_V4, "igw-1"),))
OPEN_B = Other(RouteTable, id="open-b", vpc="vpc-1", subnets=("pub-b",), routes=(Route(WORLD_V4, "igw-1"),))
MIXED = Other(
    RouteTable, vpc="vpc-1", subnets=("pub-a",), routes=(Route(WORLD_V4, "igw-1"), Route("198.51.100.0/24", "nat-x"))
)
QUIET_MAIN = Other(RouteTable, id="main", vpc="vpc-1", main=True, routes=(Route("10.0.0.0/16", "local"),))
NAT_A = Other(NatGateway, id="nat-a", subnet="pub-a")
NAT_B = Other(NatGateway, id="nat-b", subnet="pub-b")
OUT_A = via("a", "nat-a")
OUT_B = via("b", "nat-b")


class NatGatewayPerAz(Rule):
    """Private subnets route out through a NAT gateway in their own zone.

    When the zone of the only NAT gateway fails, hosts in the other zones lose their way out with it: logins, queues
    and backups of systems with ePHI stop though their own zone is sound. Subnets without a way out are not judged,
    nor are ways out over a transit gateway, a peering or a firewall endpoint, which are only named; a NAT instance is
    one machine and fails. Regional NAT gateways serve all zones.
    """

    kind = VPC
    needs = (Subnet, RouteTable, NatGateway)
    severity = "medium"
    category = "resilience"
    hipaa_proposed = ("164.308(a)(7)(i)", "164.308(a)(7)(ii)(C)")
    sources = (CityWebapps(), EcsGuide(4), EcsGuide(15))
    remedy = Runbook(
        "Create a NAT gateway in a public subnet of the zone {part}: aws ec2 allocate-address --domain vpc "
        "--region {region}, then aws ec2 create-nat-gateway --subnet-id PUBLIC_SUBNET --allocation-id EIP --region "
        "{region}",
        "Give the zone's private subnets a route table of their own: aws ec2 create-route-table --vpc-id {id} "
        "--region {region}, then aws ec2 associate-route-table --route-table-id TABLE --subnet-id SUBNET --region "
        "{region}",
        "aws ec2 replace-route --route-table-id TABLE --destination-cidr-block 0.0.0.0/0 --nat-gateway-id NAT "
        "--region {region}",
        effect=Effect(
            risk="high",
            downtime="open connections through the old gateway break; partners see another address",
            cost="a NAT gateway, about 32 USD a month and 0.045 USD a GB",
            terraform={
                "aws_nat_gateway": {"subnet_id": "A PUBLIC SUBNET OF THE ZONE {part}", "allocation_id": "AN ELASTIC IP"}
            },
        ),
    )
    GOOD = (
        Case(V, others=[PUBLIC_A, PRIVATE_A, OPEN_A, OUT_A, NAT_A]),
        Case(V, others=[PUBLIC_A, PRIVATE_A, OPEN_A, OUT_A, NAT_A, PUBLIC_B, PRIVATE_B, OPEN_B, OUT_B, NAT_B]),
        Case(V, others=[PRIVATE_A, OUT_A, Other(NatGateway, id="nat-a", subnet="", mode="regional")]),
        Case(V, others=[PRIVATE_A, OUT_A, Other(NatGateway, id="nat-a", subnet="sn-a", connectivity="private")]),
        Case(V, others=[PUBLIC_A, PRIVATE_A, OPEN_A, OUT_A, NAT_A, PRIVATE_B, via("b", "tgw-1")]),
    )
    BAD = (
        Case(V, others=[PUBLIC_A, PRIVATE_A, OPEN_A, OUT_A, NAT_A, PRIVATE_B, via("b", "nat-a")]),
        Case(V, others=[PRIVATE_A, Other(Subnet, id="pub-a", vpc="vpc-1"), QUIET_MAIN, OUT_A, NAT_A]),
        Case(
            V,
            others=[PUBLIC_A, PRIVATE_A, OPEN_A, OUT_A, Other(NatGateway, id="nat-a", subnet="pub-a", state="failed")],
        ),
        Case(V, others=[PRIVATE_A, OUT_A]),
        Case(V, others=[PRIVATE_A, via("a", "eni-1")]),
        Case(V, others=[PRIVATE_A, via("a", "i-1")]),
        Case(V, others=[PRIVATE_A, via("a", "nat-a", state="blackhole")]),
        Case(V, others=[PRIVATE_A, via("a", "tgw-1", state="blackhole")]),
        Case(V, others=[PUBLIC_A, PRIVATE_A, OPEN_A, NAT_A, via("a", "nat-a", state="blackhole")]),
        Case(V, others=[PRIVATE_A, via("a", "nat-a", "198.51.100.0/24")]),
        Case(V, others=[PRIVATE_A, OUT_A], lacking=[Subnet]),
    )
    SKIP = (
        {"owner": "210987654321"},
        V,
        Case(V, others=[PUBLIC_A, OPEN_A]),
        Case(V, others=[PUBLIC_A, MIXED]),
        Case(V, others=[PRIVATE_A, via("a", "tgw-1")]),
        Case(V, others=[PRIVATE_A, QUIET_MAIN]),
        Case(V, others=[PRIVATE_A, via("a", "eni-1", "10.9.0.0/16")]),
    )
    UNKNOWN = (
        Case(V, lacking=[Subnet]),
        Case(V, others=[PRIVATE_A]),
        Case(V, others=[PRIVATE_A, OUT_A], lacking=[NatGateway]),
        Case(V, others=[PRIVATE_A, OUT_A, NAT_A]),
        Case(V, others=[PUBLIC_A, PRIVATE_A, OUT_A, NAT_A], lacking=[RouteTable]),
    )

    @staticmethod
    def applies(vpc: VPC) -> bool:
        """VPCs that the account owns."""
        return vpc.owner in {"", vpc.account}

    @staticmethod
    def check(vpc: VPC, world: World) -> Iterator[Fail | Missing | Note | Skip]:
        gaps, wrong, judged = Gaps(), dict[str, list[str]](), False
        with gaps:
            for subnet in world.all(Subnet, vpc=vpc.id):
                with gaps:
                    for route in _ways_out(world, subnet):
                        if route.state == "active" and not route.leads_to(*JUDGED):
                            yield Note(f"{subnet.id} leaves through {route.target}, which is not judged")
                            continue
                        judged = True
                        problem = _problem(world, subnet, route)
                        if problem:
                            wrong.setdefault(subnet.zone, []).append(f"{subnet.id} {problem}")
        for zone, texts in sorted(wrong.items()):
            yield Fail("; ".join(texts), zone)
        if not judged:
            yield Skip("no private subnet leaves the VPC through a NAT gateway or instance")
        yield from gaps


def _ways_out(world: World, subnet: Subnet) -> tuple[Route, ...]:
    """Give the routes by which a private subnet leaves: the default route, and any to a NAT gateway."""
    routes = route_table_of(world, subnet).routes
    if to_internet(routes):
        return ()
    return tuple(route for route in routes if route.destination == WORLD_V4 or route.leads_to("nat-"))


def _problem(world: World, subnet: Subnet, route: Route) -> str:
    if route.state != "active":
        return f"routes {route.destination} to {route.target}, which is gone"
    if not route.leads_to("nat-"):
        return f"leaves through the single machine {route.target}"
    gateway = world.get(NatGateway, route.target)
    if gateway is None or gateway.state != "available":
        return f"leaves through {route.target}, which is {gateway.state if gateway else 'gone'}"
    if gateway.mode == "regional":
        return ""
    home = world.get(Subnet, gateway.subnet)
    if home is None:
        raise Unknown(Gap("ec2.DescribeSubnets", message=f"no subnet {gateway.subnet} of {gateway.id} was found"))
    if home.zone != subnet.zone:
        return f"leaves through {gateway.id} in {home.zone}"
    if gateway.connectivity == "public" and not internet_routes(world, home):
        return f"leaves through {gateway.id}, whose subnet {home.id} has no route to an internet gateway"
    return ""
