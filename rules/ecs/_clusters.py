"""What several rules on ECS ask: on which clusters the tasks of a task definition run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.ecs_services import Service
from scanner.kinds.ecs_task_definitions import TaskDefinition, describable
from scanner.kinds.ecs_tasks import Task
from scanner.kinds.events import EventRule, Schedule

if TYPE_CHECKING:
    from scanner.model.inventory import World
    from scanner.model.rule import Gaps


def clusters_of(definition: TaskDefinition, world: World, gaps: Gaps) -> list[str]:
    """Name the clusters that tasks of this definition run on, or would be started on."""
    names = (definition.id, definition.name)
    found: list[str] = []
    with gaps:
        for service in world.all(Service):
            with gaps:
                found += [service.cluster] if definition.id in service.task_definitions else []
    with gaps:
        found += [task.cluster for task in world.all(Task, task_definition=definition.id)]
    with gaps:
        for rule in world.all(EventRule):
            with gaps:
                named = any(describable(name) in names for name in rule.task_definitions)
                found += rule.clusters if named else ()
    with gaps:
        for schedule in world.all(Schedule):
            with gaps:
                found += [schedule.target] if describable(schedule.task_definition) in names else []
    return sorted(set(found))
