"""EC2 Auto Scaling and Application Auto Scaling: groups with their members, launch configurations, scaling policies."""

from __future__ import annotations

from typing import Any

from remediation.twin.registry import builds, finishes
from remediation.twin.scripts import script
from remediation.twin.site import Site, doc, fitting
from remediation.twin.tagging import OF_AWS, own_tags
from scanner.model.resource import Resource


@builds("AWS::AutoScaling::AutoScalingGroup")
def group(site: Site, resource: Resource) -> None:
    """Make the group empty; its members, which were launched before, are attached when all is there."""
    box = doc(resource, "box")
    tags = [fitting("autoscaling.CreateOrUpdateTags", {"Tags": [each]})["Tags"][0] for each in box.get("Tags", ())]
    wanted = {
        **fitting("autoscaling.CreateAutoScalingGroup", box, "LoadBalancerNames", "TargetGroupARNs"),
        "Tags": [each for each in tags if not each["Key"].startswith(OF_AWS)],
        "MinSize": 0,
        "DesiredCapacity": 0,
        "LaunchTemplate": _by_id(box.get("LaunchTemplate")),
    }
    mixed = wanted.get("MixedInstancesPolicy", {}).get("LaunchTemplate", {})
    if mixed:
        mixed["LaunchTemplateSpecification"] = _by_id(mixed.get("LaunchTemplateSpecification"))
    site.call(resource, "autoscaling.CreateAutoScalingGroup", **{n: v for n, v in wanted.items() if v not in ("", [])})
    name: dict[str, Any] = {"AutoScalingGroupNames": [box["AutoScalingGroupName"]]}
    (made,) = site.call(resource, "autoscaling.DescribeAutoScalingGroups", **name)["AutoScalingGroups"]
    site.pair(box["AutoScalingGroupARN"], made["AutoScalingGroupARN"])


def _by_id(given: dict[str, str] | None) -> dict[str, str] | None:
    """Name a launch template by its id alone, as AWS wants it named once."""
    return {name: given[name] for name in ("LaunchTemplateId", "Version") if name in given} if given else None


@finishes("AWS::AutoScaling::AutoScalingGroup")
def members(site: Site, resource: Resource) -> None:
    """Attach the members, and what sends them traffic; set the bounds and the scaling policies."""
    box = doc(resource, "box")
    name = {"AutoScalingGroupName": box["AutoScalingGroupName"]}
    found = [each["InstanceId"] for each in box.get("Instances", ())]
    if found:
        site.call(resource, "autoscaling.AttachInstances", **name, InstanceIds=found)
    for member, operation in (
        ("TargetGroupARNs", "AttachLoadBalancerTargetGroups"),
        ("LoadBalancerNames", "AttachLoadBalancers"),
    ):
        if box.get(member):
            site.call(resource, f"autoscaling.{operation}", **name, **{member: box[member]})
    bounds = {each: box[each] for each in ("MinSize", "MaxSize", "DesiredCapacity")}
    if len(found) == box["DesiredCapacity"]:
        bounds.pop("DesiredCapacity")
    site.call(resource, "autoscaling.UpdateAutoScalingGroup", **name, **bounds)
    if box.get("SuspendedProcesses"):
        stopped = [each["ProcessName"] for each in box["SuspendedProcesses"]]
        site.call(resource, "autoscaling.SuspendProcesses", **name, ScalingProcesses=stopped)
    for policy in doc(resource, "scaling") or ():
        _policy(site, resource, policy)


def _policy(site: Site, resource: Resource, policy: dict[str, Any]) -> None:
    wanted = fitting("autoscaling.PutScalingPolicy", policy)
    kept = {name: value for name, value in wanted.items() if value not in ({}, [])}
    site.call(resource, "autoscaling.PutScalingPolicy", **kept)
    name = {"AutoScalingGroupName": policy["AutoScalingGroupName"], "PolicyNames": [policy["PolicyName"]]}
    (made,) = site.call(resource, "autoscaling.DescribePolicies", **name)["ScalingPolicies"]
    site.pair(policy["PolicyARN"], made["PolicyARN"])


@builds("AWS::AutoScaling::LaunchConfiguration")
def launch_configuration(site: Site, resource: Resource) -> None:
    """Make the launch configuration."""
    box = doc(resource, "box")
    wanted = fitting("autoscaling.CreateLaunchConfiguration", box)
    kept = {name: value for name, value in wanted.items() if value not in ("", [])}
    if box.get("UserData"):
        kept["UserData"] = script(box["UserData"])
    site.call(resource, "autoscaling.CreateLaunchConfiguration", **kept)
    name: dict[str, Any] = {"LaunchConfigurationNames": [box["LaunchConfigurationName"]]}
    (made,) = site.call(resource, "autoscaling.DescribeLaunchConfigurations", **name)["LaunchConfigurations"]
    site.pair(box["LaunchConfigurationARN"], made["LaunchConfigurationARN"])


@builds("AWS::ApplicationAutoScaling::ScalableTarget")
def scalable_target(site: Site, resource: Resource) -> None:
    """Register what may be scaled; the service of ECS must be there."""
    target = doc(resource, "target")
    operation = "application-autoscaling.RegisterScalableTarget"
    site.call(resource, operation, **fitting(operation, target, "RoleARN"), Tags=own_tags(resource) or None)
    ids = {"ServiceNamespace": target["ServiceNamespace"], "ResourceIds": [target["ResourceId"]]}
    made = site.call(resource, "application-autoscaling.DescribeScalableTargets", **ids)["ScalableTargets"]
    for each in made:
        if each["ScalableDimension"] == target["ScalableDimension"]:
            site.pair(target["ScalableTargetARN"], each.get("ScalableTargetARN"))


@builds("AWS::ApplicationAutoScaling::ScalingPolicy")
def scaling_policy(site: Site, resource: Resource) -> None:
    """Make the policy; the alarms of one that tracks a target come with it."""
    policy = doc(resource, "policy")
    operation = "application-autoscaling.PutScalingPolicy"
    made = site.call(resource, operation, **fitting(operation, policy))
    site.pair(policy["PolicyARN"], made["PolicyARN"])
    ours, theirs = (sorted(each.get("Alarms", ()), key=_alarm) for each in (policy, made))
    for one, other in zip(ours, theirs, strict=False):
        site.pair(one["AlarmName"], other["AlarmName"])


def _alarm(given: dict[str, str]) -> str:
    return given["AlarmName"]
