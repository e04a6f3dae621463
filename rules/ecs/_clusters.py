"""What several rules on ECS ask: on which clusters the tasks of a task definition run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.ecs_services import Service
from scanner.kinds.ecs_task_definitions import TaskDefinition, describable
from scanner.kinds.ecs_tasks import Task
from scanner.kinds.events import EventRule, Schedule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World
    from scanner.model.rule import Gaps


def runs(_: World, service: Service) -> tuple[str, ...]:
    """Give the task definitions that a service runs, by which it is looked up."""
    return service.task_definitions


def _started_by_rule(_: World, rule: EventRule) -> Iterator[str]:
    return (describable(name) for name in rule.task_definitions)


def _started_by_schedule(_: World, schedule: Schedule) -> Iterator[str]:
    yield describable(schedule.task_definition)


def clusters_of(definition: TaskDefinition, world: World, gaps: Gaps) -> list[str]:
    """Name the clusters that tasks of this definition run on, or would be started on."""
    names = (definition.id, definition.name)
    found: list[str] = []
    with gaps:
        for service in world.candidates(Service, runs, lambda: [definition.id]):
            with gaps:
                found += [service.cluster] if definition.id in service.task_definitions else []
    with gaps:
        found += [task.cluster for task in world.all(Task, task_definition=definition.id)]
    with gaps:
        for rule in world.candidates(EventRule, _started_by_rule, lambda: names):
            with gaps:
                named = any(describable(name) in names for name in rule.task_definitions)
                found += rule.clusters if named else ()
    with gaps:
        for schedule in world.candidates(Schedule, _started_by_schedule, lambda: names):
            with gaps:
                found += [schedule.target] if describable(schedule.task_definition) in names else []
    return sorted(set(found))
