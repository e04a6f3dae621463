"""vpc_cidr_follows_address_plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from rules._network import owned_and_used
from scanner.kinds.addresses import lies_in, overlaps
from scanner.kinds.ec2_interfaces import NetworkInterface
from scanner.kinds.ec2_network import VPC
from scanner.model.inventory import World
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Gaps, Missing, Other, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import ClientCells

if TYPE_CHECKING:
    from collections.abc import Iterator


class Place(msgspec.Struct, frozen=True):
    """What config.toml says of an account, as far as the plan hangs on it."""

    name: str = ""
    group: str = ""
    environment: str = ""

    def keys(self, account: str) -> tuple[str, ...]:
        """Give the names by which the plan may speak of the account, the nearest first."""
        both = f"{self.group}/{self.environment}" if self.group and self.environment else ""
        return tuple(key for key in (account, self.name, both, self.group, self.environment) if key)


OWN, THEIRS = "123456789012", "210987654321"
ALPHA, BETA = Place("alpha", "cells", "prod"), Place("beta", "cells", "prod")
INSIDE = {"id": "vpc-1", "cidrs": ("10.64.0.0/16",)}


def planned(plan: dict[str, str]) -> dict[str, object]:
    """Give an example's settings, in which a plan speaks of two accounts."""
    return {"plan": {name: (pool,) for name, pool in plan.items()}, "accounts": {OWN: ALPHA, THEIRS: BETA}}


def theirs(cidr: str, **facts: object) -> Other:
    """Give an example's VPC of the other account."""
    about: dict[str, object] = {"id": "vpc-9", "cidrs": (cidr,), "owner": THEIRS, **facts}
    return Other(VPC, account=THEIRS, **about)  # type: ignore[arg-type]


NOBODY = theirs("192.168.0.0/16")


class CidrFollowsAddressPlan(Rule):
    """VPC and subnet ranges follow the address plan.

    Ranges that overlap cannot be joined later, and an address in a log then says nothing of whose system it was: with
    ePHI of several clients that must stay clear. The plan gives each account its pool, by its id or name, its group and
    environment, its group or its environment, whichever of these is named first. Subnets lie within their VPC's ranges
    by nature. IPv6 ranges that Amazon gives are unique and not judged.
    """

    kind = VPC
    needs = (NetworkInterface,)
    severity = "medium"
    category = "operations"
    hipaa_proposed = ("164.308(a)(1)(ii)(B)",)
    sources = (ClientCells(),)
    remedy = Runbook(
        "Look up the account's pool under address_plan in config.toml, or enter one",
        "Add a range of the pool: aws ec2 associate-vpc-cidr-block --vpc-id {id} --cidr-block RANGE --region "
        "{region}, make subnets in it and move the workloads there",
        "When nothing is left in the old range: aws ec2 disassociate-vpc-cidr-block --association-id ASSOCIATION "
        "--region {region} (the first range of a VPC stays; for that one make a new VPC)",
        effect=Effect(
            risk="high",
            downtime="workloads move to other subnets and addresses",
            terraform={"aws_vpc_ipv4_cidr_block_association": {"vpc_id": "{id}", "cidr_block": "A RANGE OF THE POOL"}},
        ),
    )

    class Settings(RuleSettings, frozen=True, kw_only=True):
        """The parameters of the rule."""

        plan: Annotated[
            dict[str, tuple[str, ...]],
            msgspec.Meta(
                description="The pools of each account, group or environment.", extra={"config": "address_plan"}
            ),
        ] = msgspec.field(default_factory=dict)
        accounts: Annotated[
            dict[str, Place],
            msgspec.Meta(description="The accounts with name, group and environment.", extra={"config": "accounts"}),
        ] = msgspec.field(default_factory=dict)

    GOOD = (
        *(
            Case(INSIDE, others=[NOBODY], settings=planned({key: "10.64.0.0/12"}))
            for key in (OWN, "alpha", "cells/prod", "cells", "prod")
        ),
        Case(INSIDE, others=[NOBODY], settings=planned({"cells": "10.64.0.0/16"})),
        Case(INSIDE, others=[NOBODY], settings=planned({"alpha": "10.64.0.0/12", "cells": "10.0.0.0/16"})),
        Case(INSIDE, others=[NOBODY], settings=planned({"cells/prod": "10.64.0.0/12", "cells": "10.0.0.0/16"})),
        Case(INSIDE, others=[NOBODY], settings=planned({"cells": "10.64.0.0/12", "prod": "10.0.0.0/16"})),
        Case(
            INSIDE, others=[theirs("10.65.0.0/16")], settings=planned({"cells": "10.64.0.0/12", "beta": "10.65.0.0/16"})
        ),
        Case(INSIDE, others=[theirs("10.64.0.0/16", is_default=True)], settings=planned({"cells": "10.64.0.0/12"})),
        Case(INSIDE, others=[theirs("10.64.0.0/16", owner=OWN)], settings=planned({"cells": "10.64.0.0/12"})),
        Case(
            INSIDE,
            others=[NOBODY, Other(VPC, id="vpc-2", cidrs=("10.64.0.0/16",))],
            settings=planned({"cells": "10.64.0.0/12"}),
        ),
        Case(
            {**INSIDE, "is_default": True},
            others=[NOBODY, Other(NetworkInterface, vpc="vpc-1")],
            settings=planned({"cells": "10.64.0.0/12"}),
        ),
    )
    BAD = (
        Case(INSIDE, others=[NOBODY], settings=planned({"cells": "10.0.0.0/12"})),
        Case(INSIDE, others=[NOBODY], settings=planned({"cells": "10.64.0.0/17"})),
        Case(INSIDE, others=[NOBODY], settings=planned({"alpha": "10.0.0.0/16", "cells": "10.64.0.0/12"})),
        Case(
            {**INSIDE, "cidrs": ("10.64.0.0/16", "10.9.0.0/16")},
            others=[NOBODY],
            settings=planned({"cells": "10.64.0.0/12"}),
        ),
        Case(INSIDE, others=[theirs("10.64.8.0/24")], settings=planned({"cells": "10.64.0.0/12"})),
        Case(INSIDE, others=[NOBODY], settings=planned({"cells": "10.64.0.0/12", "beta": "10.64.0.0/20"})),
        Case(INSIDE, others=[NOBODY], settings=planned({"cells": "10.64.0.0/12", THEIRS: "10.64.0.0/20"})),
        Case(INSIDE, settings=planned({"cells": "10.0.0.0/12"})),
        Case(
            INSIDE,
            others=[Other(VPC, account=THEIRS, region="eu-west-1", id="vpc-9", cidrs=("10.64.8.0/24",), owner="")],
            settings=planned({"cells": "10.64.0.0/12"}),
        ),
    )
    SKIP = (
        INSIDE,
        Case(INSIDE, settings=planned({"web": "10.0.0.0/12"})),
        Case({**INSIDE, "owner": THEIRS}, settings=planned({"cells": "10.0.0.0/12"})),
        Case({**INSIDE, "is_default": True}, settings=planned({"cells": "10.0.0.0/12"})),
    )
    UNKNOWN = (
        Case(INSIDE, settings=planned({"cells": "10.64.0.0/12"})),
        Case(INSIDE, others=[NOBODY], settings=planned({"cells": "10.64.0.0/12"}), lacking=[VPC]),
        Case({**INSIDE, "is_default": True}, settings=planned({"cells": "10.64.0.0/12"}), lacking=[NetworkInterface]),
    )

    @staticmethod
    def applies(vpc: VPC, world: World, settings: Settings) -> bool | str:
        """VPCs that the account owns, where the address plan gives the account a pool."""
        if not settings.plan:
            return "there is no address plan (address_plan in config.toml)"
        if _key(vpc.account, settings) is None:
            return f"the address plan gives {vpc.account} no pool"
        return owned_and_used(vpc, world)

    @staticmethod
    def check(vpc: VPC, world: World, settings: Settings) -> Iterator[Fail | Missing]:
        gaps, key = Gaps(), _key(vpc.account, settings) or ""
        with gaps:
            for cidr in vpc.cidrs:
                if not any(lies_in(cidr, pool) for pool in settings.plan[key]):
                    said = ", ".join(settings.plan[key])
                    yield Fail(f"{cidr} does not lie in the pool of {key} ({said})", f"pool {cidr}")
                for other in _others(settings, vpc.account):
                    if any(overlaps(cidr, pool) for pool in settings.plan[other]):
                        yield Fail(f"{cidr} overlaps the pool of {other}", f"pool of {other} {cidr}")
        for account in settings.accounts:
            if account != vpc.account:
                with gaps:
                    for found in world.everywhere(VPC, account=account):
                        with gaps:
                            yield from _overlapping(vpc, found)
        yield from gaps


def _key(account: str, settings: CidrFollowsAddressPlan.Settings) -> str | None:
    """Give the name by which the plan speaks of an account."""
    keys = settings.accounts.get(account, Place()).keys(account)
    return next((key for key in keys if key in settings.plan), None)


def _others(settings: CidrFollowsAddressPlan.Settings, account: str) -> list[str]:
    """Give the names in the plan that stand for one other account."""
    names = {key for other, place in settings.accounts.items() if other != account for key in (other, place.name)}
    return sorted(names & set(settings.plan))


def _overlapping(vpc: VPC, other: VPC) -> Iterator[Fail]:
    if other.is_default or other.owner not in {"", other.account}:
        return
    for cidr in vpc.cidrs:
        for taken in other.cidrs:
            if overlaps(cidr, taken):
                yield Fail(f"{cidr} overlaps {taken} of {other.id} in account {other.account}", f"{cidr} {other.id}")
