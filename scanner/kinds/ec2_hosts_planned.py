"""EC2 instances and Auto Scaling groups as Terraform plans and CloudFormation templates write them.

Sources: Terraform provider for AWS, version 5 (aws_instance, aws_autoscaling_group, aws_autoscaling_policy);
CloudFormation (AWS::EC2::Instance, AWS::AutoScaling::AutoScalingGroup).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from scanner.kinds.autoscaling_reading import Mixture, ScalingPolicy, mixture, scaling_policies
from scanner.kinds.containers import number, text, truth
from scanner.kinds.planned_reading import first, named, shaped
from scanner.kinds.user_data import NO_USER_DATA, UserData, read_user_data
from scanner.model.planned import Known, plain

PUBLIC = "subnet_id + associate_public_ip_address + public_ip + aws_eip + aws_eip_association"
"""Where an instance's public addresses are written; its subnet is there to say that the instance is."""

INTERFACES = "network_interface + aws_network_interface_attachment"
"""Where Terraform writes the interfaces of an instance that stand by themselves."""


def of_all_interfaces(name: str) -> Callable[[Known], tuple[str, ...]]:
    """Give the reader of what the first interface has, where no other one is written.

    Raises:
        ValueError: (from the reader) others are, or nothing says what the first one has.
    """

    def parse(given: Known) -> tuple[str, ...]:
        further = given.get("aws_network_interface_attachment") or ()
        if further or len(given.written("network_interface") or ()) > 1 or name not in given:
            raise ValueError("what its further network interfaces have is not said with it")
        value = given[name]
        return named(text(each) for each in (value if isinstance(value, list) else [value]))

    return parse


def planned_addresses(given: Known) -> tuple[str, ...]:
    """Read an instance's public addresses.

    Raises:
        Unknown: it is given one, which is not known yet, or its subnet decides whether it is.
    """
    if given.get("aws_eip") or given.get("aws_eip_association"):
        raise ValueError("an Elastic IP address is associated with it, which is not known yet")
    if given.written("associate_public_ip_address") is False:
        return ()
    return named([text(given["public_ip"])])


def template_groups(given: Known) -> tuple[str, ...]:
    """Name an instance's security groups.

    Raises:
        ValueError: the VPC's default group or a network interface of its own decides.
    """
    interfaces = given.get("NetworkInterfaces") or ()
    found = [
        *(given.get("SecurityGroupIds") or ()),
        *(name for item in interfaces for name in item.get("GroupSet", ())),
    ]
    if not found or any(item.get("NetworkInterfaceId") for item in interfaces):
        raise ValueError("the security groups are not written with the instance")
    return named(found)


def planned_user_data(given: Known) -> UserData:
    """Read what was kept of user data; as text the provider keeps only its hash, which answers nothing.

    Raises:
        ValueError: only a hash is kept, or a launch template may say it.
    """
    if given.written("user_data_base64"):
        return read_user_data(given["user_data_base64"])
    if given.written("user_data") or given.written("launch_template"):
        raise ValueError("the user data itself is not in the plan")
    return NO_USER_DATA


def template_user_data(given: Known) -> UserData:
    """Read what was kept of user data.

    Raises:
        ValueError: a launch template may say it.
    """
    if given.get("UserData"):
        return read_user_data(given["UserData"])
    raise ValueError("the user data may be the launch template's")


def planned_specification(given: Known) -> str:
    """Give the launch template of a group.

    Raises:
        ValueError: it is named by its name alone.
    """
    said = _planned_template(given)
    if said.get("name") and not said.get("id"):
        raise ValueError("the launch template is named by its name alone")
    return text(said.get("id"))


def planned_version(given: Known) -> str:
    """Give the version of a group's launch template; `$Default` where none is said."""
    return text(_planned_template(given).get("version")) or "$Default"


def _planned_template(given: Known) -> Mapping[str, Any]:
    mixed = first(first(given.written("mixed_instances_policy")).get("launch_template"))
    said = first(mixed.get("launch_template_specification"))
    if said:
        return shaped(said, {"launch_template_id": "id", "launch_template_name": "name", "version": "version"})
    return shaped(first(given.written("launch_template")), {"id": "id", "name": "name", "version": "version"})


def template_specification(given: Known) -> str:
    """Give the launch template of a group.

    Raises:
        ValueError: it is named by its name alone.
    """
    said = _template_template(given)
    if said.get("LaunchTemplateName") and not said.get("LaunchTemplateId"):
        raise ValueError("the launch template is named by its name alone")
    return text(said.get("LaunchTemplateId"))


def template_version(given: Known) -> str:
    """Give the version of a group's launch template."""
    return text(_template_template(given).get("Version")) or "$Default"


def _template_template(given: Known) -> Mapping[str, Any]:
    mixed = (given.get("MixedInstancesPolicy") or {}).get("LaunchTemplate") or {}
    found: Mapping[str, Any] = mixed.get("LaunchTemplateSpecification") or given.get("LaunchTemplate") or {}
    return found


_SPREAD = {
    "on_demand_base_capacity": "OnDemandBaseCapacity",
    "on_demand_percentage_above_base_capacity": "OnDemandPercentageAboveBaseCapacity",
    "spot_allocation_strategy": "SpotAllocationStrategy",
}


def planned_mixture(given: Known) -> Mixture | None:
    """Read a mixed instances policy in Terraform's words."""
    block = first(given["mixed_instances_policy"])
    spread = first(block.written("instances_distribution")) if isinstance(block, Known) else {}
    overrides = [
        shaped(item, {"instance_type": "InstanceType", "instance_requirements": "InstanceRequirements"})
        for item in first(block.get("launch_template")).get("override") or ()
    ]
    return mixture({"InstancesDistribution": shaped(spread, _SPREAD), "LaunchTemplate": {"Overrides": overrides}})


def template_mixture(given: Mapping[str, Any]) -> Mixture:
    """Read a mixed instances policy in CloudFormation's words, which may write numbers as texts."""
    said = given.get("InstancesDistribution") or {}
    spread = {
        name: number(value) if name.startswith("OnDemand") and "Allocation" not in name else value
        for name, value in said.items()
    }
    return mixture({**plain(given), "InstancesDistribution": spread})


def planned_tags(given: Sequence[Mapping[str, Any]]) -> Mapping[str, str]:
    """Read the tags of an Auto Scaling group, which stand in blocks."""
    return {text(item["key"]): text(item["value"]) for item in given}


def planned_policies(given: Known) -> tuple[ScalingPolicy, ...]:
    """Read the scaling policies of a group in Terraform's words."""
    shapes = []
    for item in given["aws_autoscaling_policy"]:
        forecast = first(item.written("predictive_scaling_configuration"))
        shape = {
            "PolicyName": item["name"],
            "PolicyType": text(item.get("policy_type")) or "SimpleScaling",
            "Enabled": truth(item.get("enabled"), absent=True),
        }
        mode = {"PredictiveScalingConfiguration": {"Mode": forecast.get("mode") or "ForecastOnly"}} if forecast else {}
        shapes.append(shape | mode)
    return scaling_policies(shapes)
