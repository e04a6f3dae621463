"""How deeds find what they change: by names, as people do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scanner.demo.systems.cloud import Cloud


def named(found: list[dict[str, Any]], name: str) -> dict[str, Any]:
    """The one of several EC2 answers that carries this Name tag."""
    wanted = {"Key": "Name", "Value": name}
    (one,) = [each for each in found if wanted in each.get("Tags", [])]
    return one


def group_named(cloud: Cloud, name: str) -> str:
    """The id of the security group of this name."""
    wanted = [{"Name": "group-name", "Values": [name]}]
    (one,) = cloud.client("ec2").describe_security_groups(Filters=wanted)["SecurityGroups"]
    group: str = one["GroupId"]
    return group


def vpc_named(cloud: Cloud, name: str) -> str:
    """The id of the VPC of this name."""
    vpc: str = named(cloud.client("ec2").describe_vpcs()["Vpcs"], name)["VpcId"]
    return vpc
