"""ecs_agent_privileged_disabled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rules.ecs._agent import kept_by_aws, setting
from scanner.kinds.ec2_instances import Instance
from scanner.kinds.ecs import CapacityProvider, ContainerInstance
from scanner.kinds.ecs_agent import DISABLE_PRIVILEGED, is_true
from scanner.kinds.user_data import UserData
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Other, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World


OFFERED = "privileged-container"
SILENT: dict[str, Any] = {"capabilities": ()}


def told(value: str) -> Other:
    """Give an example's instance whose user data sets the variable."""
    return Other(Instance, user_data=UserData(agent=((DISABLE_PRIVILEGED, value),)))


class AgentPrivilegedDisabled(Rule):
    """The container agent refuses privileged containers.

    A privileged container has all powers of root on its instance, and so over the ePHI of every other container there.
    An agent that refuses such containers stops them whatever a task definition asks for. The agent itself says whether
    it takes them; where it says nothing of what it can do, the instance's user data decides.
    """

    kind = ContainerInstance
    needs = (Instance, CapacityProvider)
    severity = "medium"
    hipaa_proposed = ("164.312(a)(1)", "164.308(a)(4)(ii)(B)")
    sources = (EcsGuide(71),)
    remedy = Runbook(
        "See that no task definition in use asks for privileged containers.",
        "Let user data write ECS_DISABLE_PRIVILEGED=true to /etc/ecs/ecs.config, in the launch template of the group.",
        "Replace the instances: aws autoscaling start-instance-refresh --auto-scaling-group-name GROUP",
        effect=Effect(
            risk="medium",
            downtime="the tasks of each instance move as it is replaced",
            terraform={"aws_launch_template": {"user_data": "the user data with the setting"}},
        ),
    )
    GOOD = (
        {},
        Case({}, lacking=[Instance]),
        Case(SILENT, others=[told("true")]),
        Case(SILENT, others=[told("1")]),
        Case({"provider": "asg"}, others=[Other(CapacityProvider, id="asg")]),
    )
    BAD = (
        {"capabilities": ("execution-role-ecr-pull", OFFERED)},
        Case({"capabilities": (OFFERED,)}, others=[told("true")]),
        {"capabilities": (OFFERED,), "instance_id": "mi-1"},
        Case(SILENT, others=[Other(Instance)]),
        Case(SILENT, others=[told("false")]),
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
                yield Fail("the agent takes privileged containers")
        elif not is_true(setting(host, DISABLE_PRIVILEGED, world)):
            yield Fail(f"user data does not set {DISABLE_PRIVILEGED}=true")
