"""How a private route table gets a gateway endpoint, by which S3 and DynamoDB are reached without NAT.

Source: VPC User Guide, "Gateway endpoints": they cost nothing; a VPC may have several to one service, each with route
tables of its own; open connections to the service break when the route is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.model.remedy import Direct, Effect, NotByMachine, Write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.kinds.ec2_network import VPC


def gateway_endpoint(service: str) -> Direct:
    """Give the remedy that makes a gateway endpoint of a service for the route table that a finding's part names."""

    def create(vpc: VPC, part: str) -> Iterator[Write]:
        if not part.startswith("rtb-"):
            raise NotByMachine("the finding names no route table")
        yield Write(
            "ec2.CreateVpcEndpoint",
            {
                "VpcId": vpc.id,
                "VpcEndpointType": "Gateway",
                "ServiceName": f"com.amazonaws.{vpc.region}.{service}",
                "RouteTableIds": [part],
            },
        )

    return Direct(
        "ec2.CreateVpcEndpoint",
        by=create,
        why="Custodian has no action that makes endpoints",
        effect=Effect(
            after=f"The route table leads to {service} by a gateway endpoint, with AWS's own policy, which allows all.",
            risk="medium",
            downtime=f"open connections to {service} break once; a policy that names the NAT gateway's address no"
            " longer fits",
            lasting="the endpoint's id is known only when it is made; to go back: aws ec2 delete-vpc-endpoints",
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
