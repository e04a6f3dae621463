"""vpc_subnet_free_addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from scanner.kinds.addresses import network
from scanner.kinds.ec2_network import Subnet
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator


class SubnetFreeAddresses(Rule):
    """Subnets keep enough free addresses.

    A task in its own network needs an address of the subnet. When none is free, nothing new starts: no deployment, no
    replacement for what failed, and the system with ePHI stays down. Counted are IPv4 addresses against all of the
    subnet's range, of which AWS keeps five for itself.
    """

    kind = Subnet
    severity = "medium"
    category = "operations"
    hipaa_proposed = ("164.308(a)(7)(i)",)
    sources = (EcsGuide(13), EcsGuide(14))
    remedy = Runbook(
        "See who holds the addresses: aws ec2 describe-network-interfaces --filters Name=subnet-id,Values={id} "
        "--region {region}",
        "Take away what is left over, or lower the number of tasks and warm capacity",
        "If it is all needed: aws ec2 associate-vpc-cidr-block --vpc-id VPC --cidr-block RANGE --region {region}, "
        "aws ec2 create-subnet --vpc-id VPC --availability-zone ZONE --cidr-block RANGE --region {region}, and let "
        "services and Auto Scaling groups use it as well",
        effect=Effect(
            risk="medium",
        ),
    )

    class Settings(RuleSettings, frozen=True, kw_only=True):
        """The parameters of the rule."""

        percent: Annotated[int, msgspec.Meta(description="The least share of free addresses.", ge=1, le=100)] = 10

    GOOD = (
        {"cidr": "10.0.1.0/24", "free_addresses": 26},
        {"cidr": "10.0.0.0/16", "free_addresses": 6554},
        Case({"cidr": "10.0.1.0/24", "free_addresses": 13}, settings={"percent": 5}),
    )
    BAD = (
        {"cidr": "10.0.1.0/24", "free_addresses": 25},
        {"cidr": "10.0.0.0/16", "free_addresses": 6553},
        {"cidr": "10.0.1.0/28", "free_addresses": 0},
        Case({"cidr": "10.0.1.0/24", "free_addresses": 127}, settings={"percent": 50}),
    )
    SKIP = ({"cidr": "", "free_addresses": 0}, {"owner": "210987654321", "free_addresses": 0})

    @staticmethod
    def applies(subnet: Subnet) -> bool | str:
        """Subnets with IPv4 addresses that the account owns."""
        if subnet.owner not in {"", subnet.account}:
            return "shared by another account, where it is judged"
        return True if subnet.cidr else "it has IPv6 addresses only"

    @staticmethod
    def check(subnet: Subnet, settings: Settings) -> Iterator[Fail]:
        size = network(subnet.cidr).num_addresses
        if subnet.free_addresses * 100 < size * settings.percent:
            share = subnet.free_addresses * 100 / size
            yield Fail(f"{subnet.free_addresses} of {size} addresses are free ({share:.1f} %)")
