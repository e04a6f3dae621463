"""EC2 networks: VPCs, subnets, routes, security groups, gateways, endpoints and flow logs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from scanner.kinds.common import tags
from scanner.kinds.network_reasoning import Permission, Route, permissions, routes
from scanner.model.call import each, shared, then
from scanner.model.kind import Const, Kind, fact
from scanner.model.policy import PolicyDocument

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
    owner: str = fact("box.OwnerId", plan="owner_id", default={"api": ""}, sample="123456789012")
    is_default: bool = fact("box.IsDefault", plan=Const(value=False), template=Const(value=False), sample=False)
    cidrs: tuple[str, ...] = fact(
        "box.CidrBlockAssociationSet", parse=_blocks("CidrBlock", "CidrBlockState"), sample=("10.0.0.0/16",)
    )
    ipv6_cidrs: tuple[str, ...] = fact(
        "box.Ipv6CidrBlockAssociationSet",
        parse=_blocks("Ipv6CidrBlock", "Ipv6CidrBlockState"),
        default={"api": ()},
        sample=(),
    )
    volatile = ("box.State",)


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
    owner: str = fact("box.OwnerId", plan="owner_id", default={"api": ""}, sample="123456789012")
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


class RouteTable(Kind, cfn="AWS::EC2::RouteTable", tf=("aws_route_table", "aws_default_route_table")):
    """A route table with its routes, and the subnets that it is explicitly associated with."""

    arn_format = "arn:{partition}:ec2:{region}:{account}:route-table/{id}"

    box = each("ec2.DescribeRouteTables", "RouteTables")

    id: str = fact("box.RouteTableId", sample="rtb-1")
    owner: str = fact("box.OwnerId", plan="owner_id", default={"api": ""}, sample="123456789012")
    tags: Mapping[str, str] = fact("box.Tags", plan="tags", template="Tags", parse=tags(), default={})
    vpc: str = fact("box.VpcId", plan="vpc_id", template="VpcId", sample="vpc-0123456789abcdef0")
    main: bool = fact("box.Associations", parse=_is_main, default={"api": False}, sample=False)
    subnets: tuple[str, ...] = fact("box.Associations", parse=_associated("SubnetId"), default={"api": ()}, sample=())
    gateways: tuple[str, ...] = fact("box.Associations", parse=_associated("GatewayId"), default={"api": ()}, sample=())
    routes: tuple[Route, ...] = fact("box.Routes", parse=routes, sample=())
    propagating: tuple[str, ...] = fact("box.PropagatingVgws[].GatewayId", default={"api": ()}, sample=())


class SecurityGroup(Kind, cfn="AWS::EC2::SecurityGroup", tf=("aws_security_group", "aws_default_security_group")):
    """A security group with its rules, one for each source and destination."""

    arn_format = "arn:{partition}:ec2:{region}:{account}:security-group/{id}"

    box = each("ec2.DescribeSecurityGroups", "SecurityGroups")

    id: str = fact("box.GroupId", sample="sg-1")
    group_name: str = fact("box.GroupName", plan="name", template="GroupName", sample="app")
    tags: Mapping[str, str] = fact("box.Tags", plan="tags", template="Tags", parse=tags(), default={})
    vpc: str = fact("box.VpcId", plan="vpc_id", template="VpcId", default={"api": ""}, sample="vpc-0123456789abcdef0")
    owner: str = fact("box.OwnerId", plan="owner_id", default={"api": ""}, sample="123456789012")
    ingress: tuple[Permission, ...] = fact("box.IpPermissions", parse=permissions, sample=())
    egress: tuple[Permission, ...] = fact("box.IpPermissionsEgress", parse=permissions, sample=())


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
    owner: str = fact("box.OwnerId", plan="owner_id", default={"api": ""}, sample="123456789012")
    cidrs: tuple[str, ...] = fact("entries[].Cidr", plan="entry[].cidr", template="Entries[].Cidr", default=())
    volatile = ("box.State", "box.StateMessage", "box.Version")


class NatGateway(Kind, cfn="AWS::EC2::NatGateway", tf="aws_nat_gateway"):
    """A NAT gateway: in one zone, or (`mode` regional) in all that its VPC uses."""

    arn_format = "arn:{partition}:ec2:{region}:{account}:natgateway/{id}"

    box = each("ec2.DescribeNatGateways", "NatGateways")

    id: str = fact("box.NatGatewayId", sample="nat-1")
    tags: Mapping[str, str] = fact("box.Tags", plan="tags", template="Tags", parse=tags(), default={})
    vpc: str = fact("box.VpcId", sample="vpc-0123456789abcdef0")
    subnet: str = fact("box.SubnetId", plan="subnet_id", template="SubnetId", default={"api": ""}, sample="subnet-1")
    state: str = fact("box.State", plan=Const("available"), template=Const("available"), sample="available")
    connectivity: str = fact(
        "box.ConnectivityType", plan="connectivity_type", template="ConnectivityType", default="public", sample="public"
    )
    mode: str = fact("box.AvailabilityMode", plan="availability_mode", default="zonal", sample="zonal")
    public_ips: tuple[str, ...] = fact("box.NatGatewayAddresses[].PublicIp", default={"api": ()}, sample=())
    zones: tuple[str, ...] = fact("box.NatGatewayAddresses[].AvailabilityZone", default={"api": ()}, sample=())
    volatile = ("box.CreateTime", "box.State")


class InternetGateway(Kind, cfn="AWS::EC2::InternetGateway", tf="aws_internet_gateway"):
    """An internet gateway and the VPCs it is attached to."""

    arn_format = "arn:{partition}:ec2:{region}:{account}:internet-gateway/{id}"

    box = each("ec2.DescribeInternetGateways", "InternetGateways")

    id: str = fact("box.InternetGatewayId", sample="igw-1")
    tags: Mapping[str, str] = fact("box.Tags", plan="tags", template="Tags", parse=tags(), default={})
    vpcs: tuple[str, ...] = fact("box.Attachments[].VpcId", default={"api": ()}, sample=())


class VPCEndpoint(Kind, cfn="AWS::EC2::VPCEndpoint", tf="aws_vpc_endpoint"):
    """A VPC endpoint."""

    arn_format = "arn:{partition}:ec2:{region}:{account}:vpc-endpoint/{id}"

    box = each("ec2.DescribeVpcEndpoints", "VpcEndpoints")
    offer = shared("ec2.DescribeVpcEndpointServices", "ServiceDetails", own="$box.ServiceName", key="ServiceName")

    id: str = fact("box.VpcEndpointId", sample="vpce-1")
    tags: Mapping[str, str] = fact("box.Tags", plan="tags", template="Tags", parse=tags(), default={})
    vpc: str = fact("box.VpcId", plan="vpc_id", template="VpcId", sample="vpc-0123456789abcdef0")
    service: str = fact(
        "box.ServiceName",
        plan="service_name",
        template="ServiceName",
        default={"api": ""},
        sample="com.amazonaws.us-east-1.s3",
    )
    endpoint_type: str = fact(
        "box.VpcEndpointType", plan="vpc_endpoint_type", template="VpcEndpointType", default="Gateway", sample="Gateway"
    )
    state: str = fact(
        "box.State", plan=Const("available"), template=Const("available"), parse=str.lower, sample="available"
    )
    subnets: tuple[str, ...] = fact(
        "box.SubnetIds", plan="subnet_ids", template="SubnetIds", default={"api": ()}, sample=()
    )
    route_tables: tuple[str, ...] = fact(
        "box.RouteTableIds", plan="route_table_ids", template="RouteTableIds", default={"api": ()}, sample=()
    )
    security_groups: tuple[str, ...] = fact(
        "box.Groups[].GroupId", plan="security_group_ids", template="SecurityGroupIds", default={"api": ()}, sample=()
    )
    private_dns: bool = fact("box.PrivateDnsEnabled", plan="private_dns_enabled", default={"api": False}, sample=True)
    policy: PolicyDocument | None = fact(
        "box.PolicyDocument", plan="policy", template="PolicyDocument", parse=PolicyDocument.parse
    )
    takes_policy: bool = fact(
        "offer.VpcEndpointPolicySupported", sample=True, doc="Whether the service heeds a policy of the endpoint's."
    )
    managed: bool = fact(
        "box.RequesterManaged",
        plan=Const(value=False),
        template=Const(value=False),
        default={"api": False},
        sample=False,
        doc="An AWS service made it and keeps it.",
    )
    volatile = ("box.CreationTimestamp", "box.State", "box.DnsEntries", "box.NetworkInterfaceIds", "offer")


DEFAULT_FIELDS = tuple(
    "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action "
    "log-status".split()
)
"""What a flow log records where it names no format (VPC User Guide, "Flow log records")."""


def _fields(text: str) -> tuple[str, ...]:
    """Read a format such as `${version} ${vpc-id}`."""
    return tuple(re.findall(r"\$\{([^}]+)\}", text))


class FlowLog(Kind, cfn="AWS::EC2::FlowLog", tf="aws_flow_log"):
    """A flow log of a VPC, a subnet, a network interface or a transit gateway."""

    arn_format = "arn:{partition}:ec2:{region}:{account}:vpc-flow-log/{id}"

    box = each("ec2.DescribeFlowLogs", "FlowLogs")

    id: str = fact("box.FlowLogId", sample="fl-1")
    tags: Mapping[str, str] = fact("box.Tags", plan="tags", template="Tags", parse=tags(), default={})
    subject: str = fact("box.ResourceId", plan="vpc_id", template="ResourceId", sample="vpc-0123456789abcdef0")
    fields: tuple[str, ...] = fact(
        "box.LogFormat",
        plan="log_format",
        template="LogFormat",
        parse=_fields,
        default={"plan": DEFAULT_FIELDS, "template": DEFAULT_FIELDS},
        sample=(*DEFAULT_FIELDS, "vpc-id", "subnet-id", "instance-id"),
    )
    status: str = fact("box.FlowLogStatus", plan=Const("ACTIVE"), template=Const("ACTIVE"), sample="ACTIVE")
    traffic: str = fact(
        "box.TrafficType", plan="traffic_type", template="TrafficType", default={"api": ""}, sample="ALL"
    )
    delivery: str = fact(
        "box.DeliverLogsStatus", plan=Const(""), template=Const(""), default={"api": ""}, sample="SUCCESS"
    )
    delivery_error: str = fact("box.DeliverLogsErrorMessage", plan=Const(""), template=Const(""), default={"api": ""})
    destination: str = fact(
        "box.LogDestination | box.LogGroupName", plan="log_destination", template="LogDestination", default={"api": ""}
    )
    volatile = ("box.CreationTime", "box.DeliverLogsStatus", "box.DeliverLogsErrorMessage")
