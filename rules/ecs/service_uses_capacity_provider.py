"""ecs_service_uses_capacity_provider."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.ecs_services import Service
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Fail, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator


class ServiceUsesCapacityProvider(Rule):
    """EC2 services use a capacity provider strategy.

    With a bare launch type a task waits until somebody adds an instance; with a capacity provider the cluster grows
    when tasks need room, and the service that holds ePHI comes back by itself after a loss. Daemons cannot have a
    strategy: they run wherever an instance is.
    """

    kind = Service
    severity = "info"
    category = "advisory"
    hipaa_proposed = ("164.308(a)(7)(i)",)
    sources = (EcsGuide(31),)
    remedy = Runbook(
        "Make a capacity provider of the Auto Scaling group, with managed scaling, and associate it with the cluster.",
        "aws ecs update-service --cluster CLUSTER --service {name} --force-new-deployment --capacity-provider-strategy"
        " capacityProvider=PROVIDER,weight=1",
        effect=Effect(risk="high", downtime="none where deployments keep enough tasks; all tasks are replaced"),
    )
    GOOD = ({"launch_type": "", "capacity_providers": ("phi-asg",)},)
    BAD = ({"launch_type": "EC2"},)
    SKIP = (
        {"launch_type": "FARGATE"},
        {"launch_type": "EXTERNAL"},
        {"launch_type": "", "capacity_providers": ("FARGATE",)},
        {"launch_type": "EC2", "status": "DRAINING"},
        {"launch_type": "EC2", "scheduling": "DAEMON"},
        {"launch_type": ""},
    )

    @staticmethod
    def applies(service: Service) -> bool | str:
        """Active services of replicas whose tasks run on EC2."""
        if service.scheduling != "REPLICA":
            return "a daemon cannot have a capacity provider strategy"
        on_instances = any(not name.startswith("FARGATE") for name in service.capacity_providers)
        return service.status == "ACTIVE" and (service.launch_type == "EC2" or on_instances)

    @staticmethod
    def check(service: Service) -> Iterator[Fail]:
        if not service.capacity_providers:
            yield Fail("launch type EC2 without a capacity provider strategy")
