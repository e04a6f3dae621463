"""ecs_container_cpu_limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.ecs._revisions import CONTAINER, revision
from scanner.kinds.containers import Container
from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.model.inventory import any_of
from scanner.model.rule import Fail, Rule
from scanner.model.source import EcsGuide, PhiCluster

if TYPE_CHECKING:
    from collections.abc import Iterator


class ContainerCpuLimit(Rule):
    """A CPU limit is set on the container or the task.

    Without CPU units one busy container starves all others on its instance, and the systems that hold ePHI stand
    still with it. Units on the task bound all its containers together. On Linux a container's units are a share and
    count only while others want the processor too; on the task they are a limit.
    """

    kind = TaskDefinition
    severity = "low"
    hipaa_proposed = ("164.308(a)(7)(i)", "164.308(a)(1)(ii)(B)")
    sources = (PhiCluster(), EcsGuide(70))
    remedy = revision(
        CONTAINER + ".cpu = CPU",
        "Observe the CPU that the container takes, and choose units above it with some reserve (1024 are one vCPU).",
    )
    GOOD = (
        {"containers": (Container("web"),), "cpu": "256"},
        {"containers": (Container("web", cpu=128), Container("log", cpu=64)), "cpu": ""},
    )
    BAD = (
        {"containers": (Container("web", cpu=128), Container("log")), "cpu": ""},
        {"containers": (Container("web", memory=256),), "cpu": ""},
    )

    @staticmethod
    def check(definition: TaskDefinition) -> Iterator[Fail]:
        if any_of((lambda: definition.cpu, lambda: all(container.cpu for container in definition.containers))):
            return
        for container in definition.containers:
            if not container.cpu:
                yield Fail("CPU units are set neither on the container nor on the task", part=container.name)
