"""ecs_container_drops_all_capabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.ecs._revisions import CONTAINER, revision
from scanner.kinds.containers import Container
from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.model.rule import Fail, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator


class ContainerDropsAllCapabilities(Rule):
    """Containers drop all Linux capabilities.

    Docker leaves a container fourteen Linux capabilities that a program serving ePHI rarely needs, and an intruder
    does: raw sockets to listen and to spoof, changing the owner of any file, binding to reserved ports. Dropping all of
    them and adding back the few that are needed leaves nothing to chance. Windows containers have none.
    """

    kind = TaskDefinition
    severity = "medium"
    hipaa_proposed = ("164.312(a)(1)", "164.308(a)(1)(ii)(B)")
    sources = (EcsGuide(71), EcsGuide(72))
    remedy = revision(
        CONTAINER + '.linuxParameters.capabilities.drop = ["ALL"]',
        "Find the few capabilities that the program needs; on EC2 they go into linuxParameters.capabilities.add.",
    )
    GOOD = (
        {"containers": (Container("web", dropped=("ALL",)),)},
        {"containers": (Container("web", dropped=("all",)),)},
    )
    BAD = (
        {"containers": (Container("web"),)},
        {"containers": (Container("web", dropped=("ALL",)), Container("log", dropped=("NET_RAW", "CHOWN")))},
    )
    SKIP = ({"containers": (Container("web"),), "os_family": "WINDOWS_SERVER_2022_CORE"},)

    @staticmethod
    def applies(definition: TaskDefinition) -> bool:
        """Task definitions of Linux containers."""
        return not definition.on_windows

    @staticmethod
    def check(definition: TaskDefinition) -> Iterator[Fail]:
        for container in definition.containers:
            if "ALL" not in {name.upper() for name in container.dropped}:
                named = f"only {', '.join(container.dropped)}" if container.dropped else "nothing"
                yield Fail(f"{named} is dropped", part=container.name)
