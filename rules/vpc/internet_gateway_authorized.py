"""vpc_internet_gateway_authorized."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from scanner.kinds.ec2_gateways import InternetGateway
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Rule
from scanner.model.rule import Settings as RuleSettings

if TYPE_CHECKING:
    from collections.abc import Iterator


ALLOWED = {"authorized_vpcs": ["vpc-1", "vpc-2"]}


class InternetGatewayAuthorized(Rule):
    """Internet gateways attach only to approved VPCs.

    An internet gateway is what makes a network with ePHI reachable from the internet, whatever else guards it. Which
    VPCs may have one is a decision to be written down, in the rule's settings, and then held to.
    """

    kind = InternetGateway
    severity = "high"
    hipaa = ("164.308(a)(1)(ii)(B)",)
    aliases = ("config:internet-gateway-authorized-vpc-only", "steampipe:vpc_igw_attached_to_authorized_vpc")
    related = ("vpc_private_subnets_per_az",)
    remedy = Runbook(
        "See what uses it: aws ec2 describe-route-tables --filters Name=route.gateway-id,Values={id} --region {region}",
        "Either write the VPC to authorized_vpcs in config.toml, with the reason, or move what needs the internet",
        "aws ec2 detach-internet-gateway --internet-gateway-id {id} --vpc-id {part} --region {region}",
        effect=Effect(
            risk="high",
            downtime="everything public in the VPC is cut off, NAT gateways included",
        ),
    )

    class Settings(RuleSettings, frozen=True, kw_only=True):
        """The parameters of the rule."""

        authorized_vpcs: Annotated[
            tuple[str, ...], msgspec.Meta(description="The ids of the VPCs that may have an internet gateway.")
        ] = ()

    GOOD = (
        Case({"vpcs": ("vpc-1",)}, settings=ALLOWED),
        Case({"vpcs": ("vpc-2",)}, settings=ALLOWED),
        Case({"vpcs": ()}, settings=ALLOWED),
    )
    BAD = (Case({"vpcs": ("vpc-9",)}, settings=ALLOWED), Case({"vpcs": ("vpc-1", "vpc-9")}, settings=ALLOWED))
    SKIP = ({"vpcs": ("vpc-9",)},)

    @staticmethod
    def applies(gateway: InternetGateway, settings: Settings) -> bool | str:
        """Internet gateways, where the settings say which VPCs may have one."""
        return True if settings.authorized_vpcs else "the settings do not say which VPCs may have one (authorized_vpcs)"

    @staticmethod
    def check(gateway: InternetGateway, settings: Settings) -> Iterator[Fail]:
        for vpc in gateway.vpcs:
            if vpc not in settings.authorized_vpcs:
                yield Fail(f"it is attached to {vpc}, which may have none", vpc)
