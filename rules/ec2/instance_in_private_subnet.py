"""ec2_instance_in_private_subnet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules._network import BastionSettings, internet_routes
from scanner.kinds.ec2_instances import Instance
from scanner.kinds.ec2_network import RouteTable, Subnet
from scanner.kinds.network_reasoning import Route
from scanner.model.gap import Gap, Unknown
from scanner.model.inventory import World
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Gaps, Missing, Other, Rule
from scanner.model.source import CityWebapps, EcsGuide, WebProposal

if TYPE_CHECKING:
    from collections.abc import Iterator


LOCAL = Route("10.0.0.0/16", "local")
TO_NAT = Route("0.0.0.0/0", "nat-1")
TO_IGW = Route("0.0.0.0/0", "igw-1")
SUBNET = Other(Subnet, id="subnet-1")
EXPLICIT_PRIVATE = Other(RouteTable, id="rtb-2", subnets=("subnet-1",), routes=(TO_NAT,))
MAIN_PUBLIC = Other(RouteTable, id="rtb-main", main=True, routes=(TO_IGW,))


class InstanceInPrivateSubnet(Rule):
    """Instances lie in private subnets.

    A host in a public subnet is one address or one security group rule away from the internet. Hosts that handle ePHI
    lie behind load balancers, in subnets that no route joins to an internet gateway. Which route table rules a subnet
    is looked up: the one it is associated with, else the main one of its VPC. Bastions, told by their tags, are
    excepted.
    """

    kind = Instance
    needs = (Subnet, RouteTable)
    severity = "high"
    hipaa_proposed = ("164.312(a)(1)", "164.312(e)(1)", "164.308(a)(4)(ii)(C)")
    sources = (CityWebapps(), WebProposal(), EcsGuide(4))
    remedy = Runbook(
        "Create a private subnet in the same zone, whose default route leads to a NAT gateway: aws ec2 "
        "create-subnet --vpc-id VPC --availability-zone ZONE --cidr-block RANGE --region {region}",
        "Launch a replacement there and register it: aws elbv2 register-targets --target-group-arn GROUP --targets "
        "Id=NEW --region {region}",
        "Move data, then: aws elbv2 deregister-targets --target-group-arn GROUP --targets Id={id} --region "
        "{region}, and aws ec2 terminate-instances --instance-ids {id} --region {region}",
        effect=Effect(
            risk="high",
            downtime="the instance is replaced",
            cost="a NAT gateway, about 32 USD a month and 0.045 USD a GB",
            terraform={"aws_instance": {"subnet_id": "A PRIVATE SUBNET"}},
        ),
    )
    Settings = BastionSettings
    GOOD = (
        Case({}, others=[SUBNET, Other(RouteTable, subnets=("subnet-1",), routes=(TO_NAT, LOCAL))]),
        Case({}, others=[SUBNET, Other(RouteTable, main=True, routes=(TO_NAT,))]),
        Case({}, others=[SUBNET, EXPLICIT_PRIVATE, MAIN_PUBLIC]),
        Case({}, others=[SUBNET, Other(RouteTable, main=True, routes=(Route("::/0", "eigw-1"),))]),
        Case({}, others=[SUBNET, Other(RouteTable, main=True, routes=(Route("0.0.0.0/0", "igw-1", "blackhole"),))]),
    )
    BAD = (
        Case({}, others=[SUBNET, Other(RouteTable, subnets=("subnet-1",), routes=(TO_IGW,))]),
        Case({}, others=[SUBNET, MAIN_PUBLIC]),
        Case({}, others=[SUBNET, MAIN_PUBLIC, Other(RouteTable, id="rtb-3", subnets=("subnet-9",), routes=(TO_NAT,))]),
        Case({}, others=[SUBNET, Other(RouteTable, main=True, routes=(Route("198.51.100.0/24", "igw-1"),))]),
        Case(
            {"tags": {"role": "web"}}, others=[SUBNET, Other(RouteTable, main=True, routes=(Route("::/0", "igw-1"),))]
        ),
        Case(
            {"subnets": ("subnet-1", "subnet-2")},
            others=[SUBNET, Other(Subnet, id="subnet-2"), EXPLICIT_PRIVATE, MAIN_PUBLIC],
        ),
        Case({}, others=[SUBNET, Other(RouteTable, subnets=("subnet-1",), routes=(TO_IGW,))], lacking=[RouteTable]),
    )
    SKIP = ({"tags": {"role": "bastion"}}, {"state": "shutting-down"})
    UNKNOWN = (
        Case({}, others=[MAIN_PUBLIC]),
        Case({}, others=[SUBNET]),
        {"subnets": ()},
        Case({}, others=[SUBNET, MAIN_PUBLIC], lacking=[RouteTable]),
        Case({}, others=[MAIN_PUBLIC], lacking=[Subnet]),
    )

    @staticmethod
    def applies(instance: Instance, settings: BastionSettings) -> bool | str:
        """Instances that are neither terminated nor bastions."""
        if instance.has_tags(settings.bastion_tags):
            return "a bastion, by its tags"
        return not instance.gone

    @staticmethod
    def check(instance: Instance, world: World) -> Iterator[Fail | Missing]:
        gaps = Gaps()
        for name in instance.subnets or [""]:
            with gaps:
                subnet = world.get(Subnet, name)
                if subnet is None:
                    raise Unknown(Gap("ec2.DescribeSubnets", message=f"no subnet {name} was found"))
                for route in internet_routes(world, subnet):
                    yield Fail(f"{name} routes {route.destination} to {route.target}", f"{name} {route.destination}")
        yield from gaps
