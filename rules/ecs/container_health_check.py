"""ecs_container_health_check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.ecs._load_balancing import behind_load_balancer
from rules.ecs._revisions import CONTAINER, revision
from scanner.kinds.containers import Container, PortMapping
from scanner.kinds.ecs_service_parts import Target, TaskSet
from scanner.kinds.ecs_services import Service
from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.model.rule import Case, Fail, Gaps, Other, Rule
from scanner.model.source import EcsGuide, PhiCluster

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World
    from scanner.model.rule import Outcome


WEB = Container("web", ports=(PortMapping(80),))
GROUP = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web/0a1b"
DEFINITION = "arn:aws:ecs:us-east-1:123456789012:task-definition/web:1"
SETS = (TaskSet("ecs-svc/1", task_definition=DEFINITION, target_groups=(GROUP,)),)


class ContainerHealthCheck(Rule):
    """Essential containers have a health check.

    A program that hangs does not end, so ECS counts it as running and nobody replaces it: the system that gives access
    to ePHI is down while every count says that it is up. A container behind a load balancer is watched by its target
    group, which always checks tasks of ECS. A health check that only the image brings is not used by ECS.
    """

    kind = TaskDefinition
    needs = (Service,)
    severity = "low"
    category = "resilience"
    hipaa_proposed = ("164.308(a)(7)(i)", "164.308(a)(7)(ii)(C)")
    sources = (EcsGuide(44), PhiCluster())
    remedy = revision(
        CONTAINER + '.healthCheck = {command: ["CMD-SHELL", "COMMAND || exit 1"]}',
        "Choose a command of the image that fails when the program no longer answers, such as wget -qO-"
        " localhost/health.",
    )
    GOOD = (
        {"containers": (Container("web", health_check=True), Container("init", essential=False))},
        Case({"containers": (WEB,)}, others=[Other(Service, targets=(Target(GROUP, container="web", port=80),))]),
        Case({"containers": (WEB,)}, others=[Other(Service, targets=(Target("", "classic", "web", 80),))]),
        Case({"containers": (Container("web", health_check=True),)}, lacking=[Service]),
    )
    BAD = (
        {"containers": (WEB,)},
        Case(
            {"containers": (WEB, Container("proxy"))},
            others=[Other(Service, targets=(Target(GROUP, container="web", port=80),))],
        ),
        Case(
            {"containers": (WEB,)},
            others=[Other(Service, task_definitions=("other:1",), targets=(Target(GROUP, container="web", port=80),))],
        ),
        Case({"containers": (WEB,)}, others=[Other(Service, targets=(Target(container="web"),))]),
        Case(
            {"containers": (WEB,)},
            others=[Other(Service, task_sets=(TaskSet("1", task_definition="other:1", target_groups=(GROUP,)),))],
        ),
        Case(
            {"containers": (WEB,)},
            others=[Other(Service, task_sets=(TaskSet("1", task_definition=DEFINITION),))],
        ),
        Case({"containers": (Container("web"),)}, others=[Other(Service, task_sets=SETS)]),
    )
    UNKNOWN = (
        Case({"containers": (WEB,)}, lacking=[Service]),
        Case({"containers": (WEB,)}, others=[Other(Service, task_sets=SETS)]),
    )

    @staticmethod
    def check(definition: TaskDefinition, world: World) -> Iterator[Outcome]:
        gaps = Gaps()
        for container in definition.containers:
            with gaps:
                watched = not container.essential or container.health_check
                if not watched and not behind_load_balancer(definition, container, world):
                    yield Fail(
                        "the container has no health check and stands behind no load balancer", part=container.name
                    )
        yield from gaps
