"""ecs_service_not_spot_only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rules.asg._groups import launches_spot
from scanner.kinds.autoscaling import AutoScalingGroup, LaunchConfiguration
from scanner.kinds.autoscaling_reading import Mixture
from scanner.kinds.ec2_launch import LaunchTemplate, LaunchVersion
from scanner.kinds.ecs import CapacityProvider
from scanner.kinds.ecs_service_parts import StrategyItem
from scanner.kinds.ecs_services import Service
from scanner.model.gap import Gap, Unknown
from scanner.model.inventory import all_of, any_of
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Other, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World


NONE, SOME, ONLY = "no Spot", "some Spot", "Spot only"
ARN = "arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:1:autoScalingGroupName/hosts"


def spread(*items: StrategyItem) -> dict[str, Any]:
    """Give an example's service with this strategy."""
    return {"launch_type": "", "strategy": items}


def provider(**group: Any) -> tuple[Other, Other]:
    """Give an example's capacity provider, and the Auto Scaling group behind it."""
    return Other(CapacityProvider, id="asg", group=ARN), Other(AutoScalingGroup, arn=ARN, **group)


ON_ASG = spread(StrategyItem("asg", weight=1))
ON_SPOT = Other(LaunchTemplate, versions=(LaunchVersion(1, spot=True),))


def _spot(name: str, world: World) -> str:
    """Say how much of a capacity provider is Spot capacity.

    Raises:
        Unknown: it, or what is behind it, was not seen.
    """
    if name.startswith("FARGATE"):
        return ONLY if name == "FARGATE_SPOT" else NONE
    found = world.get(CapacityProvider, name)
    if found is None:
        raise Unknown(Gap("ecs.DescribeCapacityProviders", message=f"the capacity provider {name} was not seen"))
    if found.managed:
        return ONLY if found.capacity_option == "SPOT" else NONE
    group = world.get(AutoScalingGroup, found.group)
    if group is None:
        raise Unknown(Gap("autoscaling.DescribeAutoScalingGroups", message=f"the group of {name} was not seen"))
    if group.mixture is None:
        return ONLY if launches_spot(group, world) else NONE
    if group.mixture.on_demand_percent == 100:
        return NONE
    return SOME if group.mixture.on_demand_base or group.mixture.on_demand_percent else ONLY


class ServiceNotSpotOnly(Rule):
    """Services keep a base on non-Spot capacity.

    Spot capacity is taken back at two minutes' notice, often much of it at once. A service that has nothing else is
    away then, and the ePHI behind it with it. A base of at least one task on capacity that stays keeps it alive. An
    Auto Scaling group counts as staying if some of its instances are On-Demand; on which of them a task lands is not
    decided by the strategy.
    """

    kind = Service
    needs = (CapacityProvider, AutoScalingGroup, LaunchTemplate, LaunchConfiguration)
    severity = "medium"
    category = "resilience"
    hipaa_proposed = ("164.308(a)(7)(i)", "164.308(a)(7)(ii)(C)")
    sources = (EcsGuide(31), EcsGuide(33))
    remedy = Runbook(
        "Add capacity that stays to the cluster: FARGATE, or a capacity provider whose group has On-Demand instances.",
        "aws ecs update-service --cluster CLUSTER --service {name} --force-new-deployment --capacity-provider-strategy"
        " capacityProvider=FARGATE,base=1,weight=1 capacityProvider=FARGATE_SPOT,weight=3",
        effect=Effect(
            risk="medium",
            downtime="none; the service's tasks are replaced",
            cost="on-demand capacity costs more than Spot",
        ),
    )
    GOOD = (
        spread(StrategyItem("FARGATE", weight=1)),
        spread(StrategyItem("FARGATE", base=1), StrategyItem("FARGATE_SPOT", weight=1)),
        spread(StrategyItem("FARGATE", weight=1), StrategyItem("FARGATE_SPOT")),
        Case(ON_ASG, others=[*provider(), Other(LaunchTemplate)]),
        Case(ON_ASG, others=provider(mixture=Mixture(on_demand_percent=100))),
        Case(ON_ASG, others=[Other(CapacityProvider, id="asg", managed=True, capacity_option="ON_DEMAND")]),
        Case(ON_ASG, others=[Other(CapacityProvider, id="asg", managed=True)]),
        Case(
            spread(StrategyItem("asg", base=1, weight=1)),
            others=provider(mixture=Mixture(on_demand_percent=0, on_demand_base=1)),
        ),
        Case(spread(StrategyItem("asg", base=1, weight=1)), others=provider(mixture=Mixture(on_demand_percent=1))),
        Case(spread(StrategyItem("FARGATE", base=1), StrategyItem("asg", weight=1)), lacking=[CapacityProvider]),
    )
    BAD = (
        spread(StrategyItem("FARGATE_SPOT", weight=1)),
        spread(StrategyItem("FARGATE_SPOT", base=2)),
        spread(StrategyItem("FARGATE", weight=1), StrategyItem("FARGATE_SPOT", weight=1)),
        spread(StrategyItem("FARGATE", weight=1), StrategyItem("FARGATE_SPOT", base=1, weight=1)),
        Case(ON_ASG, others=[*provider(), ON_SPOT]),
        Case(spread(StrategyItem("asg", base=1)), others=[*provider(), ON_SPOT]),
        Case(
            spread(StrategyItem("asg", base=1)),
            others=[
                *provider(launch_template="", launch_configuration="old"),
                Other(LaunchConfiguration, id="old", spot_price="0.05"),
            ],
        ),
        Case(spread(StrategyItem("asg", base=1)), others=provider(mixture=Mixture(on_demand_percent=0))),
        Case(ON_ASG, others=provider(mixture=Mixture(on_demand_percent=99))),
        Case(
            spread(StrategyItem("asg", base=1)),
            others=[Other(CapacityProvider, id="asg", managed=True, capacity_option="SPOT")],
        ),
    )
    SKIP = ({}, {**spread(StrategyItem("FARGATE_SPOT", weight=1)), "status": "DRAINING"})
    UNKNOWN = (
        Case(ON_ASG),
        Case(ON_ASG, lacking=[CapacityProvider]),
        Case(ON_ASG, others=provider()[:1]),
        Case(ON_ASG, others=provider(), lacking=[LaunchTemplate]),
    )

    @staticmethod
    def applies(service: Service) -> bool:
        """Active services with a capacity provider strategy."""
        return service.status == "ACTIVE" and bool(service.strategy)

    @staticmethod
    def check(service: Service, world: World) -> Iterator[Fail]:
        used = [item for item in service.strategy if item.base or item.weight]
        based = [item for item in used if item.base]
        ways = (
            lambda: any_of(based, lambda item: _spot(item.provider, world) != ONLY),
            lambda: all_of(used, lambda item: _spot(item.provider, world) == NONE),
        )
        if not any_of(ways):
            named = ", ".join(f"{item.provider} (base {item.base}, weight {item.weight})" for item in used)
            yield Fail(f"no base on capacity that stays: {named}")
