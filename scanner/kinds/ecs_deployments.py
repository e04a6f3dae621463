"""How deployments of ECS services go, and how services keep up, read from answers by pure functions.

Source: API_DeploymentConfiguration, API_Deployment, API_ServiceEvent; Amazon ECS Developer Guide, service event
messages and service utilization metrics.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec

from scanner.kinds.containers import member

EVENTS_KEPT = 100
"""How many of its newest events ECS tells of a service (API_Service)."""
STEADY = "has reached a steady state"
FINE = (STEADY, "deployment completed", "has completed deployment")
"""Parts of the messages of events that tell of no trouble."""


class Rollback(msgspec.Struct, frozen=True):
    """What stops a failing deployment, and whether the service then goes back; `alarms` are the alarms it heeds."""

    enabled: bool = False
    rolls_back: bool = False
    alarms: tuple[str, ...] = ()


def rollback(given: Any) -> Rollback:
    """Read a deployment circuit breaker or deployment alarms, in Terraform's, CloudFormation's or the API's words."""
    names = member(given, "alarmNames") or member(given, "alarm_names") or ()
    return Rollback(
        _true(member(given, "enable")), _true(member(given, "rollback")), tuple(str(name) for name in names)
    )


def _true(given: Any) -> bool:
    return given is True or (isinstance(given, str) and given.lower() == "true")


class Steadiness(msgspec.Struct, frozen=True):
    """When a service was last steady by its events, and when the first event after that came.

    `steady` is None where no event tells of a steady state; `left` then is when the telling begins: the service's
    creation, or the oldest event that ECS still tells. `left` is None where nothing came after the steady state.
    """

    steady: datetime | None = None
    left: datetime | None = None


def steadiness(service: Mapping[str, Any]) -> Steadiness:
    """Read since when a service is not steady.

    Raises:
        KeyError: the answer holds no events.
    """
    events = sorted((_moment(item["createdAt"]), str(item.get("message", ""))) for item in service["events"] or ())
    steady = max((at for at, message in events if STEADY in message), default=None)
    if steady is not None:
        restless = (at for at, message in events if at > steady and not any(text in message for text in FINE))
        return Steadiness(steady, min(restless, default=None))
    if len(events) >= EVENTS_KEPT:
        return Steadiness(None, events[0][0])
    return Steadiness(None, _moment(service["createdAt"]))


def _moment(given: Any) -> datetime:
    return given if isinstance(given, datetime) else _read(str(given))


@lru_cache(maxsize=1 << 12)
def _read(text: str) -> datetime:
    return datetime.fromisoformat(text)


class FailedDeployment(msgspec.Struct, frozen=True):
    """A deployment that ECS gave up, and why."""

    id: str
    reason: str = ""


def failed_deployments(service: Mapping[str, Any]) -> tuple[FailedDeployment, ...]:
    """Name the deployments that failed and are not over."""
    return tuple(
        FailedDeployment(str(item.get("id", "")), str(item.get("rolloutStateReason", "")))
        for item in service.get("deployments") or ()
        if item.get("rolloutState") == "FAILED" and item.get("status") != "INACTIVE"
    )


class MemoryHour(msgspec.Struct, frozen=True):
    """The share of its memory, in percent, that a service used on average in the hour that began then."""

    began: datetime
    percent: float


def memory_hours(given: Sequence[Mapping[str, Any]]) -> tuple[MemoryHour, ...]:
    """Read GetMetricData's answer; what came on several pages is joined."""
    found = {
        _moment(at): float(value)
        for series in given
        for at, value in zip(series["Timestamps"], series["Values"], strict=True)
    }
    return tuple(MemoryHour(at, found[at]) for at in sorted(found))


def memory_query(cluster: str, service: str) -> list[dict[str, Any]]:
    """Ask for the hourly averages of the memory utilization of a service in the cluster of this ARN."""
    dimensions = [{"Name": "ClusterName", "Value": last_part(cluster)}, {"Name": "ServiceName", "Value": service}]
    metric = {"Namespace": "AWS/ECS", "MetricName": "MemoryUtilization", "Dimensions": dimensions}
    return [{"Id": "memory", "MetricStat": {"Metric": metric, "Period": 3600, "Stat": "Average"}}]


def last_part(arn: str) -> str:
    """Give what stands after an ARN's last slash; a bare name stays as it is."""
    return arn.rpartition("/")[2]
