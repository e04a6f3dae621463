"""backup_recovery_point_retention."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from scanner.kinds.backup import RecoveryPoint
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Rule
from scanner.model.rule import Settings as RuleSettings

if TYPE_CHECKING:
    from collections.abc import Iterator


class RecoveryPointRetention(Rule):
    """Recovery points meet minimum retention.

    Damage to ePHI is often found weeks later. A recovery point that is gone by then is none. One that is never deleted
    passes; one that is deleted as soon as it is copied is judged by its copy.
    """

    kind = RecoveryPoint
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
        "config:backup-recovery-point-minimum-retention-check",
        "steampipe:backup_recovery_point_min_retention_35_days",
    )
    remedy = Runbook(
        "Raise the retention in the plan's rule, so that new recovery points keep long enough.",
        "Raise it for this one: aws backup update-recovery-point-lifecycle --backup-vault-name VAULT"
        " --recovery-point-arn {arn} --lifecycle DeleteAfterDays=35",
        effect=Effect(
            cost="storage of the recovery points, about 0.05 USD a month for each GB",
            terraform={"aws_backup_plan": {"rule": {"lifecycle": {"delete_after": 35}}}},
        ),
    )
    GOOD = (
        {"days": 35},
        {"days": None},
        Case({"days": 7}, settings={"minimum": 7}),
        {"days": 36},
    )
    BAD = ({"days": 34}, {"days": 0}, Case({"days": 35}, settings={"minimum": 36}))
    SKIP = ({"days": 1, "ends_with": "DELETE_AFTER_COPY"}, {"days": 1, "status": "DELETING"})

    class Settings(RuleSettings, frozen=True):
        """How long recovery points are to stay."""

        minimum: Annotated[int, msgspec.Meta(description="Days for which a recovery point is kept at least.", ge=1)] = (
            35
        )

    @staticmethod
    def applies(point: RecoveryPoint) -> bool | str:
        """Recovery points that are not being deleted and that stay for days."""
        if point.ends_with:
            return "it is deleted as soon as it is copied; the copy is judged"
        return point.status != "DELETING"

    @staticmethod
    def check(point: RecoveryPoint, settings: Settings) -> Iterator[Fail]:
        if point.days is not None and point.days < settings.minimum:
            yield Fail(f"it is deleted after {point.days} days, at least {settings.minimum} are needed")
