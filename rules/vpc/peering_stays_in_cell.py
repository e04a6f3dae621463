"""vpc_peering_stays_in_cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from scanner.kinds.ec2_network import VPC
from scanner.kinds.ec2_peering import (
    PeeringSide,
    TransitGatewayAttachment,
    TransitGatewayRouteTable,
    TransitRoute,
    VPCPeeringConnection,
)
from scanner.model.gap import Gap, Unknown
from scanner.model.inventory import World
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Gaps, Missing, Other, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import ClientCells

if TYPE_CHECKING:
    from collections.abc import Iterator


JOINED = ("active", "provisioning")
OWN, OTHER, HUB = "123456789012", "210987654321", "310987654321"
CELLS = {"groups": {OWN: "cells", OTHER: "cells", HUB: "shared"}}
V = {"id": "vpc-1"}


def peering(account: str, state: str = "active", *, swap: bool = False, vpc: str = "vpc-1") -> Other:
    """Give an example's peering connection with a VPC of an account."""
    sides = (PeeringSide(vpc, OWN), PeeringSide("vpc-9", account))
    one, two = reversed(sides) if swap else sides
    return Other(VPCPeeringConnection, requester=one, accepter=two, state=state)


def attached(vpc: str, owner: str, account: str = HUB, table: str = "tgw-rtb-1", state: str = "available") -> Other:
    """Give an example's attachment to the hub's transit gateway, as an account sees it."""
    about = {"subject": vpc, "owner": owner, "gateway_owner": HUB, "route_table": table, "state": state}
    return Other(TransitGatewayAttachment, account=account, id=f"at-{vpc}-{account}", **about)


def leads(*ends: str, more: bool = False) -> Other:
    """Give an example's route table of the hub's transit gateway."""
    return Other(TransitGatewayRouteTable, account=HUB, routes=(TransitRoute("10.9.0.0/16", ends),), more=more)


HERE = attached("vpc-1", OWN, OWN)
HIDDEN = attached("vpc-1", OWN, OWN, table="")


class PeeringStaysInCell(Rule):
    """No peering or transit route joins two client cells.

    Each client's ePHI lives in a cell of its own, so that a break-in at one stays there. A peering or a transit route
    between two cells is a door in that wall, whatever the firewalls behind it say today. Cells are the accounts of the
    cell groups; what joins a cell with shared services is not judged, nor are routes through other Regions' transit
    gateways or through a machine in the middle.
    """

    kind = VPC
    needs = (VPCPeeringConnection, TransitGatewayAttachment, TransitGatewayRouteTable)
    severity = "high"
    hipaa_proposed = ("164.312(a)(1)", "164.312(e)(1)")
    sources = (ClientCells(),)
    remedy = Runbook(
        "Find what uses the way between the cells: look at the flow logs of both VPCs for the other's range",
        "Lead what is needed over shared services, or copy it into the cell",
        "Take the way: aws ec2 delete-vpc-peering-connection --vpc-peering-connection-id PEERING --region "
        "{region}, or aws ec2 disable-transit-gateway-route-table-propagation --transit-gateway-route-table-id "
        "TABLE --transit-gateway-attachment-id ATTACHMENT --region {region} and a route table of the transit "
        "gateway for each cell",
        effect=Effect(
            risk="high",
            downtime="what uses the way is cut off",
        ),
    )

    class Settings(RuleSettings, frozen=True, kw_only=True):
        """The parameters of the rule."""

        groups: Annotated[
            dict[str, str],
            msgspec.Meta(description="The group of each account.", extra={"config": "accounts.*.group"}),
        ] = msgspec.field(default_factory=dict)
        cell_groups: Annotated[
            tuple[str, ...], msgspec.Meta(description="The groups whose accounts are client cells, one client each.")
        ] = ("cells",)

    GOOD = (
        Case(V, settings=CELLS),
        Case(V, others=[peering(HUB)], settings=CELLS),
        Case(V, others=[peering(OWN)], settings=CELLS),
        Case(V, others=[peering("999999999999")], settings=CELLS),
        Case(V, others=[peering(OTHER, "deleted"), peering(OTHER, "pending-acceptance")], settings=CELLS),
        Case(V, others=[peering(OTHER, vpc="vpc-2")], settings=CELLS),
        Case(V, others=[HERE, leads("vpc-1", "vpc-8"), attached("vpc-8", HUB), attached("vpc-1", OWN)], settings=CELLS),
        Case(V, others=[attached("vpc-1", OWN, OWN, state="deleted")], settings=CELLS),
        Case(V, others=[HIDDEN, attached("vpc-1", OWN, table="")], settings=CELLS),
        Case(V, others=[HERE, leads("dxgw-1")], settings=CELLS),
    )
    BAD = (
        Case(V, others=[peering(OTHER)], settings=CELLS),
        Case(V, others=[peering(OTHER, "provisioning", swap=True)], settings=CELLS),
        Case(
            V,
            others=[peering(OTHER)],
            settings={"groups": {OWN: "prod", OTHER: "test"}, "cell_groups": ["prod", "test"]},
        ),
        Case(V, others=[HERE, leads("vpc-9"), attached("vpc-9", OTHER)], settings=CELLS),
        Case(V, others=[HIDDEN, attached("vpc-1", OWN), leads("vpc-9"), attached("vpc-9", OTHER)], settings=CELLS),
        Case(V, others=[peering(OTHER), HERE], settings=CELLS),
    )
    SKIP = (
        Case(V, others=[peering(OTHER)]),
        Case(V, others=[peering(OTHER)], settings={"groups": {OWN: "shared", OTHER: "cells"}}),
        Case({"id": "vpc-1", "owner": OTHER}, others=[peering(OTHER)], settings=CELLS),
    )
    UNKNOWN = (
        Case(V, settings=CELLS, lacking=[VPCPeeringConnection]),
        Case(V, settings=CELLS, lacking=[TransitGatewayAttachment]),
        Case(V, others=[HERE], settings=CELLS),
        Case(V, others=[HERE, attached("vpc-8", HUB)], settings=CELLS),
        Case(V, others=[HIDDEN], settings=CELLS),
        Case(V, others=[HIDDEN, leads("vpc-8")], settings=CELLS),
        Case(V, others=[HERE, leads("vpc-8")], settings=CELLS),
        Case(V, others=[HERE, leads("vpc-8", more=True), attached("vpc-8", HUB)], settings=CELLS),
    )

    @staticmethod
    def applies(vpc: VPC, settings: Settings) -> bool | str:
        """VPCs of client cells: of accounts whose group is a cell group."""
        if vpc.owner not in {"", vpc.account}:
            return "shared by another account, where it is judged"
        return _is_cell(vpc.account, settings) or "its account is of no cell group (accounts.group in config.toml)"

    @staticmethod
    def check(vpc: VPC, world: World, settings: Settings) -> Iterator[Fail | Missing]:
        gaps, said = Gaps(), set[str]()
        for source in (_peered, _routed):
            with gaps:
                for way, account in source(vpc, world, gaps):
                    part = f"{way} {account}"
                    if account != vpc.account and _is_cell(account, settings) and part not in said:
                        said.add(part)
                        yield Fail(f"{way} joins it with the cell of account {account}", part)
        yield from gaps


def _is_cell(account: str, settings: PeeringStaysInCell.Settings) -> bool:
    return settings.groups.get(account, "") in settings.cell_groups


def _peered(vpc: VPC, world: World, gaps: Gaps) -> Iterator[tuple[str, str]]:
    for found in world.all(VPCPeeringConnection):
        with gaps:
            sides = (found.requester, found.accepter)
            if vpc.id in {side.vpc for side in sides} and found.state in JOINED:
                for side in sides:
                    yield f"peering {found.id}", side.account


def _routed(vpc: VPC, world: World, gaps: Gaps) -> Iterator[tuple[str, str]]:
    """Give the accounts whose VPCs the transit gateway's route table for this VPC leads to."""
    for found in world.all(TransitGatewayAttachment, subject=vpc.id):
        with gaps:
            name = _table_of(vpc, world, found) if found.state == "available" else ""
            if not name:
                continue
            table = world.get(TransitGatewayRouteTable, name, account=found.gateway_owner)
            if table is None:
                raise Unknown(Gap("ec2.DescribeTransitGatewayRouteTables", message=f"{name} was not found"))
            for end in dict.fromkeys(end for route in table.routes for end in route.ends if end.startswith("vpc-")):
                with gaps:
                    other = world.first(TransitGatewayAttachment, account=found.gateway_owner, subject=end)
                    if other is None:
                        raise Unknown(Gap("ec2.DescribeTransitGatewayAttachments", message=f"whose {end} is"))
                    yield f"transit gateway {found.gateway}", other.owner
            if table.more:
                raise Unknown(Gap("ec2.SearchTransitGatewayRoutes", message=f"{name} has more than 1,000 routes"))


def _table_of(vpc: VPC, world: World, found: TransitGatewayAttachment) -> str:
    """Give the route table for an attachment; where the account is not shown it, as the gateway's owner sees it."""
    if found.route_table:
        return found.route_table
    theirs = world.first(TransitGatewayAttachment, account=found.gateway_owner, subject=vpc.id)
    if theirs is None:
        raise Unknown(
            Gap("ec2.DescribeTransitGatewayAttachments", message=f"{found.id} is not shown to its gateway's owner")
        )
    return theirs.route_table
