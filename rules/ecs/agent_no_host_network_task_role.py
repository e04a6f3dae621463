"""ecs_agent_no_host_network_task_role."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rules.ecs._agent import kept_by_aws, setting
from scanner.kinds.ec2_instances import Instance
from scanner.kinds.ecs import CapacityProvider, ContainerInstance
from scanner.kinds.ecs_agent import HOST_NETWORK_ROLE, is_true
from scanner.kinds.user_data import UserData
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Other, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World


OFFERED = "task-iam-role-network-host"
SILENT: dict[str, Any] = {"capabilities": ()}


def told(value: str) -> Other:
    """Give an example's instance whose user data sets the variable."""
    return Other(Instance, user_data=UserData(agent=((HOST_NETWORK_ROLE, value),)))


class AgentNoHostNetworkTaskRole(Rule):
    """Host-network tasks get no task role credentials from the agent.

    Tasks on the host's own network share it with everything else there; credentials that are handed out on it, with
    what they may read of ePHI, can be fetched by others. The agent itself says whether it hands them out. The start-up
    package of the Amazon ECS-optimized images switches that on unless user data says otherwise, so that what the agent
    says goes before user data.
    """

    kind = ContainerInstance
    needs = (Instance, CapacityProvider)
    severity = "medium"
    hipaa_proposed = ("164.312(a)(1)", "164.308(a)(4)(ii)(B)")
    sources = (EcsGuide(58), EcsGuide(62))
    remedy = Runbook(
        "Move tasks from the host network mode to awsvpc, where they have task roles.",
        "Let user data write ECS_ENABLE_TASK_IAM_ROLE_NETWORK_HOST=false to /etc/ecs/ecs.config, in the launch template"
        " of the group.",
        "Replace the instances: aws autoscaling start-instance-refresh --auto-scaling-group-name GROUP",
        effect=Effect(
            risk="medium",
            downtime="the tasks of each instance move as it is replaced",
            terraform={"aws_launch_template": {"user_data": "the user data with the setting"}},
        ),
    )
    GOOD = (
        {"capabilities": ("task-iam-role", "privileged-container")},
        Case({}, others=[told("true")]),
        Case(SILENT, others=[Other(Instance)]),
        Case(SILENT, others=[told("false")]),
        Case({"provider": "asg"}, others=[Other(CapacityProvider, id="asg")]),
    )
    BAD = (
        {"capabilities": ("task-iam-role", OFFERED)},
        Case({"capabilities": (OFFERED,)}, others=[told("false")]),
        Case(SILENT, others=[told("true")]),
    )
    SKIP = (
        {"capabilities": (OFFERED,), "os_type": "windows"},
        Case({"capabilities": (OFFERED,), "provider": "aws"}, others=[Other(CapacityProvider, id="aws", managed=True)]),
    )
    UNKNOWN = (
        SILENT,
        {**SILENT, "instance_id": "mi-1"},
        Case(SILENT, others=[Other(Instance, user_data=UserData(agent=None))]),
        Case({"provider": "aws"}, lacking=[CapacityProvider]),
    )

    @staticmethod
    def applies(host: ContainerInstance, world: World) -> bool | str:
        """Container instances on Linux."""
        if kept_by_aws(host, world):
            return "AWS keeps the instance and its agent"
        return host.os_type != "windows"

    @staticmethod
    def check(host: ContainerInstance, world: World) -> Iterator[Fail]:
        if host.capabilities:
            if OFFERED in host.capabilities:
                yield Fail("the agent hands task role credentials to tasks in the host network mode")
        elif is_true(setting(host, HOST_NETWORK_ROLE, world)):
            yield Fail(f"user data sets {HOST_NETWORK_ROLE}=true")
