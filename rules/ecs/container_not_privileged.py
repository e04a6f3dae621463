"""ecs_container_not_privileged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.ecs._revisions import CONTAINER, revision
from scanner.kinds.containers import Container
from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.model.rule import Fail, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator


class ContainerNotPrivileged(Rule):
    """Containers are not privileged.

    A privileged container has the host's own rights: whoever breaks into it holds the instance and the ePHI of every
    other task there.
    """

    kind = TaskDefinition
    severity = "high"
    hipaa_proposed = ("164.312(a)(1)", "164.308(a)(4)(ii)(B)")
    sources = (EcsGuide(71),)
    aliases = (
        "config:ecs-containers-nonprivileged",
        "security-hub:ECS.4",
        "prowler:ecs_task_definitions_no_privileged_containers",
        "steampipe:ecs_task_definition_container_non_privileged",
    )
    remedy = revision(
        CONTAINER + ".privileged = false",
        "Find out what the container needs the privilege for, and grant that alone (one capability, one device).",
    )
    GOOD = ({"containers": (Container("web"), Container("log"))},)
    BAD = ({"containers": (Container("web"), Container("log", privileged=True))},)

    @staticmethod
    def check(definition: TaskDefinition) -> Iterator[Fail]:
        for container in definition.containers:
            if container.privileged:
                yield Fail("the container is privileged", part=container.name)
