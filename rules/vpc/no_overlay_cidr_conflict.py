"""vpc_no_overlay_cidr_conflict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from rules._network import entries_of
from scanner.kinds.addresses import WORLD_V4, network, overlaps
from scanner.kinds.ec2_network import VPC, PrefixList, RouteTable
from scanner.kinds.ec2_peering import (
    PeeringSide,
    TransitGatewayAttachment,
    TransitGatewayRouteTable,
    VPCPeeringConnection,
)
from scanner.kinds.network_reasoning import Route
from scanner.kinds.vpn import VPNConnection, VPNGateway
from scanner.model.gap import Gap, Unknown
from scanner.model.inventory import World
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Gaps, Missing, Other, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import PhiCluster

if TYPE_CHECKING:
    from collections.abc import Iterator


DEFAULT_ROUTE_BITS = 1
"""Up to this prefix length a route is a default route: all addresses, or one half of them."""


def table(*routes: Route) -> Other:
    """Give an example's route table."""
    return Other(RouteTable, vpc="vpc-1", routes=routes)


def peering(cidr: str, vpc: str = "vpc-1", state: str = "active", *, swap: bool = False) -> Other:
    """Give an example's peering connection of a VPC with another of this range."""
    sides = (PeeringSide(vpc, cidrs=("10.0.0.0/16",)), PeeringSide("vpc-2", cidrs=(cidr,)))
    one, other = reversed(sides) if swap else sides
    return Other(VPCPeeringConnection, requester=one, accepter=other, state=state)


V = {"id": "vpc-1"}
OVERLAY = {"overlay_cidr": "10.32.0.0/12"}
VGW = Other(VPNGateway, id="vgw-1", vpcs=("vpc-1",))
VPN = Other(VPNConnection, gateway="vgw-1", routes=("10.40.0.0/16",))
HIDDEN = Other(TransitGatewayAttachment, subject="vpc-1", route_table="")
ATTACHED = Other(TransitGatewayAttachment, subject="vpc-1")
TGW = Other(TransitGatewayRouteTable, cidrs=("10.40.0.0/16",))


class NoOverlayCidrConflict(Rule):
    """No network overlaps the declared overlay range.

    Containers on the encrypted overlay network take every address in its range for their neighbours'. Whatever lies
    there, in the VPC or over a peering, a VPN, Direct Connect or a transit gateway, cannot be reached from them, or
    answers in a neighbour's stead. Default routes are meant to give way to the overlay and do not count. Direct
    Connect is seen where it announces routes to the VPC.
    """

    kind = VPC
    needs = (
        RouteTable,
        PrefixList,
        VPCPeeringConnection,
        VPNGateway,
        VPNConnection,
        TransitGatewayAttachment,
        TransitGatewayRouteTable,
    )
    severity = "high"
    category = "operations"
    hipaa_proposed = ("164.312(e)(1)", "164.308(a)(7)(i)")
    sources = (PhiCluster(),)
    remedy = Runbook(
        "Choose a range for the overlay that nothing reachable uses, or renumber the network that is in its way: "
        "{part}",
        "Change the overlay's range in its own configuration and restart its agents host by host",
        "Write the new range to overlay.cidr of config.toml and scan again",
        effect=Effect(
            risk="high",
            downtime="containers lose their addresses host by host",
        ),
    )

    class Settings(RuleSettings, frozen=True, kw_only=True):
        """The parameters of the rule."""

        overlay_cidr: Annotated[
            str,
            msgspec.Meta(
                description="The overlay network's range.",
                pattern=r"^([0-9a-fA-F:.]+/[0-9]{1,3})?$",
                extra={"config": "overlay.cidr"},
            ),
        ] = ""

    GOOD = (
        Case({"cidrs": ("10.0.0.0/16",)}, settings=OVERLAY),
        Case(
            V,
            others=[table(Route("10.48.0.0/16", "tgw-1"), Route(WORLD_V4, "tgw-1"), Route("0.0.0.0/1", "vgw-1"))],
            settings=OVERLAY,
        ),
        Case(
            V,
            others=[table(Route("pl-1", "tgw-1")), Other(PrefixList, id="pl-1", cidrs=("10.64.0.0/16",))],
            settings=OVERLAY,
        ),
        Case(V, others=[peering("10.40.0.0/16", "vpc-9")], settings=OVERLAY),
        Case(V, others=[peering("10.40.0.0/16", state="deleted")], settings=OVERLAY),
        Case(V, others=[Other(VPNGateway, id="vgw-1", vpcs=("vpc-9",)), VPN], settings=OVERLAY),
        Case(
            V, others=[VGW, Other(VPNConnection, gateway="vgw-1", routes=("172.16.0.0/12", WORLD_V4))], settings=OVERLAY
        ),
        Case(
            V,
            others=[VGW, Other(VPNConnection, gateway="vgw-1", routes=("10.40.0.0/16",), state="deleted")],
            settings=OVERLAY,
        ),
        Case(V, others=[ATTACHED, Other(TransitGatewayRouteTable, cidrs=("10.0.0.0/16", WORLD_V4))], settings=OVERLAY),
        Case(V, others=[HIDDEN], settings=OVERLAY),
        Case(V, others=[HIDDEN, table(Route("172.16.0.0/12", "tgw-1"), Route(WORLD_V4, "igw-1"))], settings=OVERLAY),
        Case(V, others=[Other(TransitGatewayAttachment, subject="vpc-1", state="deleted"), TGW], settings=OVERLAY),
    )
    BAD = (
        Case({"cidrs": ("10.0.0.0/16", "10.40.0.0/16")}, settings=OVERLAY),
        Case({"cidrs": ("10.0.0.0/16",)}, settings={"overlay_cidr": "10.0.0.0/8"}),
        Case(V, others=[table(Route("10.0.0.0/8", "tgw-1"))], settings=OVERLAY),
        Case(V, others=[table(Route("10.40.0.0/16", "vgw-1", origin="EnableVgwRoutePropagation"))], settings=OVERLAY),
        Case(
            V, others=[table(Route("10.40.1.0/24", "pcx-1")), table(Route("10.40.1.0/24", "pcx-1"))], settings=OVERLAY
        ),
        Case(
            V,
            others=[table(Route("pl-1", "tgw-1")), Other(PrefixList, id="pl-1", cidrs=("10.40.0.0/16",))],
            settings=OVERLAY,
        ),
        Case(V, others=[peering("10.40.0.0/16")], settings=OVERLAY),
        Case(V, others=[peering("10.40.0.0/16", swap=True)], settings=OVERLAY),
        Case(V, others=[VGW, VPN], settings=OVERLAY),
        Case(V, others=[ATTACHED, TGW], settings=OVERLAY),
        Case({"id": "vpc-1", "cidrs": ("10.40.0.0/16",)}, settings=OVERLAY, lacking=[RouteTable, VPNGateway]),
    )
    SKIP = ({"cidrs": ("10.40.0.0/16",)},)
    UNKNOWN = (
        Case(V, settings=OVERLAY, lacking=[RouteTable]),
        Case(V, settings=OVERLAY, lacking=[VPCPeeringConnection]),
        Case(V, settings=OVERLAY, lacking=[TransitGatewayAttachment]),
        Case(V, others=[VGW], settings=OVERLAY, lacking=[VPNConnection]),
        Case(V, others=[table(Route("pl-1", "tgw-1"))], settings=OVERLAY),
        Case(V, others=[table(Route(WORLD_V4, "tgw-1")), ATTACHED], settings=OVERLAY),
        Case(V, others=[table(Route("10.0.0.0/16", "local"), Route(WORLD_V4, "tgw-1")), HIDDEN], settings=OVERLAY),
        Case(V, others=[ATTACHED, Other(TransitGatewayRouteTable, more=True)], settings=OVERLAY),
    )

    @staticmethod
    def applies(vpc: VPC, settings: Settings) -> bool | str:
        """VPCs, where an overlay network is declared (overlay.cidr)."""
        return True if settings.overlay_cidr else "no overlay network is declared (overlay.cidr in config.toml)"

    @staticmethod
    def check(vpc: VPC, world: World, settings: Settings) -> Iterator[Fail | Missing]:
        gaps, said = Gaps(), set[str]()
        for source in (_ranges, _routes, _peers, _vpns, _transit):
            with gaps:
                for where, cidr in source(vpc, world, gaps):
                    part = f"{where} {cidr}"
                    default = network(cidr).prefixlen <= DEFAULT_ROUTE_BITS
                    if not default and part not in said and overlaps(cidr, settings.overlay_cidr):
                        said.add(part)
                        yield Fail(f"{cidr} ({where}) overlaps the overlay network {settings.overlay_cidr}", part)
        yield from gaps


def _ranges(vpc: VPC, _world: World, _gaps: Gaps) -> Iterator[tuple[str, str]]:
    for cidr in vpc.cidrs:
        yield "address range of the VPC", cidr


def _routes(vpc: VPC, world: World, gaps: Gaps) -> Iterator[tuple[str, str]]:
    for found in world.all(RouteTable, vpc=vpc.id):
        with gaps:
            for route in found.routes:
                if not route.is_local:
                    with gaps:
                        listed = route.destination.startswith("pl-")
                        for cidr in entries_of(world, route.destination) if listed else (route.destination,):
                            yield f"route to {route.target}", cidr


def _peers(vpc: VPC, world: World, gaps: Gaps) -> Iterator[tuple[str, str]]:
    for peering in world.all(VPCPeeringConnection):
        with gaps:
            sides = (peering.requester, peering.accepter)
            if vpc.id in {side.vpc for side in sides} and peering.state in {"active", "provisioning"}:
                for cidr in (cidr for side in sides if side.vpc != vpc.id for cidr in side.cidrs):
                    yield f"peering {peering.id}", cidr


def _vpns(vpc: VPC, world: World, gaps: Gaps) -> Iterator[tuple[str, str]]:
    for gateway in world.all(VPNGateway):
        with gaps:
            for connection in world.all(VPNConnection, gateway=gateway.id) if vpc.id in gateway.vpcs else ():
                for cidr in connection.routes if connection.state == "available" else ():
                    yield f"VPN {connection.id}", cidr


def _transit(vpc: VPC, world: World, gaps: Gaps) -> Iterator[tuple[str, str]]:
    for attachment in world.all(TransitGatewayAttachment, subject=vpc.id):
        with gaps:
            if attachment.state != "available":
                continue
            found = world.get(TransitGatewayRouteTable, attachment.route_table)
            if found is None:
                _blind(vpc, world, attachment)
                continue
            for cidr in found.cidrs:
                if cidr not in vpc.cidrs:
                    yield f"transit gateway {attachment.gateway}", cidr
            if found.more:
                raise Unknown(Gap("ec2.SearchTransitGatewayRoutes", message=f"{found.id} has more than 1,000 routes"))


def _blind(vpc: VPC, world: World, attachment: TransitGatewayAttachment) -> None:
    """Object where everything is sent to a transit gateway whose routes are not shown; other routes speak themselves.

    Raises:
        Unknown: it is so.
    """
    for found in world.all(RouteTable, vpc=vpc.id):
        if any(route.is_default and route.target == attachment.gateway for route in found.routes):
            message = f"the routes of {attachment.gateway} (of account {attachment.gateway_owner}) are not visible here"
            raise Unknown(Gap("ec2.SearchTransitGatewayRoutes", message=message))
