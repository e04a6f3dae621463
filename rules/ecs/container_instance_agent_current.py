"""ecs_container_instance_agent_current."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import msgspec

from rules.ecs._agent import kept_by_aws
from rules.ecs._agent_releases import AS_OF, bounds
from scanner.kinds.ecs import CapacityProvider, ContainerInstance
from scanner.model.gap import Gap, Unknown
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Gaps, Other, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import EcsGuide, PhiCluster

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from scanner.model.inventory import World
    from scanner.model.rule import Outcome


class ContainerInstanceAgentCurrent(Rule):
    """Container agents are connected and current.

    An agent that has lost its connection leaves its instance to itself: nothing new starts there, nothing that fails is
    replaced. An old agent lacks the repairs of what stands between the tasks that hold ePHI and the instance. AWS tells
    by no means when a version came out; a dated list with its sources is part of the rule, and a version that is newer
    than the list is not judged.
    """

    kind = ContainerInstance
    needs = (CapacityProvider,)
    severity = "medium"
    category = "operations"
    hipaa_proposed = ("164.308(a)(1)(ii)(B)", "164.308(a)(5)(ii)(B)")
    sources = (PhiCluster(), EcsGuide(47))
    remedy = Runbook(
        "Start instances from the newest Amazon ECS-optimized AMI: aws ssm get-parameters --names"
        " /aws/service/ecs/optimized-ami/amazon-linux-2023/recommended",
        "Put that image into the launch template, and replace the instances one by one: aws autoscaling"
        " start-instance-refresh --auto-scaling-group-name GROUP",
        "Where an agent is not connected, look at /var/log/ecs/ecs-agent.log on the instance; if in doubt, drain and"
        " replace it.",
        effect=Effect(risk="medium", downtime="the tasks of each instance move as it is replaced"),
    )

    class Settings(RuleSettings, frozen=True):
        """How old an agent may be."""

        days: Annotated[int, msgspec.Meta(description="Days since the agent's version came out.", ge=1)] = 180

    GOOD = (
        {},
        {"agent_version": "1.103.2"},
        {"agent_version": "v1.106.2"},
        {"agent_version": "1.106.2-dev"},
        {"agent_version": "1.107.0"},
        Case({"agent_version": "1.103.1"}, settings={"days": 195}),
    )
    BAD = (
        {"agent_version": "1.103.1"},
        {"agent_version": "1.9.0"},
        {"agent_version": "1.0.0"},
        {"agent_version": "1.102.9"},
        {"agent_connected": False},
        {"agent_connected": False, "agent_version": "9.0.0"},
        Case({"agent_version": "1.103.2"}, settings={"days": 179}),
        Case({"agent_version": "1.0.0", "provider": "asg"}, others=[Other(CapacityProvider, id="asg")]),
        {"agent_version": "1.0.0", "provider": "gone"},
    )
    SKIP = (
        {"agent_version": "1.0.0", "status": "INACTIVE"},
        {"agent_version": "1.0.0", "status": "REGISTRATION_FAILED"},
        Case({"agent_version": "1.0.0", "provider": "aws"}, others=[Other(CapacityProvider, id="aws", managed=True)]),
    )
    UNKNOWN = (
        {"agent_version": "1.108.1"},
        {"agent_version": "9.0.0"},
        {"agent_version": "newest"},
        Case({"agent_version": "1.0.0"}, settings={"days": 2000}),
        Case({"agent_version": "1.107.0"}, settings={"days": 45}),
        Case({"provider": "asg"}, lacking=[CapacityProvider]),
    )

    @staticmethod
    def applies(host: ContainerInstance, world: World) -> bool | str:
        """Container instances that take tasks or drain."""
        if kept_by_aws(host, world):
            return "AWS keeps the instance and its agent"
        return host.status in {"ACTIVE", "DRAINING"}

    @staticmethod
    def check(host: ContainerInstance, settings: Settings, as_of: datetime) -> Iterator[Outcome]:
        gaps = Gaps()
        with gaps:
            if not host.agent_connected:
                yield Fail("the agent is not connected", part="connection")
        with gaps:
            yield from _old(host.agent_version, (as_of - timedelta(days=settings.days)).date())
        yield from gaps


def _old(version: str, limit: date) -> Iterator[Fail]:
    """Say that a version came out before a day.

    Raises:
        Unknown: the list does not decide it.
    """
    try:
        after, before = bounds(version)
    except ValueError as error:
        raise Unknown(
            Gap("ecs.DescribeContainerInstances", message=f"{version!r} is no version of the agent")
        ) from error
    if before is None:
        raise Unknown(Gap(message=f"{version} is newer than the list of the agent's versions, of {AS_OF:%Y-%m-%d}"))
    if before < limit:
        yield Fail(f"agent {version} came out by {before:%Y-%m-%d}", part="version")
    elif after is None or after < limit:
        raise Unknown(Gap(message=f"the list of the agent's versions does not hold {version}"))
