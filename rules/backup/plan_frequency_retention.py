"""backup_plan_frequency_retention."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from scanner.kinds.backup import BackupPlan, PlanRule
from scanner.kinds.backup_reading import DAY
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Rule
from scanner.model.rule import Settings as RuleSettings

if TYPE_CHECKING:
    from collections.abc import Iterator


DAILY = (PlanRule("daily", 24.0, 35),)
MONTHLY = (PlanRule("monthly", 744.0, 365, schedule="cron(0 5 1 * ? *)"),)


def _faults(rule: PlanRule, frequency: int, retention: int) -> list[str]:
    found = []
    if rule.hours > frequency * DAY and not rule.continuous:
        found.append(f"runs by {rule.schedule or 'its schedule'}, less often than every {frequency} days")
    if rule.days is not None and rule.days < retention:
        found.append(f"keeps recovery points for {rule.days} days, at least {retention} are needed")
    return found


class PlanFrequencyRetention(Rule):
    """Plans meet minimum frequency and retention.

    What was written since the last backup is lost with the original, and damage that is found late needs a backup from
    before. So each rule of a plan runs often enough and keeps what it makes long enough. The settings can ask for one
    such rule only, for plans that keep a few monthly backups for years beside the daily ones. Continuous backups count
    as often.
    """

    kind = BackupPlan
    severity = "medium"
    category = "resilience"
    hipaa = (
        "164.308(a)(7)(i)",
        "164.308(a)(7)(ii)(A)",
        "164.308(a)(7)(ii)(B)",
        "164.308(a)(7)(ii)(C)",
        "164.310(d)(2)(iv)",
        "164.312(a)(2)(ii)",
    )
    aliases = (
        "config:backup-plan-min-frequency-and-min-retention-check",
        "steampipe:backup_plan_min_retention_35_days",
    )
    related = ("rds_automated_backups", "efs_backup_enabled")
    remedy = Runbook(
        "Fetch the plan: aws backup get-backup-plan --backup-plan-id {id}",
        "Set ScheduleExpression and Lifecycle.DeleteAfterDays of the rules that are named, and put it back: aws backup"
        " update-backup-plan --backup-plan-id {id} --backup-plan file://plan.json",
        effect=Effect(
            cost="storage of the recovery points, about 0.05 USD a month for each GB",
            terraform={"aws_backup_plan": {"rule": {"schedule": "SCHEDULE", "lifecycle": {"delete_after": 35}}}},
        ),
    )
    GOOD = (
        {},
        {"rules": (PlanRule("a", 1.0, 36), PlanRule("b", 24.0, None))},
        {"rules": (PlanRule("a", 720.0, 35, continuous=True),)},
        Case({"rules": (PlanRule("a", 168.0, 14),)}, settings={"frequency_days": 7, "retention_days": 14}),
        Case({"rules": (*DAILY, *MONTHLY)}, settings={"every_rule": False}),
        Case({"rules": (*MONTHLY, *DAILY)}, settings={"every_rule": False}),
    )
    BAD = (
        {"rules": (PlanRule("a", 24.5, 35),)},
        {"rules": (PlanRule("a", 24.0, 34),)},
        {"rules": (PlanRule("a", 24.0, 34, continuous=True),)},
        {"rules": MONTHLY},
        {"rules": (*DAILY, *MONTHLY)},
        {"rules": ()},
        Case({"rules": MONTHLY}, settings={"every_rule": False}),
        Case({"rules": (PlanRule("a", 720.0, 365), PlanRule("b", 1.0, 7))}, settings={"every_rule": False}),
        Case({}, settings={"retention_days": 36}),
        Case({"rules": (PlanRule("a", 169.0, 35),)}, settings={"frequency_days": 7}),
    )

    class Settings(RuleSettings, frozen=True):
        """How often and how long."""

        frequency_days: Annotated[int, msgspec.Meta(description="Days that lie between two runs at most.", ge=1)] = 1
        retention_days: Annotated[
            int, msgspec.Meta(description="Days for which a recovery point is kept at least.", ge=1)
        ] = 35
        every_rule: Annotated[
            bool, msgspec.Meta(description="Whether every rule of a plan must hold; else one is enough.")
        ] = True

    @staticmethod
    def check(plan: BackupPlan, settings: Settings) -> Iterator[Fail]:
        wrong = {rule.name: _faults(rule, settings.frequency_days, settings.retention_days) for rule in plan.rules}
        if not wrong:
            yield Fail("the plan has no rule")
        elif settings.every_rule or all(wrong.values()):
            for name, faults in wrong.items():
                if faults:
                    yield Fail(f"rule {name} {' and '.join(faults)}", part=name)
