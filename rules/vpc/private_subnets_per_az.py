"""vpc_private_subnets_per_az."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from rules._network import internet_routes, owned_and_used
from scanner.kinds.ec2_interfaces import NetworkInterface
from scanner.kinds.ec2_network import VPC, RouteTable, Subnet
from scanner.kinds.network_reasoning import Route
from scanner.model.inventory import World
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Gaps, Missing, Other, Rule, Skip
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import CityWebapps, EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator


V = {"id": "vpc-1"}
MAIN = Other(RouteTable, id="main", vpc="vpc-1", main=True, routes=(Route("10.0.0.0/16", "local"),))
OPEN = Other(RouteTable, id="open", vpc="vpc-1", subnets=("pub-a", "pub-b"), routes=(Route("0.0.0.0/0", "igw-1"),))


def subnet(name: str, environment: str = "", vpc: str = "vpc-1") -> Other:
    """Give an example's subnet; the last letter of its name is that of its zone."""
    tags = {"environment": environment} if environment else {}
    return Other(Subnet, id=name, vpc=vpc, zone=f"us-east-1{name[-1]}", tags=tags)


A, B, PUB_A, PUB_B = (subnet(name) for name in ("in-a", "in-b", "pub-a", "pub-b"))

PRODS = Other(RouteTable, id="prod", vpc="vpc-1", subnets=("x-a", "x-b"))


class PrivateSubnetsPerAz(Rule):
    """VPCs have private subnets in at least two zones.

    Systems with ePHI belong where the internet cannot call them, and in two places at once: with private subnets in
    one zone only, the loss of that zone is the loss of the system. Environments (by tag of the subnet, else of the
    VPC) share no subnets and are counted apart. A subnet is private if its route table has no working route to an
    internet gateway.
    """

    kind = VPC
    needs = (Subnet, RouteTable, NetworkInterface)
    severity = "medium"
    category = "resilience"
    hipaa_proposed = ("164.308(a)(7)(i)", "164.308(a)(7)(ii)(C)")
    sources = (CityWebapps(), EcsGuide(4))
    remedy = Runbook(
        "Choose a free range in the VPC: aws ec2 describe-subnets --filters Name=vpc-id,Values={id} --region {region}",
        "aws ec2 create-subnet --vpc-id {id} --availability-zone OTHER_ZONE --cidr-block RANGE --region {region}",
        "Give it a route table without a route to the internet gateway: aws ec2 associate-route-table "
        "--route-table-id TABLE --subnet-id SUBNET --region {region}",
        "Let services and Auto Scaling groups use it",
        effect=Effect(
            terraform={
                "aws_subnet": {"vpc_id": "{id}", "availability_zone": "ANOTHER ZONE", "cidr_block": "A FREE RANGE"}
            },
        ),
    )

    class Settings(RuleSettings, frozen=True, kw_only=True):
        """The parameters of the rule."""

        zones: Annotated[int, msgspec.Meta(description="The least number of zones.", ge=1)] = 2
        environment_tag: Annotated[
            str, msgspec.Meta(description="The tag that tells the environments of a VPC apart.")
        ] = "environment"

    GOOD = (
        Case(V, others=[MAIN, A, B]),
        Case(V, others=[MAIN, OPEN, A, B, PUB_A, PUB_B]),
        Case(V, others=[MAIN, A], settings={"zones": 1}),
        Case(V, others=[MAIN, *(subnet(f"{env}-{zone}", env) for env in ("prod", "test") for zone in "ab")]),
        Case(V, others=[MAIN, OPEN, subnet("x-a", "prod"), subnet("x-b", "prod"), PUB_A]),
        Case(V, others=[MAIN, subnet("x-a", "prod"), subnet("x-b", "test")], settings={"environment_tag": "stage"}),
        Case({**V, "tags": {"environment": "prod"}}, others=[MAIN, subnet("x-a", "prod"), B]),
        Case({**V, "is_default": True}, others=[MAIN, A, B, Other(NetworkInterface, vpc="vpc-1")]),
    )
    BAD = (
        Case(V, others=[MAIN, A, subnet("in-2a")]),
        Case(V, others=[MAIN, OPEN, A, PUB_B]),
        Case(V, others=[OPEN, PUB_A, PUB_B]),
        Case(V, others=[MAIN, A, B], settings={"zones": 3}),
        Case(V, others=[MAIN, A, subnet("in-b", vpc="vpc-2")]),
        Case(V, others=[MAIN, subnet("x-a", "prod"), subnet("x-b", "test")]),
        Case(V, others=[MAIN, OPEN, subnet("x-a", "prod"), subnet("x-b", "prod"), subnet("pub-a", "test")]),
        Case(V, others=[MAIN, subnet("x-a", "prod"), subnet("x-b", "prod"), A]),
    )
    SKIP = (
        V,
        Case({"owner": "210987654321", "id": "vpc-1"}, others=[MAIN, A]),
        Case({**V, "is_default": True}, others=[MAIN, A]),
    )
    UNKNOWN = (
        Case(V, others=[MAIN, A], lacking=[Subnet]),
        Case(V, others=[A, B]),
        Case(V, others=[A, B], lacking=[RouteTable]),
        Case({**V, "is_default": True}, others=[MAIN, A], lacking=[NetworkInterface]),
        Case(V, others=[OPEN, PUB_A], lacking=[Subnet]),
        Case(V, lacking=[Subnet]),
        Case(V, others=[MAIN, A, B], lacking=[Subnet]),
        Case(V, others=[PRODS, subnet("x-a", "prod"), subnet("x-b", "prod"), A]),
    )

    @staticmethod
    def applies(vpc: VPC, world: World) -> bool | str:
        """VPCs that the account owns and that have subnets, unless they are default ones in which nothing stands."""
        return owned_and_used(vpc, world)

    @staticmethod
    def check(vpc: VPC, world: World, settings: Settings) -> Iterator[Fail | Missing | Skip]:
        gaps, zones, unsure = Gaps(), dict[str, set[str]](), dict[str, Gaps]()
        with gaps:
            for item in world.all(Subnet, vpc=vpc.id):
                with gaps:
                    name = item.tag(settings.environment_tag) or vpc.tag(settings.environment_tag) or ""
                    zones.setdefault(name, set())
                    with unsure.setdefault(name, Gaps()):
                        zones[name] |= set() if internet_routes(world, item) else {item.zone}
        if gaps.found:
            yield from gaps
            return
        if not zones:
            yield Skip("it has no subnets")
        if len(zones) > 1 and not zones.get("", {"?"}) and not unsure[""].found:
            del zones[""]
        for name, found in sorted(zones.items()):
            if len(found) < settings.zones:
                yield from unsure[name] if unsure[name].found else [_fail(name, found, settings.zones)]


def _fail(name: str, zones: set[str], wanted: int) -> Fail:
    where = f"the environment {name}" if name else "the VPC"
    said = ", ".join(sorted(zones)) or "none"
    return Fail(f"{where} has private subnets in {len(zones)} of {wanted} zones: {said}", name)
