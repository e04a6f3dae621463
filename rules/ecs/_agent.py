"""What several rules on the ECS agent ask: whose affair its settings are, and what they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.ecs._roles import instance_of
from scanner.kinds.ecs import CapacityProvider
from scanner.model.gap import Gap, Unknown

if TYPE_CHECKING:
    from scanner.kinds.ecs import ContainerInstance
    from scanner.model.inventory import World


def kept_by_aws(host: ContainerInstance, world: World) -> bool:
    """Say whether AWS runs the instance and its agent itself (Amazon ECS Managed Instances).

    The rule needs `CapacityProvider`.

    Raises:
        Unknown: its capacity provider could not be seen.
    """
    provider = world.get(CapacityProvider, host.provider) if host.provider else None
    return provider is not None and provider.managed


def setting(host: ContainerInstance, name: str, world: World) -> str:
    """Give the value that user data gives a setting of the agent; empty where it gives none.

    The rule needs `Instance`.

    Raises:
        Unknown: the user data could not be read, or was read before the setting was looked for.
    """
    box = instance_of(world, host)
    if box is None:
        raise Unknown(Gap(message=f"{host.instance_id} is no EC2 instance: it has no user data"))
    if box.user_data.agent is None:
        raise Unknown(
            Gap("ec2.DescribeInstanceAttribute", message="the user data was not asked for the agent's settings")
        )
    return dict(box.user_data.agent).get(name, "")
