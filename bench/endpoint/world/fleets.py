"""The described Auto Scaling groups, launch templates, and what scales the services of ECS."""

from __future__ import annotations

import base64

from bench.endpoint.world.hosts import (
    TYPES,
    ami_id,
    asg_name,
    asg_of,
    instance_id,
    template_id,
)
from bench.endpoint.world.iam import profile_arn
from bench.endpoint.world.network import private_subnets
from bench.endpoint.world.place import Answer, Json, Params, Place, Speaker, listing, says


@listing
def members(place: Place) -> dict[int, list[int]]:
    """Give the instances of each Auto Scaling group, by number."""
    found: dict[int, list[int]] = {index: [] for index in place.mine("asg")}
    for index in place.mine("instance"):
        group = asg_of(place, index)
        if group is not None:
            found[group].append(index)
    return found


def asg_arn(place: Place, index: int) -> str:
    """Give the ARN of an Auto Scaling group."""
    name = f"{place.uuid('asg', index)}:autoScalingGroupName/{asg_name(place, index)}"
    return place.arn("autoscaling", f"autoScalingGroup:{name}")


@listing
def _groups(place: Place) -> list[Json]:
    return [_group(place, index) for index in place.mine("asg")]


def _group(place: Place, index: int) -> Json:
    inside = members(place)[index]
    name = asg_name(place, index)
    template = {"LaunchTemplateId": template_id(place, place.ref("template", index)), "Version": "$Latest"}
    template["LaunchTemplateName"] = f"hosts-{index}"
    made: Json = {
        "AutoScalingGroupName": name, "AutoScalingGroupARN": asg_arn(place, index), "MinSize": 1,
        "MaxSize": max(3, len(inside) + 1), "DesiredCapacity": len(inside), "DefaultCooldown": 300,
        "AvailabilityZones": [place.region + letter for letter in "abc"], "LoadBalancerNames": [],
        "TargetGroupARNs": [], "HealthCheckGracePeriod": 300, "CreatedTime": place.ago(500, "asg", index),
        "HealthCheckType": "ELB" if place.yes("asg-elb", index) else "EC2",
        "VPCZoneIdentifier": ",".join(
            private_subnets(place, place.ref("vpc", index), 3 if place.yes("asg-wide", index) else 1)
        ),
        "Instances": [
            {
                "InstanceId": instance_id(place, each), "AvailabilityZone": f"{place.region}a",
                "LifecycleState": "InService", "HealthStatus": "Healthy", "ProtectedFromScaleIn": False,
                "LaunchTemplate": template,
            }
            for each in inside
        ],
        "Tags": [
            {"ResourceId": name, "ResourceType": "auto-scaling-group", "PropagateAtLaunch": True, **tag}
            for tag in place.tags("asg", index)
        ],
        "NewInstancesProtectedFromScaleIn": False, "ServiceLinkedRoleARN": place.iam("role/autoscaling"),
    }  # fmt: skip
    if place.yes("asg-mixed", index, share=0.25):
        overrides = [{"InstanceType": name} for name in TYPES[:2]]
        made["MixedInstancesPolicy"] = {
            "LaunchTemplate": {"LaunchTemplateSpecification": template, "Overrides": overrides},
            "InstancesDistribution": {
                "OnDemandAllocationStrategy": "prioritized", "OnDemandBaseCapacity": 1,
                "OnDemandPercentageAboveBaseCapacity": 50, "SpotAllocationStrategy": "price-capacity-optimized",
            },
        }  # fmt: skip
    else:
        made["LaunchTemplate"] = template
    return made


@listing
def _policies(place: Place) -> list[Json]:
    return [
        {
            "AutoScalingGroupName": asg_name(place, index), "PolicyName": "cpu", "PolicyType": "TargetTrackingScaling",
            "PolicyARN": place.arn("autoscaling", f"scalingPolicy:{place.uuid('asg-policy', index)}:cpu"),
            "Enabled": True, "Alarms": [],
            "TargetTrackingConfiguration": {
                "PredefinedMetricSpecification": {"PredefinedMetricType": "ASGAverageCPUUtilization"},
                "TargetValue": 60.0, "DisableScaleIn": False,
            },
        }
        for index in place.mine("asg") if place.yes("asg-scales", index)
    ]  # fmt: skip


@listing
def _configurations(place: Place) -> list[Json]:
    if not place.home:
        return []
    name = "legacy-hosts"
    arn = f"launchConfiguration:{place.uuid('configuration')}:launchConfigurationName/{name}"
    return [{
        "LaunchConfigurationName": name, "LaunchConfigurationARN": place.arn("autoscaling", arn),
        "ImageId": ami_id(place, place.mine("ami")[0]), "InstanceType": TYPES[0], "SecurityGroups": [], "UserData": "",
        "ClassicLinkVPCSecurityGroups": [], "BlockDeviceMappings": [],
        "InstanceMonitoring": {"Enabled": True}, "EbsOptimized": False, "CreatedTime": place.ago(1200),
        "AssociatePublicIpAddress": False,
    }]  # fmt: skip


@listing
def _templates(place: Place) -> list[Json]:
    return [
        {
            "LaunchTemplateId": template_id(place, index), "LaunchTemplateName": f"hosts-{index}",
            "CreateTime": place.ago(500, "template", index), "CreatedBy": place.iam("user/platform"),
            "DefaultVersionNumber": 1, "LatestVersionNumber": 1 + index % 2, "Tags": place.tags("template", index),
        }
        for index in place.mine("template")
    ]  # fmt: skip


_numbers = listing(lambda place: {template_id(place, index): index for index in place.mine("template")})


def _versions(place: Place, params: Params) -> Answer:
    """Give the versions that are asked for: of one template, or the newest and default ones of all."""
    asked, wanted = params.get("LaunchTemplateId"), params.get("Versions") or ()
    known = _numbers(place)
    if asked is not None and asked not in known:
        return "InvalidLaunchTemplateId.NotFound"
    chosen = known.values() if asked is None else [known[asked]]
    found = []
    for index in chosen:
        latest = 1 + index % 2
        named = {{"$Latest": latest, "$Default": 1}.get(name, name) for name in wanted}
        found += [
            _version(place, index, number) for number in range(1, latest + 1)
            if not named or number in named or str(number) in named
        ]  # fmt: skip
    return {"LaunchTemplateVersions": found}


def _version(place: Place, index: int, number: int) -> Json:
    script = f"#!/bin/bash\necho ECS_CLUSTER={place.app(index)} >> /etc/ecs/ecs.config\n"
    if place.yes("template-blocks", index, number):
        script += "echo ECS_AWSVPC_BLOCK_IMDS=true >> /etc/ecs/ecs.config\n"
    ebs = {"Encrypted": place.yes("template-kms", index), "VolumeSize": 30, "VolumeType": "gp3"}
    return {
        "LaunchTemplateId": template_id(place, index), "LaunchTemplateName": f"hosts-{index}", "VersionNumber": number,
        "CreateTime": place.ago(500, "template", index), "CreatedBy": place.iam("user/platform"),
        "DefaultVersion": number == 1,
        "LaunchTemplateData": {
            "ImageId": ami_id(place, place.ref("ami", index)), "InstanceType": TYPES[index % 4],
            "IamInstanceProfile": {"Arn": profile_arn(place, index)},
            "MetadataOptions": {
                "HttpTokens": "required" if place.yes("template-imds", index) else "optional",
                "HttpPutResponseHopLimit": 1 if place.yes("template-hops", index) else 2, "HttpEndpoint": "enabled",
            },
            "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": ebs}],
            "Monitoring": {"Enabled": True}, "UserData": base64.b64encode(script.encode()).decode(),
        },
    }  # fmt: skip


ANSWERS: dict[str, Speaker] = {
    "autoscaling.DescribeAutoScalingGroups": says("AutoScalingGroups", _groups),
    "autoscaling.DescribePolicies": says("ScalingPolicies", _policies),
    "autoscaling.DescribeLaunchConfigurations": says("LaunchConfigurations", _configurations),
    "ec2.DescribeLaunchTemplates": says("LaunchTemplates", _templates),
    "ec2.DescribeLaunchTemplateVersions": _versions,
}
