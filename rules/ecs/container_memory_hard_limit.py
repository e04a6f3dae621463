"""ecs_container_memory_hard_limit."""

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


class ContainerMemoryHardLimit(Rule):
    """A hard memory limit is set on the container or the task.

    Without a hard limit one container can take the memory of all others on its instance, and the systems that hold ePHI
    go down with it. A limit on the task bounds all its containers together; a reservation bounds nothing.
    """

    kind = TaskDefinition
    severity = "medium"
    hipaa_proposed = ("164.308(a)(7)(i)", "164.308(a)(1)(ii)(B)")
    sources = (PhiCluster(), EcsGuide(70))
    remedy = revision(
        CONTAINER + ".memory = MIB",
        "Observe the memory that the container takes, and choose a limit above it with some reserve.",
    )
    GOOD = (
        {"containers": (Container("web"),), "memory": "512"},
        {"containers": (Container("web", memory=256), Container("log", memory=64)), "memory": ""},
    )
    BAD = (
        {"containers": (Container("web", memory=256), Container("log")), "memory": ""},
        {"containers": (Container("web", memory_reservation=256),), "memory": ""},
    )

    @staticmethod
    def check(definition: TaskDefinition) -> Iterator[Fail]:
        if any_of((lambda: definition.memory, lambda: all(container.memory for container in definition.containers))):
            return
        for container in definition.containers:
            if not container.memory:
                yield Fail("neither the container nor the task has a hard memory limit", part=container.name)
