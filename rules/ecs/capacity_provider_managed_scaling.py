"""ecs_capacity_provider_managed_scaling."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from scanner.kinds.autoscaling import AutoScalingGroup
from scanner.kinds.ecs import CapacityProvider, ManagedScaling
from scanner.model.gap import Gap, Unknown
from scanner.model.inventory import any_of
from scanner.model.remedy import Around, Direct, Effect, Write
from scanner.model.rule import Case, Fail, Gaps, Other, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World
    from scanner.model.rule import Outcome


ARN = "arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:1:autoScalingGroupName/hosts"
GROUP = {"group": ARN}


def group(minimum: int, maximum: int) -> Other:
    """Give an example's Auto Scaling group with these bounds."""
    return Other(AutoScalingGroup, arn=ARN, minimum=minimum, maximum=maximum)


def scaled(*, enabled: bool = True, target: int = 100) -> dict[str, Any]:
    """Give an example's capacity provider with managed scaling."""
    return {**GROUP, "scaling": ManagedScaling(enabled=enabled, target=target)}


def _provided(status: str, target: int, protection: str) -> Write:
    group = {
        "managedScaling": {"status": status, "targetCapacity": target},
        "managedTerminationProtection": protection,
    }
    return Write("ecs.UpdateCapacityProvider", {"name": "{id}", "autoScalingGroupProvider": group})


def _scaled(_provider: CapacityProvider, _part: str, around: Around | None = None) -> Iterator[Write]:
    yield _provided("ENABLED", around.settings.target if around else 100, "ENABLED")


def _as_before(provider: CapacityProvider, _part: str, _around: Around | None = None) -> Iterator[Write]:
    status = "ENABLED" if provider.scaling.enabled else "DISABLED"
    yield _provided(status, provider.scaling.target, provider.termination_protection)


class CapacityProviderManagedScaling(Rule):
    """Capacity providers use managed scaling at full target capacity.

    Without managed scaling tasks wait for room that nobody adds, and a service that holds ePHI does not come back after
    a loss. A target below 100 % keeps idle instances for all services; headroom belongs to the service that needs it.
    Where the group may shrink, instances with tasks must be protected from being ended first.
    """

    kind = CapacityProvider
    needs = (AutoScalingGroup,)
    severity = "low"
    category = "resilience"
    hipaa_proposed = ("164.308(a)(7)(i)", "164.308(a)(7)(ii)(C)")
    sources = (EcsGuide(31), EcsGuide(32))
    related = ("ecs_capacity_provider_termination_protection",)
    remedy = Direct(
        "ecs.UpdateCapacityProvider",
        by=_scaled,
        across=True,
        why="Cloud Custodian has no action for capacity providers",
        effect=Effect(
            after="ECS adds instances where tasks wait, and takes away those without tasks only",
            risk="medium",
            downtime="none; the group must protect new instances from scale-in itself, or AWS refuses the change",
            cost="the instances that ECS adds, up to the maximum of the group",
            undo=_as_before,
            terraform={
                "aws_ecs_capacity_provider": {
                    "auto_scaling_group_provider": {
                        "managed_scaling": {"status": "ENABLED", "target_capacity": 100},
                        "managed_termination_protection": "ENABLED",
                    }
                }
            },
        ),
    )

    class Settings(RuleSettings, frozen=True):
        """How full the instances are to be."""

        target: Annotated[int, msgspec.Meta(description="Target capacity in percent.", ge=1, le=100)] = 100

    GOOD = (
        Case(GROUP, others=[group(1, 6)]),
        Case(GROUP, lacking=[AutoScalingGroup]),
        Case({**GROUP, "termination_protection": "DISABLED"}, others=[group(3, 3)]),
        Case(scaled(target=80), others=[group(1, 6)], settings={"target": 80}),
    )
    BAD = (
        Case(scaled(enabled=False), others=[group(1, 6)]),
        Case({**scaled(enabled=False), "termination_protection": "DISABLED"}, others=[group(3, 3)]),
        Case(scaled(target=99), others=[group(1, 6)]),
        Case({**GROUP, "termination_protection": "DISABLED"}, others=[group(2, 3)]),
        Case(scaled(target=100), others=[group(1, 6)], settings={"target": 80}),
    )
    SKIP = ({"scaling": ManagedScaling()}, {"managed": True})
    UNKNOWN = (
        Case({**GROUP, "termination_protection": "DISABLED"}),
        Case({**GROUP, "termination_protection": "DISABLED"}, lacking=[AutoScalingGroup]),
    )

    @staticmethod
    def applies(provider: CapacityProvider) -> bool:
        """Capacity providers of Auto Scaling groups."""
        return bool(provider.group)

    @staticmethod
    def check(provider: CapacityProvider, world: World, settings: Settings) -> Iterator[Outcome]:
        gaps = Gaps()
        with gaps:
            if not provider.scaling.enabled:
                yield Fail("managed scaling is off", part="managed scaling")
            elif provider.scaling.target != settings.target:
                yield Fail(f"the target is {provider.scaling.target} %, not {settings.target} %", part="target")
        with gaps:
            if not any_of(
                [lambda: provider.termination_protection == "ENABLED", lambda: not _shrinks(provider, world)]
            ):
                yield Fail("instances with tasks are not protected when the group shrinks", part="protection")
        yield from gaps


def _shrinks(provider: CapacityProvider, world: World) -> bool:
    found = world.get(AutoScalingGroup, provider.group)
    if found is None:
        raise Unknown(Gap("autoscaling.DescribeAutoScalingGroups", message=f"{provider.group} was not seen"))
    return found.minimum < found.maximum
