"""ecs_container_stop_timeout_bounded."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import msgspec

from rules.ecs._clusters import clusters_of
from rules.ecs._revisions import CONTAINER, revision
from rules.ecs._roles import instance_of
from scanner.kinds.containers import Container
from scanner.kinds.ec2_instances import Instance
from scanner.kinds.ecs import ContainerInstance
from scanner.kinds.ecs_services import Service
from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.kinds.ecs_tasks import Task
from scanner.kinds.events import EventRule, Schedule
from scanner.kinds.user_data import UserData
from scanner.model.gap import Gap, Unknown
from scanner.model.rule import Case, Fail, Gaps, Other, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World
    from scanner.model.rule import Outcome


USUAL = 30.0
"""Seconds that ECS waits where nobody says another (API_ContainerDefinition, stopTimeout)."""

UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
OPEN = {"containers": (Container("web"),), "requires": ("EC2",)}


def seconds(text: str) -> float:
    """Read a duration as the ECS agent does (`30s`, `1m30s`).

    Raises:
        ValueError: it is none.
    """
    parts = re.findall(r"([\d.]+)(ms|[smh])", text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError(text)
    return sum(float(number) * UNITS[unit] for number, unit in parts)


def _agent_waits(instance: Instance | None) -> float:
    """Give the seconds that the agent on an instance waits; a server outside of EC2 shows nothing of it.

    Raises:
        Unknown: it is set to something that only the instance knows.
    """
    told = instance.user_data.container_stop_timeout if instance else None
    if told == "":
        return USUAL
    try:
        return seconds(told or "")
    except ValueError:
        message = f"how long the agent waits is not known ({told or 'not looked at'})"
        raise Unknown(Gap(message=message)) from None


def _host(timeout: str | None) -> list[Other]:
    """Give a service, a container instance and its EC2 instance for the examples."""
    user_data = UserData(present=True, container_stop_timeout=timeout)
    return [Other(Service), Other(ContainerInstance), Other(Instance, user_data=user_data)]


class ContainerStopTimeoutBounded(Rule):
    """The container stop timeout is bounded.

    A container that does not obey the request to stop holds up every deployment and every replacement until the
    timeout ends, the one that brings a security patch too. Where the task definition says nothing, Fargate waits 30
    seconds, and an instance waits as long as its agent is told by the instance's user data, else 30 seconds. What an
    image of the instance's disk tells the agent cannot be seen.
    """

    kind = TaskDefinition
    needs = (ContainerInstance, EventRule, Instance, Schedule, Service, Task)
    severity = "info"
    category = "advisory"
    sources = (EcsGuide(46),)
    remedy = revision(
        CONTAINER + ".stopTimeout = 30",
        "Let the program end by itself when it receives SIGTERM, and measure how long that takes; choose twice that"
        " time, up to 30 s.",
    )
    GOOD = (
        {"containers": (Container("web", stop_timeout=30), Container("log", stop_timeout=2))},
        Case({"containers": (Container("web"),)}, others=_host("10m")),
        Case(OPEN, others=_host("")),
        Case(OPEN, others=_host("30s")),
        Case({"containers": (Container("web", stop_timeout=5),), "requires": ("EC2",)}, others=_host("10m")),
        Case({"containers": (Container("web", stop_timeout=90),)}, settings={"maximum": 90}),
        Case(OPEN, others=[Other(Service), Other(ContainerInstance, cluster="another"), *_host("1h")[2:]]),
        Case(OPEN, others=_host("500ms"), settings={"maximum": 1}),
    )
    BAD = (
        {"containers": (Container("log", stop_timeout=2), Container("web", stop_timeout=31))},
        Case({"containers": (Container("web"),)}, settings={"maximum": 29}),
        Case(OPEN, others=_host("1m30s")),
        Case(OPEN, others=_host("30.5s")),
        Case(OPEN, others=_host(""), settings={"maximum": 10}),
        Case(OPEN, settings={"maximum": 10}),
        Case(OPEN | {"requires": ("EC2", "FARGATE")}, others=_host("2s"), settings={"maximum": 10}),
        Case(
            OPEN,
            others=[
                *_host("2m"),
                Other(ContainerInstance, id="arn:aws:ecs:::2", arn="arn:aws:ecs:::2", instance_id="i-2"),
            ],
        ),
    )
    UNKNOWN = (
        Case(OPEN, others=[*_host("2s")[1:]], lacking=[Service], settings={"maximum": 10}),
        Case(OPEN, others=_host("$TIMEOUT")),
        Case(OPEN, others=_host(None)),
        Case(OPEN, others=_host("soon")),
        Case(OPEN, others=[Other(Service), Other(ContainerInstance, instance_id="mi-1")]),
        Case(OPEN, lacking=[Service]),
        Case(OPEN, others=_host(""), lacking=[ContainerInstance]),
    )

    class Settings(RuleSettings, frozen=True):
        """How long is long."""

        maximum: Annotated[int, msgspec.Meta(description="The most seconds to wait for a container.", ge=1)] = 30

    @staticmethod
    def check(definition: TaskDefinition, world: World, settings: Settings) -> Iterator[Outcome]:
        gaps = Gaps()
        silent = [container.name for container in definition.containers if container.stop_timeout is None]
        for container in definition.containers:
            if container.stop_timeout is not None and container.stop_timeout > settings.maximum:
                yield Fail(f"the stop timeout is {container.stop_timeout} s", part=container.name)
        waits = _longest(definition, world, gaps) if silent else 0.0
        if waits > settings.maximum:
            for name in silent:
                yield Fail(f"the stop timeout is not set, which comes to {waits:g} s", part=name)
        yield from gaps


def _longest(definition: TaskDefinition, world: World, gaps: Gaps) -> float:
    """Give the longest time that anything which runs the tasks waits by itself, as far as it is known."""
    found: list[float] = []
    with gaps:
        if definition.only_fargate:
            return USUAL
        found += [USUAL] if "FARGATE" in definition.requires else []
        for cluster in clusters_of(definition, world, gaps):
            with gaps:
                for host in world.all(ContainerInstance, cluster=cluster):
                    with gaps:
                        found.append(_agent_waits(instance_of(world, host)))
    return max(found, default=0.0 if gaps.found else USUAL)
