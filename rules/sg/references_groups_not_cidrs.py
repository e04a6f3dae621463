"""sg_references_groups_not_cidrs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.addresses import lies_in
from scanner.kinds.ec2_network import VPC, SecurityGroup, Subnet
from scanner.kinds.elbv2 import LoadBalancer
from scanner.kinds.network_reasoning import Permission
from scanner.model.gap import Gap, Unknown
from scanner.model.inventory import World, any_of
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Gaps, Missing, Other, Rule
from scanner.model.source import CityWebapps, EcsGuide, WebProposal

if TYPE_CHECKING:
    from collections.abc import Iterator


S = {"vpc": "vpc-1"}
HOME = Other(VPC, id="vpc-1", cidrs=("10.0.0.0/16",), ipv6_cidrs=("2001:db8:1::/56",))
NLB = Other(LoadBalancer, vpc="vpc-1", type="network", subnets=("sn-1",))
PUBLIC = Other(Subnet, id="sn-1", vpc="vpc-1", cidr="10.0.1.0/24")
INSIDE = Permission("tcp", 443, 443, "cidr", "10.0.2.0/24")


class ReferencesGroupsNotCidrs(Rule):
    """In-VPC sources are named by security group.

    An address range lets in whatever stands in the subnet today and whatever is put there tomorrow; a group lets in
    those that were meant. Between systems with ePHI the second is what least privilege asks for. A Network Load
    Balancer hands on the addresses of its subnets or of the callers, so in a VPC that has one the range of the VPC, or
    of a subnet where the balancer stands, may be named. Ranges that reach beyond the VPC are not judged.
    """

    kind = SecurityGroup
    needs = (VPC, LoadBalancer, Subnet)
    severity = "low"
    category = "advisory"
    hipaa_proposed = ("164.312(a)(1)", "164.312(e)(1)")
    sources = (EcsGuide(62), WebProposal(), CityWebapps())
    remedy = Runbook(
        "Find who in the range calls: look at the flow logs for accepted traffic to the port",
        "Name their groups: aws ec2 authorize-security-group-ingress --group-id {id} --protocol tcp --port PORT "
        "--source-group CALLER_GROUP --region {region}",
        "Take away the range: aws ec2 revoke-security-group-ingress --group-id {id} --security-group-rule-ids RULE "
        "--region {region}",
        effect=Effect(
            risk="medium",
            downtime="callers whose group was not named are cut off",
            terraform={
                "aws_vpc_security_group_ingress_rule": {
                    "security_group_id": "{id}",
                    "referenced_security_group_id": "THE CALLERS' GROUP",
                }
            },
        ),
    )
    GOOD = (
        Case(S, others=[HOME]),
        Case({**S, "ingress": (Permission("tcp", 443, 443, "group", "sg-2"),)}, others=[HOME]),
        Case({**S, "ingress": (Permission("tcp", 443, 443, "prefix-list", "pl-1"),)}, others=[HOME]),
        Case({**S, "ingress": (Permission("tcp", 443, 443, "cidr", "10.0.0.0/15"),)}, others=[HOME]),
        Case({**S, "ingress": (Permission("tcp", 443, 443, "cidr", "10.1.0.0/24"),)}, others=[HOME]),
        Case({**S, "ingress": (Permission("tcp", 443, 443, "cidr", "0.0.0.0/0"),)}, others=[HOME]),
        Case({**S, "ingress": (Permission("tcp", 443, 443, "cidr", "10.0.0.0/16"),)}, others=[HOME, NLB, PUBLIC]),
        Case({**S, "ingress": (Permission("tcp", 443, 443, "cidr", "10.0.1.0/24"),)}, others=[HOME, NLB, PUBLIC]),
        {"vpc": "", "ingress": (INSIDE,)},
    )
    BAD = (
        Case({**S, "ingress": (INSIDE,)}, others=[HOME]),
        Case({**S, "ingress": (Permission("tcp", 443, 443, "cidr", "10.0.0.0/16"),)}, others=[HOME]),
        Case({**S, "ingress": (Permission("tcp", 443, 443, "cidr", "10.0.0.7/32"),)}, others=[HOME, NLB, PUBLIC]),
        Case({**S, "ingress": (Permission("tcp", 443, 443, "cidr", "2001:db8:1:2::/64"),)}, others=[HOME]),
        Case({**S, "ingress": (INSIDE,)}, others=[HOME, NLB, PUBLIC]),
        Case(
            {**S, "ingress": (Permission("tcp", 443, 443, "cidr", "10.0.0.0/16"),)},
            others=[HOME, Other(LoadBalancer, vpc="vpc-1", type="application", subnets=("sn-1",)), PUBLIC],
        ),
        Case(
            {**S, "ingress": (Permission("tcp", 443, 443, "cidr", "10.0.0.0/16"),)},
            others=[HOME, Other(LoadBalancer, vpc="vpc-9", type="network", subnets=("sn-1",)), PUBLIC],
        ),
    )
    UNKNOWN = (
        Case({**S, "ingress": (INSIDE,)}),
        Case({**S, "ingress": (INSIDE,)}, lacking=[VPC]),
        Case(
            {**S, "ingress": (Permission("tcp", 443, 443, "cidr", "10.0.0.0/16"),)},
            others=[HOME],
            lacking=[LoadBalancer],
        ),
        Case({**S, "ingress": (INSIDE,)}, others=[HOME, NLB], lacking=[Subnet]),
        Case({**S, "ingress": (INSIDE,)}, others=[HOME, NLB]),
    )

    @staticmethod
    def check(group: SecurityGroup, world: World) -> Iterator[Fail | Missing]:
        gaps = Gaps()
        for rule in group.ingress if group.vpc else ():
            with gaps:
                if rule.kind == "cidr" and _inside(world, group, rule.peer) and not _balancers(world, group, rule.peer):
                    part = f"ingress {rule.ports} {rule.peer}"
                    yield Fail(f"{rule.ports} is open to the range {rule.peer} of its own VPC", part)
        yield from gaps


def _inside(world: World, group: SecurityGroup, cidr: str) -> bool:
    vpc = world.get(VPC, group.vpc)
    if vpc is None:
        raise Unknown(Gap("ec2.DescribeVpcs", message=f"{group.vpc} of {group.id} was not found"))
    return any(lies_in(cidr, own) for own in (*vpc.cidrs, *vpc.ipv6_cidrs))


def _balancers(world: World, group: SecurityGroup, cidr: str) -> bool:
    """Say whether the range is one by which a Network Load Balancer of the VPC is named."""

    def names(balancer: LoadBalancer) -> bool:
        if balancer.type != "network":
            return False
        vpc = world.get(VPC, group.vpc)
        return (vpc is not None and cidr in (*vpc.cidrs, *vpc.ipv6_cidrs)) or any_of(
            balancer.subnets, lambda name: _stands_in(world, name, cidr)
        )

    return any_of(world.all(LoadBalancer, vpc=group.vpc), names)


def _stands_in(world: World, name: str, cidr: str) -> bool:
    subnet = world.get(Subnet, name)
    if subnet is None:
        raise Unknown(Gap("ec2.DescribeSubnets", message=f"{name} was not found"))
    return subnet.cidr == cidr
