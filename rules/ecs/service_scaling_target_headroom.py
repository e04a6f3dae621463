"""ecs_service_scaling_target_headroom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from scanner.kinds.application_autoscaling import ScalingPolicy
from scanner.kinds.ecs_services import Service
from scanner.model.gap import Gap, Unknown
from scanner.model.inventory import any_of
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Gaps, Note, Other, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World
    from scanner.model.rule import Outcome


SHARES = (
    "ECSServiceAverageCPUUtilization",
    "ECSServiceAverageMemoryUtilization",
    "CPUUtilization",
    "MemoryUtilization",
)
"""The metrics of ECS that are a share of what a service has, in percent."""
MEMORY = Other(ScalingPolicy, id="m", name="memory", metric="ECSServiceAverageMemoryUtilization", target=90.0)


def _tracks_share(policy: ScalingPolicy) -> bool:
    return policy.type == "TargetTrackingScaling" and policy.metric in SHARES


class ServiceScalingTargetHeadroom(Rule):
    """Scaling targets leave headroom.

    A target of nearly all the CPU or memory leaves no room for the minutes in which new tasks start, and the service
    slows down for those who need the ePHI; a low one pays for tasks that idle. Policies that track a share of CPU or
    memory are judged; what follows another metric has no such measure. Step scaling reacts faster and is noted.
    """

    kind = Service
    needs = (ScalingPolicy,)
    severity = "info"
    category = "advisory"
    hipaa_proposed = ("164.308(a)(7)(i)",)
    sources = (EcsGuide(29), EcsGuide(30))
    remedy = Runbook(
        "Load one task until it slows down, and note the share of CPU and memory at which it does.",
        "Set the target below that: aws application-autoscaling put-scaling-policy --service-namespace ecs"
        " --scalable-dimension ecs:service:DesiredCount --resource-id service/CLUSTER/{name} --policy-name POLICY"
        " --policy-type TargetTrackingScaling --target-tracking-scaling-policy-configuration 'TargetValue=70,"
        "PredefinedMetricSpecification={PredefinedMetricType=ECSServiceAverageCPUUtilization}'",
        effect=Effect(risk="medium", cost="more tasks where the target is lowered"),
    )

    class Settings(RuleSettings, frozen=True):
        """Between which bounds a target must lie."""

        lowest: Annotated[float, msgspec.Meta(description="Percent that a target is at least.", ge=1, le=100)] = 60.0
        highest: Annotated[float, msgspec.Meta(description="Percent that a target is at most.", ge=1, le=100)] = 80.0

    GOOD = (
        Case({}, others=[Other(ScalingPolicy, target=60.0)]),
        Case({}, others=[Other(ScalingPolicy, target=80.0), Other(ScalingPolicy, id="s", type="StepScaling")]),
        Case({}, others=[Other(ScalingPolicy, metric="CPUUtilization")]),
        Case({}, others=[Other(ScalingPolicy), Other(ScalingPolicy, id="x", metric="QueueDepth", target=5.0)]),
        Case({}, others=[Other(ScalingPolicy), Other(ScalingPolicy, id="x", scales="service/phi/api", target=95.0)]),
        Case({}, others=[Other(ScalingPolicy, target=90.0)], settings={"highest": 90.0}),
        Case({}, others=[Other(ScalingPolicy, target=40.0)], settings={"lowest": 40.0}),
    )
    BAD = (
        Case({}, others=[Other(ScalingPolicy, target=80.1)]),
        Case({}, others=[Other(ScalingPolicy, target=59.9)]),
        Case({}, others=[Other(ScalingPolicy), MEMORY]),
        Case({}, others=[Other(ScalingPolicy, metric="MemoryUtilization", target=95.0)], lacking=[ScalingPolicy]),
    )
    SKIP = (
        Case({}),
        Case({"status": "DRAINING"}, others=[MEMORY]),
        Case({}, others=[Other(ScalingPolicy, type="StepScaling", target=None)]),
        Case({}, others=[Other(ScalingPolicy, metric="ALBRequestCountPerTarget", target=1000.0)]),
        Case({}, others=[Other(ScalingPolicy, scales="service/phi/api", target=95.0)]),
    )
    UNKNOWN = (
        Case({}, lacking=[ScalingPolicy]),
        Case({}, others=[Other(ScalingPolicy)], lacking=[ScalingPolicy]),
        Case({}, others=[Other(ScalingPolicy, target=None)]),
    )

    @staticmethod
    def applies(service: Service, world: World) -> bool:
        """Active services with a policy that tracks a share of CPU or memory."""
        return service.status == "ACTIVE" and any_of(world.all(ScalingPolicy, scales=service.scaling_id), _tracks_share)

    @staticmethod
    def check(service: Service, world: World, settings: Settings) -> Iterator[Outcome]:
        gaps = Gaps()
        with gaps:
            for policy in world.all(ScalingPolicy, scales=service.scaling_id):
                with gaps:
                    yield from _judge(policy, settings.lowest, settings.highest)
        yield from gaps


def _judge(policy: ScalingPolicy, lowest: float, highest: float) -> Iterator[Outcome]:
    if policy.type == "StepScaling":
        yield Note(f"the policy {policy.name} scales in steps, which is faster")
    elif _tracks_share(policy):
        if policy.target is None:
            raise Unknown(
                Gap("application-autoscaling.DescribeScalingPolicies", message=f"{policy.name} has no target")
            )
        if not lowest <= policy.target <= highest:
            yield Fail(
                f"the target of {policy.metric} is {policy.target:g} %, not between {lowest:g} and {highest:g} %",
                part=policy.name,
            )
