"""What EC2 Auto Scaling answers of scaling policies and mixed instances, read by pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec


class ScalingPolicy(msgspec.Struct, frozen=True):
    """A scaling policy: its name and type, and whether it scales (it is enabled and does more than forecast)."""

    name: str
    type: str = "TargetTrackingScaling"
    scales: bool = True


def scaling_policies(given: Iterable[Mapping[str, Any]]) -> tuple[ScalingPolicy, ...]:
    """Read the scaling policies of a group; a predictive one forecasts only, unless it says otherwise.

    Source: API_ScalingPolicy, API_PredictiveScalingConfiguration.
    """
    return tuple(
        ScalingPolicy(
            item["PolicyName"],
            item["PolicyType"],
            item.get("Enabled", True)
            and item.get("PredictiveScalingConfiguration", {"Mode": "ForecastAndScale"}).get("Mode")
            == "ForecastAndScale",
        )
        for item in given
    )


class Mixture(msgspec.Struct, frozen=True):
    """A mixed instances policy: the On-Demand base, its share above that, how Spot is allocated, over which types.

    `by_attributes` says that types are chosen by their attributes instead of by name.
    """

    on_demand_percent: int = 100
    spot_strategy: str = "lowest-price"
    types: tuple[str, ...] = ()
    by_attributes: bool = False
    on_demand_base: int = 0


def mixture(given: Mapping[str, Any]) -> Mixture:
    """Read a mixed instances policy; the defaults are those of API_InstancesDistribution."""
    spread, overrides = given.get("InstancesDistribution", {}), given.get("LaunchTemplate", {}).get("Overrides", ())
    return Mixture(
        on_demand_percent=spread.get("OnDemandPercentageAboveBaseCapacity", 100),
        spot_strategy=spread.get("SpotAllocationStrategy", "lowest-price"),
        types=tuple(dict.fromkeys(item["InstanceType"] for item in overrides if item.get("InstanceType"))),
        by_attributes=any("InstanceRequirements" in item for item in overrides),
        on_demand_base=spread.get("OnDemandBaseCapacity", 0),
    )
