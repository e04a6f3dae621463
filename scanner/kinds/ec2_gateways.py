"""EC2 networks: gateways, endpoints and flow logs of VPCs."""

from __future__ import annotations

import re
from collections.abc import Mapping

from scanner.kinds.common import tags
from scanner.kinds.planned_reading import members_of
from scanner.model.call import each, shared
from scanner.model.kind import Const, Kind, fact
from scanner.model.policy import PolicyDocument


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
    mode: str = fact(
        "box.AvailabilityMode", plan="availability_mode", template="AvailabilityMode", default="zonal", sample="zonal"
    )
    public_ips: tuple[str, ...] = fact("box.NatGatewayAddresses[].PublicIp", default={"api": ()}, sample=())
    zones: tuple[str, ...] = fact("box.NatGatewayAddresses[].AvailabilityZone", default={"api": ()}, sample=())
    volatile = ("box.CreateTime", "box.State")


class InternetGateway(Kind, cfn="AWS::EC2::InternetGateway", tf="aws_internet_gateway"):
    """An internet gateway and the VPCs it is attached to."""

    arn_format = "arn:{partition}:ec2:{region}:{account}:internet-gateway/{id}"

    box = each("ec2.DescribeInternetGateways", "InternetGateways")

    id: str = fact("box.InternetGatewayId", sample="igw-1")
    tags: Mapping[str, str] = fact("box.Tags", plan="tags", template="Tags", parse=tags(), default={})
    vpcs: tuple[str, ...] = fact(
        "box.Attachments[].VpcId",
        plan="vpc_id + aws_internet_gateway_attachment",
        template="AWS::EC2::VPCGatewayAttachment[].VpcId",
        parse={"plan": members_of("vpc_id", "aws_internet_gateway_attachment.vpc_id")},
        default=(),
        sample=(),
    )
    tf_parts = {"aws_internet_gateway_attachment": "internet_gateway_id"}
    cfn_parts = {"AWS::EC2::VPCGatewayAttachment": "InternetGatewayId"}


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
