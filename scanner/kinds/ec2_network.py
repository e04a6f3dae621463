"""EC2 networks: VPCs, subnets, routes, security groups and prefix lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scanner.kinds.common import tags
from scanner.kinds.ec2_planned import (
    EVERYWHERE,
    IPV6,
    planned_cidrs,
    planned_ipv6,
    planned_permissions,
    planned_routes,
    template_permissions,
    template_routes,
)
from scanner.kinds.network_reasoning import Permission, Route, permissions, routes
from scanner.kinds.planned_reading import members_of, named, present
from scanner.model.call import each, then
from scanner.model.kind import Const, Kind, fact

JOINED = frozenset({"associated", "associating"})
"""States in which a CIDR block or a route table counts as associated."""


def _blocks(cidr: str, state: str) -> Any:
    """Give the reader of a set of CIDR associations: those that hold, by their CIDR."""

    def parse(given: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
        return tuple(item[cidr] for item in given if item.get(state, {}).get("State", "associated") in JOINED)

    return parse


class VPC(Kind, cfn="AWS::EC2::VPC", tf=("aws_vpc", "aws_default_vpc")):
    """A VPC with all its address ranges; also one that another account shares with this one."""

    arn_format = "arn:{partition}:ec2:{region}:{account}:vpc/{id}"

    box = each("ec2.DescribeVpcs", "Vpcs")

    id: str = fact("box.VpcId", sample="vpc-0123456789abcdef0")
    tags: Mapping[str, str] = fact("box.Tags", plan="tags", template="Tags", parse=tags(), default={})
    owner: str = fact("box.OwnerId", plan=Const(""), template=Const(""), default={"api": ""}, sample="123456789012")
    is_default: bool = fact("box.IsDefault", plan=Const(value=False), template=Const(value=False), sample=False)
    cidrs: tuple[str, ...] = fact(
        "box.CidrBlockAssociationSet",
        plan="cidr_block + aws_vpc_ipv4_cidr_block_association",
        template="CidrBlock + AWS::EC2::VPCCidrBlock",
        parse={
            "api": _blocks("CidrBlock", "CidrBlockState"),
            "plan": planned_cidrs,
            "template": members_of("CidrBlock", "AWS::EC2::VPCCidrBlock.CidrBlock"),
        },
        sample=("10.0.0.0/16",),
    )
    ipv6_cidrs: tuple[str, ...] = fact(
        "box.Ipv6CidrBlockAssociationSet",
        plan=IPV6,
        parse={"api": _blocks("Ipv6CidrBlock", "Ipv6CidrBlockState"), "plan": planned_ipv6},
        default={"api": (), "plan": ()},
        sample=(),
    )
    volatile = ("box.State",)
    tf_parts = {"aws_vpc_ipv4_cidr_block_association": "vpc_id", "aws_vpc_ipv6_cidr_block_association": "vpc_id"}
    cfn_parts = {"AWS::EC2::VPCCidrBlock": "VpcId"}


class Subnet(Kind, cfn="AWS::EC2::Subnet", tf=("aws_subnet", "aws_default_subnet")):
    """A subnet; also one that another account shares with this one."""

    arn_format = "arn:{partition}:ec2:{region}:{account}:subnet/{id}"

    box = each("ec2.DescribeSubnets", "Subnets")

    id: str = fact("box.SubnetId", sample="subnet-1")
    tags: Mapping[str, str] = fact("box.Tags", plan="tags", template="Tags", parse=tags(), default={})
    vpc: str = fact("box.VpcId", plan="vpc_id", template="VpcId", sample="vpc-0123456789abcdef0")
    zone: str = fact("box.AvailabilityZone", plan="availability_zone", template="AvailabilityZone", sample="us-east-1a")
    zone_id: str = fact("box.AvailabilityZoneId", plan="availability_zone_id", default={"api": ""}, sample="use1-az1")
    cidr: str = fact(
        "box.CidrBlock", plan="cidr_block", template="CidrBlock", default={"api": ""}, sample="10.0.1.0/24"
    )
    public_ip_on_launch: bool = fact(
        "box.MapPublicIpOnLaunch",
        plan="map_public_ip_on_launch",
        template="MapPublicIpOnLaunch",
        default={"plan": False, "template": False},
        sample=False,
    )
    owner: str = fact("box.OwnerId", plan=Const(""), template=Const(""), default={"api": ""}, sample="123456789012")
    is_default: bool = fact(
        "box.DefaultForAz",
        plan=Const(value=False),
        template=Const(value=False),
        sample=False,
        default={"api": False},
        doc="Made by AWS with the default VPC.",
    )
    free_addresses: int = fact("box.AvailableIpAddressCount", sample=200)
    volatile = ("box.AvailableIpAddressCount", "box.State")


def _is_main(given: Sequence[Mapping[str, Any]]) -> bool:
    return any(item.get("Main") for item in given)


def _associated(member: str) -> Any:
    def parse(given: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
        states = ((item.get(member, ""), item.get("AssociationState", {}).get("State", "associated")) for item in given)
        return tuple(name for name, state in states if name and state in JOINED)

    return parse


def _is_made_by_aws(route: Route) -> bool:
    """Say whether AWS itself makes a route: the VPC's own range, and what a virtual private gateway propagates."""
    return route.is_local or route.origin == "EnableVgwRoutePropagation"


class RouteTable(Kind, cfn="AWS::EC2::RouteTable", tf=("aws_route_table", "aws_default_route_table")):
    """A route table with its routes, and the subnets that it is explicitly associated with."""

    arn_format = "arn:{partition}:ec2:{region}:{account}:route-table/{id}"

    box = each("ec2.DescribeRouteTables", "RouteTables")

    id: str = fact("box.RouteTableId", sample="rtb-1")
    owner: str = fact("box.OwnerId", plan=Const(""), template=Const(""), default={"api": ""}, sample="123456789012")
    tags: Mapping[str, str] = fact("box.Tags", plan="tags", template="Tags", parse=tags(), default={})
    vpc: str = fact("box.VpcId", plan="vpc_id", template="VpcId", sample="vpc-0123456789abcdef0")
    main: bool = fact(
        "box.Associations",
        plan="default_route_table_id + aws_main_route_table_association",
        template=Const(value=False),
        parse={"api": _is_main, "plan": present},
        default={"api": False, "plan": False},
        sample=False,
    )
    subnets: tuple[str, ...] = fact(
        "box.Associations",
        plan="aws_route_table_association[].subnet_id",
        template="AWS::EC2::SubnetRouteTableAssociation[].SubnetId",
        parse={"api": _associated("SubnetId"), "plan": named, "template": named},
        default=(),
        sample=(),
    )
    gateways: tuple[str, ...] = fact(
        "box.Associations",
        plan="aws_route_table_association[].gateway_id",
        template="AWS::EC2::GatewayRouteTableAssociation[].GatewayId",
        parse={"api": _associated("GatewayId"), "plan": named, "template": named},
        default=(),
        sample=(),
    )
    routes: tuple[Route, ...] = fact(
        "box.Routes",
        plan="route + aws_route",
        template="AWS::EC2::Route",
        parse={"api": routes, "plan": planned_routes, "template": template_routes},
        default={"plan": (), "template": ()},
        sample=(),
        doc="A source does not write the local routes.",
    )
    unwritten = {"routes": _is_made_by_aws}
    propagating: tuple[str, ...] = fact(
        "box.PropagatingVgws[].GatewayId",
        plan="propagating_vgws + aws_vpn_gateway_route_propagation",
        parse={"plan": members_of("propagating_vgws", "aws_vpn_gateway_route_propagation.vpn_gateway_id")},
        default={"api": (), "plan": ()},
        sample=(),
    )
    tf_parts = dict.fromkeys(
        (
            "aws_route",
            "aws_route_table_association",
            "aws_main_route_table_association",
            "aws_vpn_gateway_route_propagation",
        ),
        "route_table_id",
    )
    cfn_parts = dict.fromkeys(
        ("AWS::EC2::Route", "AWS::EC2::SubnetRouteTableAssociation", "AWS::EC2::GatewayRouteTableAssociation"),
        "RouteTableId",
    )


class SecurityGroup(Kind, cfn="AWS::EC2::SecurityGroup", tf=("aws_security_group", "aws_default_security_group")):
    """A security group with its rules, one for each source and destination."""

    arn_format = "arn:{partition}:ec2:{region}:{account}:security-group/{id}"

    box = each("ec2.DescribeSecurityGroups", "SecurityGroups")

    id: str = fact("box.GroupId", sample="sg-1")
    group_name: str = fact("box.GroupName", plan="name", template="GroupName", sample="app")
    tags: Mapping[str, str] = fact("box.Tags", plan="tags", template="Tags", parse=tags(), default={})
    vpc: str = fact("box.VpcId", plan="vpc_id", template="VpcId", default={"api": ""}, sample="vpc-0123456789abcdef0")
    owner: str = fact("box.OwnerId", plan=Const(""), template=Const(""), default={"api": ""}, sample="123456789012")
    ingress: tuple[Permission, ...] = fact(
        "box.IpPermissions",
        plan="id + ingress + aws_security_group_rule + aws_vpc_security_group_ingress_rule",
        template="SecurityGroupIngress + AWS::EC2::SecurityGroupIngress",
        parse={
            "api": permissions,
            "plan": planned_permissions("ingress"),
            "template": template_permissions("Ingress"),
        },
        default={"plan": (), "template": ()},
        sample=(),
    )
    egress: tuple[Permission, ...] = fact(
        "box.IpPermissionsEgress",
        plan="id + egress + aws_security_group_rule + aws_vpc_security_group_egress_rule",
        template="SecurityGroupEgress + AWS::EC2::SecurityGroupEgress",
        parse={"api": permissions, "plan": planned_permissions("egress"), "template": template_permissions("Egress")},
        default={"plan": (), "template": EVERYWHERE},
        sample=(),
    )
    tf_parts = dict.fromkeys(
        (
            "aws_security_group_rule",
            "aws_vpc_security_group_ingress_rule",
            "aws_vpc_security_group_egress_rule",
        ),
        "security_group_id",
    )
    cfn_parts = dict.fromkeys(("AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroupEgress"), "GroupId")


class PrefixList(Kind, cfn="AWS::EC2::PrefixList", tf="aws_ec2_managed_prefix_list"):
    """A prefix list; the entries of those that AWS manages are not asked for."""

    box = each("ec2.DescribeManagedPrefixLists", "PrefixLists")
    entries = then(
        "ec2.GetManagedPrefixListEntries", "Entries", PrefixListId="$box.PrefixListId", when="box.OwnerId != 'AWS'"
    )

    id: str = fact("box.PrefixListId", sample="pl-1")
    arn: str = fact("box.PrefixListArn", plan="arn", sample="arn:aws:ec2:us-east-1:123456789012:prefix-list/pl-1")
    name: str = fact("box.PrefixListName", plan="name", template="PrefixListName", sample="offices")
    tags: Mapping[str, str] = fact("box.Tags", plan="tags", template="Tags", parse=tags(), default={})
    owner: str = fact("box.OwnerId", plan=Const(""), template=Const(""), default={"api": ""}, sample="123456789012")
    cidrs: tuple[str, ...] = fact("entries[].Cidr", plan="entry[].cidr", template="Entries[].Cidr", default=())
    volatile = ("box.State", "box.StateMessage", "box.Version")
