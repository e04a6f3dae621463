"""log_group_retention_one_year."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec

from rules.log._kept import KEEP_ONE_YEAR
from scanner.kinds.logs import LogGroup
from scanner.model.rule import Case, Fail, Rule
from scanner.model.rule import Settings as RuleSettings


class GroupRetentionOneYear(Rule):
    """Log groups keep logs at least one year or for ever.

    An intrusion is found months after it began; by then the log of its first day must still be there, where those who
    look into it search first. Copies elsewhere do not count here.
    """

    kind = LogGroup
    severity = "medium"
    hipaa = ("164.312(b)",)
    aliases = (
        "config:cw-loggroup-retention-period-check",
        "security-hub:CloudWatch.16",
        "prowler:cloudwatch_log_group_retention_policy_specific_days_enabled",
        "steampipe:cloudwatch_log_group_retention_period_365",
    )
    related = ("log_group_retention",)
    remedy = KEEP_ONE_YEAR

    class Settings(RuleSettings, frozen=True):
        """The rule's parameters."""

        days: Annotated[int, msgspec.Meta(description="Days that a log group keeps events at least.", ge=1)] = 365

    GOOD = (
        {"retention_days": 365},
        {"retention_days": None},
        Case({"retention_days": 180}, settings={"days": 180}),
    )
    BAD = (
        {"retention_days": 180},
        {"retention_days": 364},
        Case({"retention_days": 365}, settings={"days": 366}),
    )
    SKIP = ({"log_class": "DELIVERY", "retention_days": 2},)

    @staticmethod
    def applies(group: LogGroup) -> bool:
        """Log groups that keep events, which those of the delivery class do not."""
        return group.log_class != "DELIVERY"

    @staticmethod
    def check(group: LogGroup, settings: Settings) -> Iterator[Fail]:
        days = group.retention_days
        if days is not None and days < settings.days:
            yield Fail(f"events are kept for {days} days, not {settings.days}")
