"""How private route tables get a gateway endpoint, by which S3 and DynamoDB are reached without NAT.

Source: VPC User Guide, "Gateway endpoints": they cost nothing; open connections to the service break when the route is
made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rules._network import tables_without_endpoint
from scanner.kinds.ec2_gateways import VPCEndpoint
from scanner.model.remedy import Direct, Effect, NotByMachine, Write
from scanner.model.rule import Fail

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.kinds.ec2_network import VPC
    from scanner.model.remedy import Around


def _name(vpc: VPC, service: str) -> str:
    return f"com.amazonaws.{vpc.region}.{service}"


def _standing(vpc: VPC, around: Around, service: str) -> str:
    """Give the VPC's gateway endpoint of the service, if it has one."""
    wanted = {"vpc": vpc.id, "service": _name(vpc, service), "endpoint_type": "Gateway", "state": "available"}
    found = around.world.first(VPCEndpoint, **wanted)
    return found.id if found else ""


def _lacking(vpc: VPC, around: Around, service: str) -> list[str]:
    """Give all route tables that lack it, so that one endpoint serves them, whichever finding asks."""
    return [item.part for item in tables_without_endpoint(vpc, around.world, service) if isinstance(item, Fail)]


def gateway_endpoint(service: str) -> Direct:
    """Give the remedy that leads a VPC's private route tables to a service by a gateway endpoint."""

    def lead(vpc: VPC, _part: str, around: Around) -> Iterator[Write]:
        tables, standing = _lacking(vpc, around, service), _standing(vpc, around, service)
        if standing:
            yield Write("ec2.ModifyVpcEndpoint", {"VpcEndpointId": standing, "AddRouteTableIds": tables})
            return
        asked: dict[str, Any] = {"VpcId": vpc.id, "VpcEndpointType": "Gateway", "ServiceName": _name(vpc, service)}
        yield Write("ec2.CreateVpcEndpoint", {**asked, "RouteTableIds": tables})

    def back(vpc: VPC, _part: str, around: Around) -> Iterator[Write]:
        standing = _standing(vpc, around, service)
        if not standing:
            raise NotByMachine(
                "the endpoint's id is known only when it is made; to go back: aws ec2 delete-vpc-endpoints"
                f" --vpc-endpoint-ids ENDPOINT --region {vpc.region}"
            )
        tables = _lacking(vpc, around, service)
        yield Write("ec2.ModifyVpcEndpoint", {"VpcEndpointId": standing, "RemoveRouteTableIds": tables})

    return Direct(
        "ec2.CreateVpcEndpoint",
        also=("ec2.ModifyVpcEndpoint",),
        by=lead,
        across=True,
        why="Custodian has no action that makes or changes endpoints",
        effect=Effect(
            after=f"The VPC's private route tables lead to {service} by one gateway endpoint; where it is new, with"
            " AWS's own policy, which allows all.",
            risk="medium",
            downtime=f"open connections to {service} break once; a policy that names the NAT gateway's address no"
            " longer fits",
            undo=back,
            terraform={
                "aws_vpc_endpoint": {
                    "vpc_id": "{id}",
                    "vpc_endpoint_type": "Gateway",
                    "service_name": f"com.amazonaws.{{region}}.{service}",
                    "route_table_ids": ["{part}"],
                }
            },
            brings=("vpc_endpoint_policy_restricts_principals",),
        ),
    )
