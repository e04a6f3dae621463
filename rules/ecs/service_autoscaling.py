"""ecs_service_autoscaling."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scanner.kinds.application_autoscaling import ScalableTarget, ScalingPolicy
from scanner.kinds.ecs_services import Service
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Gaps, Other, Rule
from scanner.model.source import EcsGuide, PhiCluster, WebProposal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World
    from scanner.model.rule import Outcome


POLICY = Other(ScalingPolicy)


def target(**different: Any) -> Other:
    """Give an example's scalable target of the service."""
    return Other(ScalableTarget, **different)


class ServiceAutoscaling(Rule):
    """Services scale automatically.

    A service of a fixed size fails at the first rush, and those who need the ePHI behind it wait. It must be
    registered as a target that may grow (its maximum above its minimum), have at least one policy that says when, and
    not have growing suspended. Daemons follow the number of instances.
    """

    kind = Service
    needs = (ScalableTarget, ScalingPolicy)
    severity = "low"
    category = "resilience"
    hipaa_proposed = ("164.308(a)(7)(i)", "164.308(a)(7)(ii)(C)")
    sources = (EcsGuide(25), WebProposal(), PhiCluster())
    remedy = Runbook(
        "aws application-autoscaling register-scalable-target --service-namespace ecs --scalable-dimension"
        " ecs:service:DesiredCount --resource-id service/CLUSTER/{name} --min-capacity 2 --max-capacity 6",
        "aws application-autoscaling put-scaling-policy --service-namespace ecs --scalable-dimension"
        " ecs:service:DesiredCount --resource-id service/CLUSTER/{name} --policy-name cpu --policy-type"
        " TargetTrackingScaling --target-tracking-scaling-policy-configuration 'TargetValue=70,"
        "PredefinedMetricSpecification={PredefinedMetricType=ECSServiceAverageCPUUtilization}'",
        "Try it with more load than usual, and leave desired_count out of the source code from then on.",
        effect=Effect(
            risk="medium",
            cost="the tasks that are added under load",
            terraform={"aws_appautoscaling_target": {"min_capacity": 2, "max_capacity": 6}},
        ),
    )
    GOOD = (
        Case({}, others=[target(), POLICY]),
        Case({}, others=[target(minimum=2, maximum=3), Other(ScalingPolicy, type="StepScaling")]),
        Case({}, others=[target(), POLICY], lacking=[ScalableTarget, ScalingPolicy]),
        Case({"cluster": "phi"}, others=[target(), POLICY]),
    )
    BAD = (
        Case({}),
        Case({}, others=[POLICY]),
        Case({}, others=[target()]),
        Case({}, others=[target(minimum=2, maximum=2), POLICY]),
        Case({}, others=[target(minimum=3, maximum=2), POLICY]),
        Case({}, others=[target(out_suspended=True), POLICY]),
        Case({}, others=[target(scales="service/phi/api"), POLICY]),
        Case({}, others=[target(scales="service/other/web"), POLICY]),
        Case({}, others=[target(), Other(ScalingPolicy, scales="service/phi/api")]),
    )
    SKIP = ({"scheduling": "DAEMON"}, {"status": "DRAINING"})
    UNKNOWN = (
        Case({}, others=[POLICY], lacking=[ScalableTarget]),
        Case({}, others=[target()], lacking=[ScalingPolicy]),
    )

    @staticmethod
    def applies(service: Service) -> bool:
        """Active services that run a number of replicas."""
        return service.scheduling == "REPLICA" and service.status == "ACTIVE"

    @staticmethod
    def check(service: Service, world: World) -> Iterator[Outcome]:
        found = world.first(ScalableTarget, scales=service.scaling_id)
        if found is None:
            yield Fail("nothing scales it: it is no target of Application Auto Scaling")
            return
        gaps = Gaps()
        with gaps:
            if found.maximum <= found.minimum:
                yield Fail(f"it cannot grow: at least {found.minimum} tasks, at most {found.maximum}", part="bounds")
        with gaps:
            if found.out_suspended:
                yield Fail("growing is suspended", part="suspended")
        with gaps:
            if world.first(ScalingPolicy, scales=service.scaling_id) is None:
                yield Fail("no policy says when it grows", part="policy")
        yield from gaps
