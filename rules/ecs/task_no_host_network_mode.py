"""ecs_task_no_host_network_mode."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.ecs._revisions import revision
from scanner.kinds.ecs_task_definitions import TaskDefinition
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
    GOOD = ({"network_mode": "awsvpc"}, {"network_mode": "bridge"}, {"network_mode": ""})
    BAD = ({"network_mode": "host"},)

    @staticmethod
    def check(definition: TaskDefinition) -> Iterator[Fail]:
        if definition.network_mode == "host":
            yield Fail("the network mode is host")
