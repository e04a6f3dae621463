"""asg_multi_az."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec

from scanner.kinds.autoscaling import AutoScalingGroup
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import CityWebapps, EcsGuide, PhiCluster


class MultiAz(Rule):
    """Auto Scaling groups span at least two Availability Zones.

    A group in one zone is away when the zone is, and nothing may be launched elsewhere until somebody notices. Over two
    zones the group replaces by itself what a failing zone takes, and the ePHI stays within reach.
    """

    kind = AutoScalingGroup
    severity = "medium"
    category = "resilience"
    hipaa_proposed = ("164.308(a)(7)(i)", "164.308(a)(7)(ii)(C)")
    sources = (CityWebapps(), PhiCluster(), EcsGuide(28))
    aliases = (
        "config:autoscaling-multiple-az",
        "security-hub:AutoScaling.2",
        "prowler:autoscaling_group_multiple_az",
        "steampipe:autoscaling_group_multiple_az_configured",
    )
    remedy = Runbook(
        "Choose or create a subnet of the same kind in another zone: aws ec2 describe-subnets --region {region}",
        "See that the load balancer has a subnet in that zone, and that no volume binds the programs to the old one.",
        "aws autoscaling update-auto-scaling-group --auto-scaling-group-name {id} --vpc-zone-identifier "
        "SUBNET,SUBNET --region {region}",
        effect=Effect(
            risk="medium",
            cost="traffic between zones, about 0.01 USD a GB each way",
            terraform={"aws_autoscaling_group": {"vpc_zone_identifier": ["THE SUBNET", "A SUBNET OF ANOTHER ZONE"]}},
        ),
    )
    GOOD = (
        {"zones": ("us-east-1a", "us-east-1b")},
        Case({"zones": ("us-east-1a",)}, settings={"minimum": 1}),
    )
    BAD = (
        {"zones": ("us-east-1a",)},
        {"zones": ("us-east-1a", "us-east-1a")},
        {"zones": ()},
        Case({"zones": ("us-east-1a", "us-east-1b")}, settings={"minimum": 3}),
    )

    class Settings(RuleSettings, frozen=True):
        """How many zones there must be."""

        minimum: Annotated[int, msgspec.Meta(description="Availability Zones at least.", ge=1)] = 2

    @staticmethod
    def check(group: AutoScalingGroup, settings: Settings) -> Iterator[Fail]:
        zones = sorted(set(group.zones))
        if len(zones) < settings.minimum:
            yield Fail(f"it spans {', '.join(zones) or 'no zone'}, at least {settings.minimum} zones are needed")
