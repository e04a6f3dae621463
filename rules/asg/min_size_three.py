"""asg_min_size_three."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec

from rules.asg._groups import by_batch, of_ecs
from scanner.kinds.autoscaling import AutoScalingGroup
from scanner.kinds.ecs import CapacityProvider, ContainerInstance
from scanner.model.inventory import World
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Other, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import PhiCluster

GROUP = {"arn": "arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:0a1b:autoScalingGroupName/hosts"}
PROVIDER = Other(CapacityProvider, group=GROUP["arn"])
OTHER_PROVIDER = Other(CapacityProvider, group=GROUP["arn"].replace("hosts", "others"))
HOST = Other(ContainerInstance, instance_id="i-1")
ECS = {"AmazonECSManaged": ""}


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
    remedy = Runbook(
        "See that the launch template is as it should be, since new hosts are made of it, and that the programs may "
        "run several times: aws autoscaling describe-auto-scaling-groups --auto-scaling-group-names {id} "
        "--region {region}",
        "aws autoscaling update-auto-scaling-group --auto-scaling-group-name {id} --min-size 3 --max-size MAXIMUM "
        "--region {region}, where MAXIMUM is the present one, or 3 if that is more",
        "See that the new hosts have joined the cluster: aws ecs list-container-instances --cluster CLUSTER "
        "--region {region}",
        effect=Effect(
            cost="the instances that are launched to reach three",
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
