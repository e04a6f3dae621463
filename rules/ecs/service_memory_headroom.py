"""ecs_service_memory_headroom."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from scanner.kinds.ecs_deployments import MemoryHour
from scanner.kinds.ecs_services import Service
from scanner.kinds.ecs_tasks import Task
from scanner.model.gap import Gap, Unknown
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Gaps, Other, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import EcsGuide, PhiCluster

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World
    from scanner.model.rule import Outcome


NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def hours(*percents: float, days: int = 0) -> dict[str, Any]:
    """Give an example's service with these hourly figures, as many days before the others."""
    return {"memory_hours": tuple(MemoryHour(NOON - timedelta(hours=n, days=days), p) for n, p in enumerate(percents))}


CALM = [50.0] * 19
OUT = Other(Task, out_of_memory=("web",), desired_status="STOPPED")


class ServiceMemoryHeadroom(Rule):
    """Services keep memory headroom and do not run out of memory.

    A container that reaches the end of its memory is killed in the middle of what it does, and what it held of ePHI in
    memory is lost. The hourly averages of the memory that the service uses are looked at: all but the highest twentieth
    must lie below the limit. The share is of what the task definition sets aside; where that is a soft limit, tasks may
    use more. Tasks that were killed for want of memory are seen for about an hour after they stopped.
    """

    kind = Service
    needs = (Task,)
    severity = "medium"
    category = "operations"
    hipaa_proposed = ("164.308(a)(7)(i)",)
    sources = (PhiCluster(), EcsGuide(24))
    remedy = Runbook(
        "See in CloudWatch whether MemoryUtilization of the service climbs until tasks are replaced (a leak) or follows"
        " the load.",
        "Give the task more memory in a new revision of its task definition, or let the service scale on memory.",
        "aws ecs update-service --cluster CLUSTER --service {name} --task-definition FAMILY:REVISION",
        effect=Effect(
            risk="medium", downtime="none; the service's tasks are replaced", cost="the memory that is added"
        ),
    )

    class Settings(RuleSettings, frozen=True):
        """How much memory may be used, over which time."""

        percent: Annotated[float, msgspec.Meta(description="Percent of the memory that is too much.", ge=1)] = 90.0
        days: Annotated[int, msgspec.Meta(description="Days to look back.", ge=1, le=7)] = 7

    GOOD = (
        hours(*CALM, 95.0),
        hours(89.9),
        {"desired": 0, "memory_hours": ()},
        Case(hours(50.0), others=[Other(Task)]),
        Case(hours(50.0), others=[Other(Task, out_of_memory=("api",), group="service:api")]),
        Case(hours(50.0), others=[Other(Task, out_of_memory=("web",), cluster="other")]),
        Case({"memory_hours": hours(50.0)["memory_hours"] + hours(99.0, 99.0, days=7)["memory_hours"]}),
        Case(hours(95.0), settings={"percent": 96.0}),
        Case({"memory_hours": hours(50.0)["memory_hours"] + hours(99.0, days=1)["memory_hours"]}, settings={"days": 1}),
    )
    BAD = (
        hours(90.0),
        hours(*CALM, 90.0, 95.0),
        hours(*CALM[:18], 95.0, 95.0),
        hours(99.0, days=6),
        {"memory_hours": (MemoryHour(datetime(2026, 11, 14, 2, 0, tzinfo=UTC), 99.0),)},
        Case(hours(50.0), others=[OUT]),
        Case({}, others=[OUT]),
        Case(hours(50.0), settings={"percent": 50.0}),
        Case({"desired": 0, "memory_hours": ()}, others=[OUT]),
    )
    SKIP = ({**hours(99.0), "status": "DRAINING"},)
    UNKNOWN = (
        {},
        {"memory_hours": ()},
        hours(99.0, days=7),
        Case(hours(50.0), lacking=[Task]),
    )

    @staticmethod
    def applies(service: Service) -> bool:
        """Active services."""
        return service.status == "ACTIVE"

    @staticmethod
    def check(service: Service, world: World, settings: Settings, as_of: datetime) -> Iterator[Outcome]:
        gaps = Gaps()
        with gaps:
            for task in world.all(Task, cluster=service.cluster, group=f"service:{service.name}"):
                with gaps:
                    for name in task.out_of_memory:
                        yield Fail(f"{name} was killed for want of memory", part=f"out of memory {name}")
        with gaps:
            used = _ninety_fifth(service, as_of - timedelta(days=settings.days))
            if used >= settings.percent:
                yield Fail(f"{used:.0f} % of the memory is used in the busiest hours", part="use")
        yield from gaps


def _ninety_fifth(service: Service, since: datetime) -> float:
    """Give the 95th percentile of the hourly averages, by nearest rank.

    Raises:
        Unknown: there are none, though tasks are wanted.
    """
    values = sorted(item.percent for item in service.memory_hours if item.began >= since)
    if values:
        return values[math.ceil(len(values) * 0.95) - 1]
    if service.desired == 0:
        return 0.0
    raise Unknown(Gap("cloudwatch.GetMetricData", message="CloudWatch has no figures of the service's memory"))
