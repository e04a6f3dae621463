"""ecs_container_readonly_root_filesystem."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.ecs._revisions import CONTAINER, revision
from scanner.kinds.containers import Container
from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.model.rule import Fail, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator


class ContainerReadonlyRootFilesystem(Rule):
    """Containers mount their root file system read-only.

    A root file system that can be written to lets an intruder leave tools behind, change the program that handles ePHI,
    and let ePHI seep into a place that no backup or disposal procedure knows. Windows containers cannot have it read-
    only.
    """

    kind = TaskDefinition
    severity = "high"
    hipaa_proposed = ("164.312(a)(1)", "164.312(c)(1)")
    sources = (EcsGuide(70),)
    aliases = (
        "config:ecs-containers-readonly-access",
        "security-hub:ECS.5",
        "prowler:ecs_task_definitions_containers_readonly_access",
        "steampipe:ecs_task_definition_container_readonly_root_filesystem",
    )
    remedy = revision(
        CONTAINER + ".readonlyRootFilesystem = true",
        "Give what the container must write a volume of its own, such as a tmpfs or a bind mount on /tmp.",
    )
    GOOD = (
        {"containers": (Container("web", read_only=True), Container("log", read_only=True))},
        {"containers": (Container("web", read_only=True),), "os_family": "LINUX"},
    )
    BAD = (
        {"containers": (Container("web"),)},
        {"containers": (Container("web", read_only=True), Container("log"))},
    )
    SKIP = (
        {"containers": (Container("web"),), "os_family": "WINDOWS_SERVER_2022_CORE"},
        {"containers": (Container("web"),), "constraints": ("attribute:ecs.os-type == windows",)},
    )

    @staticmethod
    def applies(definition: TaskDefinition) -> bool:
        """Task definitions of Linux containers."""
        return not definition.on_windows

    @staticmethod
    def check(definition: TaskDefinition) -> Iterator[Fail]:
        for container in definition.containers:
            if not container.read_only:
                yield Fail("the root file system can be written to", part=container.name)
