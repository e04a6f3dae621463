"""vpc_subnet_no_auto_public_ip."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules._network import is_empty_default
from scanner.kinds.ec2_interfaces import NetworkInterface
from scanner.kinds.ec2_network import VPC, Subnet
from scanner.model.inventory import World
from scanner.model.remedy import Custodian, Effect, Write
from scanner.model.rule import Case, Fail, Other, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


HOME = Other(VPC, id="vpc-1", is_default=True)
OPEN = {"vpc": "vpc-1", "is_default": True, "public_ip_on_launch": True}


class SubnetNoAutoPublicIp(Rule):
    """Subnets do not auto-assign public IPs.

    Where every new instance gets a public address unasked, one launch in the wrong subnet puts a host with ePHI on the
    internet. A public address should be somebody's decision. The subnets that AWS made with a default VPC are judged
    once something stands in that VPC.
    """

    kind = Subnet
    needs = (VPC, NetworkInterface)
    severity = "medium"
    hipaa = ("164.308(a)(3)(i)", "164.308(a)(4)(ii)(A)", "164.308(a)(4)(ii)(C)", "164.312(a)(1)", "164.312(e)(1)")
    aliases = (
        "config:subnet-auto-assign-public-ip-disabled",
        "security-hub:EC2.15",
        "prowler:vpc_subnet_no_public_ip_by_default",
        "steampipe:vpc_subnet_auto_assign_public_ip_disabled",
    )
    related = ("ec2_instance_no_public_ip",)
    remedy = Custodian(
        "subnet",
        {"type": "modify", "MapPublicIpOnLaunch": False},
        filters=[{"MapPublicIpOnLaunch": True}],
        effect=Effect(
            sets={"public_ip_on_launch": False},
            after="What runs keeps its address; what is launched from now on has one only if it asks for one.",
            risk="medium",
            undo=[Write("ec2.ModifySubnetAttribute", {"SubnetId": "{id}", "MapPublicIpOnLaunch": {"Value": True}})],
            terraform={"aws_subnet": {"map_public_ip_on_launch": False}},
        ),
    )
    GOOD = (
        {"public_ip_on_launch": False},
        Case({**OPEN, "public_ip_on_launch": False}, others=[HOME, Other(NetworkInterface, vpc="vpc-1")]),
    )
    BAD = (
        {"public_ip_on_launch": True},
        Case(OPEN, others=[HOME, Other(NetworkInterface, vpc="vpc-1")]),
        Case({**OPEN, "is_default": False}, others=[HOME]),
        Case(OPEN, others=[Other(VPC, id="vpc-1")]),
    )
    SKIP = (
        {"owner": "210987654321", "public_ip_on_launch": True},
        Case(OPEN, others=[HOME]),
        Case(OPEN, others=[HOME, Other(NetworkInterface, vpc="vpc-2")]),
    )
    UNKNOWN = (
        Case(OPEN, others=[HOME], lacking=[NetworkInterface]),
        Case(OPEN, lacking=[VPC]),
    )

    @staticmethod
    def applies(subnet: Subnet, world: World) -> bool | str:
        """Subnets that the account owns, unless they are of a default VPC in which nothing stands."""
        if subnet.owner not in {"", subnet.account}:
            return "shared by another account, where it is judged"
        vpc = world.get(VPC, subnet.vpc) if subnet.is_default else None
        return "of a default VPC in which nothing stands" if vpc and is_empty_default(vpc, world) else True

    @staticmethod
    def check(subnet: Subnet) -> Iterator[Fail]:
        if subnet.public_ip_on_launch:
            yield Fail("instances launched here get a public address unless they ask for none")
