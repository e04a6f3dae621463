"""alb_deregistration_delay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from rules._balancers import attribute
from scanner.kinds.elbv2 import TargetGroup
from scanner.model.remedy import Around, Direct, Effect, Write
from scanner.model.rule import Case, Fail, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator


DELAY = "deregistration_delay.timeout_seconds"


def _waiting(seconds: str) -> Write:
    attributes = [{"Key": DELAY, "Value": seconds}]
    return Write("elbv2.ModifyTargetGroupAttributes", {"TargetGroupArn": "{arn}", "Attributes": attributes})


def _shorter(_group: TargetGroup, _part: str, around: Around | None = None) -> Iterator[Write]:
    yield _waiting(str(around.settings.seconds if around else 60))


def _as_before(group: TargetGroup, _part: str, _around: Around | None = None) -> Iterator[Write]:
    yield _waiting(attribute(group, DELAY))


class DeregistrationDelay(Rule):
    """The deregistration delay is bounded.

    A target that leaves waits for its last requests to end. Where that wait is minutes long and requests are answered
    in seconds, every deployment waits with it, the repair of a fault that exposes ePHI among them. Longer waits are
    right for connections that stay open; the settings can say so.
    """

    kind = TargetGroup
    severity = "info"
    category = "advisory"
    sources = (EcsGuide(45),)
    remedy = Direct(
        "elbv2.ModifyTargetGroupAttributes",
        by=_shorter,
        across=True,
        why="one call whose value is the rule's setting, which a policy of Custodian's does not know",
        effect=Effect(
            after="targets wait no longer than the setting of the rule says (60 s where nothing is set)",
            risk="medium",
            downtime="requests that last longer are cut off when their target leaves",
            undo=_as_before,
            terraform={"aws_lb_target_group": {"deregistration_delay": 60}},
        ),
    )

    class Settings(RuleSettings, frozen=True):
        """How long a target may wait."""

        seconds: Annotated[int, msgspec.Meta(description="The longest deregistration delay.", ge=0, le=3600)] = 60

    GOOD = (
        {"attributes": {DELAY: "60"}},
        {"attributes": {DELAY: "0"}},
        Case({"attributes": {DELAY: "300"}}, settings={"seconds": 300}),
    )
    BAD = (
        {"attributes": {DELAY: "61"}},
        {"attributes": {DELAY: "300"}},
        Case({"attributes": {DELAY: "60"}}, settings={"seconds": 59}),
    )
    SKIP = (
        {"attributes": {DELAY: "300"}, "load_balancers": ()},
        {"attributes": {DELAY: "300"}, "target_type": "lambda"},
    )
    UNKNOWN = ({"attributes": {}},)

    @staticmethod
    def applies(group: TargetGroup) -> bool:
        """Target groups that a load balancer uses, but for those of Lambda functions."""
        return bool(group.load_balancers) and group.target_type != "lambda"

    @staticmethod
    def check(group: TargetGroup, settings: Settings) -> Iterator[Fail]:
        delay = int(attribute(group, DELAY))
        if delay > settings.seconds:
            yield Fail(f"the deregistration delay is {delay} s, more than {settings.seconds} s")
