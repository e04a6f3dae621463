"""vpc_endpoint_for_dynamodb."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules._network import owned_and_used, tables_without_endpoint
from rules.vpc._endpoints import gateway_endpoint
from scanner.kinds.dynamodb import Table
from scanner.kinds.ec2_gateways import VPCEndpoint
from scanner.kinds.ec2_interfaces import NetworkInterface
from scanner.kinds.ec2_network import VPC, RouteTable, Subnet
from scanner.kinds.network_reasoning import Route
from scanner.model.inventory import World
from scanner.model.rule import Case, Fail, Missing, Other, Rule, Skip
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator


V = {"id": "vpc-1"}
TABLE = Other(Table)
INSIDE = Other(Subnet, id="sn-1", vpc="vpc-1")
PRIVATE = Other(RouteTable, id="rtb-1", vpc="vpc-1", subnets=("sn-1",), routes=(Route("0.0.0.0/0", "nat-1"),))
PUBLIC = Other(RouteTable, id="rtb-1", vpc="vpc-1", subnets=("sn-1",), routes=(Route("0.0.0.0/0", "igw-1"),))
ENDPOINT = Other(VPCEndpoint, vpc="vpc-1", service="com.amazonaws.us-east-1.dynamodb", route_tables=("rtb-1",))
TO_S3 = Other(VPCEndpoint, vpc="vpc-1", route_tables=("rtb-1",))


class EndpointForDynamodb(Rule):
    """Private route tables reach DynamoDB through a gateway endpoint.

    Without the gateway endpoint, what is read from and written to the tables leaves through the NAT gateway for
    DynamoDB's public addresses, where no policy of the VPC's can say which tables may be reached. Judged where the
    account has tables in the Region; whether this VPC's systems use them is not known.
    """

    kind = VPC
    needs = (Subnet, RouteTable, VPCEndpoint, NetworkInterface, Table)
    severity = "low"
    hipaa_proposed = ("164.312(e)(1)", "164.312(a)(1)")
    sources = (EcsGuide(16),)
    remedy = gateway_endpoint("dynamodb")
    GOOD = (Case(V, others=[TABLE, INSIDE, PRIVATE, ENDPOINT]),)
    BAD = (
        Case(V, others=[TABLE, INSIDE, PRIVATE]),
        Case(V, others=[TABLE, INSIDE, PRIVATE, TO_S3]),
    )
    SKIP = (
        Case(V, others=[INSIDE, PRIVATE]),
        Case(V, others=[TABLE, INSIDE, PUBLIC]),
        Case({**V, "owner": "210987654321"}, others=[TABLE, INSIDE, PRIVATE]),
        Case({**V, "is_default": True}, others=[TABLE, INSIDE, PRIVATE]),
    )
    UNKNOWN = (
        Case(V, others=[INSIDE, PRIVATE], lacking=[Table]),
        Case(V, others=[TABLE, INSIDE, PRIVATE], lacking=[VPCEndpoint]),
    )

    @staticmethod
    def applies(vpc: VPC, world: World) -> bool | str:
        """VPCs that the account owns and that have private subnets, where there are DynamoDB tables."""
        used = owned_and_used(vpc, world)
        if used is not True:
            return used
        return True if world.first(Table) is not None else "the account has no DynamoDB table in the Region"

    @staticmethod
    def check(vpc: VPC, world: World) -> Iterator[Fail | Missing | Skip]:
        yield from tables_without_endpoint(vpc, world, "dynamodb")
