"""secret_rotation_success."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import msgspec

from rules.secret._rotation import overdue
from scanner.kinds.secretsmanager import Secret
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Rule
from scanner.model.rule import Settings as RuleSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

AT_32 = datetime(2026, 10, 20, 2, 0, tzinfo=UTC)
AT_33 = datetime(2026, 10, 19, 2, 0, tzinfo=UTC)


class RotationSuccess(Rule):
    """Scheduled rotations succeed.

    A rotation that is on but fails leaves the old password valid, and nobody hears of it. A secret is late when its
    schedule's days, and the days of grace that retries may take, have passed since it was last rotated or, before its
    first rotation, made. A copy from another Region rotates there.
    """

    kind = Secret
    severity = "medium"
    hipaa = ("164.308(a)(4)(ii)(B)", "164.308(a)(5)(ii)(D)")
    aliases = (
        "config:secretsmanager-scheduled-rotation-success-check",
        "security-hub:SecretsManager.2",
        "steampipe:secretsmanager_secret_rotated_as_scheduled",
    )
    related = ("secret_rotation_enabled",)
    remedy = Runbook(
        "Read why the rotation fails: the log group /aws/lambda/FUNCTION of the function that aws secretsmanager"
        " describe-secret --secret-id {arn} names, and RotationFailed in CloudTrail.",
        "Mend the cause: the function's network path, its role, or the user whose password it changes.",
        "Rotate now and see it succeed: aws secretsmanager rotate-secret --secret-id {arn}",
        effect=Effect(risk="medium"),
    )

    class Settings(RuleSettings, frozen=True):
        """How late a rotation may be."""

        grace: Annotated[int, msgspec.Meta(description="Days by which a rotation may be late.", ge=0)] = 2

    GOOD = (
        {"created": AT_33, "rotated": AT_32},
        {"created": AT_32},
        {"created": AT_33, "rotation_days": 31},
        Case({"created": AT_33}, settings={"grace": 3}),
        {"created": AT_32, "primary_region": "us-east-1"},
    )
    BAD = (
        {"created": AT_33, "rotated": AT_33},
        {"created": AT_33},
        {"created": AT_32, "rotation_days": 29},
        Case({"created": AT_32}, settings={"grace": 1}),
    )
    SKIP = (
        BAD[0] | {"rotates": False},
        BAD[0] | {"deleted": "2026-11-01T00:00:00Z"},
        BAD[0] | {"primary_region": "eu-west-1"},
    )

    @staticmethod
    def applies(secret: Secret) -> bool:
        """Secrets that rotate here and are not to be deleted."""
        return secret.rotates and not secret.deleted and not secret.is_copy

    @staticmethod
    def check(secret: Secret, settings: Settings, as_of: datetime) -> Iterator[Fail]:
        late = overdue(secret, secret.rotation_days + settings.grace, as_of)
        if late:
            yield Fail(f"{late}, with a rotation every {secret.rotation_days} days")
