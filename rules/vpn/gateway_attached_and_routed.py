"""vpn_gateway_attached_and_routed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rules._network import private_tables
from scanner.kinds.ec2_network import VPC, RouteTable, Subnet
from scanner.kinds.network_reasoning import Route
from scanner.kinds.vpn import VPNGateway
from scanner.model.gap import Gap, Unknown
from scanner.model.inventory import World
from scanner.model.remedy import Runbook
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
    remedy = Runbook(
        "If it is attached to no VPC: aws ec2 attach-vpn-gateway --vpn-gateway-id {id} --vpc-id VPC, or delete it if "
        "nothing needs it",
        "For each route table that is named: aws ec2 enable-vgw-route-propagation --gateway-id {id} "
        "--route-table-id TABLE",
        "From a host in the subnet, reach a host on the other side",
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
