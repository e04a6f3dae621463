"""vpc_endpoint_for_ec2."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules._network import has_endpoint, owned_and_used
from scanner.kinds.ec2_gateways import VPCEndpoint
from scanner.kinds.ec2_interfaces import NetworkInterface
from scanner.kinds.ec2_network import VPC
from scanner.model.inventory import World
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Other, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


V = {"id": "vpc-1"}
EC2 = {"vpc": "vpc-1", "service": "com.amazonaws.us-east-1.ec2", "endpoint_type": "Interface"}


class EndpointForEc2(Rule):
    """VPC has an interface endpoint for the EC2 API.

    Hosts that call EC2 for their tags, volumes or snapshots do so over the internet where the VPC has no endpoint for
    it, and then every host needs a way out that ePHI could take as well.
    """

    kind = VPC
    needs = (VPCEndpoint, NetworkInterface)
    severity = "medium"
    hipaa = (
        "164.314(b)(1)",
        "164.314(b)(2)",
        "164.314(b)(2)(i)",
        "164.314(b)(2)(ii)",
        "164.314(b)(2)(iii)",
        "164.314(b)(2)(iv)",
    )
    aliases = (
        "config:service-vpc-endpoint-enabled",
        "security-hub:EC2.10",
        "prowler:vpc_endpoint_for_ec2_enabled",
        "steampipe:vpc_configured_to_use_vpc_endpoints",
    )
    related = ("vpc_endpoints_for_ecs_and_ecr",)
    remedy = Runbook(
        "Choose a subnet in each zone and a security group that takes port 443 from the VPC: aws ec2 "
        "describe-subnets --filters Name=vpc-id,Values={id} --region {region}",
        "aws ec2 create-vpc-endpoint --vpc-id {id} --vpc-endpoint-type Interface --service-name "
        "com.amazonaws.{region}.ec2 --subnet-ids SUBNETS --security-group-ids GROUP --region {region}",
        effect=Effect(
            risk="medium",
            cost="about 7 USD a month for each endpoint and zone, and 0.01 USD a GB",
            terraform={
                "aws_vpc_endpoint": {
                    "vpc_id": "{id}",
                    "vpc_endpoint_type": "Interface",
                    "service_name": "com.amazonaws.{region}.ec2",
                    "private_dns_enabled": True,
                }
            },
        ),
    )
    GOOD = (
        Case(V, others=[Other(VPCEndpoint, **EC2)]),
        Case({**V, "is_default": True}, others=[Other(VPCEndpoint, **EC2), Other(NetworkInterface, vpc="vpc-1")]),
        Case(V, others=[Other(VPCEndpoint, **EC2)], lacking=[VPCEndpoint]),
    )
    BAD = (
        V,
        Case(V, others=[Other(VPCEndpoint, **{**EC2, "state": "pending"})]),
        Case(V, others=[Other(VPCEndpoint, **{**EC2, "vpc": "vpc-2"})]),
        Case(V, others=[Other(VPCEndpoint, **{**EC2, "service": "com.amazonaws.us-east-1.ec2messages"})]),
        Case(V, others=[Other(VPCEndpoint, **{**EC2, "service": "com.amazonaws.vpce.us-east-1.vpce-svc-ec2"})]),
        Case({**V, "is_default": True}, others=[Other(NetworkInterface, vpc="vpc-1")]),
    )
    SKIP = ({"owner": "210987654321"}, {"is_default": True})
    UNKNOWN = (
        Case(V, lacking=[VPCEndpoint]),
        Case({**V, "is_default": True}, lacking=[NetworkInterface]),
    )

    @staticmethod
    def applies(vpc: VPC, world: World) -> bool | str:
        """VPCs that the account owns, unless they are default ones in which nothing stands."""
        return owned_and_used(vpc, world)

    @staticmethod
    def check(vpc: VPC, world: World) -> Iterator[Fail]:
        if not has_endpoint(world, vpc, "ec2"):
            yield Fail("the VPC has no available endpoint for the EC2 API")
