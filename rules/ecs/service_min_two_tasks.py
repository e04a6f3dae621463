"""ecs_service_min_two_tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from rules.ecs._services import updated
from scanner.kinds.ecs_services import Service
from scanner.model.remedy import Around, Direct, Effect, NotByMachine, Write
from scanner.model.rule import Case, Fail, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import CityWebapps, PhiCluster

if TYPE_CHECKING:
    from collections.abc import Iterator


def _doubled(service: Service, _part: str, around: Around | None = None) -> Iterator[Write]:
    if not service.desired:
        raise NotByMachine("somebody has brought the service to no tasks: whether it is needed, a person must say")
    yield updated(desiredCount=around.settings.minimum if around else 2)


class ServiceMinTwoTasks(Rule):
    """Replica services run at least two tasks.

    A service with a single task is away whenever that task is: at each failure, each update, each loss of a zone. Those
    who need the ePHI behind it wait meanwhile. Services of one task per instance follow the number of instances.
    """

    kind = Service
    severity = "medium"
    category = "resilience"
    hipaa_proposed = ("164.308(a)(7)(i)", "164.308(a)(7)(ii)(C)")
    sources = (CityWebapps(), PhiCluster())
    remedy = Direct(
        "ecs.UpdateService",
        by=_doubled,
        across=True,
        why="the number is the rule's setting, and a service without tasks is left alone; Custodian knows neither",
        effect=Effect(
            after="the service runs as many tasks as the setting of the rule asks for (two where nothing is set)",
            risk="medium",
            downtime="none; a program that must run only once, such as a scheduler, would do its work twice",
            cost="the capacity of the tasks that are added",
            undo=[updated(desiredCount="$desired")],
            terraform={"aws_ecs_service": {"desired_count": 2}},
        ),
    )
    GOOD = ({"desired": 2}, {"desired": 3}, Case({"desired": 1}, settings={"minimum": 1}))
    BAD = ({"desired": 1}, {"desired": 0}, Case({"desired": 2}, settings={"minimum": 3}))
    SKIP = ({"desired": 0, "scheduling": "DAEMON"}, {"desired": 0, "status": "DRAINING"})

    class Settings(RuleSettings, frozen=True):
        """How many tasks a service must want."""

        minimum: Annotated[int, msgspec.Meta(description="Desired tasks at least.", ge=1)] = 2

    @staticmethod
    def applies(service: Service) -> bool:
        """Active services that run a number of replicas."""
        return service.scheduling == "REPLICA" and service.status == "ACTIVE"

    @staticmethod
    def check(service: Service, settings: Settings) -> Iterator[Fail]:
        if service.desired < settings.minimum:
            yield Fail(f"{service.desired} desired, at least {settings.minimum} needed")
