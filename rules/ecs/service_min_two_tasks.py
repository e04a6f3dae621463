"""ecs_service_min_two_tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from scanner.kinds.ecs_services import Service
from scanner.model.remedy import Custodian
from scanner.model.rule import Case, Fail, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import CityWebapps, PhiCluster

if TYPE_CHECKING:
    from collections.abc import Iterator


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
    remedy = Custodian(
        "ecs-service",
        {"type": "modify", "update": {"desiredCount": 2}},
        filters=[
            {"schedulingStrategy": "REPLICA"},
            {"type": "value", "key": "desiredCount", "op": "less-than", "value": 2},
        ],
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
