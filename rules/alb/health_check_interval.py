"""alb_health_check_interval."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from rules._former import former
from scanner.kinds.elbv2 import TargetGroup
from scanner.model.remedy import Direct, Effect, NotByMachine, Write
from scanner.model.rule import Case, Fail, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator


def _checking(interval: int | str, threshold: int | str) -> dict[str, int | str]:
    return {"TargetGroupArn": "{arn}", "HealthCheckIntervalSeconds": interval, "HealthyThresholdCount": threshold}


def _quicker(group: TargetGroup, _part: str) -> Iterator[Write]:
    """Check every ten seconds, where the answer may not take as long as that."""
    timeout = (former(group, "group") or {}).get("HealthCheckTimeoutSeconds", 0)
    if timeout >= 10:
        raise NotByMachine(f"a health check may take {timeout} s: how long its answer takes must be known first")
    yield Write("elbv2.ModifyTargetGroup", _checking(10, 2))


class HealthCheckInterval(Rule):
    """Health checks admit a target quickly.

    A new target takes no requests before it has been found healthy a number of times in a row. Where that lasts long,
    deployments are slow, and a system that has lost targets is long short of them.
    """

    kind = TargetGroup
    severity = "info"
    category = "advisory"
    sources = (EcsGuide(30), EcsGuide(44), EcsGuide(45))
    remedy = Direct(
        "elbv2.ModifyTargetGroup",
        by=_quicker,
        why="Custodian has no action for the health checks of target groups.",
        effect=Effect(
            sets={"interval": 10, "healthy_threshold": 2},
            risk="medium",
            after="a target is found ill sooner, too: the unhealthy threshold counts shorter intervals",
            undo=[Write("elbv2.ModifyTargetGroup", _checking("$interval", "$healthy_threshold"))],
            terraform={"aws_lb_target_group": {"health_check": {"interval": 10, "healthy_threshold": 2}}},
        ),
    )

    class Settings(RuleSettings, frozen=True):
        """How quickly a target must be admitted."""

        seconds: Annotated[
            int, msgspec.Meta(description="The most that interval times healthy threshold may be.", ge=1)
        ] = 30

    GOOD = ({}, {"interval": 15, "healthy_threshold": 2}, Case({"interval": 30}, settings={"seconds": 90}))
    BAD = (
        {"interval": 16, "healthy_threshold": 2},
        {"interval": 30, "healthy_threshold": 5},
        {"interval": 5, "healthy_threshold": 7},
        Case({}, settings={"seconds": 29}),
    )
    SKIP = ({"interval": 300, "checked": False}, {"interval": 300, "load_balancers": ()})

    @staticmethod
    def applies(group: TargetGroup) -> bool:
        """Target groups that a load balancer uses and whose targets' health is checked."""
        return bool(group.load_balancers) and group.checked

    @staticmethod
    def check(group: TargetGroup, settings: Settings) -> Iterator[Fail]:
        took = group.interval * group.healthy_threshold
        if took > settings.seconds:
            yield Fail(
                f"a target is admitted after {took} s ({group.healthy_threshold} health checks, one each "
                f"{group.interval} s), more than {settings.seconds} s"
            )
