"""EC2 Auto Scaling: groups with their scaling policies, and launch configurations."""

from __future__ import annotations

from collections.abc import Mapping

from scanner.kinds.autoscaling_reading import Mixture, ScalingPolicy, mixture, scaling_policies
from scanner.kinds.common import tags
from scanner.kinds.ec2_hosts_planned import (
    planned_mixture,
    planned_policies,
    planned_specification,
    planned_tags,
    planned_version,
    template_mixture,
    template_specification,
    template_version,
)
from scanner.kinds.user_data import NO_USER_DATA, UserData, read_user_data, user_data_secret
from scanner.model.call import each, shared
from scanner.model.kind import Const, Kind, fact

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
    tags: Mapping[str, str] = fact(
        "box.Tags",
        plan="tag",
        template="Tags",
        parse={"api": tags(), "plan": planned_tags, "template": tags()},
        default={},
    )
    minimum: int = fact("box.MinSize", plan="min_size", template="MinSize", parse=int, sample=3)
    maximum: int = fact("box.MaxSize", plan="max_size", template="MaxSize", parse=int, sample=6)
    desired: int = fact("box.DesiredCapacity", plan="desired_capacity", template="DesiredCapacity", parse=int, sample=3)
    zones: tuple[str, ...] = fact(
        "box.AvailabilityZones", plan="availability_zones", sample=("us-east-1a", "us-east-1b")
    )
    subnets: tuple[str, ...] = fact(
        "box.VPCZoneIdentifier",
        plan="vpc_zone_identifier",
        template="VPCZoneIdentifier",
        parse={"api": lambda text: tuple(part for part in text.split(",") if part)},
        default={"api": (), "template": ()},
        sample=("subnet-1", "subnet-2"),
    )
    instances: tuple[str, ...] = fact("box.Instances[].InstanceId", default={"api": ()}, sample=())
    launch_template: str = fact(
        f"box.LaunchTemplate.LaunchTemplateId | {_SPECIFICATION}.LaunchTemplateId",
        plan="launch_template + mixed_instances_policy",
        template="LaunchTemplate + MixedInstancesPolicy",
        parse={"plan": planned_specification, "template": template_specification},
        default="",
        sample="lt-0123456789abcdef0",
    )
    launch_version: str = fact(
        f"box.LaunchTemplate.Version | {_SPECIFICATION}.Version",
        plan="launch_template + mixed_instances_policy",
        template="LaunchTemplate + MixedInstancesPolicy",
        parse={"plan": planned_version, "template": template_version},
        default="$Default",
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
        plan="+ mixed_instances_policy",
        template="MixedInstancesPolicy",
        parse={"api": mixture, "plan": planned_mixture, "template": template_mixture},
        default=None,
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
        "scaling",
        plan="+ aws_autoscaling_policy",
        parse={"api": scaling_policies, "plan": planned_policies},
        default={"api": (), "plan": ()},
        sample=(),
    )
    tf_parts = {"aws_autoscaling_policy": "autoscaling_group_name"}
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
        default=None,
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
