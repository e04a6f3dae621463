"""asg_scaling_policy."""

from __future__ import annotations

from collections.abc import Iterator

from rules.asg._groups import by_batch
from scanner.kinds.autoscaling import AutoScalingGroup
from scanner.kinds.autoscaling_reading import ScalingPolicy as Policy
from scanner.kinds.ecs import CapacityProvider
from scanner.model.inventory import World, any_of
from scanner.model.remedy import Direct, Effect, NotByMachine, Write
from scanner.model.rule import Case, Fail, Other, Rule
from scanner.model.source import EcsGuide, WebProposal

ARN = "arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:0a1b:autoScalingGroupName/hosts"
TRACKS = Policy("cpu")
RESTS = Policy("forecast", "PredictiveScaling", scales=False)


_NAME, _METRIC, _BUSY = "grow-with-load-{id}", "ASGAverageCPUUtilization", 60.0


def _track_load(group: AutoScalingGroup, _part: str) -> Iterator[Write]:
    if group.scaling_policies:
        raise NotByMachine("it has policies that scale nothing: why they are off, whoever set them must say")
    if group.maximum <= group.minimum:
        raise NotByMachine("its maximum is its minimum: how large it may become, and cost, a person must say")
    yield Write(
        "autoscaling.PutScalingPolicy",
        {
            "AutoScalingGroupName": group.id,
            "PolicyName": _NAME.format(id=group.id),
            "PolicyType": "TargetTrackingScaling",
            "TargetTrackingConfiguration": {
                "PredefinedMetricSpecification": {"PredefinedMetricType": _METRIC},
                "TargetValue": _BUSY,
                "DisableScaleIn": True,
            },
        },
    )


class ScalingPolicy(Rule):
    """Auto Scaling groups scale by policy or by a capacity provider.

    A group that nothing scales stays as large as somebody once set it: under load the services on it slow down and
    fail, and with them access to ePHI. A policy of the group counts if it is enabled and does more than forecast; so
    does an ECS capacity provider with managed scaling. Scheduled actions alone do not follow the load. Groups that AWS
    Batch keeps are scaled by Batch.
    """

    kind = AutoScalingGroup
    needs = (CapacityProvider,)
    severity = "low"
    category = "resilience"
    hipaa_proposed = ("164.308(a)(7)(i)", "164.308(a)(7)(ii)(C)")
    sources = (WebProposal(), EcsGuide(31))
    remedy = Direct(
        "autoscaling.PutScalingPolicy",
        by=_track_load,
        why="Custodian has no action that makes scaling policies",
        effect=Effect(
            after="The group grows, up to its maximum, when its processors are busy beyond 60 percent on average; it"
            " never shrinks by this policy. For hosts of an ECS cluster, managed scaling of a capacity provider is"
            " better.",
            cost="instances up to the group's maximum, and nobody takes them away again",
            risk="medium",
            undo=[Write("autoscaling.DeletePolicy", {"AutoScalingGroupName": "{id}", "PolicyName": _NAME})],
            terraform={
                "aws_autoscaling_policy": {
                    "name": _NAME,
                    "autoscaling_group_name": "{id}",
                    "policy_type": "TargetTrackingScaling",
                    "target_tracking_configuration": {
                        "predefined_metric_specification": {"predefined_metric_type": _METRIC},
                        "target_value": _BUSY,
                        "disable_scale_in": True,
                    },
                }
            },
        ),
    )
    GOOD = (
        {"scaling_policies": (RESTS, TRACKS)},
        Case({"arn": ARN}, others=[Other(CapacityProvider, group=ARN, managed_scaling="ENABLED")]),
        Case({"scaling_policies": (TRACKS,)}, lacking=[CapacityProvider]),
    )
    BAD = (
        {"scaling_policies": ()},
        {"scaling_policies": (RESTS,)},
        Case({"arn": ARN}, others=[Other(CapacityProvider, group=ARN, managed_scaling="DISABLED")]),
        Case({"arn": ARN}, others=[Other(CapacityProvider, group=ARN.replace("hosts", "others"))]),
    )
    SKIP = ({"tags": {"AWSBatchServiceTag": "batch"}},)
    UNKNOWN = (Case({"arn": ARN}, lacking=[CapacityProvider]),)

    @staticmethod
    def applies(group: AutoScalingGroup) -> bool | str:
        """Auto Scaling groups that AWS Batch does not keep."""
        return "AWS Batch keeps the group and sets its size" if by_batch(group) else True

    @staticmethod
    def check(group: AutoScalingGroup, world: World) -> Iterator[Fail]:
        ways = (
            lambda: any(policy.scales for policy in group.scaling_policies),
            lambda: any_of(world.all(CapacityProvider, group=group.arn), lambda its: its.managed_scaling == "ENABLED"),
        )
        if not any_of(ways):
            idle = ", ".join(policy.name for policy in group.scaling_policies)
            yield Fail(f"its policies scale nothing: {idle}" if idle else "it has no scaling policy")
