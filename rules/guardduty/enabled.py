"""guardduty_enabled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules._regions import HOLDERS, is_used
from rules.guardduty._detectors import detector_that_is_on
from rules.guardduty._watched import WATCH
from scanner.kinds.account import RegionSettings
from scanner.kinds.ecs import Cluster
from scanner.kinds.guardduty import Detector
from scanner.kinds.rds import DBInstance
from scanner.model.rule import Case, Fail, Other, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World

RUNTIME = "RUNTIME_MONITORING"
TASKS = f"{RUNTIME}/ECS_FARGATE_AGENT_MANAGEMENT"
USED = Other(DBInstance)


class Enabled(Rule):
    """GuardDuty is on in every used Region, with ECS runtime monitoring.

    A container that is taken over shows it in what it runs and whom it speaks to, which no configuration tells.
    GuardDuty's runtime monitoring for ECS watches that. A Region counts as used when tasks, instances, databases, file
    systems, load balancers or tables are there; runtime monitoring is asked for where it has ECS clusters. Agents that
    are put on container instances by hand are not seen.
    """

    kind = RegionSettings
    needs = (Detector, *HOLDERS)
    severity = "high"
    hipaa_proposed = ("164.308(a)(5)(ii)(B)", "164.308(a)(1)(ii)(D)", "164.308(a)(6)(ii)")
    sources = (EcsGuide(71), EcsGuide(72))
    remedy = WATCH
    GOOD = (
        Case({}, others=[Other(Cluster), Other(Detector)]),
        Case({}, others=[USED, Other(Detector, features=())]),
    )
    BAD = (
        Case({}, others=[USED]),
        Case({}, others=[Other(Cluster), Other(Detector, on=False)]),
        Case({}, others=[Other(Cluster), Other(Detector, features=())]),
        Case({}, others=[Other(Cluster), Other(Detector, features=(RUNTIME,))]),
        Case({}, others=[USED], lacking=[Cluster]),
        Case({}, others=[Other(Cluster), Other(Detector, features=("LAMBDA_NETWORK_LOGS",))]),
    )
    SKIP = ({}, Case({}, others=[Other(Cluster, status="INACTIVE"), Other(DBInstance, region="eu-west-1")]))
    UNKNOWN = (
        *(Case({}, lacking=[kind]) for kind in HOLDERS),
        Case({}, others=[USED], lacking=[Detector]),
        Case({}, others=[USED, Other(Detector, features=())], lacking=[Cluster]),
    )

    @staticmethod
    def applies(_region: RegionSettings, world: World) -> bool:
        """Regions that hold workloads or data."""
        return is_used(world)

    @staticmethod
    def check(_region: RegionSettings, world: World) -> Iterator[Fail]:
        detector = detector_that_is_on(world)
        if detector is None:
            yield Fail("no detector is on")
        elif TASKS not in detector.features and world.first(Cluster, status="ACTIVE"):
            on = ", ".join(detector.features) or "none"
            yield Fail(f"the detector does not watch the tasks of ECS at run time; its features that are on: {on}")
