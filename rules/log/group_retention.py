"""log_group_retention."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec

from rules.log._kept import KEEP_ONE_YEAR
from scanner.kinds.logs import LogGroup, Subscription
from scanner.model.rule import Case, Fail, Note, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import EcsGuide

STREAM = "arn:aws:firehose:us-east-1:123456789012:deliverystream/logs"
CENTRAL = "arn:aws:logs:us-east-1:210987654321:destination:central"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:alert"


class GroupRetention(Rule):
    """Log groups keep logs for at least a year.

    An intrusion is found months after it began; by then the log of its first day must still be there. A shorter
    retention is enough only where all events are also handed on to be kept: by a subscription without a filter to a
    Firehose stream or to another account's logs. How long they are kept there is not seen, nor is a subscription of the
    whole account.
    """

    kind = LogGroup
    severity = "low"
    hipaa_proposed = ("164.312(b)", "164.308(a)(1)(ii)(D)")
    sources = (EcsGuide(65),)
    remedy = KEEP_ONE_YEAR

    class Settings(RuleSettings, frozen=True):
        """The rule's parameters."""

        days: Annotated[
            int, msgspec.Meta(description="Days that a log group keeps events at least.", ge=1, le=2192)
        ] = 365

    GOOD = (
        {"retention_days": 365},
        {"retention_days": None},
        {"retention_days": 30, "subscriptions": (Subscription(STREAM),)},
        {"retention_days": 30, "subscriptions": (Subscription(FUNCTION), Subscription(CENTRAL))},
        {"retention_days": 30, "subscriptions": (Subscription(STREAM, " "),)},
        Case({"retention_days": 180}, settings={"days": 180}),
    )
    BAD = (
        {"retention_days": 180},
        {"retention_days": 364},
        {"retention_days": 30, "subscriptions": (Subscription(STREAM, "ERROR"),)},
        {"retention_days": 30, "subscriptions": (Subscription(FUNCTION),)},
        Case({"retention_days": 1827}, settings={"days": 2192}),
    )
    SKIP = ({"log_class": "DELIVERY", "retention_days": 2},)

    @staticmethod
    def applies(group: LogGroup) -> bool:
        """Log groups that keep events, which those of the delivery class do not."""
        return group.log_class != "DELIVERY"

    @staticmethod
    def check(group: LogGroup, settings: Settings) -> Iterator[Fail | Note]:
        days = group.retention_days
        if days is None or days >= settings.days:
            return
        kept = [item.destination for item in group.subscriptions if item.keeps]
        if kept:
            yield Note(f"kept for {days} days here, and handed on to {', '.join(kept)}")
        else:
            yield Fail(f"events are kept for {days} days, not {settings.days}")
