"""ecs_service_fargate_platform_version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.ecs._services import updated
from scanner.kinds.ecs_service_parts import TaskSet
from scanner.kinds.ecs_services import Service
from scanner.model.remedy import Custodian, Effect
from scanner.model.rule import Fail, Gaps, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.rule import Outcome


OLDEST = (1, 4, 0)


def _too_old(version: str) -> bool:
    """Say whether a version is none that is known to be new enough; no name means LATEST (API_Service)."""
    parts = version.split(".")
    numbers = tuple(int(part) for part in parts) if all(part.isdecimal() for part in parts) else ()
    return version not in {"", "LATEST"} and numbers < OLDEST


class ServiceFargatePlatformVersion(Rule):
    """Fargate services run platform version LATEST or 1.4.0 and above.

    Versions before 1.4.0 have another runtime, do not encrypt ephemeral storage and lack what later rules ask for; a
    service pinned to one stays behind every repair of what runs its containers of ePHI. Windows on Fargate counts its
    versions apart, from 1.0.0.
    """

    kind = Service
    severity = "medium"
    hipaa_proposed = ("164.308(a)(1)(ii)(B)", "164.308(a)(5)(ii)(B)")
    sources = (EcsGuide(67),)
    related = ("ecs_service_fargate_platform_latest",)
    remedy = Custodian(
        "ecs-service",
        {"type": "modify", "update": {"platformVersion": "LATEST", "forceNewDeployment": True}},
        filters=[{"type": "value", "key": "platformVersion", "op": "ne", "value": "LATEST"}],
        effect=Effect(
            after="the service's tasks are replaced, and run the newest platform version from then on",
            risk="medium",
            downtime="none where a deployment keeps enough tasks; long sessions end with the tasks that are replaced",
            undo=[updated(platformVersion="$platform_version", forceNewDeployment=True)],
            terraform={"aws_ecs_service": {"platform_version": "LATEST"}},
            follows=("ecs_service_zero_downtime_deployment",),
        ),
    )
    GOOD = (
        {},
        {"platform_version": "1.4.0"},
        {"platform_version": "1.10.0"},
        {"platform_version": "2.0.0"},
        {"launch_type": "", "capacity_providers": ("FARGATE", "FARGATE_SPOT")},
        {"launch_type": "", "task_sets": (TaskSet("1", launch_type="FARGATE", platform="1.4.0"),)},
        {"launch_type": "", "task_sets": (TaskSet("1", launch_type="FARGATE"),)},
    )
    BAD = (
        {"platform_version": "1.3.0"},
        {"platform_version": "1.3.99"},
        {"platform_version": "0.9.0"},
        {"platform_version": "old"},
        {"platform_version": "1.4.beta"},
        {"platform_version": "1.3.0", "platform_family": ""},
        {"launch_type": "", "task_sets": (TaskSet("1", launch_type="FARGATE", platform="1.3.0"),)},
    )
    SKIP = (
        {"platform_version": "1.3.0", "launch_type": "EC2"},
        {"platform_version": "1.3.0", "status": "INACTIVE"},
        {"platform_version": "1.0.0", "platform_family": "WINDOWS_SERVER_2022_CORE"},
        {"platform_version": "1.0.0", "platform_family": "Windows_Server_2019_Full"},
    )

    @staticmethod
    def applies(service: Service) -> bool | str:
        """Active services on Fargate."""
        if service.platform_family.upper().startswith("WINDOWS"):
            return "Windows on Fargate has versions of its own"
        return service.status == "ACTIVE" and service.on_fargate

    @staticmethod
    def check(service: Service) -> Iterator[Outcome]:
        gaps = Gaps()
        with gaps:
            if _too_old(service.platform_version):
                yield Fail(f"platform version {service.platform_version}")
        with gaps:
            for item in service.task_sets:
                if _too_old(item.platform):
                    yield Fail(
                        f"the task set {item.id} has platform version {item.platform}", part=f"task set {item.id}"
                    )
        yield from gaps
