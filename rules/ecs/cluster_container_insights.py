"""ecs_cluster_container_insights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scanner.kinds.ecs import Cluster
from scanner.model.remedy import Direct, Effect, Write
from scanner.model.rule import Fail, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator


def _observing(value: str) -> dict[str, Any]:
    return {"cluster": "{arn}", "settings": [{"name": "containerInsights", "value": value}]}


class ClusterContainerInsights(Rule):
    """Clusters have Container Insights on.

    Container Insights records what tasks and services use and how they fail. Without it neither an attack that eats
    memory nor a service that dies at night can be examined afterwards.
    """

    kind = Cluster
    severity = "medium"
    hipaa_proposed = ("164.312(b)", "164.308(a)(1)(ii)(D)")
    sources = (EcsGuide(22), EcsGuide(24), EcsGuide(65))
    aliases = (
        "config:ecs-container-insights-enabled",
        "security-hub:ECS.12",
        "prowler:ecs_cluster_container_insights_enabled",
        "steampipe:ecs_cluster_container_insights_enabled",
    )
    remedy = Direct(
        "ecs.UpdateClusterSettings",
        _observing("enhanced"),
        why="Cloud Custodian has no action for the settings of a cluster",
        effect=Effect(
            sets={"container_insights": "enhanced"},
            cost="CloudWatch's price for the observations of each task and container, and about 0.50 USD a GB of logs",
            undo=[Write("ecs.UpdateClusterSettings", _observing("$container_insights"))],
            terraform={"aws_ecs_cluster": {"setting": {"name": "containerInsights", "value": "enhanced"}}},
        ),
    )
    GOOD = ({"container_insights": "enabled"}, {"container_insights": "enhanced"})
    BAD = ({"container_insights": "disabled"},)
    SKIP = ({"container_insights": "disabled", "status": "INACTIVE"},)

    @staticmethod
    def applies(cluster: Cluster) -> bool:
        """Active clusters."""
        return cluster.status == "ACTIVE"

    @staticmethod
    def check(cluster: Cluster) -> Iterator[Fail]:
        if cluster.container_insights not in {"enabled", "enhanced"}:
            yield Fail(f"Container Insights is {cluster.container_insights}")
