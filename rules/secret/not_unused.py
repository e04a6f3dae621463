"""secret_not_unused."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import msgspec

from scanner.kinds.secretsmanager import Secret
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Rule
from scanner.model.rule import Settings as RuleSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

DAY_90 = datetime(2026, 8, 23, 0, 0, tzinfo=UTC)
DAY_91 = datetime(2026, 8, 22, 0, 0, tzinfo=UTC)
LATE_91 = datetime(2026, 8, 22, 23, 0, tzinfo=UTC)


class NotUnused(Rule):
    """Unused secrets are removed.

    A secret that no program reads any more still opens the database that it was made for, and nobody would miss it if
    it were copied. Secrets Manager tells the day of the last reading; a secret that was never read is counted from its
    creation. A secret that a service of AWS keeps, a copy from another Region, and one that is to be deleted already
    are not judged.
    """

    kind = Secret
    severity = "medium"
    hipaa = ("164.308(a)(4)(ii)(B)", "164.308(a)(4)(ii)(C)")
    aliases = (
        "config:secretsmanager-secret-unused",
        "security-hub:SecretsManager.3",
        "prowler:secretsmanager_secret_unused",
        "steampipe:secretsmanager_secret_last_used_1_day",
        "steampipe:secretsmanager_secret_unused_90_day",
    )
    remedy = Runbook(
        "Ask whose it is, and see in CloudTrail who read it last: GetSecretValue with {arn}.",
        "Take away what it opens: the database user, the key of the partner.",
        "aws secretsmanager delete-secret --secret-id {arn} --recovery-window-in-days 30",
        effect=Effect(
            risk="high",
            downtime="whatever still reads it, until aws secretsmanager restore-secret within 30 days",
            terraform={"aws_secretsmanager_secret": {"recovery_window_in_days": 30}},
        ),
    )

    class Settings(RuleSettings, frozen=True):
        """How long a secret may lie unread."""

        days: Annotated[int, msgspec.Meta(description="Days for which a secret may lie unread.", ge=1)] = 90

    GOOD = (
        {"created": DAY_91, "used": DAY_90},
        {"created": DAY_90},
        {"created": DAY_90, "primary_region": "us-east-1"},
        Case({"created": DAY_91, "used": DAY_91}, settings={"days": 91}),
    )
    BAD = (
        {"created": DAY_91, "used": DAY_91},
        {"created": LATE_91},
        Case({"created": DAY_91, "used": DAY_90}, settings={"days": 89}),
    )
    SKIP = (
        BAD[0] | {"deleted": "2026-11-01T00:00:00Z"},
        BAD[0] | {"primary_region": "eu-west-1"},
        BAD[0] | {"owner": "rds"},
    )

    @staticmethod
    def applies(secret: Secret) -> bool | str:
        """Secrets that are not to be deleted, are no copies, and are the account's own to keep."""
        if secret.owner:
            return f"{secret.owner} keeps it"
        return not secret.deleted and not secret.is_copy

    @staticmethod
    def check(secret: Secret, settings: Settings, as_of: datetime) -> Iterator[Fail]:
        last = secret.used or secret.created
        days = (as_of.date() - last.date()).days
        if days > settings.days:
            said = "last read" if secret.used else "never read, made"
            yield Fail(f"{said} {days} days ago, on {last.date()}")
