"""ecs_agent_image_pull_behavior."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rules.ecs._agent import kept_by_aws, setting
from rules.ecs._images import movable
from scanner.kinds.containers import Container
from scanner.kinds.ec2_instances import Instance
from scanner.kinds.ecr import Repository
from scanner.kinds.ecs import CapacityProvider, ContainerInstance
from scanner.kinds.ecs_agent import IMAGE_PULL
from scanner.kinds.ecs_services import Service
from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.kinds.user_data import UserData
from scanner.model.gap import Gap, Unknown
from scanner.model.inventory import any_of
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Other, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World


CACHES = {"once", "prefer-cached"}
ECR = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
FIXED, MOVED = f"{ECR}/web@sha256:{'0' * 64}", f"{ECR}/web:latest"


def runs(image: str, **service: Any) -> tuple[Other, Other]:
    """Give an example's service on the instance's cluster, and its task definition with an image."""
    return (
        Other(Service, **{"id": image, "launch_type": "EC2", "task_definitions": (f"td {image}",), **service}),
        Other(TaskDefinition, id=f"td {image}", containers=(Container("web", image),)),
    )


def told(value: str) -> Other:
    """Give an example's instance whose user data sets the variable."""
    return Other(Instance, user_data=UserData(agent=((IMAGE_PULL, value),)))


class AgentImagePullBehavior(Rule):
    """The agent caches images where tags are immutable.

    Where a name of an image means one image for good, fetching it again for each task only costs time while a service
    that holds ePHI waits to come back, and fails when the registry does. The rule speaks of instances in clusters all
    of whose services on EC2 use such images; where a tag may move, a cache would run yesterday's image. Settings made
    by other means than user data cannot be seen.
    """

    kind = ContainerInstance
    needs = (Instance, CapacityProvider, Service, TaskDefinition, Repository)
    severity = "info"
    category = "advisory"
    sources = (EcsGuide(47), EcsGuide(48))
    remedy = Runbook(
        "Let user data write ECS_IMAGE_PULL_BEHAVIOR=prefer-cached to /etc/ecs/ecs.config, in the group's launch"
        " template.",
        "Replace the instances: aws autoscaling start-instance-refresh --auto-scaling-group-name GROUP",
        effect=Effect(
            risk="medium",
            downtime="the tasks of each instance move as it is replaced",
            terraform={"aws_launch_template": {"user_data": "the user data with the setting"}},
        ),
    )
    GOOD = (
        Case({}, others=[*runs(FIXED), told("once")]),
        Case({}, others=[*runs(FIXED), told("prefer-cached")]),
        Case({}, others=[*runs(f"{ECR}/web:1"), Other(Repository, id="web", mutability="IMMUTABLE"), told("once")]),
        Case({"provider": "asg"}, others=[*runs(FIXED), told("once"), Other(CapacityProvider, id="asg")]),
    )
    BAD = (
        Case({}, others=[*runs(FIXED), Other(Instance)]),
        Case({}, others=[*runs(FIXED), told("default")]),
        Case({}, others=[*runs(FIXED), told("always")]),
        Case({}, others=[*runs(FIXED), *runs(MOVED, launch_type="FARGATE"), Other(Instance)]),
        Case({}, others=[*runs(FIXED), *runs(MOVED, cluster="other"), Other(Instance)]),
        Case({}, others=[*runs(FIXED), *runs(MOVED, status="INACTIVE"), Other(Instance)]),
    )
    SKIP = (
        Case({}, others=[Other(Instance)]),
        Case({}, others=[*runs(MOVED), Other(Instance)]),
        Case({}, others=[*runs(FIXED), *runs(MOVED), Other(Instance)]),
        Case({}, others=[*runs(f"{ECR}/web:1"), Other(Repository, id="web", mutability="MUTABLE"), Other(Instance)]),
        Case({"instance_id": "mi-1"}, others=runs(FIXED)),
        Case(
            {"provider": "aws"},
            others=[*runs(FIXED), Other(Instance), Other(CapacityProvider, id="aws", managed=True)],
        ),
    )
    UNKNOWN = (
        Case({}, others=runs(FIXED)),
        Case({}, others=[runs(FIXED)[0], Other(Instance)]),
        Case({}, others=[Other(Instance)], lacking=[Service]),
        Case({}, others=[*runs(f"{ECR}/web:1"), told("once")], lacking=[Repository]),
    )

    @staticmethod
    def applies(host: ContainerInstance, world: World) -> bool | str:
        """Container instances on EC2 in clusters whose services there use images that never change."""
        if not host.instance_id.startswith("i-"):
            return "it is no EC2 instance"
        if kept_by_aws(host, world):
            return "AWS keeps the instance and its agent"
        images: list[str] = []

        def moves(service: Service) -> bool:
            if service.status != "ACTIVE" or service.on_fargate:
                return False
            return any_of(service.task_definitions, lambda name: _moves(name, world, images))

        if any_of(world.all(Service, cluster=host.cluster), moves):
            return "some of its cluster's images may change under their names"
        return bool(images)

    @staticmethod
    def check(host: ContainerInstance, world: World) -> Iterator[Fail]:
        value = setting(host, IMAGE_PULL, world)
        if value not in CACHES:
            yield Fail(f"{IMAGE_PULL} is {value or 'not set: images are fetched for each task'}")


def _moves(name: str, world: World, images: list[str]) -> bool:
    """Say whether an image of a task definition may change under its name, and keep the images' names."""
    definition = world.get(TaskDefinition, name)
    if definition is None:
        raise Unknown(Gap("ecs.DescribeTaskDefinition", message=f"{name} was not seen"))
    named = [container.image for container in definition.containers]
    images += named
    return any_of(named, lambda image: bool(movable(image, world)))
