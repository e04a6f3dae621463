"""ecs_service_discoverable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from scanner.kinds.ecs_service_parts import ConnectService, Target, TaskSet
from scanner.kinds.ecs_services import Service
from scanner.model.inventory import any_of
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import EcsGuide, PhiCluster

if TYPE_CHECKING:
    from collections.abc import Iterator


class ServiceDiscoverable(Rule):
    """Services are reachable through a load balancer or service discovery.

    A service that others reach by addresses of single tasks fails with each of them. A load balancer, a name in Cloud
    Map, Service Connect or VPC Lattice leads callers to whatever task is there. Services that only take work from a
    queue need none of it: tag them as workers. Daemons serve the instance that they are on.
    """

    kind = Service
    severity = "info"
    category = "advisory"
    sources = (PhiCluster(), EcsGuide(18), EcsGuide(19))
    remedy = Runbook(
        "Decide how others reach the service: an Application Load Balancer from outside, Service Connect from services"
        " of the same namespace.",
        "aws ecs update-service --cluster CLUSTER --service {name} --service-connect-configuration"
        " 'enabled=true,namespace=NAMESPACE,services=[{portName=http}]'",
        "Tag a service that nobody calls as a worker, by the tag that the rule's settings name.",
        effect=Effect(
            risk="medium",
            downtime="none; the service's tasks are replaced",
            terraform={
                "aws_ecs_service": {"service_connect_configuration": {"enabled": True, "namespace": "NAMESPACE"}}
            },
        ),
    )

    class Settings(RuleSettings, frozen=True):
        """By which tags a service is known that nobody calls."""

        worker_tags: Annotated[dict[str, str], msgspec.Meta(description="Tags of a service that nobody calls.")] = (
            msgspec.field(default_factory=lambda: {"role": "worker"})
        )

    GOOD = (
        {"targets": (Target("group"),)},
        {"targets": (Target(classic="balancer"),)},
        {"registries": ("srv-1",)},
        {"offers": (ConnectService("http"),)},
        {"lattice": ("group",)},
        {"task_sets": (TaskSet("1", target_groups=("group",)),)},
        {"task_sets": (TaskSet("1", registries=("srv-1",)),)},
        Case({"tags": {"role": "worker"}, "registries": ("srv-1",)}, settings={"worker_tags": {"kind": "batch"}}),
    )
    BAD = (
        {},
        {"tags": {"role": "web"}},
        {"task_sets": (TaskSet("1"),)},
        {"targets": (Target(),)},
        Case({"tags": {"role": "worker"}}, settings={"worker_tags": {"kind": "batch"}}),
        Case({"tags": {"role": "worker"}}, settings={"worker_tags": {}}),
    )
    SKIP = (
        {"tags": {"role": "worker"}},
        {"tags": {"Role": "Worker"}},
        Case({"tags": {"kind": "batch"}}, settings={"worker_tags": {"kind": "batch"}}),
        {"scheduling": "DAEMON"},
        {"status": "DRAINING"},
    )

    @staticmethod
    def applies(service: Service, settings: Settings) -> bool | str:
        """Active services of replicas that others call."""
        if service.has_tags(settings.worker_tags):
            return "it is tagged as a worker, which nobody calls"
        return service.status == "ACTIVE" and service.scheduling == "REPLICA"

    @staticmethod
    def check(service: Service) -> Iterator[Fail]:
        ways = (
            lambda: any(target.group or target.classic for target in service.targets),
            lambda: bool(service.registries),
            lambda: bool(service.offers),
            lambda: bool(service.lattice),
            lambda: any(item.target_groups or item.registries for item in service.task_sets),
        )
        if not any_of(ways):
            yield Fail("neither a load balancer nor service discovery leads to it")
