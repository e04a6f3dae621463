"""ecs_fargate_task_size_valid."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from rules.ecs._revisions import revision
from scanner.kinds.containers import Container
from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.model.rule import Fail, Gaps, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.rule import Outcome


SIZES: Mapping[int, Collection[int]] = {
    256: (512, 1024, 2048),
    512: range(1024, 4096 + 1, 1024),
    1024: range(2048, 8192 + 1, 1024),
    2048: range(4096, 16384 + 1, 1024),
    4096: range(8192, 30720 + 1, 1024),
    8192: range(16384, 61440 + 1, 4096),
    16384: range(32768, 122880 + 1, 8192),
}
"""MiB of memory for each number of CPU units. Source: ECS Developer Guide, "Task size", as of November 2026."""

WINDOWS = (1024, 2048, 4096)
"""CPU units that Fargate has for Windows containers, by the same table."""


def amount(text: str, unit: str) -> int | None:
    """Read CPU units or MiB, or a text in vCPUs or GB; None where it is neither."""
    plain = text.strip().casefold()
    try:
        return round(float(plain.removesuffix(unit)) * 1024) if plain.endswith(unit) else int(plain)
    except ValueError:
        return None


def _size(definition: TaskDefinition) -> Iterator[Fail]:
    cpu, memory = amount(definition.cpu, "vcpu"), amount(definition.memory, "gb")
    if cpu is None or memory not in SIZES.get(cpu, ()):
        yield Fail(
            f"Fargate has no size of cpu {definition.cpu or 'not set'} and memory {definition.memory or 'not set'}",
            part="size",
        )
    elif definition.on_windows and cpu not in WINDOWS:
        yield Fail(f"Fargate runs no Windows containers with cpu {definition.cpu}", part="size")


def _reserved(definition: TaskDefinition, gaps: Gaps) -> Iterator[Fail]:
    with gaps:
        cpu, most = sum(item.cpu for item in definition.containers), amount(definition.cpu, "vcpu")
        if most is not None and cpu > most:
            yield Fail(f"the containers reserve {cpu} CPU units, the task has {most}", part="cpu")
    with gaps:
        memory = sum(item.memory_reservation or item.memory for item in definition.containers)
        most = amount(definition.memory, "gb")
        if most is not None and memory > most:
            yield Fail(f"the containers reserve {memory} MiB, the task has {most}", part="memory")


class FargateTaskSizeValid(Rule):
    """Fargate task sizes are valid and hold their containers' reservations.

    Fargate starts tasks of certain sizes only, and a task is as large as its definition says, whatever its containers
    reserve. With a size that there is not, or one that its containers overbook, the task does not start, and the system
    with ePHI does not come back after a change.
    """

    kind = TaskDefinition
    severity = "info"
    category = "advisory"
    sources = (EcsGuide(32),)
    remedy = revision(
        '.cpu = "CPU" | .memory = "MIB"',
        "Add up the containers' cpu, and their memoryReservation (or memory, where they have none).",
        "Choose the next larger size of the table in the ECS Developer Guide, section Task size.",
        terraform={"cpu": "CPU", "memory": "MIB"},
        cost="Fargate's price of the larger size",
    )
    GOOD = (
        {"cpu": "256", "memory": "512", "containers": (Container("web", cpu=256, memory=512),)},
        {"cpu": "1 vCPU", "memory": "8GB", "requires": ("EC2", "FARGATE")},
        {"cpu": ".5 vcpu", "memory": "1 GB", "containers": (Container("web"), Container("log", cpu=512))},
        {"cpu": "4096", "memory": "30720", "os_family": "WINDOWS_SERVER_2022_CORE"},
        {"cpu": "8192", "memory": "61440"},
        {"cpu": "16384", "memory": "122880"},
        {
            "cpu": "512",
            "memory": "1024",
            "containers": (Container("web", memory=2048, memory_reservation=512), Container("log", memory=512)),
        },
    )
    BAD = (
        {"cpu": "256", "memory": "3072"},
        {"cpu": "300", "memory": "1024"},
        {"cpu": "", "memory": "1024"},
        {"cpu": "256", "memory": ""},
        {"cpu": "half", "memory": "1024"},
        {"cpu": "8192", "memory": "17408"},
        {"cpu": "4096", "memory": "31744"},
        {"cpu": "512", "memory": "1024", "os_family": "WINDOWS_SERVER_2022_CORE"},
        {"cpu": "256", "memory": "512", "containers": (Container("web", cpu=256), Container("log", cpu=1))},
        {
            "cpu": "256",
            "memory": "512",
            "containers": (Container("web", memory=1, memory_reservation=512), Container("log", memory=1)),
        },
    )
    SKIP = ({"requires": ("EC2",), "cpu": "300"}, {"requires": (), "cpu": ""})

    @staticmethod
    def applies(definition: TaskDefinition) -> bool:
        """Task definitions for Fargate."""
        return "FARGATE" in definition.requires

    @staticmethod
    def check(definition: TaskDefinition) -> Iterator[Outcome]:
        gaps = Gaps()
        with gaps:
            yield from _size(definition)
        yield from _reserved(definition, gaps)
        yield from gaps
