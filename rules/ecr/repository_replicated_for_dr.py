"""ecr_repository_replicated_for_dr."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import msgspec

from rules._former import former
from scanner.kinds.account import RegionSettings
from scanner.kinds.ecr import Repository
from scanner.kinds.images import ReplicationRule
from scanner.model.inventory import World
from scanner.model.remedy import Around, Direct, Effect, NotByMachine, Write
from scanner.model.rule import Case, Fail, Other, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import EcsGuide, WebProposal

DR = {"dr_region": "us-west-2"}
WEST, EAST = "us-west-2 123456789012", "eu-west-1 123456789012"


def _settings(*rules: ReplicationRule) -> Other:
    return Other(RegionSettings, ecr_replication=rules)


def _rules(around: Around | None) -> list[dict[str, Any]]:
    """Give the registry's rules as they are.

    Raises:
        NotByMachine: it is not known to which Region images are to go.
        Unknown: the rules were not seen.
    """
    if around is None or not around.settings.dr_region:
        raise NotByMachine("the disaster recovery Region is not at hand")
    found = former(around.world.only(RegionSettings), "replication") or {}
    return list(found.get("rules", ()))


def _replicating(repository: Repository, _part: str, around: Around | None = None) -> Iterator[Write]:
    """Add one rule for all repositories, so that it is the same for each of them."""
    before = _rules(around)
    place = {"region": around.settings.dr_region if around else "", "registryId": repository.account}
    yield _configured([*before, {"destinations": [place]}])


def _as_before(_repository: Repository, _part: str, around: Around | None = None) -> Iterator[Write]:
    yield _configured(_rules(around))


def _configured(rules: list[dict[str, Any]]) -> Write:
    return Write("ecr.PutReplicationConfiguration", {"replicationConfiguration": {"rules": rules}})


class RepositoryReplicatedForDr(Rule):
    """Repositories replicate to the disaster recovery Region.

    When a Region is away, services that handle ePHI start elsewhere only if their images are there. Replication copies
    each image as it is pushed; what was pushed before a rule was made is not copied. The rule speaks once the disaster
    recovery Region is set.
    """

    kind = Repository
    needs = (RegionSettings,)
    severity = "low"
    category = "resilience"
    hipaa_proposed = ("164.308(a)(7)(ii)(B)", "164.308(a)(7)(i)")
    sources = (WebProposal(), EcsGuide(30))
    remedy = Direct(
        "ecr.PutReplicationConfiguration",
        by=_replicating,
        across=True,
        why="Custodian has no action for the registry; this keeps the rules that are there",
        effect=Effect(
            after="all images pushed from now on are copied to the disaster recovery Region; those in use must be"
            " pushed again",
            cost="storage of the copies, 0.10 USD a GB and month, and 0.02 USD a GB for the way between Regions",
            undo=_as_before,
            brings=("ecr_repository_encrypted_with_cmk", "ecr_repository_tag_immutable", "ecr_repository_scan_on_push"),
        ),
    )
    GOOD = (
        Case({}, others=[_settings(ReplicationRule((EAST, WEST)))], settings=DR),
        Case({"id": "prod/web"}, others=[_settings(ReplicationRule((WEST,), ("dev/", "prod/")))], settings=DR),
        Case({}, others=[_settings(ReplicationRule((EAST,)), ReplicationRule((WEST,)))], settings=DR),
    )
    BAD = (
        Case({}, others=[_settings()], settings=DR),
        Case({}, others=[_settings(ReplicationRule((EAST,)))], settings=DR),
        Case({"id": "prod/web"}, others=[_settings(ReplicationRule((WEST,), ("dev/", "web")))], settings=DR),
        Case({}, others=[_settings(ReplicationRule(("us-west-22 123456789012",)))], settings=DR),
    )
    SKIP = (
        Case({}, others=[_settings()]),
        Case({}, others=[_settings()], settings={"dr_region": "us-east-1"}),
    )
    UNKNOWN = (Case({}, settings=DR), Case({}, settings=DR, lacking=[RegionSettings]))

    class Settings(RuleSettings, frozen=True):
        """Where work goes on when a Region is away."""

        dr_region: Annotated[
            str, msgspec.Meta(description="The disaster recovery Region.", extra={"config": "dr.region"})
        ] = ""

    @staticmethod
    def applies(repository: Repository, settings: Settings) -> bool | str:
        """Repositories outside of the disaster recovery Region, once that is set."""
        if not settings.dr_region:
            return "no disaster recovery Region is set (dr_region)"
        if repository.region == settings.dr_region:
            return "the repository lies in the disaster recovery Region"
        return True

    @staticmethod
    def check(repository: Repository, world: World, settings: Settings) -> Iterator[Fail]:
        for rule in world.only(RegionSettings).ecr_replication:
            there = any(place.partition(" ")[0] == settings.dr_region for place in rule.destinations)
            if there and rule.covers(repository.id):
                return
        yield Fail(f"no replication rule copies its images to {settings.dr_region}")
