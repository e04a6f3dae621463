"""How two accounts are compared: resource by resource of the same natural name, fact by fact.

The accounts' own ids and names, and those of their environments, stand for one another in names and values. Facts that
hold ids which AWS gives, addresses or sizes are not compared, unless a shape names them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scanner.engine.normalise import builtin, canonical
from scanner.kinds.account import Account, RegionSettings
from scanner.kinds.cloudtrail import CoveringTrail
from scanner.kinds.config import ConfigurationRecorder
from scanner.kinds.ec2_network import VPC, FlowLog
from scanner.kinds.ecs import Cluster
from scanner.kinds.ecs_services import Service
from scanner.kinds.elbv2 import LoadBalancer
from scanner.kinds.guardduty import Detector
from scanner.kinds.logs import LogGroup
from scanner.kinds.rds import DBInstance
from scanner.kinds.s3 import Bucket
from scanner.kinds.securityhub import Hub
from scanner.model.rule import Gaps, Missing

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from scanner.model.inventory import World
    from scanner.model.kind import Kind


@dataclass(frozen=True)
class Shape:
    """What of a kind is compared: by which name, and which facts.

    `name` gives of a resource what it is called in every account; resources of the same name are one sort, of which
    the values and the number count. It is None where a resource is no part of the comparison.
    """

    kind: type[Kind]
    name: Callable[[Any], str | None]
    facts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Side:
    """An account and the words that are its own: they stand for those of the other account."""

    account: str
    words: tuple[str, ...] = ()

    def plain(self, value: Any) -> Any:
        """Put a sign in the place of each word of the account's own."""
        return self._plain(builtin(value))

    def _plain(self, value: Any) -> Any:
        if isinstance(value, str):
            for word in (self.account, *self.words):
                value = re.sub(rf"(?<![A-Za-z0-9]){re.escape(word)}(?![A-Za-z0-9])", "*", value) if word else value
            return value
        if isinstance(value, dict):
            return {self._plain(name): self._plain(item) for name, item in value.items()}
        return [self._plain(item) for item in value] if isinstance(value, list) else value


@dataclass(frozen=True)
class Difference:
    """What differs: `sort` is `missing`, `more` or `other`; `fact` is empty where it is the resource itself."""

    sort: str
    kind: str
    region: str
    name: str
    fact: str
    said: str

    @property
    def part(self) -> str:
        """What of the account it is, in terms that last."""
        return " ".join(text for text in (self.kind, self.region, self.name, self.fact) if text)


def _own_name(found: Kind) -> str:
    return str(found.name or found.id)


def _vpc(vpc: VPC) -> str | None:
    return None if vpc.is_default or vpc.owner not in {"", vpc.account} else vpc.name if vpc.name != vpc.id else "VPC"


def _active(one: Cluster | Service) -> str | None:
    return one.name if one.status == "ACTIVE" else None


def _one(_found: Kind) -> str:
    return "settings"


AUDIT = (
    Shape(CoveringTrail, _own_name, ("logging", "multi_region", "management")),
    Shape(FlowLog, lambda log: f"flow log of {log.subject.partition('-')[0]}", ("status", "traffic")),
    Shape(ConfigurationRecorder, lambda one: None if one.service else one.name, ("recording", "left_out")),
)
"""The audit trail: trails, flow logs, the record of settings."""
BLOCKS = ("block_public_acls", "ignore_public_acls", "block_public_policy", "restrict_public_buckets")
EVERYTHING = (
    *AUDIT,
    Shape(Account, _one, (*BLOCKS, "root_mfa", "password_length")),
    Shape(RegionSettings, _one, ("ebs_encrypts", "snapshot_block", "image_block")),
    Shape(Hub, _one, ("on",)),
    Shape(Detector, _one, ("on", "features")),
    Shape(VPC, _vpc),
    Shape(Cluster, _active, ("container_insights", "default_providers")),
    Shape(Service, _active, ("launch_type", "scheduling", "desired")),
    Shape(LoadBalancer, _own_name, ("type", "scheme")),
    Shape(Bucket, lambda one: str(one.id), (*BLOCKS, "encryption", "versioning", "locked")),
    Shape(DBInstance, lambda one: str(one.id), ("engine", "encrypted", "public", "multi_az", "deletion_protection")),
    Shape(LogGroup, lambda one: str(one.id), ("retention_days",)),
)
"""What cells and environments are compared by."""


def kinds_of(shapes: Collection[Shape]) -> tuple[type[Kind], ...]:
    """Give the kinds that a comparison by these shapes needs."""
    return tuple(dict.fromkeys(shape.kind for shape in shapes))


def compared(
    world: World, shapes: Collection[Shape], model: Side, member: Side, differ: Collection[str] = ()
) -> Iterator[Difference | Missing]:
    """Compare a member with the account that is its model; facts named in `differ` may.

    That a resource is missing is said only where the member's listing is whole, that there is one more only where the
    model's is, that they differ only where both are. What could not be learned is said at the end.
    """
    gaps = Gaps()
    for shape in shapes:
        for region in _regions(world, shape.kind, {model.account, member.account}):
            with gaps:
                yield from _in_region(world, shape, region, (model, member), differ, gaps)
    yield from gaps


def _regions(world: World, kind: type[Kind], accounts: Collection[str]) -> list[str]:
    if kind.scope == "global":
        return ["global"]
    places = {region for account, region, cfn in world.inventory.listings if account in accounts and cfn == kind.cfn}
    return sorted(places) or ["any Region"]


def _in_region(
    world: World, shape: Shape, region: str, sides: tuple[Side, Side], differ: Collection[str], gaps: Gaps
) -> Iterator[Difference]:
    model, member = (_sorts(world, shape, region, side, gaps) for side in sides)
    for name in sorted({*model[0], *member[0]}):
        ours, theirs = model[0].get(name, []), member[0].get(name, [])
        wanted, found = len(ours), len(theirs)
        if wanted > found and member[1]:
            said = f"{found} of {wanted}" if found else "missing"
            yield Difference("missing", shape.kind.cfn, _shown(region), name, "", said)
        elif found > wanted and model[1]:
            said = f"{found} instead of {wanted}" if wanted else "there is none in the model"
            yield Difference("more", shape.kind.cfn, _shown(region), name, "", said)
        comparable = ours and theirs and model[1] and member[1]
        for fact in (fact for fact in shape.facts if comparable and fact not in differ):
            with gaps:
                here = {canonical(sides[0].plain(getattr(one, fact))).decode() for one in ours}
                there = {canonical(sides[1].plain(getattr(one, fact))).decode() for one in theirs}
                if here != there:
                    said = f"{fact} is {', '.join(sorted(there))}, in the model {', '.join(sorted(here))}"
                    yield Difference("other", shape.kind.cfn, _shown(region), name, fact, said)


def _shown(region: str) -> str:
    return "" if region == "global" else region


def _sorts(world: World, shape: Shape, region: str, side: Side, gaps: Gaps) -> tuple[Mapping[str, list[Any]], bool]:
    """Give the resources of an account by their names, and whether that is all of them."""
    found: dict[str, list[Any]] = {}
    before = len(gaps.found)
    with gaps:
        for one in world.all(shape.kind, region=region, account=side.account):
            with gaps:
                name = shape.name(one)
                if name is not None:
                    found.setdefault(str(side.plain(name)), []).append(one)
    return found, len(gaps.found) == before
