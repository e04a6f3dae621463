"""ecs_task_no_host_network_mode."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.model.remedy import Runbook
from scanner.model.rule import Fail, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator


class TaskNoHostNetworkMode(Rule):
    """Tasks do not use the host network mode.

    A task in the host network mode shares the instance's network: it reaches the instance's metadata and its role,
    listens on any port, and no security group tells it from its neighbours.
    """

    kind = TaskDefinition
    severity = "high"
    hipaa_proposed = ("164.312(a)(1)", "164.312(e)(1)")
    sources = (EcsGuide(9), EcsGuide(58))
    aliases = ("config:ecs-task-definition-network-mode-not-host", "security-hub:ECS.17")
    remedy = Runbook(
        "Register a revision of the task definition with networkMode awsvpc.",
        "Give each service that uses it a network configuration: private subnets and a security group of its own.",
    )
    GOOD = ({"network_mode": "awsvpc"}, {"network_mode": "bridge"}, {"network_mode": ""})
    BAD = ({"network_mode": "host"},)

    @staticmethod
    def check(definition: TaskDefinition) -> Iterator[Fail]:
        if definition.network_mode == "host":
            yield Fail("the network mode is host")
