"""ecs_service_deployment_circuit_breaker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.ecs._services import SOUND_DEPLOYMENT
from scanner.kinds.ecs_deployments import Rollback
from scanner.kinds.ecs_services import Service
from scanner.model.inventory import any_of
from scanner.model.rule import Fail, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator


OFF, NO_WAY_BACK, ON = Rollback(), Rollback(enabled=True), Rollback(enabled=True, rolls_back=True)
ALARMS = Rollback(enabled=True, rolls_back=True, alarms=("5xx",))


class ServiceDeploymentCircuitBreaker(Rule):
    """Deployments roll back on failure.

    A release whose tasks cannot start is tried for hours, and those who need the ePHI wait. The circuit breaker, or
    alarms that the deployment heeds, end it and bring the last release back by themselves. Where another tool drives
    deployments, it has its own ways to go back.
    """

    kind = Service
    severity = "low"
    category = "resilience"
    hipaa_proposed = ("164.308(a)(7)(i)", "164.308(a)(7)(ii)(C)")
    sources = (EcsGuide(48),)
    remedy = SOUND_DEPLOYMENT
    GOOD = (
        {"circuit_breaker": ON},
        {"circuit_breaker": OFF, "deployment_alarms": ALARMS},
        {"circuit_breaker": NO_WAY_BACK, "deployment_alarms": ALARMS},
    )
    BAD = (
        {"circuit_breaker": OFF},
        {"circuit_breaker": NO_WAY_BACK},
        {"circuit_breaker": Rollback(rolls_back=True)},
        {"circuit_breaker": OFF, "deployment_alarms": ON},
        {"circuit_breaker": OFF, "deployment_alarms": Rollback(enabled=True, alarms=("5xx",))},
        {"circuit_breaker": OFF, "deployment_alarms": Rollback(rolls_back=True, alarms=("5xx",))},
    )
    SKIP = (
        {"circuit_breaker": OFF, "status": "DRAINING"},
        {"circuit_breaker": OFF, "controller": "CODE_DEPLOY"},
        {"circuit_breaker": OFF, "controller": "EXTERNAL"},
    )

    @staticmethod
    def applies(service: Service) -> bool | str:
        """Active services that ECS deploys."""
        if service.controller != "ECS":
            return f"its deployments are driven by {service.controller}"
        return service.status == "ACTIVE"

    @staticmethod
    def check(service: Service) -> Iterator[Fail]:
        ways = (
            lambda: service.circuit_breaker.enabled and service.circuit_breaker.rolls_back,
            lambda: bool(
                service.deployment_alarms.enabled
                and service.deployment_alarms.rolls_back
                and service.deployment_alarms.alarms
            ),
        )
        if not any_of(ways):
            yield Fail("nothing ends a failing deployment and goes back to the last one")
