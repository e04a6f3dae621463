"""asg_min_size_three."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec

from rules.asg._groups import by_batch, of_ecs
from scanner.kinds.autoscaling import AutoScalingGroup
from scanner.kinds.ecs import CapacityProvider, ContainerInstance
from scanner.model.inventory import World
from scanner.model.remedy import Around, Direct, Effect, NotByMachine, Write
from scanner.model.rule import Case, Fail, Other, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import PhiCluster

GROUP = {"arn": "arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:0a1b:autoScalingGroupName/hosts"}
PROVIDER = Other(CapacityProvider, group=GROUP["arn"])
OTHER_PROVIDER = Other(CapacityProvider, group=GROUP["arn"].replace("hosts", "others"))
HOST = Other(ContainerInstance, instance_id="i-1")
ECS = {"AmazonECSManaged": ""}


OF_NEW_HOSTS = (
    "ebs_volume_cmk",
    "ebs_volume_encrypted",
    "ebs_volume_in_backup_plan",
    "ec2_instance_detailed_monitoring",
    "ec2_instance_imds_hop_limit_one",
    "ec2_instance_imdsv2_required",
    "ec2_instance_in_backup_plan",
    "ec2_instance_profile_attached",
    "ec2_instance_ssm_managed",
)
"""What hosts fail until they have registered and a backup plan takes them, or because their template is weak."""


def _sized(group: AutoScalingGroup, **sizes: int) -> Write:
    return Write("autoscaling.UpdateAutoScalingGroup", {"AutoScalingGroupName": group.id, **sizes})


def _widen(group: AutoScalingGroup, _part: str, around: Around) -> Iterator[Write]:
    wanted = around.settings.minimum
    if group.maximum < wanted:
        raise NotByMachine(f"its maximum is {group.maximum}: whether its programs may run {wanted} times is to be said")
    yield _sized(group, MinSize=wanted)


def _narrow(group: AutoScalingGroup, _part: str, _around: Around) -> Iterator[Write]:
    """Leave the present size: a machine must not choose the hosts that are ended."""
    yield _sized(group, MinSize=group.minimum)


class MinSizeThree(Rule):
    """Auto Scaling groups of ECS clusters keep at least three instances.

    The group's minimum is what is still there after every scale-in. With three hosts a cluster that serves ePHI loses
    one and keeps serving while another is replaced; below that, one failure is half of it or all. Groups are told by a
    capacity provider, by members that are registered with a cluster, or by the tag that ECS gives. Groups that AWS
    Batch keeps may fall to nothing.
    """

    kind = AutoScalingGroup
    needs = (CapacityProvider, ContainerInstance)
    severity = "medium"
    category = "resilience"
    hipaa_proposed = ("164.308(a)(7)(i)", "164.308(a)(7)(ii)(C)")
    sources = (PhiCluster(),)
    remedy = Direct(
        "autoscaling.UpdateAutoScalingGroup",
        by=_widen,
        across=True,
        why="Custodian would set a minimum above the maximum",
        effect=Effect(
            after="The group keeps at least as many instances as the settings say, and launches those that it lacks.",
            cost="the instances that are launched to reach three",
            undo=_narrow,
            brings=OF_NEW_HOSTS,
            terraform={"aws_autoscaling_group": {"min_size": 3}},
        ),
    )
    GOOD = (
        Case({**GROUP, "minimum": 3}, others=[PROVIDER]),
        Case({**GROUP, "minimum": 2}, others=[PROVIDER], settings={"minimum": 2}),
        Case({"minimum": 3, "instances": ("i-1", "i-2")}, others=[HOST]),
    )
    BAD = (
        Case({**GROUP, "minimum": 2}, others=[PROVIDER]),
        Case({**GROUP, "minimum": 3}, others=[PROVIDER], settings={"minimum": 4}),
        Case({"minimum": 0, "instances": ("i-1", "i-2")}, others=[HOST]),
        {"minimum": 1, "tags": ECS},
        Case({"minimum": 1, "tags": ECS}, lacking=[CapacityProvider, ContainerInstance]),
    )
    SKIP = (
        Case({**GROUP, "minimum": 2}, others=[OTHER_PROVIDER]),
        Case({"minimum": 2, "instances": ("i-2",)}, others=[HOST]),
        {"minimum": 0, "tags": {**ECS, "AWSBatchServiceTag": "batch"}},
    )
    UNKNOWN = (
        Case({"minimum": 2}, lacking=[CapacityProvider]),
        Case({"minimum": 2}, lacking=[ContainerInstance]),
    )

    class Settings(RuleSettings, frozen=True):
        """How many instances there must be."""

        minimum: Annotated[int, msgspec.Meta(description="The group's minimum size at least.", ge=1)] = 3

    @staticmethod
    def applies(group: AutoScalingGroup, world: World) -> bool | str:
        """Auto Scaling groups whose members are ECS container instances."""
        return "AWS Batch keeps the group and sets its size" if by_batch(group) else of_ecs(group, world)

    @staticmethod
    def check(group: AutoScalingGroup, settings: Settings) -> Iterator[Fail]:
        if group.minimum < settings.minimum:
            yield Fail(f"the minimum size is {group.minimum}, not {settings.minimum}")
