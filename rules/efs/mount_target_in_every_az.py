"""efs_mount_target_in_every_az."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.kinds.ecs_tasks import Task
from scanner.kinds.efs import FileSystem, MountTarget
from scanner.kinds.task_volumes import Volume
from scanner.model.inventory import any_of
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Gaps, Other, Rule, Skip
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World
    from scanner.model.rule import Outcome


WORKS = frozenset({"available", "creating", "updating"})
TD = "arn:aws:ecs:us-east-1:123456789012:task-definition/web:1"
MOUNTS = Other(TaskDefinition, id=TD, arn=TD, volumes=(Volume("data", efs="fs-0123456789abcdef0"),))
IN_A = Other(Task, id="a", task_definition=TD)
IN_B = Other(Task, id="b", task_definition=TD, availability_zone="us-east-1b")
TARGET_A = Other(MountTarget, id="ta")
TARGET_B = Other(MountTarget, id="tb", zone="us-east-1b")


def _mounted(_: World, definition: TaskDefinition) -> Iterator[str]:
    return (volume.efs for volume in definition.volumes)


def _zones(system: FileSystem, world: World, gaps: Gaps) -> list[str]:
    """Name the zones in which tasks that mount the file system run."""
    found: set[str] = set()
    with gaps:
        for definition in world.candidates(TaskDefinition, _mounted, lambda: [system.id]):
            with gaps:
                if any(volume.efs == system.id for volume in definition.volumes):
                    for task in world.all(Task, task_definition=definition.id):
                        found |= {task.availability_zone} if task.runs else set()
    return sorted(found - {""})


class MountTargetInEveryAz(Rule):
    """File systems have a mount target in each zone of their tasks.

    A task reaches its files through the mount target of its zone. Where there is none it goes through another zone,
    and cannot read ePHI any more when that one fails; a One Zone file system is away with its zone for all of them.
    Tasks are those that run and whose task definition mounts the file system; mounts by other hosts are not seen by
    AWS.
    """

    kind = FileSystem
    needs = (MountTarget, Task, TaskDefinition)
    severity = "medium"
    category = "resilience"
    hipaa_proposed = ("164.308(a)(7)(i)", "164.308(a)(7)(ii)(C)")
    sources = (EcsGuide(36),)
    remedy = Runbook(
        "Choose a subnet of the zone named ({part}) in the VPC of the tasks: aws ec2 describe-subnets --filters"
        " Name=availability-zone,Values={part} --region {region}",
        "Create a mount target there: aws efs create-mount-target --file-system-id {id} --subnet-id SUBNET"
        " --security-groups GROUP --region {region}, with the security group of the mount targets that are there.",
        "Of a One Zone file system, copy the files to one that lies in all zones, and mount that instead.",
        effect=Effect(
            risk="low",
            cost="traffic within a zone costs nothing, that between zones less than before",
            terraform={"aws_efs_mount_target": {"subnet_id": "SUBNET", "security_groups": ["GROUP"]}},
        ),
    )
    GOOD = (
        Case({}, others=[MOUNTS, IN_A, TARGET_A]),
        Case({}, others=[MOUNTS, IN_A, IN_B, TARGET_A, TARGET_B]),
        Case(
            {},
            others=[
                MOUNTS,
                IN_A,
                TARGET_A,
                Other(Task, id="o", task_definition="td-o", availability_zone="us-east-1b"),
            ],
        ),
        Case({"one_zone": "us-east-1a"}, others=[MOUNTS, IN_A, TARGET_A]),
        Case({}, others=[MOUNTS, IN_A, TARGET_A], lacking=[MountTarget]),
        Case(
            {},
            others=[
                MOUNTS,
                IN_A,
                TARGET_A,
                Other(Task, id="s", task_definition=TD, availability_zone="us-east-1b", desired_status="STOPPED"),
            ],
        ),
    )
    BAD = (
        Case({}, others=[MOUNTS, IN_A]),
        Case({}, others=[MOUNTS, IN_A, IN_B, TARGET_A]),
        Case({}, others=[MOUNTS, IN_A, Other(MountTarget, id="x", file_system="fs-other")]),
        Case({}, others=[MOUNTS, IN_A, Other(MountTarget, id="x", state="deleting")]),
        Case({}, others=[MOUNTS, IN_A, Other(MountTarget, id="x", state="error")]),
        Case({"one_zone": "us-east-1a"}, others=[MOUNTS, IN_A, IN_B, TARGET_A, TARGET_B]),
        Case({}, others=[MOUNTS, IN_A], lacking=[Task, TaskDefinition]),
    )
    SKIP = (
        {},
        Case({}, others=[MOUNTS]),
        Case({}, others=[Other(TaskDefinition, id=TD, arn=TD), IN_A]),
        Case({}, others=[Other(TaskDefinition, id=TD, arn=TD, volumes=(Volume("data", efs="fs-other"),)), IN_A]),
    )
    UNKNOWN = (
        Case({}, lacking=[TaskDefinition]),
        Case({}, others=[MOUNTS], lacking=[Task]),
        Case({}, others=[MOUNTS, IN_A], lacking=[MountTarget]),
        Case({}, others=[MOUNTS, IN_A, TARGET_A], lacking=[Task]),
    )

    @staticmethod
    def check(system: FileSystem, world: World) -> Iterator[Outcome]:
        gaps = Gaps()
        zones = _zones(system, world, gaps)
        if system.one_zone and len(zones) > 1:
            yield Fail(f"it lies in {system.one_zone} only, its tasks run in {', '.join(zones)}", part="One Zone")
        for zone in zones:
            with gaps:
                if not any_of(
                    world.all(MountTarget, file_system=system.id, zone=zone), lambda item: item.state in WORKS
                ):
                    yield Fail(f"tasks run in {zone}, where it has no mount target", part=zone)
        yield from gaps
        if not zones:
            yield Skip("no running task of ECS mounts it")
