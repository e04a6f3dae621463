"""cloudwatch_alarm_for_ecs_load."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scanner.kinds.application_autoscaling import ScalingPolicy
from scanner.kinds.cloudwatch import Alarm, Metric
from scanner.kinds.ecs_services import Service
from scanner.model.inventory import all_of, any_of
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Gaps, Other, Rule
from scanner.model.source import EcsGuide, WebProposal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World
    from scanner.model.rule import Outcome


NAMESPACES = {"AWS/ECS", "ECS/ContainerInsights"}


def metric(name: str, service: str, cluster: str = "phi", namespace: str = "AWS/ECS") -> Metric:
    """Give an example's metric of a service, or of a cluster where no service is named."""
    named = [("ClusterName", cluster), ("ServiceName", service)]
    return Metric(namespace, name, tuple(pair for pair in named if pair[1]))


def alarm(name: str, service: str = "web", cluster: str = "phi", namespace: str = "AWS/ECS", **facts: Any) -> Other:
    """Give an example's alarm on such a metric."""
    watched = (metric(name, service, cluster, namespace),)
    return Other(Alarm, **{"id": name, "metrics": watched, "comparison": "GreaterThanThreshold", **facts})


CPU, MEMORY = alarm("CPUUtilization"), alarm("MemoryUtilization")
BOTH = alarm("CPUUtilization", metrics=tuple(metric(name, "web") for name in ("CPUUtilization", "MemoryUtilization")))


class AlarmForEcsLoad(Rule):
    """ECS load has alarms or scaling policies.

    A service that drowns in work serves nobody the ePHI, and an attack looks the same at first. Either a policy answers
    the load by itself, or an alarm on CPU and one on memory, of the service or of its whole cluster, say that it rises.
    Who hears an alarm is another question.
    """

    kind = Service
    needs = (Alarm, ScalingPolicy)
    severity = "low"
    category = "operations"
    hipaa_proposed = ("164.308(a)(7)(i)", "164.308(a)(1)(ii)(D)")
    sources = (WebProposal(), EcsGuide(65))
    related = ("ecs_service_autoscaling", "cloudwatch_alarm_has_action")
    remedy = Runbook(
        "aws cloudwatch put-metric-alarm --alarm-name {name}-cpu --namespace AWS/ECS --metric-name CPUUtilization"
        " --dimensions Name=ClusterName,Value=CLUSTER Name=ServiceName,Value={name} --statistic Average --period 300"
        " --evaluation-periods 3 --threshold 85 --comparison-operator GreaterThanThreshold --alarm-actions TOPIC",
        "The same with --alarm-name {name}-memory --metric-name MemoryUtilization",
        "Or let the service scale: aws application-autoscaling put-scaling-policy",
        effect=Effect(
            cost="about 0.10 USD a month for each alarm",
            terraform={
                "aws_cloudwatch_metric_alarm": {
                    "alarm_name": "{name}-cpu",
                    "namespace": "AWS/ECS",
                    "metric_name": "CPUUtilization",
                    "alarm_actions": ["TOPIC"],
                }
            },
        ),
    )
    GOOD = (
        Case({}, others=[CPU, MEMORY]),
        Case({}, others=[alarm("CPUUtilization", ""), alarm("MemoryReservation", "")]),
        Case({}, others=[alarm("CpuUtilized", namespace="ECS/ContainerInsights"), MEMORY]),
        Case({}, others=[alarm("CPUUtilization", comparison="", math=True), MEMORY]),
        Case({}, others=[alarm("CPUUtilization", comparison="LessThanLowerOrGreaterThanUpperThreshold"), MEMORY]),
        Case({}, others=[BOTH]),
        Case({}, others=[Other(ScalingPolicy)]),
        Case({}, others=[Other(ScalingPolicy)], lacking=[Alarm]),
        Case({}, others=[CPU, MEMORY], lacking=[Alarm, ScalingPolicy]),
    )
    BAD = (
        Case({}),
        Case({}, others=[Other(Alarm, comparison="GreaterThanThreshold")]),
        Case({}, others=[CPU]),
        Case({}, others=[MEMORY]),
        Case({}, others=[CPU, alarm("GPUReservation")]),
        Case({}, others=[CPU, alarm("MemoryUtilization", "api")]),
        Case({}, others=[CPU, alarm("MemoryUtilization", cluster="other")]),
        Case({}, others=[CPU, alarm("MemoryUtilization", namespace="AWS/EC2")]),
        Case({}, others=[CPU, alarm("MemoryUtilization", comparison="LessThanThreshold")]),
        Case({}, others=[Other(ScalingPolicy, scales="service/phi/api")]),
    )
    SKIP = ({"status": "DRAINING"},)
    UNKNOWN = (
        Case({}, lacking=[Alarm]),
        Case({}, others=[CPU], lacking=[Alarm]),
        Case({}, lacking=[ScalingPolicy]),
    )

    @staticmethod
    def applies(service: Service) -> bool:
        """Active services."""
        return service.status == "ACTIVE"

    @staticmethod
    def check(service: Service, world: World) -> Iterator[Outcome]:
        gaps = Gaps()
        for what in ("CPU", "memory"):
            with gaps:
                if not any_of([lambda: _scales(service, world), lambda what=what: _watched(service, what, world)]):  # type: ignore[misc]
                    yield Fail(f"no alarm goes off when {what} runs short, and no policy scales it", part=what)
        yield from gaps


def _scales(service: Service, world: World) -> bool:
    return world.first(ScalingPolicy, scales=service.scaling_id) is not None


def _watched(service: Service, what: str, world: World) -> bool:
    return any_of(
        world.candidates(
            Alarm, _services_of, lambda: [(service.cluster_name, ""), (service.cluster_name, service.name)]
        ),
        lambda alarm: all_of(
            [
                lambda: any(_concerns(one, service, what) for one in alarm.metrics),
                lambda: alarm.math or "Greater" in alarm.comparison,
            ]
        ),
    )


def _services_of(_: World, alarm: Alarm) -> Iterator[tuple[str, str]]:
    """Give the clusters and services that an alarm's metrics are of, by which it is looked up."""
    for one in alarm.metrics:
        if one.namespace in NAMESPACES:
            yield one.dimension("ClusterName"), one.dimension("ServiceName")


def _concerns(one: Metric, service: Service, what: str) -> bool:
    return (
        one.namespace in NAMESPACES
        and what.casefold() in one.name.casefold()
        and one.dimension("ClusterName") == service.cluster_name
        and one.dimension("ServiceName") in {"", service.name}
    )
