"""What several rules on Auto Scaling groups ask: who scales and launches what is in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.autoscaling import LaunchConfiguration
from scanner.kinds.ec2_launch import LaunchTemplate
from scanner.kinds.ecs import CapacityProvider, ContainerInstance
from scanner.model.gap import Gap, Unknown
from scanner.model.inventory import any_of

if TYPE_CHECKING:
    from scanner.kinds.autoscaling import AutoScalingGroup
    from scanner.kinds.ec2_launch import LaunchVersion
    from scanner.model.inventory import World


def by_batch(group: AutoScalingGroup) -> bool:
    """Say whether AWS Batch keeps the group for a compute environment: it sets the size by its queues."""
    return group.tag("AWSBatchServiceTag") is not None


def _instance_of(_: World, host: ContainerInstance) -> tuple[str]:
    return (host.instance_id,)


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
            lambda: any_of(
                world.candidates(ContainerInstance, _instance_of, lambda: group.instances),
                lambda host: host.instance_id in group.instances,
            ),
        )
    )


def _version(group: AutoScalingGroup, template: LaunchTemplate) -> LaunchVersion:
    """Give the version that the group launches.

    Raises:
        Unknown: it is neither the default nor the latest one.
    """
    wanted = {"$Default": lambda: template.default_version, "$Latest": lambda: template.latest_version}
    text = group.launch_version
    number = wanted[text]() if text in wanted else int(text)
    found = next((item for item in template.versions if item.number == number), None)
    if found is None:
        message = f"version {number} of {template.id} is neither its default nor its latest and was not read"
        raise Unknown(Gap("ec2.DescribeLaunchTemplateVersions", message=message))
    return found


def launches_spot(group: AutoScalingGroup, world: World) -> bool:
    """Say whether a group without a mixed instances policy launches Spot Instances.

    The rule needs `LaunchTemplate` and `LaunchConfiguration`.

    Raises:
        Unknown: what it launches from was not seen.
    """
    if group.launch_configuration:
        configuration = world.get(LaunchConfiguration, group.launch_configuration)
        if configuration is None:
            raise Unknown(Gap("autoscaling.DescribeLaunchConfigurations", message="its configuration was not seen"))
        return bool(configuration.spot_price)
    if not group.launch_template:
        return False
    template = world.get(LaunchTemplate, group.launch_template)
    if template is None:
        raise Unknown(Gap("ec2.DescribeLaunchTemplates", message=f"{group.launch_template} was not seen"))
    return _version(group, template).spot
