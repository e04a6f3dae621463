"""ecs_task_network_mode_awsvpc."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.model.remedy import Runbook
from scanner.model.rule import Fail, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator


class TaskNetworkModeAwsvpc(Rule):
    """Tasks use the awsvpc network mode.

    Only with the awsvpc network mode does a task have a network interface of its own, and so a security group that says
    who may reach the ePHI it handles, and flow logs that show who did.
    """

    kind = TaskDefinition
    severity = "medium"
    hipaa_proposed = ("164.312(a)(1)", "164.312(e)(1)")
    sources = (EcsGuide(12), EcsGuide(58), EcsGuide(60), EcsGuide(62))
    aliases = ("config:ecs-awsvpc-networking-enabled",)
    remedy = Runbook(
        "Register a revision of the task definition with networkMode awsvpc.",
        "Give each service that uses it a network configuration: private subnets and a security group of its own.",
        "Point load balancers to a target group of type ip.",
    )
    GOOD = ({"network_mode": "awsvpc"},)
    BAD = ({"network_mode": "bridge"}, {"network_mode": "host"}, {"network_mode": ""})

    @staticmethod
    def check(definition: TaskDefinition) -> Iterator[Fail]:
        if definition.network_mode != "awsvpc":
            yield Fail(
                f"the network mode is {definition.network_mode or 'the default, bridge on Linux and NAT on Windows'}"
            )
