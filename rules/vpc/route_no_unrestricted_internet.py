"""vpc_route_no_unrestricted_internet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from rules._network import entries_of, is_empty_default
from scanner.kinds.addresses import world_of
from scanner.kinds.ec2_interfaces import NetworkInterface
from scanner.kinds.ec2_network import VPC, PrefixList, RouteTable
from scanner.kinds.network_reasoning import Route, to_internet
from scanner.model.inventory import World
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Gaps, Missing, Other, Rule
from scanner.model.rule import Settings as RuleSettings

if TYPE_CHECKING:
    from collections.abc import Iterator


OPEN = {"id": "rtb-1", "vpc": "vpc-1", "routes": (Route("10.0.0.0/16", "local"), Route("0.0.0.0/0", "igw-1"))}
HOME = Other(VPC, id="vpc-1")
DEFAULT = Other(VPC, id="vpc-1", is_default=True)
LISTED = {"id": "rtb-1", "vpc": "vpc-1", "routes": (Route("pl-1", "igw-1"),)}


class RouteNoUnrestrictedInternet(Rule):
    """Route tables have no unrestricted route to an internet gateway.

    With such a route every host of the subnet that has a public address is on the internet, both ways. Only the
    subnets of load balancers and NAT gateways need it: their route tables are named in the settings, all others are
    for ePHI. Routes are read together: two halves of the internet are the internet; a prefix list of the customer's
    counts by what is in it. Egress-only gateways let nobody in and do not count.
    """

    kind = RouteTable
    needs = (VPC, PrefixList, NetworkInterface)
    severity = "medium"
    hipaa = ("164.312(e)(1)",)
    aliases = ("config:no-unrestricted-route-to-igw", "steampipe:vpc_route_table_restrict_public_access_to_igw")
    related = ("ec2_instance_in_private_subnet",)
    remedy = Runbook(
        "Decide whether the table is for load balancers and NAT gateways only; if so write {id} to public_tables, "
        "or give it a tag of public_tags, in config.toml",
        "Else move what must be public out of its subnets, and add a route to a NAT gateway for the rest",
        "aws ec2 delete-route --route-table-id {id} --destination-cidr-block 0.0.0.0/0 --region {region}",
        effect=Effect(
            risk="high",
            downtime="what is public in its subnets is cut off, and all that leaves through a NAT gateway there",
        ),
    )

    class Settings(RuleSettings, frozen=True, kw_only=True):
        """The parameters of the rule."""

        public_tables: Annotated[
            tuple[str, ...], msgspec.Meta(description="The ids of the route tables that are public on purpose.")
        ] = ()
        public_tags: Annotated[
            dict[str, str],
            msgspec.Meta(description="Tags that a public route table carries, all of them; empty: none."),
        ] = msgspec.field(default_factory=dict)

    GOOD = (
        Case({**OPEN, "routes": (Route("0.0.0.0/0", "nat-1"), Route("::/0", "eigw-1"))}, others=[HOME]),
        Case({**OPEN, "routes": (Route("0.0.0.0/0", "igw-1", "blackhole"),)}, others=[HOME]),
        Case({**OPEN, "routes": (Route("198.51.100.0/24", "igw-1"), Route("0.0.0.0/1", "igw-1"))}, others=[HOME]),
        Case(LISTED, others=[HOME, Other(PrefixList, id="pl-1", cidrs=("198.51.100.0/24",))]),
    )
    BAD = (
        Case(OPEN, others=[HOME]),
        Case({**OPEN, "routes": (Route("::/0", "igw-1"),)}, others=[HOME]),
        Case({**OPEN, "routes": (Route("0.0.0.0/1", "igw-1"), Route("128.0.0.0/1", "igw-1"))}, others=[HOME]),
        Case(LISTED, others=[HOME, Other(PrefixList, id="pl-1", cidrs=("0.0.0.0/0",))]),
        Case(OPEN, others=[HOME], settings={"public_tables": ["rtb-2"], "public_tags": {"tier": "public"}}),
        Case(OPEN, others=[DEFAULT, Other(NetworkInterface, vpc="vpc-1")]),
        OPEN,
        Case({**OPEN, "routes": (*OPEN["routes"], Route("pl-1", "igw-1"))}, others=[HOME], lacking=[PrefixList]),
    )
    SKIP = (
        Case(OPEN, others=[HOME], settings={"public_tables": ["rtb-1"]}),
        Case({**OPEN, "tags": {"tier": "public"}}, others=[HOME], settings={"public_tags": {"tier": "public"}}),
        Case({**OPEN, "owner": "210987654321"}, others=[HOME]),
        Case(OPEN, others=[DEFAULT]),
    )
    UNKNOWN = (
        Case(OPEN, lacking=[VPC]),
        Case(OPEN, others=[DEFAULT], lacking=[NetworkInterface]),
        Case(LISTED, others=[HOME], lacking=[PrefixList]),
    )

    @staticmethod
    def applies(table: RouteTable, world: World, settings: Settings) -> bool | str:
        """Route tables that the account owns and that are not public on purpose, outside empty default VPCs."""
        if table.owner not in {"", table.account}:
            return "shared by another account, where it is judged"
        if table.id in settings.public_tables or (settings.public_tags and table.has_tags(settings.public_tags)):
            return "public on purpose, by the settings"
        vpc = world.get(VPC, table.vpc)
        return "of a default VPC in which nothing stands" if vpc and is_empty_default(vpc, world) else True

    @staticmethod
    def check(table: RouteTable, world: World) -> Iterator[Fail | Missing]:
        gaps, cidrs, targets = Gaps(), list[str](), dict[str, None]()
        for route in to_internet(table.routes):
            with gaps:
                listed = route.destination.startswith("pl-")
                cidrs += entries_of(world, route.destination) if listed else (route.destination,)
                targets[route.target] = None
        for everybody in world_of(cidrs):
            yield Fail(f"{everybody} goes to {', '.join(targets)}", f"route {everybody}")
        yield from gaps
