"""ecs_task_network_mode_awsvpc."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.ecs._revisions import revision
from scanner.kinds.ecs_task_definitions import TaskDefinition
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
    remedy = revision(
        '.networkMode = "awsvpc" | .containerDefinitions[].portMappings[]? |= del(.hostPort)',
        "Choose private subnets and make a security group of its own: aws ec2 create-security-group --group-name NAME"
        " --description TASKS --vpc-id VPC --region {region}",
        last=(
            (
                "ECS takes the network configuration with the release (--network-configuration), and a load balancer"
                " needs a target group of type ip: a service with one of another type must be made anew."
            ),
        ),
        terraform={"network_mode": "awsvpc"},
        risk="high",
    )
    GOOD = ({"network_mode": "awsvpc"},)
    BAD = ({"network_mode": "bridge"}, {"network_mode": "host"}, {"network_mode": ""})

    @staticmethod
    def check(definition: TaskDefinition) -> Iterator[Fail]:
        if definition.network_mode != "awsvpc":
            yield Fail(
                f"the network mode is {definition.network_mode or 'the default, bridge on Linux and NAT on Windows'}"
            )
