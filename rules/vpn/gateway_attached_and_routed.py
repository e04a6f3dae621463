"""vpn_gateway_attached_and_routed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rules._network import private_tables
from scanner.kinds.ec2_network import VPC, RouteTable, Subnet
from scanner.kinds.network_reasoning import Route
from scanner.kinds.vpn import VPNGateway
from scanner.model.gap import Gap, Unknown
from scanner.model.inventory import World
from scanner.model.remedy import Direct, Effect, NotByMachine, Write
from scanner.model.rule import Case, Fail, Gaps, Missing, Other, Rule
from scanner.model.source import CityWebapps

if TYPE_CHECKING:
    from collections.abc import Iterator


G = {"id": "vgw-1", "vpcs": ("vpc-1",)}
HOME = Other(VPC, id="vpc-1")
INSIDE = Other(Subnet, id="sn-1", vpc="vpc-1")
INSIDE_2 = Other(Subnet, id="sn-2", vpc="vpc-1")


def table(number: int, *routes: Route, **facts: Any) -> Other:
    """Give an example's route table of one subnet."""
    return Other(RouteTable, id=f"rtb-{number}", vpc="vpc-1", subnets=(f"sn-{number}",), routes=routes, **facts)


ROUTED = table(1, Route("192.168.0.0/16", "vgw-1"))
PROPAGATED = table(1, propagating=("vgw-1",))
BARE = table(1, Route("0.0.0.0/0", "nat-1"))


def _table(gateway: VPNGateway, part: str) -> str:
    if not part.startswith("rtb-"):
        raise NotByMachine(
            "to which VPC the gateway belongs, or whether it is still needed, is for a person to say: aws ec2"
            f" attach-vpn-gateway --vpn-gateway-id {gateway.id} --vpc-id VPC --region {gateway.region}"
        )
    return part


def _propagate(gateway: VPNGateway, part: str) -> Iterator[Write]:
    yield Write("ec2.EnableVgwRoutePropagation", {"GatewayId": gateway.id, "RouteTableId": _table(gateway, part)})


def _stop(gateway: VPNGateway, part: str) -> Iterator[Write]:
    yield Write("ec2.DisableVgwRoutePropagation", {"GatewayId": gateway.id, "RouteTableId": _table(gateway, part)})


class GatewayAttachedAndRouted(Rule):
    """VPN gateways are attached and routed.

    A gateway that no VPC holds, or that no route leads to, carries nothing: the tunnels may be up, yet the systems
    of record cannot be reached, and the failure shows only when somebody needs them. Judged are route tables that rule
    private subnets; a route that has become a black hole does not count.
    """

    kind = VPNGateway
    needs = (VPC, Subnet, RouteTable)
    severity = "high"
    category = "operations"
    hipaa_proposed = ("164.308(a)(7)(i)",)
    sources = (CityWebapps(),)
    remedy = Direct(
        "ec2.EnableVgwRoutePropagation",
        by=_propagate,
        why="Custodian has no action for route tables",
        effect=Effect(
            after="The route table takes over the routes that the gateway learns. A route of its own to the same range"
            " keeps its place.",
            risk="medium",
            undo=_stop,
            terraform={"aws_vpn_gateway_route_propagation": {"vpn_gateway_id": "{id}", "route_table_id": "{part}"}},
        ),
    )
    GOOD = (
        Case(G, others=[HOME, INSIDE, ROUTED]),
        Case(G, others=[HOME, INSIDE, PROPAGATED]),
        Case(
            G, others=[HOME, INSIDE, table(1, Route("0.0.0.0/0", "igw-1")), INSIDE_2, table(2, propagating=("vgw-1",))]
        ),
    )
    BAD = (
        {"id": "vgw-1", "vpcs": ()},
        Case(G, others=[HOME, INSIDE, BARE]),
        Case(G, others=[HOME, INSIDE, ROUTED, INSIDE_2, table(2)]),
        Case(G, others=[HOME, INSIDE, table(1, Route("192.168.0.0/16", "vgw-1", "blackhole"))]),
        Case(G, others=[HOME, INSIDE, table(1, Route("192.168.0.0/16", "vgw-2"), propagating=("vgw-2",))]),
        Case(G, others=[HOME, INSIDE, table(1, Route("0.0.0.0/0", "igw-1"))]),
        Case(G, others=[HOME]),
        Case(G, others=[HOME, INSIDE, BARE], lacking=[Subnet]),
    )
    SKIP = ({"id": "vgw-1", "vpcs": (), "state": "deleted"},)
    UNKNOWN = (
        Case(G, others=[HOME, INSIDE, ROUTED], lacking=[Subnet]),
        Case(G, others=[HOME, INSIDE], lacking=[RouteTable]),
        Case(G, others=[HOME], lacking=[Subnet]),
        Case(G, others=[INSIDE, ROUTED], lacking=[VPC]),
        Case(G, others=[INSIDE, ROUTED]),
    )

    @staticmethod
    def applies(gateway: VPNGateway) -> bool:
        """Virtual private gateways that are not deleted."""
        return gateway.state not in {"deleting", "deleted"}

    @staticmethod
    def check(gateway: VPNGateway, world: World) -> Iterator[Fail | Missing]:
        gaps = Gaps()
        if not gateway.vpcs:
            yield Fail("it is attached to no VPC")
        for name in gateway.vpcs:
            with gaps:
                yield from _unrouted(gateway, name, world, gaps)
        yield from gaps


def _unrouted(gateway: VPNGateway, name: str, world: World, gaps: Gaps) -> Iterator[Fail]:
    vpc = world.get(VPC, name)
    if vpc is None:
        raise Unknown(Gap("ec2.DescribeVpcs", message=f"{name} was not found"))
    tables = private_tables(world, vpc, gaps)
    if not tables and not gaps.found:
        yield Fail(f"{name} has no private subnets that could use it", name)
    for each, subnets in sorted(tables.items()):
        with gaps:
            table = world.get(RouteTable, each)
            if table is not None and not _leads(table, gateway.id):
                yield Fail(f"{each} (of {', '.join(subnets)}) has no route to it and propagates none", each)


def _leads(table: RouteTable, gateway: str) -> bool:
    return gateway in table.propagating or any(
        route.target == gateway and route.state == "active" for route in table.routes
    )
