"""ecs_service_running_matches_desired."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import msgspec

from scanner.kinds.ecs_deployments import FailedDeployment, Steadiness
from scanner.kinds.ecs_services import Service
from scanner.model.gap import Gap, Unknown
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Gaps, Note, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import CityWebapps, PhiCluster

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.rule import Outcome


HOUR = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
HALF = datetime(2026, 11, 21, 1, 30, tzinfo=UTC)
LATER = datetime(2026, 11, 21, 1, 31, tzinfo=UTC)
SHORT = {"running": 1, "desired": 2}


class ServiceRunningMatchesDesired(Rule):
    """Services run as many tasks as desired and are steady.

    A service below the number of tasks that it should run serves ePHI with less than was planned, or not at all. A
    short while below it is how ECS mends and deploys; a service that stays there is broken. Since when it is below is
    read from its events: the first one after it was last steady, or its creation if it never was. A deployment that
    ECS has given up counts at once.
    """

    kind = Service
    severity = "high"
    category = "resilience"
    hipaa_proposed = ("164.308(a)(7)(i)", "164.308(a)(7)(ii)(C)")
    sources = (PhiCluster(), CityWebapps())
    remedy = Runbook(
        "Read why tasks do not start or stay: aws ecs describe-services --cluster CLUSTER --services {name}"
        " --query 'services[0].events[:10]'",
        "Read why tasks stopped: aws ecs list-tasks --cluster CLUSTER --service-name {name} --desired-status STOPPED,"
        " then aws ecs describe-tasks; stoppedReason and the containers' exit codes say it.",
        "Mend the cause (image, role, health check, capacity, address space), or go back to the last task definition"
        " that ran: aws ecs update-service --cluster CLUSTER --service {name} --task-definition FAMILY:REVISION",
        effect=Effect(risk="low"),
    )

    class Settings(RuleSettings, frozen=True):
        """How long a service may be below its number."""

        minutes: Annotated[int, msgspec.Meta(description="Minutes for which fewer tasks may run.", ge=1)] = 30

    GOOD = (
        {},
        {"running": 3, "desired": 2, "steadiness": Steadiness(left=HOUR)},
        {"running": 0, "desired": 0},
        {"scheduling": "DAEMON"},
        {**SHORT, "steadiness": Steadiness(steady=HOUR, left=LATER)},
        {**SHORT, "steadiness": Steadiness(left=LATER)},
        {**SHORT, "steadiness": Steadiness(steady=LATER)},
        Case({**SHORT, "steadiness": Steadiness(steady=HOUR, left=HALF)}, settings={"minutes": 31}),
    )
    BAD = (
        {**SHORT, "steadiness": Steadiness(steady=HOUR, left=HALF)},
        {**SHORT, "steadiness": Steadiness(left=HOUR)},
        Case({**SHORT, "steadiness": Steadiness(left=LATER)}, settings={"minutes": 29}),
        {"failed_deployments": (FailedDeployment("ecs-svc/1", "tasks failed to start"),)},
        {**SHORT, "steadiness": Steadiness(left=LATER), "failed_deployments": (FailedDeployment("ecs-svc/1"),)},
        {**SHORT, "steadiness": Steadiness(steady=HALF), "failed_deployments": (FailedDeployment("ecs-svc/1"),)},
    )
    SKIP = ({**SHORT, "status": "DRAINING", "steadiness": Steadiness(left=HOUR)},)
    UNKNOWN = (
        SHORT,
        {**SHORT, "steadiness": Steadiness(steady=HALF)},
        {**SHORT, "steadiness": Unknown(Gap("ecs.DescribeServices", message="denied"))},
    )

    @staticmethod
    def applies(service: Service) -> bool:
        """Active services."""
        return service.status == "ACTIVE"

    @staticmethod
    def check(service: Service, settings: Settings, as_of: datetime) -> Iterator[Outcome]:
        gaps = Gaps()
        with gaps:
            for deployment in service.failed_deployments:
                yield Fail(f"the deployment {deployment.id} failed: {deployment.reason or 'no reason given'}")
        with gaps:
            if service.running < service.desired:
                yield from _below(service, as_of - timedelta(minutes=settings.minutes))
        yield from gaps


def _below(service: Service, limit: datetime) -> Iterator[Outcome]:
    known = service.steadiness
    count = f"{service.running} of {service.desired} tasks run"
    if known.left is not None and known.left <= limit:
        since = f"since {known.left:%Y-%m-%d %H:%M} UTC"
        yield Fail(f"{count} {since}" if known.steady else f"{count}; the service has not been steady {since}")
    elif known.left is None and (known.steady is None or known.steady <= limit):
        raise Unknown(Gap("ecs.DescribeServices", message=f"{count}, and no event says since when"))
    else:
        yield Note(f"{count}, for a short while")
