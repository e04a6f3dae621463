"""What several rules on ECS ask: whether a container stands behind a load balancer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.ecs._clusters import runs
from scanner.kinds.ecs_services import Service
from scanner.model.gap import Gap, Unknown
from scanner.model.inventory import any_of

if TYPE_CHECKING:
    from scanner.kinds.containers import Container
    from scanner.kinds.ecs_task_definitions import TaskDefinition
    from scanner.model.inventory import World


def behind_load_balancer(definition: TaskDefinition, container: Container, world: World) -> bool:
    """Whether a service that uses the task definition has a load balancer send requests to the container.

    Raises:
        Unknown: the services could not be seen, or a task set does not say which container is meant.
    """
    services = world.candidates(Service, runs, lambda: [definition.id])
    return any_of(services, lambda service: _leads_to(service, definition, container))


def _leads_to(service: Service, definition: TaskDefinition, container: Container) -> bool:
    if definition.id not in service.task_definitions:
        return False
    if any(target.container == container.name and (target.group or target.classic) for target in service.targets):
        return True
    for one in service.task_sets:
        if one.task_definition == definition.id and one.target_groups and container.ports:
            message = f"the task set {one.id} stands behind a load balancer; which of its containers does is not known"
            raise Unknown(Gap("ecs.DescribeServices", message=message))
    return False
