"""ecs_firelens_starts_first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.ecs._revisions import CONTAINER, revision
from scanner.kinds.containers import Container, Dependency, LogConfiguration, LogRouter
from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.model.inventory import all_of
from scanner.model.rule import Fail, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator


STARTED = ("START", "HEALTHY")
ROUTED = LogConfiguration("awsfirelens")
ROUTER = Container("router", router=LogRouter("fluentbit"))
WAITS = (Dependency("router", "START"),)


def _starts_after(name: str, routers: frozenset[str], waits: dict[str, tuple[Dependency, ...]]) -> bool:
    """Whether a container starts only when a log router runs, by itself or by others that it waits for."""
    seen: set[str] = set()
    todo = [name]
    while todo:
        one = todo.pop()
        if one in seen:
            continue
        seen.add(one)
        for wait in waits.get(one, ()):
            if wait.container in routers and wait.condition in STARTED:
                return True
            todo.append(wait.container)
    return False


class FirelensStartsFirst(Rule):
    """The FireLens log router starts before the containers that use it.

    What a container says before its log router listens is lost: who did what with ePHI in that time is recorded
    nowhere. Behind Docker's bridge the router's address is known only once it runs, so the order must be written down.
    """

    kind = TaskDefinition
    severity = "low"
    category = "operations"
    hipaa_proposed = ("164.312(b)",)
    sources = (EcsGuide(66),)
    remedy = revision(
        CONTAINER + '.dependsOn += [{containerName: "ROUTER", condition: "START"}]',
        "Name the log router (the container with firelensConfiguration); the condition is HEALTHY where it has a"
        " health check.",
    )
    GOOD = (
        {"network_mode": "bridge", "containers": (ROUTER, Container("web", log=ROUTED, depends_on=WAITS))},
        {
            "network_mode": "",
            "containers": (
                Container("web", log=ROUTED, depends_on=(Dependency("proxy", "HEALTHY"), Dependency("web", "START"))),
                Container("proxy", depends_on=(Dependency("init", "SUCCESS"), Dependency("router", "HEALTHY"))),
                Container("batch"),
                ROUTER,
            ),
        },
    )
    BAD = (
        {"network_mode": "bridge", "containers": (ROUTER, Container("web", log=ROUTED))},
        {
            "network_mode": "bridge",
            "containers": (ROUTER, Container("a", log=ROUTED, depends_on=WAITS), Container("b", log=ROUTED)),
        },
        {
            "network_mode": "",
            "containers": (ROUTER, Container("web", log=ROUTED, depends_on=(Dependency("router", "COMPLETE"),))),
        },
        {
            "network_mode": "bridge",
            "containers": (
                ROUTER,
                Container("web", log=ROUTED, depends_on=(Dependency("init", "START"),)),
                Container("init", depends_on=(Dependency("web", "START"),)),
            ),
        },
        {
            "network_mode": "bridge",
            "containers": (Container("router"), Container("web", log=ROUTED, depends_on=WAITS)),
        },
    )
    SKIP = (
        {"network_mode": "awsvpc", "containers": (ROUTER, Container("web", log=ROUTED))},
        {"network_mode": "bridge", "containers": (ROUTER, Container("web", log=LogConfiguration("awslogs")))},
        {"network_mode": "bridge", "containers": (ROUTER, Container("web"))},
    )

    @staticmethod
    def applies(definition: TaskDefinition) -> bool:
        """Task definitions in the bridge mode whose containers log through FireLens."""
        return all_of((lambda: definition.in_bridge_mode, lambda: any(_routed(definition))))

    @staticmethod
    def check(definition: TaskDefinition) -> Iterator[Fail]:
        routers = frozenset(container.name for container in definition.containers if container.router)
        waits = {container.name: container.depends_on for container in definition.containers}
        for container in _routed(definition):
            if not _starts_after(container.name, routers, waits):
                known = f"the start of the log router {', '.join(sorted(routers))}" if routers else "a log router"
                yield Fail(f"the container does not wait for {known}", part=container.name)


def _routed(definition: TaskDefinition) -> Iterator[Container]:
    return (item for item in definition.containers if item.log and item.log.driver == "awsfirelens")
