"""ecs_cluster_min_three_instances."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from scanner.kinds.ecs import Cluster, ContainerInstance
from scanner.kinds.ecs_services import Service
from scanner.model.inventory import any_of
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Gaps, Other, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import PhiCluster

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World
    from scanner.model.rule import Outcome


INSTANCES = tuple(Other(ContainerInstance, id=name) for name in ("a", "b", "c"))


def _own_capacity(providers: tuple[str, ...]) -> bool:
    return any(not name.startswith("FARGATE") for name in providers)


def _on_instances(service: Service) -> bool:
    return service.launch_type == "EC2" or _own_capacity(service.capacity_providers)


class ClusterMinThreeInstances(Rule):
    """EC2 clusters have at least three connected container instances.

    With three instances a cluster keeps serving ePHI while one fails and another is replaced; with fewer, one failure
    takes away half of it or all. Instances that drain, or whose agent has lost its connection, take no tasks and do not
    count.
    """

    kind = Cluster
    needs = (ContainerInstance, Service)
    severity = "high"
    category = "resilience"
    hipaa_proposed = ("164.308(a)(7)(i)", "164.308(a)(7)(ii)(C)")
    sources = (PhiCluster(),)
    remedy = Runbook(
        "Set the Auto Scaling group behind the cluster to a minimum and a desired size of three, over three zones.",
        "Replace instances whose agent is not connected: drain them, then terminate them in the group.",
        effect=Effect(risk="low", cost="the instances that are added"),
    )
    GOOD = (
        Case({}, others=[*INSTANCES, Other(ContainerInstance, id="d", status="DRAINING")]),
        Case({}, others=INSTANCES[:2], settings={"minimum": 2}),
        Case({}, others=INSTANCES, lacking=[ContainerInstance]),
    )
    BAD = (
        Case({}, others=INSTANCES[:2]),
        Case({}, others=[*INSTANCES[:2], Other(ContainerInstance, id="d", status="DRAINING")]),
        Case({}, others=[*INSTANCES[:2], Other(ContainerInstance, id="d", agent_connected=False)]),
        Case({}, others=[*INSTANCES[:2], Other(ContainerInstance, id="d", cluster="another")]),
        {"capacity_providers": ("FARGATE", "phi-asg")},
        Case({}, others=[Other(Service, launch_type="EC2")]),
        Case({}, others=[Other(Service, launch_type="", capacity_providers=("phi-asg",))]),
    )
    SKIP = (
        {"capacity_providers": ("FARGATE", "FARGATE_SPOT")},
        Case({}, others=[Other(Service), Other(Service, launch_type="EC2", cluster="another")]),
        Case({}, others=[Other(Service, launch_type="EXTERNAL")]),
        Case({}, others=[Other(Service, launch_type="", capacity_providers=("FARGATE",))]),
    )
    UNKNOWN = (
        Case({}, others=INSTANCES[:2], lacking=[ContainerInstance]),
        Case({}, lacking=[Service]),
    )

    class Settings(RuleSettings, frozen=True):
        """How many instances there must be."""

        minimum: Annotated[int, msgspec.Meta(description="Connected container instances at least.", ge=1)] = 3

    @staticmethod
    def applies(cluster: Cluster, world: World) -> bool:
        """Clusters on EC2: with container instances, capacity of their own, or a service that needs them."""
        return any_of(
            (
                lambda: _own_capacity(cluster.capacity_providers),
                lambda: world.first(ContainerInstance, cluster=cluster.id),
                lambda: any_of(world.all(Service, cluster=cluster.id), _on_instances),
            )
        )

    @staticmethod
    def check(cluster: Cluster, world: World, settings: Settings) -> Iterator[Outcome]:
        ready, gaps = 0, Gaps()
        with gaps:
            for instance in world.all(ContainerInstance, cluster=cluster.id):
                with gaps:
                    ready += instance.status == "ACTIVE" and instance.agent_connected
        if ready >= settings.minimum:
            return
        if not gaps.found:
            yield Fail(f"{ready} container instances are active and connected, not {settings.minimum}")
        yield from gaps
