"""EC2 networks beyond the VPC: peering connections and transit gateways, as far as routes lead there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from scanner.kinds.common import tags
from scanner.model.call import each, then
from scanner.model.kind import Kind, fact


class PeeringSide(msgspec.Struct, frozen=True):
    """One side of a peering connection."""

    vpc: str = ""
    account: str = ""
    region: str = ""
    cidrs: tuple[str, ...] = ()


def _side(given: Mapping[str, Any]) -> PeeringSide:
    blocks = [item["CidrBlock"] for item in given.get("CidrBlockSet", ())] or [given.get("CidrBlock", "")]
    blocks += [item["Ipv6CidrBlock"] for item in given.get("Ipv6CidrBlockSet", ())]
    return PeeringSide(
        given.get("VpcId", ""),
        given.get("OwnerId", ""),
        given.get("Region", ""),
        tuple(block for block in blocks if block),
    )


class VPCPeeringConnection(Kind, cfn="AWS::EC2::VPCPeeringConnection", tf="aws_vpc_peering_connection"):
    """A peering connection, seen from either side."""

    arn_format = "arn:{partition}:ec2:{region}:{account}:vpc-peering-connection/{id}"

    box = each("ec2.DescribeVpcPeeringConnections", "VpcPeeringConnections")

    id: str = fact("box.VpcPeeringConnectionId", sample="pcx-1")
    tags: Mapping[str, str] = fact("box.Tags", plan="tags", template="Tags", parse=tags(), default={})
    state: str = fact("box.Status.Code", sample="active")
    requester: PeeringSide = fact("box.RequesterVpcInfo", parse=_side, sample=PeeringSide())
    accepter: PeeringSide = fact("box.AccepterVpcInfo", parse=_side, sample=PeeringSide())
    volatile = ("box.Status.Message", "box.ExpirationTime")


class TransitGatewayAttachment(Kind, cfn="AWS::EC2::TransitGatewayAttachment"):
    """An attachment to a transit gateway, and the route table that it is associated with (empty: none is shown)."""

    arn_format = "arn:{partition}:ec2:{region}:{account}:transit-gateway-attachment/{id}"

    box = each("ec2.DescribeTransitGatewayAttachments", "TransitGatewayAttachments")

    id: str = fact("box.TransitGatewayAttachmentId", sample="tgw-attach-1")
    tags: Mapping[str, str] = fact("box.Tags", parse=tags(), default={"api": {}})
    gateway: str = fact("box.TransitGatewayId", sample="tgw-1")
    gateway_owner: str = fact("box.TransitGatewayOwnerId", default={"api": ""}, sample="123456789012")
    owner: str = fact("box.ResourceOwnerId", default={"api": ""}, sample="123456789012", doc="Whose the subject is.")
    subject: str = fact("box.ResourceId", default={"api": ""}, sample="vpc-0123456789abcdef0")
    subject_type: str = fact("box.ResourceType", sample="vpc")
    state: str = fact("box.State", sample="available")
    route_table: str = fact("box.Association.TransitGatewayRouteTableId", default={"api": ""}, sample="tgw-rtb-1")
    volatile = ("box.CreationTime", "box.State")


class TransitRoute(msgspec.Struct, frozen=True):
    """An active route of a transit gateway: where to, and the resources (VPCs among them) that it ends at."""

    cidr: str = ""
    ends: tuple[str, ...] = ()


def _routes(given: Sequence[Mapping[str, Any]]) -> tuple[TransitRoute, ...]:
    return tuple(
        TransitRoute(
            item.get("DestinationCidrBlock", ""),
            tuple(end.get("ResourceId", "") for end in item.get("TransitGatewayAttachments", ())),
        )
        for item in given
    )


class TransitGatewayRouteTable(
    Kind, cfn="AWS::EC2::TransitGatewayRouteTable", tf="aws_ec2_transit_gateway_route_table"
):
    """A route table of a transit gateway with its active routes; AWS answers at most 1,000 (`more` says so)."""

    arn_format = "arn:{partition}:ec2:{region}:{account}:transit-gateway-route-table/{id}"

    box = each("ec2.DescribeTransitGatewayRouteTables", "TransitGatewayRouteTables")
    found = then(
        "ec2.SearchTransitGatewayRoutes",
        TransitGatewayRouteTableId="$box.TransitGatewayRouteTableId",
        Filters=[{"Name": "state", "Values": ["active"]}],
        expect="Routes",
    )

    id: str = fact("box.TransitGatewayRouteTableId", sample="tgw-rtb-1")
    tags: Mapping[str, str] = fact("box.Tags", plan="tags", template="Tags", parse=tags(), default={})
    gateway: str = fact("box.TransitGatewayId", sample="tgw-1")
    cidrs: tuple[str, ...] = fact("found.Routes[].DestinationCidrBlock", sample=())
    routes: tuple[TransitRoute, ...] = fact("found.Routes", parse=_routes, sample=())
    more: bool = fact("found.AdditionalRoutesAvailable", default={"api": False}, sample=False)
    volatile = ("box.CreationTime", "box.State")
