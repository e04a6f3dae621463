"""asg_spot_diversified."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import msgspec

from rules.asg._groups import launches_spot
from scanner.kinds.autoscaling import AutoScalingGroup, LaunchConfiguration
from scanner.kinds.autoscaling_reading import Mixture
from scanner.kinds.ec2_launch import LaunchTemplate, LaunchVersion
from scanner.model.inventory import World
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Other, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import EcsGuide

STRATEGIES = ("capacity-optimized", "capacity-optimized-prioritized", "price-capacity-optimized")
"""The strategies that look where capacity is; the second is the first with an order of the types."""

TYPES = ("m5.large", "m5a.large", "m6i.large")
TEMPLATE, CONFIGURATION = {"launch_template": "lt-1"}, {"launch_template": "", "launch_configuration": "hosts-7"}
SPOT_SECOND: dict[str, Any] = {
    "id": "lt-1",
    "latest_version": 2,
    "versions": (LaunchVersion(1), LaunchVersion(2, spot=True)),
}


def _mixed(**more: Any) -> dict[str, Any]:
    """A group for the examples: Spot, well spread but for what is said."""
    sound = {"on_demand_percent": 0, "spot_strategy": "capacity-optimized", "types": TYPES}
    return {"mixture": Mixture(**{**sound, **more})}


class SpotDiversified(Rule):
    """Spot groups are diversified over types and zones.

    Spot capacity of one type in one zone goes away all at once. A group that may choose among several types and zones,
    and that looks where capacity is plenty, loses few hosts at a time and finds others, so services that handle ePHI
    stay up. Types that are chosen by attributes count as several.
    """

    kind = AutoScalingGroup
    needs = (LaunchTemplate, LaunchConfiguration)
    severity = "low"
    category = "resilience"
    hipaa_proposed = ("164.308(a)(7)(i)",)
    sources = (EcsGuide(33),)
    remedy = Runbook(
        "See what the group has: aws autoscaling describe-auto-scaling-groups --auto-scaling-group-names {id} "
        "--region {region}",
        "Write a mixed instances policy with at least three instance types, or types by attributes, and "
        "SpotAllocationStrategy price-capacity-optimized.",
        "aws autoscaling update-auto-scaling-group --auto-scaling-group-name {id} --mixed-instances-policy "
        "file://policy.json --region {region}",
        "Add subnets until the group spans two zones: --vpc-zone-identifier SUBNET,SUBNET",
        effect=Effect(
            risk="medium",
            cost="other types have other prices",
            terraform={
                "aws_autoscaling_group": {
                    "mixed_instances_policy": {
                        "instances_distribution": {"spot_allocation_strategy": "price-capacity-optimized"}
                    }
                }
            },
        ),
    )
    GOOD = (
        _mixed(),
        _mixed(on_demand_percent=99, spot_strategy="price-capacity-optimized"),
        _mixed(spot_strategy="capacity-optimized-prioritized"),
        _mixed(types=(), by_attributes=True),
        Case(_mixed(types=TYPES[:2]), settings={"types": 2}),
    )
    BAD = (
        _mixed(types=TYPES[:2]),
        _mixed(types=()),
        Case(_mixed(), settings={"types": 4}),
        {**_mixed(), "zones": ("us-east-1a",)},
        {**_mixed(), "zones": ("us-east-1a", "us-east-1a")},
        _mixed(spot_strategy="lowest-price"),
        Case(TEMPLATE, others=[Other(LaunchTemplate, id="lt-1", versions=(LaunchVersion(1, spot=True),))]),
        Case({**TEMPLATE, "launch_version": "$Latest"}, others=[Other(LaunchTemplate, **SPOT_SECOND)]),
        Case({**TEMPLATE, "launch_version": "2"}, others=[Other(LaunchTemplate, **SPOT_SECOND)]),
        Case(CONFIGURATION, others=[Other(LaunchConfiguration, spot_price="0.04")]),
    )
    SKIP = (
        _mixed(on_demand_percent=100, types=()),
        Case(TEMPLATE, others=[Other(LaunchTemplate, **SPOT_SECOND)]),
        Case({**TEMPLATE, "launch_version": "1"}, others=[Other(LaunchTemplate, **SPOT_SECOND)]),
        Case(CONFIGURATION, others=[Other(LaunchConfiguration)]),
        {"launch_template": ""},
    )
    UNKNOWN = (
        TEMPLATE,
        CONFIGURATION,
        Case(TEMPLATE, lacking=[LaunchTemplate]),
        Case(CONFIGURATION, lacking=[LaunchConfiguration]),
        Case({**TEMPLATE, "launch_version": "3"}, others=[Other(LaunchTemplate, **SPOT_SECOND)]),
    )

    class Settings(RuleSettings, frozen=True):
        """How many types there must be."""

        types: Annotated[int, msgspec.Meta(description="Instance types at least.", ge=1)] = 3

    @staticmethod
    def applies(group: AutoScalingGroup, world: World) -> bool:
        """Auto Scaling groups that launch Spot Instances."""
        return launches_spot(group, world) if group.mixture is None else group.mixture.on_demand_percent < 100

    @staticmethod
    def check(group: AutoScalingGroup, settings: Settings) -> Iterator[Fail]:
        mixture = group.mixture
        if mixture is None:
            yield Fail("it launches Spot Instances of one type, without a mixed instances policy", "types")
            return
        if not mixture.by_attributes and len(mixture.types) < settings.types:
            named = ", ".join(mixture.types) or "the launch template's alone"
            yield Fail(f"its instance types are {named}, at least {settings.types} are needed", "types")
        if mixture.spot_strategy not in STRATEGIES:
            yield Fail(f"Spot capacity is allocated by {mixture.spot_strategy}", "strategy")
        if len(set(group.zones)) < 2:
            yield Fail(f"it spans {', '.join(sorted(set(group.zones))) or 'no zone'} alone", "zones")
