"""What several rules on ECS ask: which roles container instances have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from scanner.kinds.ec2_instances import Instance
from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.kinds.iam import InstanceProfile
from scanner.model.gap import Gap, GapState, Unknown
from scanner.model.inventory import any_of

if TYPE_CHECKING:
    from scanner.kinds.ecs import ContainerInstance
    from scanner.kinds.iam import Role
    from scanner.model.inventory import World


def task_role_of(_: World, definition: TaskDefinition) -> Iterator[str]:
    """Give a task definition's task role, by which it is looked up."""
    yield definition.task_role


def execution_role_of(_: World, definition: TaskDefinition) -> Iterator[str]:
    """Give a task definition's execution role, by which it is looked up."""
    yield definition.execution_role


def is_task_role(world: World, role: Role) -> bool:
    """Say whether a task definition of the account names a role as its task role."""
    return any_of(
        world.candidates_everywhere(TaskDefinition, task_role_of, lambda: (role.arn, role.id)),
        lambda definition: definition.task_role in (role.arn, role.id),
    )


def instance_of(world: World, host: ContainerInstance) -> Instance | None:
    """Give the EC2 instance behind a container instance; None for a server outside of EC2.

    Raises:
        Unknown: EC2 does not show it.
    """
    if not host.instance_id.startswith("i-"):
        return None
    found = world.get(Instance, host.instance_id, region=host.region)
    if found is None:
        message = f"EC2 does not show {host.instance_id}, which is registered in the cluster"
        raise Unknown(Gap("ec2.DescribeInstances", message=message, state=GapState.PARTIAL))
    return found


def roles_of(world: World, host: ContainerInstance) -> Iterator[str]:
    """Give the ARNs of the roles that a container instance has; none for a server outside of EC2.

    Raises:
        Unknown: the instance or its profile could not be seen.
    """
    instance = instance_of(world, host)
    if instance is None or not instance.profile:
        return
    profile = world.get(InstanceProfile, instance.profile)
    if profile is not None:
        yield from profile.roles
