"""EC2 Auto Scaling: groups with their scaling policies, and launch configurations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from scanner.kinds.common import tags
from scanner.kinds.user_data import NO_USER_DATA, UserData, read_user_data, user_data_secret
from scanner.model.call import each, shared
from scanner.model.kind import Const, Kind, fact


class ScalingPolicy(msgspec.Struct, frozen=True):
    """A scaling policy: its name and type, and whether it scales (it is enabled and does more than forecast)."""

    name: str
    type: str = "TargetTrackingScaling"
    scales: bool = True


def scaling_policies(given: Iterable[Mapping[str, Any]]) -> tuple[ScalingPolicy, ...]:
    """Read the scaling policies of a group; a predictive one forecasts only, unless it says otherwise.

    Source: API_ScalingPolicy, API_PredictiveScalingConfiguration.
    """
    return tuple(
        ScalingPolicy(
            item["PolicyName"],
            item["PolicyType"],
            item.get("Enabled", True)
            and item.get("PredictiveScalingConfiguration", {"Mode": "ForecastAndScale"}).get("Mode")
            == "ForecastAndScale",
        )
        for item in given
    )


class Mixture(msgspec.Struct, frozen=True):
    """A mixed instances policy: the On-Demand base, its share above that, how Spot is allocated, over which types.

    `by_attributes` says that types are chosen by their attributes instead of by name.
    """

    on_demand_percent: int = 100
    spot_strategy: str = "lowest-price"
    types: tuple[str, ...] = ()
    by_attributes: bool = False
    on_demand_base: int = 0


def mixture(given: Mapping[str, Any]) -> Mixture:
    """Read a mixed instances policy; the defaults are those of API_InstancesDistribution."""
    spread, overrides = given.get("InstancesDistribution", {}), given.get("LaunchTemplate", {}).get("Overrides", ())
    return Mixture(
        on_demand_percent=spread.get("OnDemandPercentageAboveBaseCapacity", 100),
        spot_strategy=spread.get("SpotAllocationStrategy", "lowest-price"),
        types=tuple(dict.fromkeys(item["InstanceType"] for item in overrides if item.get("InstanceType"))),
        by_attributes=any("InstanceRequirements" in item for item in overrides),
        on_demand_base=spread.get("OnDemandBaseCapacity", 0),
    )


_ARNS = "arn:aws:autoscaling:us-east-1:123456789012"
_SPECIFICATION = "box.MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification"


class AutoScalingGroup(Kind, cfn="AWS::AutoScaling::AutoScalingGroup", tf="aws_autoscaling_group"):
    """An Auto Scaling group, its members and its scaling policies."""

    box = each("autoscaling.DescribeAutoScalingGroups", "AutoScalingGroups")
    scaling = shared(
        "autoscaling.DescribePolicies",
        "ScalingPolicies",
        own="$box.AutoScalingGroupName",
        key="AutoScalingGroupName",
        many=True,
    )

    id: str = fact("box.AutoScalingGroupName", plan="name", template="AutoScalingGroupName", sample="hosts")
    arn: str = fact(
        "box.AutoScalingGroupARN", plan="arn", sample=f"{_ARNS}:autoScalingGroup:0a1b:autoScalingGroupName/hosts"
    )
    tags: Mapping[str, str] = fact("box.Tags", template="Tags", parse=tags(), default={"api": {}})
    minimum: int = fact("box.MinSize", plan="min_size", template="MinSize", parse=int, sample=3)
    maximum: int = fact("box.MaxSize", plan="max_size", template="MaxSize", parse=int, sample=6)
    desired: int = fact("box.DesiredCapacity", plan="desired_capacity", template="DesiredCapacity", parse=int, sample=3)
    zones: tuple[str, ...] = fact(
        "box.AvailabilityZones", plan="availability_zones", sample=("us-east-1a", "us-east-1b")
    )
    subnets: tuple[str, ...] = fact(
        "box.VPCZoneIdentifier",
        parse=lambda text: tuple(part for part in text.split(",") if part),
        default={"api": ()},
        sample=("subnet-1", "subnet-2"),
    )
    instances: tuple[str, ...] = fact("box.Instances[].InstanceId", default={"api": ()}, sample=())
    launch_template: str = fact(
        f"box.LaunchTemplate.LaunchTemplateId | {_SPECIFICATION}.LaunchTemplateId",
        default={"api": ""},
        sample="lt-0123456789abcdef0",
    )
    launch_version: str = fact(
        f"box.LaunchTemplate.Version | {_SPECIFICATION}.Version",
        default={"api": "$Default"},
        sample="$Default",
        doc="The launch template's version: a number, `$Default` or `$Latest`.",
    )
    launch_configuration: str = fact(
        "box.LaunchConfigurationName",
        plan="launch_configuration",
        template="LaunchConfigurationName",
        default={"api": "", "template": ""},
    )
    mixture: Mixture | None = fact(
        "box.MixedInstancesPolicy",
        template="MixedInstancesPolicy",
        parse=mixture,
        default={"api": None, "template": None},
        sample=None,
    )
    health_check: str = fact("box.HealthCheckType", plan="health_check_type", template="HealthCheckType", sample="ELB")
    target_groups: tuple[str, ...] = fact(
        "box.TargetGroupARNs", plan="target_group_arns", default={"api": ()}, sample=()
    )
    load_balancers: tuple[str, ...] = fact(
        "box.LoadBalancerNames", plan="load_balancers", default={"api": ()}, sample=(), doc="Classic Load Balancers."
    )
    scaling_policies: tuple[ScalingPolicy, ...] = fact(
        "scaling", parse=scaling_policies, default={"api": ()}, sample=()
    )
    volatile = ("box.CreatedTime", "box.Instances", "box.DesiredCapacity", "box.PredictedCapacity")


class LaunchConfiguration(Kind, cfn="AWS::AutoScaling::LaunchConfiguration", tf=("aws_launch_configuration",)):
    """A launch configuration, the older way to say what a group launches; it cannot be changed, only replaced."""

    box = each("autoscaling.DescribeLaunchConfigurations", "LaunchConfigurations")
    secrets = {"box": user_data_secret("UserData")}

    id: str = fact("box.LaunchConfigurationName", plan="name", template="LaunchConfigurationName", sample="hosts-7")
    arn: str = fact("box.LaunchConfigurationARN", plan="arn")
    tags: Mapping[str, str] = fact(Const({}), plan=Const({}), template=Const({}))
    image: str = fact("box.ImageId", plan="image_id", template="ImageId", sample="ami-0123456789abcdef0")
    public_ip: bool | None = fact(
        "box.AssociatePublicIpAddress",
        plan="associate_public_ip_address",
        template="AssociatePublicIpAddress",
        default={"api": None, "template": None},
        sample=False,
        doc="None where the subnet's setting decides.",
    )
    spot_price: str = fact(
        "box.SpotPrice",
        plan="spot_price",
        template="SpotPrice",
        default="",
        doc="Set where Spot Instances are asked for.",
    )
    user_data: UserData = fact("box.UserData", parse=read_user_data, default={"api": NO_USER_DATA}, sample=NO_USER_DATA)
    volatile = ("box.CreatedTime",)
