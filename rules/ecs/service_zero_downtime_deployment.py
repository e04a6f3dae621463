"""ecs_service_zero_downtime_deployment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from rules.ecs._services import SOUND_DEPLOYMENT
from scanner.kinds.ecs_services import Service
from scanner.model.rule import Case, Fail, Gaps, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import CityWebapps, EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.rule import Outcome


class ServiceZeroDowntimeDeployment(Rule):
    """Deployments keep enough healthy tasks running.

    A deployment that may stop too many tasks at once, or may not start new ones before the old ones end, takes the
    service away from those who need the ePHI behind it, at every release. Deployments that another tool drives, and
    those that bring up a whole new set of tasks beside the old one, are not bound by these two numbers; a daemon has
    one task on each instance and cannot have two.
    """

    kind = Service
    severity = "medium"
    category = "resilience"
    hipaa_proposed = ("164.308(a)(7)(i)", "164.308(a)(7)(ii)(C)")
    sources = (CityWebapps(), EcsGuide(48), EcsGuide(49))
    remedy = SOUND_DEPLOYMENT

    class Settings(RuleSettings, frozen=True):
        """How many tasks must stay."""

        minimum_healthy: Annotated[
            int, msgspec.Meta(description="Percent of the desired tasks that must stay healthy.", ge=1, le=100)
        ] = 50

    GOOD = (
        {},
        {"minimum_healthy": 50, "maximum": 101},
        Case({"minimum_healthy": 49}, settings={"minimum_healthy": 49}),
    )
    BAD = (
        {"minimum_healthy": 49},
        {"minimum_healthy": 0, "maximum": 200},
        {"maximum": 100},
        Case({"minimum_healthy": 99}, settings={"minimum_healthy": 100}),
    )
    SKIP = (
        {"minimum_healthy": 0, "status": "DRAINING"},
        {"minimum_healthy": 0, "maximum": 100, "scheduling": "DAEMON"},
        {"minimum_healthy": 0, "controller": "CODE_DEPLOY"},
        {"minimum_healthy": 0, "controller": "EXTERNAL"},
        {"minimum_healthy": 0, "deployment_strategy": "BLUE_GREEN"},
    )

    @staticmethod
    def applies(service: Service) -> bool | str:
        """Active services of replicas that ECS deploys by rolling updates."""
        if service.controller != "ECS":
            return f"its deployments are driven by {service.controller}"
        if service.deployment_strategy != "ROLLING":
            return f"its deployments are {service.deployment_strategy}: the new tasks run beside the old ones"
        return service.status == "ACTIVE" and service.scheduling == "REPLICA"

    @staticmethod
    def check(service: Service, settings: Settings) -> Iterator[Outcome]:
        gaps = Gaps()
        with gaps:
            if service.minimum_healthy < settings.minimum_healthy:
                yield Fail(
                    f"a deployment may leave {service.minimum_healthy} % of the tasks, less than "
                    f"{settings.minimum_healthy} %",
                    part="minimum healthy percent",
                )
        with gaps:
            if service.maximum <= 100:
                yield Fail(
                    f"a deployment may run {service.maximum} % of the tasks: none beside those that are there",
                    part="maximum percent",
                )
        yield from gaps
