"""What several rules on ECS ask: which roles container instances have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from scanner.kinds.ec2_instances import Instance
from scanner.kinds.iam import InstanceProfile
from scanner.model.gap import Gap, GapState, Unknown

if TYPE_CHECKING:
    from scanner.kinds.ecs import ContainerInstance
    from scanner.model.inventory import World


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
