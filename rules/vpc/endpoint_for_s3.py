"""vpc_endpoint_for_s3."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules._network import owned_and_used, tables_without_endpoint
from rules.vpc._endpoints import gateway_endpoint
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
INSIDE = Other(Subnet, id="sn-1", vpc="vpc-1")
PRIVATE = Other(RouteTable, id="rtb-1", vpc="vpc-1", subnets=("sn-1",), routes=(Route("0.0.0.0/0", "nat-1"),))
PUBLIC = Other(RouteTable, id="rtb-1", vpc="vpc-1", subnets=("sn-1",), routes=(Route("0.0.0.0/0", "igw-1"),))
OTHER = Other(RouteTable, id="rtb-2", vpc="vpc-1", subnets=("sn-2",))
ENDPOINT = Other(VPCEndpoint, vpc="vpc-1", route_tables=("rtb-1",))


class EndpointForS3(Rule):
    """Private route tables reach S3 through a gateway endpoint.

    Without the gateway endpoint, ePHI on its way to S3 leaves through the NAT gateway for S3's public addresses, where
    no policy of the VPC's can say which buckets it may go to. Judged are route tables that rule subnets and have no
    working route to an internet gateway; an interface endpoint does not take the place of the gateway's routes.
    """

    kind = VPC
    needs = (Subnet, RouteTable, VPCEndpoint, NetworkInterface)
    severity = "medium"
    hipaa_proposed = ("164.312(e)(1)", "164.312(a)(1)")
    sources = (EcsGuide(16), EcsGuide(61))
    remedy = gateway_endpoint("s3")
    GOOD = (
        Case(V, others=[INSIDE, PRIVATE, ENDPOINT]),
        Case(V, others=[INSIDE, PRIVATE, OTHER, ENDPOINT]),
        Case({**V, "is_default": True}, others=[INSIDE, PRIVATE, ENDPOINT, Other(NetworkInterface, vpc="vpc-1")]),
    )
    BAD = (
        Case(V, others=[INSIDE, PRIVATE]),
        Case(V, others=[INSIDE, PRIVATE, Other(VPCEndpoint, vpc="vpc-1", route_tables=("rtb-9",))]),
        Case(V, others=[INSIDE, PRIVATE, Other(VPCEndpoint, vpc="vpc-2", route_tables=("rtb-1",))]),
        Case(V, others=[INSIDE, PRIVATE, Other(VPCEndpoint, vpc="vpc-1", route_tables=("rtb-1",), state="deleting")]),
        Case(
            V,
            others=[
                INSIDE,
                PRIVATE,
                Other(VPCEndpoint, vpc="vpc-1", route_tables=("rtb-1",), service="com.amazonaws.us-east-1.dynamodb"),
            ],
        ),
        Case(
            V,
            others=[
                INSIDE,
                PRIVATE,
                Other(VPCEndpoint, vpc="vpc-1", route_tables=("rtb-1",), endpoint_type="Interface"),
            ],
        ),
        Case(V, others=[INSIDE, Other(Subnet, id="sn-2", vpc="vpc-1"), PRIVATE, OTHER, ENDPOINT]),
    )
    SKIP = (
        V,
        Case(V, others=[INSIDE, PUBLIC]),
        Case({**V, "owner": "210987654321"}, others=[INSIDE, PRIVATE]),
        Case({**V, "is_default": True}, others=[INSIDE, PRIVATE]),
    )
    UNKNOWN = (
        Case(V, others=[INSIDE, PRIVATE], lacking=[VPCEndpoint]),
        Case(V, others=[INSIDE, PRIVATE, ENDPOINT], lacking=[Subnet]),
        Case(V, others=[INSIDE], lacking=[RouteTable]),
        Case(V, lacking=[Subnet]),
    )

    @staticmethod
    def applies(vpc: VPC, world: World) -> bool | str:
        """VPCs that the account owns and that have private subnets, unless they are empty default ones."""
        return owned_and_used(vpc, world)

    @staticmethod
    def check(vpc: VPC, world: World) -> Iterator[Fail | Missing | Skip]:
        yield from tables_without_endpoint(vpc, world, "s3")
