"""ecs_container_nofile_ulimit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from rules.ecs._load_balancing import behind_load_balancer
from rules.ecs._revisions import CONTAINER, revision
from scanner.kinds.containers import Container, Ulimit
from scanner.kinds.ecs_service_parts import Target
from scanner.kinds.ecs_services import Service
from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.model.inventory import all_of, any_of
from scanner.model.rule import Case, Fail, Gaps, Other, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World
    from scanner.model.rule import Outcome


GROUP = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web/0a1b"
BALANCED = (Other(Service, targets=(Target(GROUP, container="web", port=80),)),)


def _web(*ulimits: Ulimit) -> dict[str, object]:
    """Give a task definition for the examples."""
    return {"containers": (Container("log"), Container("web", ulimits=ulimits))}


class ContainerNofileUlimit(Rule):
    """Containers behind a load balancer have a sufficient open-file limit.

    Each connection takes a file descriptor. When they run out, new requests fail though processor and memory are idle,
    and users are shut out from the ePHI that they need. What counts is the soft limit that the task definition sets;
    on instances the host's own limit must allow it. Windows containers have no such limit.
    """

    kind = TaskDefinition
    needs = (Service,)
    severity = "info"
    category = "advisory"
    sources = (EcsGuide(23),)
    remedy = revision(
        CONTAINER + '.ulimits += [{name: "nofile", softLimit: 65536, hardLimit: 65536}]',
        "On instances, see that the Docker daemon's own limit (LimitNOFILE) is no lower.",
    )
    GOOD = (
        Case(_web(Ulimit("core", 0, 0), Ulimit("nofile", 65536, 65536)), others=BALANCED),
        Case(_web(Ulimit("nofile", 1048576, 1048576)), others=BALANCED),
        Case(_web(Ulimit("nofile", 4096, 4096)), others=BALANCED, settings={"minimum": 4096}),
    )
    BAD = (
        Case(_web(), others=BALANCED),
        Case(_web(Ulimit("nofile", 65535, 65535)), others=BALANCED),
        Case(_web(Ulimit("nofile", 1024, 1048576)), others=BALANCED),
        Case(_web(Ulimit("nproc", 65536, 65536)), others=BALANCED),
    )
    SKIP = (
        _web(),
        Case(_web(), others=[Other(Service)]),
        Case(_web() | {"os_family": "WINDOWS_SERVER_2022_CORE"}, others=BALANCED),
    )
    UNKNOWN = (
        Case(_web(), lacking=[Service]),
        Case(_web(Ulimit("nofile", 65536)), others=BALANCED, lacking=[Service]),
    )

    class Settings(RuleSettings, frozen=True):
        """How many open files are enough."""

        minimum: Annotated[int, msgspec.Meta(description="The least soft limit of open files.", ge=1)] = 65536

    @staticmethod
    def applies(definition: TaskDefinition, world: World) -> bool:
        """Task definitions of Linux containers behind a load balancer."""
        return all_of(
            (
                lambda: not definition.on_windows,
                lambda: any_of(definition.containers, lambda item: behind_load_balancer(definition, item, world)),
            )
        )

    @staticmethod
    def check(definition: TaskDefinition, world: World, settings: Settings) -> Iterator[Outcome]:
        gaps = Gaps()
        for container in definition.containers:
            with gaps:
                limits = [limit.soft for limit in container.ulimits if limit.name == "nofile"]
                enough = any(limit >= settings.minimum for limit in limits)
                if not enough and behind_load_balancer(definition, container, world):
                    known = f"{limits[0]}" if limits else "not set"
                    yield Fail(f"the soft limit of open files is {known}", part=container.name)
        yield from gaps
