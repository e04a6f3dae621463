"""ebs_task_volume_same_az."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any

import msgspec

from scanner.kinds.ec2_network import Subnet
from scanner.kinds.ecs_services import Service
from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.kinds.task_volumes import DockerVolume, Volume
from scanner.model.gap import Gap, Unknown
from scanner.model.inventory import World, any_of
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Gaps, Missing, Other, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import EcsGuide

TASK = "arn:aws:ecs:us-east-1:123456789012:task-definition/web:1"
HOSTED = {"launch_type": "EC2", "subnets": ()}
ON_EBS = Volume("data", docker=DockerVolume("shared", "rexray/ebs"))
PORTWORX = Volume("data", docker=DockerVolume("shared", "pxd"))
HERE = "attribute:ecs.availability-zone == us-east-1a"
SUBNETS = (Other(Subnet, id="subnet-a"), Other(Subnet, id="subnet-b", zone="us-east-1b"))


def _with(*volumes: Volume, **more: Any) -> Other:
    return Other(TaskDefinition, id=TASK, volumes=volumes, **more)


def _zonal(volume: Volume, drivers: tuple[str, ...]) -> bool:
    """Say whether Docker keeps a volume by a driver for EBS."""
    return volume.docker is not None and any(word in volume.docker.driver.casefold() for word in drivers)


def _fixes(expression: str, attributes: tuple[str, ...]) -> bool:
    """Say whether a placement constraint leaves one value of one of the attributes: `==`, or `in` a list of one."""
    if re.search(r"\bor\b|\bnot\b|!", expression):
        return False
    names = "|".join(re.escape(name) for name in attributes)
    return re.search(rf"(?:^|[\s(:])(?:{names})\s*(?:==|in\s*\[[^,\]]+\])", expression) is not None


def _one_zone(service: Service, world: World) -> bool:
    """Say whether the subnets of the tasks lie in one zone.

    Raises:
        Unknown: a subnet was not seen.
    """
    zones = set()
    for name in service.all_subnets:
        subnet = world.get(Subnet, name)
        if subnet is None:
            raise Unknown(Gap("ec2.DescribeSubnets", message=f"{name} was not seen"))
        zones.add(subnet.zone)
    return len(zones) == 1


def _definition(name: str, world: World) -> TaskDefinition:
    """Give a task definition.

    Raises:
        Unknown: it was not seen.
    """
    found = world.get(TaskDefinition, name)
    if found is None:
        raise Unknown(Gap("ecs.DescribeTaskDefinition", message=f"{name} was not seen"))
    return found


class TaskVolumeSameAz(Rule):
    """Services with zonal volumes are placed in the volume's zone.

    An EBS volume stays in its zone. A task that ECS starts again in another zone does not find its data, or fails to
    start, and the ePHI on the volume is out of reach. Zonal are Docker volumes with a driver for EBS. A constraint on
    the zone, the subnet or the one host, or subnets of one zone, keep task and volume together. Volumes that ECS makes
    for each task, and file systems of EFS and FSx, are not meant; those of the host itself have another rule.
    """

    kind = Service
    needs = (TaskDefinition, Subnet)
    severity = "low"
    category = "resilience"
    hipaa_proposed = ("164.308(a)(7)(i)",)
    sources = (EcsGuide(40), EcsGuide(41))
    remedy = Runbook(
        "Make one service for each zone that has such a volume.",
        "Constrain each: aws ecs update-service --cluster CLUSTER --service {name} --placement-constraints "
        'type=memberOf,expression="attribute:ecs.availability-zone == ZONE" --region {region}',
        "Or keep the data on Amazon EFS, which every zone reaches.",
        effect=Effect(
            risk="high",
            downtime="tasks are placed anew",
        ),
    )
    GOOD = (
        Case(
            {**HOSTED, "task_definitions": (TASK, f"{TASK}0")},
            others=[_with(ON_EBS, constraints=(HERE,)), Other(TaskDefinition, id=f"{TASK}0")],
        ),
        Case({**HOSTED, "constraints": (HERE,)}, others=[_with(ON_EBS)]),
        Case({**HOSTED, "constraints": ("distinctInstance", HERE)}, others=[_with(Volume("log"), ON_EBS)]),
        Case({**HOSTED, "constraints": ("attribute:ecs.availability-zone in [us-east-1a]",)}, others=[_with(ON_EBS)]),
        Case({**HOSTED, "constraints": ("ec2InstanceId == i-1",)}, others=[_with(ON_EBS)]),
        Case(HOSTED, others=[_with(ON_EBS, constraints=("attribute:ecs.subnet-id == subnet-a",))]),
        Case({**HOSTED, "subnets": ("subnet-a",)}, others=[_with(ON_EBS), *SUBNETS]),
        Case(
            {**HOSTED, "constraints": ("attribute:disk == records",)},
            others=[_with(ON_EBS)],
            settings={"attributes": ("disk",)},
        ),
    )
    BAD = (
        Case(HOSTED, others=[_with(ON_EBS)]),
        Case(HOSTED, others=[_with(Volume("log"), Volume("data", docker=DockerVolume("task", "cloudstor:EBS")))]),
        Case(HOSTED, others=[_with(PORTWORX)], settings={"drivers": ("ebs", "pxd")}),
        Case({"launch_type": "", "capacity_providers": ("phi-asg",), "subnets": ()}, others=[_with(ON_EBS)]),
        Case({**HOSTED, "subnets": ("subnet-a", "subnet-b")}, others=[_with(ON_EBS), *SUBNETS]),
        Case({**HOSTED, "constraints": ("attribute:disk == records",)}, others=[_with(ON_EBS)]),
        Case({**HOSTED, "constraints": ("attribute:my.ecs.availability-zone-x == a",)}, others=[_with(ON_EBS)]),
        *(
            Case({**HOSTED, "constraints": (text,)}, others=[_with(ON_EBS)])
            for text in (
                "attribute:ecs.availability-zone != us-east-1a",
                "attribute:ecs.availability-zone in [us-east-1a, us-east-1b]",
                "attribute:ecs.availability-zone == us-east-1a or attribute:disk exists",
                "not(attribute:ecs.availability-zone == us-east-1a)",
            )
        ),
    )
    SKIP = (
        Case({"subnets": ()}, others=[_with(ON_EBS)]),
        Case({**HOSTED, "launch_type": "EXTERNAL"}, others=[_with(ON_EBS)]),
        Case({**HOSTED, "scheduling": "DAEMON"}, others=[_with(ON_EBS)]),
        Case({**HOSTED, "status": "DRAINING"}, others=[_with(ON_EBS)]),
        *(
            Case(HOSTED, others=[_with(volume)])
            for volume in (
                Volume("run", host_path="/var/run"),
                Volume("cache", docker=DockerVolume("shared")),
                Volume("share", efs="fs-1"),
                PORTWORX,
            )
        ),
    )
    UNKNOWN = (
        HOSTED,
        Case(HOSTED, lacking=[TaskDefinition]),
        Case({**HOSTED, "subnets": ("subnet-a",)}, others=[_with(ON_EBS)]),
        Case({**HOSTED, "subnets": ("subnet-a",)}, others=[_with(ON_EBS)], lacking=[Subnet]),
    )

    class Settings(RuleSettings, frozen=True):
        """What is zonal, and what keeps a task in a zone."""

        drivers: Annotated[
            tuple[str, ...], msgspec.Meta(description="Words in the names of Docker volume drivers for EBS.")
        ] = ("ebs",)

        attributes: Annotated[
            tuple[str, ...],
            msgspec.Meta(description="Attributes of container instances of which one value means one zone."),
        ] = ("ecs.availability-zone", "ecs.availability-zone-id", "ecs.subnet-id", "ec2InstanceId")

    @staticmethod
    def applies(service: Service, world: World, settings: Settings) -> bool:
        """Active services on EC2, other than daemons, whose tasks have zonal volumes."""
        if service.status != "ACTIVE" or service.launch_type == "EXTERNAL" or service.scheduling == "DAEMON":
            return False
        return not service.on_fargate and any_of(
            service.task_definitions,
            lambda name: any(_zonal(volume, settings.drivers) for volume in _definition(name, world).volumes),
        )

    @staticmethod
    def check(service: Service, world: World, settings: Settings) -> Iterator[Fail | Missing]:
        gaps = Gaps()
        for name in service.task_definitions:
            with gaps:
                definition = _definition(name, world)
                volumes = [volume.name for volume in definition.volumes if _zonal(volume, settings.drivers)]
                ways = (
                    lambda: any(_fixes(text, settings.attributes) for text in service.constraints),
                    lambda its=definition: any(_fixes(text, settings.attributes) for text in its.constraints),
                    lambda: _one_zone(service, world),
                )
                if volumes and not any_of(ways):
                    yield Fail(
                        f"nothing keeps tasks of {definition.name} in the zone of {', '.join(volumes)}",
                        f"volumes {', '.join(volumes)}",
                    )
        yield from gaps
