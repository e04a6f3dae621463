"""ecr_repository_replicated_for_dr."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec

from scanner.kinds.account import RegionSettings
from scanner.kinds.ecr import Repository
from scanner.kinds.images import ReplicationRule
from scanner.model.inventory import World
from scanner.model.remedy import Runbook
from scanner.model.rule import Case, Fail, Other, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import EcsGuide, WebProposal

DR = {"dr_region": "us-west-2"}
WEST, EAST = "us-west-2 123456789012", "eu-west-1 123456789012"


def _settings(*rules: ReplicationRule) -> Other:
    return Other(RegionSettings, ecr_replication=rules)


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
    remedy = Runbook(
        "Add a rule for {id} to the registry's replication: aws ecr put-replication-configuration"
        " --replication-configuration FILE (it replaces the whole configuration, so keep the other rules)",
        "Push the images in use again, or copy them by digest: only what is pushed from now on is replicated.",
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
