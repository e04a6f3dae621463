"""Remedies of services: changes that ECS makes by UpdateService, which leaves alone what it is not told of.

A deployment configuration and a network configuration are replaced as a whole, so they are given with all that they
hold (API_UpdateService).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rules._former import former
from scanner.kinds.ecs_deployments import Rollback
from scanner.model.remedy import Direct, Effect, Write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.kinds.ecs_services import Service

PERCENTS = ("minimum healthy percent", "maximum percent")
"""The parts of findings on how many tasks a deployment leaves."""


def updated(**values: Any) -> Write:
    """Make the operation that changes a service."""
    return Write("ecs.UpdateService", {"cluster": "$cluster", "service": "{arn}", **values})


def _configuration(service: Service) -> dict[str, Any]:
    found = former(service, "service").get("deploymentConfiguration") or {}
    return {"deploymentCircuitBreaker": {"enable": False, "rollback": False}, **found}


def _goes_back(service: Service) -> bool:
    alarms, breaker = service.deployment_alarms, service.circuit_breaker
    heeded = bool(alarms.enabled and alarms.rolls_back and alarms.alarms)
    return (breaker.enabled and breaker.rolls_back) or heeded


def _sound(service: Service, part: str) -> Iterator[Write]:
    """Mend all that is wrong with a service's deployments at once: one call replaces what another has written."""
    wanted = _configuration(service)
    rolls = service.scheduling == "REPLICA" and service.deployment_strategy == "ROLLING"
    if part in PERCENTS or (rolls and (service.minimum_healthy < 50 or service.maximum <= 100)):
        wanted |= {"minimumHealthyPercent": 100, "maximumPercent": 200}
    if not _goes_back(service):
        wanted["deploymentCircuitBreaker"] = {"enable": True, "rollback": True}
    yield updated(deploymentConfiguration=wanted)


def _as_before(service: Service, _part: str) -> Iterator[Write]:
    yield updated(deploymentConfiguration=_configuration(service))


SOUND_DEPLOYMENT = Direct(
    "ecs.UpdateService",
    by=_sound,
    why="Custodian sends the members that change alone, though ECS is to be given the configuration as a whole",
    effect=Effect(
        sets={
            "minimum_healthy": 100,
            "maximum": 200,
            "circuit_breaker": Rollback(enabled=True, rolls_back=True),
        },
        after="deployments start new tasks before old ones stop, and go back by themselves where they fail",
        risk="medium",
        downtime="none; a deployment needs room for twice the tasks, and waits where there is none",
        undo=_as_before,
        terraform={
            "aws_ecs_service": {
                "deployment_minimum_healthy_percent": 100,
                "deployment_maximum_percent": 200,
                "deployment_circuit_breaker": {"enable": True, "rollback": True},
            }
        },
    ),
)
