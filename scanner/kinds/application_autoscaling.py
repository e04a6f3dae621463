"""Application Auto Scaling: what of ECS it may scale, and by which policies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scanner.kinds.common import tagged, tags
from scanner.model.call import each
from scanner.model.kind import Const, Kind, fact

DESIRED_COUNT = "ecs:service:DesiredCount"
"""The dimension by which services of ECS are scaled."""


def target_id(given: Mapping[str, Any]) -> str:
    """Name a scalable target as CloudFormation does."""
    return "|".join((given["ResourceId"], given["ScalableDimension"], given["ServiceNamespace"]))


class ScalableTarget(Kind, cfn="AWS::ApplicationAutoScaling::ScalableTarget", tf="aws_appautoscaling_target"):
    """What may be scaled, and between which bounds: the desired count of a service of ECS."""

    target = each("application-autoscaling.DescribeScalableTargets", "ScalableTargets", ServiceNamespace="ecs")
    labels = tagged("$target.ScalableTargetARN", "application-autoscaling:scalable-target")

    id: str = fact("target", parse=target_id, sample=f"service/phi/web|{DESIRED_COUNT}|ecs")
    arn: str = fact(
        "target.ScalableTargetARN",
        plan="arn",
        sample="arn:aws:application-autoscaling:us-east-1:123456789012:scalable-target/0ec5",
    )
    name: str = fact("target.ResourceId", plan="resource_id", template="ResourceId", sample="service/phi/web")
    tags: Mapping[str, str] = fact("labels.Tags", plan="tags", parse=tags(), default={"api": {}, "plan": {}})
    scales: str = fact("target.ResourceId", plan="resource_id", template="ResourceId", sample="service/phi/web")
    dimension: str = fact(
        "target.ScalableDimension", plan="scalable_dimension", template="ScalableDimension", sample=DESIRED_COUNT
    )
    minimum: int = fact("target.MinCapacity", plan="min_capacity", template="MinCapacity", parse=int, sample=2)
    maximum: int = fact("target.MaxCapacity", plan="max_capacity", template="MaxCapacity", parse=int, sample=6)
    out_suspended: bool = fact(
        "target.SuspendedState.DynamicScalingOutSuspended",
        template="SuspendedState.DynamicScalingOutSuspended",
        default={"api": False, "template": False},
        doc="Whether scaling out is switched off for now.",
    )
    volatile = ("target.CreationTime", "target.PredictedCapacity")


class ScalingPolicy(Kind, cfn="AWS::ApplicationAutoScaling::ScalingPolicy", tf="aws_appautoscaling_policy"):
    """A rule by which a scalable target is scaled: by tracking a target, in steps, or by forecast."""

    policy = each("application-autoscaling.DescribeScalingPolicies", "ScalingPolicies", ServiceNamespace="ecs")

    id: str = fact(
        "policy.PolicyARN",
        plan="arn",
        sample="arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:1:resource/ecs/service/phi/web:policyName/cpu",
    )
    arn: str = fact("policy.PolicyARN", plan="arn")
    name: str = fact("policy.PolicyName", plan="name", template="PolicyName", sample="cpu")
    tags: Mapping[str, str] = fact(Const({}), plan=Const({}), template=Const({}))
    scales: str = fact("policy.ResourceId", plan="resource_id", template="ResourceId", sample="service/phi/web")
    dimension: str = fact(
        "policy.ScalableDimension", plan="scalable_dimension", template="ScalableDimension", sample=DESIRED_COUNT
    )
    type: str = fact(
        "policy.PolicyType",
        plan="policy_type",
        template="PolicyType",
        default={"plan": "StepScaling"},
        sample="TargetTrackingScaling",
        doc="`TargetTrackingScaling`, `StepScaling` or `PredictiveScaling`.",
    )
    metric: str = fact(
        "policy.TargetTrackingScalingPolicyConfiguration.PredefinedMetricSpecification.PredefinedMetricType"
        " | policy.TargetTrackingScalingPolicyConfiguration.CustomizedMetricSpecification.MetricName",
        plan="target_tracking_scaling_policy_configuration[0].predefined_metric_specification[0].predefined_metric_type",
        template="TargetTrackingScalingPolicyConfiguration.PredefinedMetricSpecification.PredefinedMetricType",
        default={"api": ""},
        sample="ECSServiceAverageCPUUtilization",
        doc="The metric that is tracked: predefined, or a metric of the account's own by its name.",
    )
    target: float | None = fact(
        "policy.TargetTrackingScalingPolicyConfiguration.TargetValue",
        plan="target_tracking_scaling_policy_configuration[0].target_value",
        template="TargetTrackingScalingPolicyConfiguration.TargetValue",
        default=None,
        sample=70.0,
    )
    volatile = ("policy.CreationTime",)
