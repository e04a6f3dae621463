"""What several rules on Auto Scaling groups ask: who scales and launches what is in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.ecs import CapacityProvider, ContainerInstance
from scanner.model.inventory import any_of

if TYPE_CHECKING:
    from scanner.kinds.autoscaling import AutoScalingGroup
    from scanner.model.inventory import World


def by_batch(group: AutoScalingGroup) -> bool:
    """Say whether AWS Batch keeps the group for a compute environment: it sets the size by its queues."""
    return group.tag("AWSBatchServiceTag") is not None


def of_ecs(group: AutoScalingGroup, world: World) -> bool:
    """Say whether the group's members are, or are to be, container instances of ECS clusters.

    The rule needs `CapacityProvider` and `ContainerInstance`.

    Raises:
        Unknown: none is known to be, and some could not be seen.
    """
    return any_of(
        (
            lambda: group.tag("AmazonECSManaged") is not None,
            lambda: world.first(CapacityProvider, group=group.arn) is not None,
            lambda: any_of(world.all(ContainerInstance), lambda host: host.instance_id in group.instances),
        )
    )
