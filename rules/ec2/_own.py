"""What several rules on instances ask: whether the customer runs the instance, and what its image is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.ec2_launch import MachineImage
from scanner.model.gap import Gap, Unknown

if TYPE_CHECKING:
    from scanner.kinds.ec2_instances import Instance
    from scanner.model.inventory import World


def own(instance: Instance) -> bool | str:
    """Say whether the instance is there and the customer's to run, or who runs it for the customer."""
    if instance.operator:
        return f"{instance.operator} runs the instance for the customer"
    return not instance.gone


def own_and_running(instance: Instance) -> bool | str:
    """Say whether the instance runs and is the customer's to run, or who runs it for the customer."""
    if instance.operator:
        return f"{instance.operator} runs the instance for the customer"
    return instance.state == "running"


def image_of(world: World, name: str) -> MachineImage:
    """Give a machine image by its id.

    Raises:
        Unknown: the image is gone or not shared with the account any more.
    """
    image = world.get(MachineImage, name)
    if image is None or not image.visible:
        raise Unknown(Gap("ec2.DescribeImages", message=f"the image {name} is gone or not shared with the account"))
    return image
