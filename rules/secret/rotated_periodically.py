"""secret_rotated_periodically."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import msgspec

from rules.secret._rotating import ROTATE
from rules.secret._rotation import ours, overdue
from scanner.kinds.secretsmanager import Secret
from scanner.model.rule import Case, Fail, Rule
from scanner.model.rule import Settings as RuleSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

AT_90 = datetime(2026, 8, 23, 2, 0, tzinfo=UTC)
AT_91 = datetime(2026, 8, 22, 2, 0, tzinfo=UTC)


class RotatedPeriodically(Rule):
    """Secrets are rotated within the allowed days.

    The longer a secret stays the same, the more people, logs and machines have seen it. Rotation by Secrets Manager
    counts, whether by schedule or by hand; a secret that was not rotated yet is counted from its creation. A secret
    that a service of AWS made and does not let rotate, a copy from another Region, and one that is to be deleted are
    not judged.
    """

    kind = Secret
    severity = "medium"
    hipaa = ("164.308(a)(4)(ii)(B)", "164.308(a)(5)(ii)(D)")
    aliases = (
        "config:secretsmanager-secret-periodic-rotation",
        "security-hub:SecretsManager.4",
        "prowler:secretsmanager_secret_rotated_periodically",
        "steampipe:secretsmanager_secret_last_changed_90_day",
        "steampipe:secretsmanager_secret_last_changed_365_day",
        "steampipe:secretsmanager_secret_automatic_rotation_lambda_enabled",
    )
    related = ("secret_rotation_enabled",)
    remedy = ROTATE

    class Settings(RuleSettings, frozen=True):
        """How old a secret may become."""

        days: Annotated[int, msgspec.Meta(description="Days after which a secret is to be rotated.", ge=1)] = 90

    GOOD = (
        {"created": AT_91, "rotated": AT_90},
        {"created": AT_90},
        {"created": AT_91, "rotated": AT_90, "rotates": False},
        Case({"created": AT_91, "rotated": AT_91}, settings={"days": 91}),
    )
    BAD = (
        {"created": AT_91, "rotated": AT_91},
        {"created": AT_91},
        Case({"created": AT_91, "rotated": AT_90}, settings={"days": 89}),
    )
    SKIP = (
        BAD[0] | {"deleted": "2026-11-01T00:00:00Z"},
        BAD[0] | {"primary_region": "eu-west-1"},
        BAD[0] | {"owner": "events", "rotates": False},
    )

    @staticmethod
    def applies(secret: Secret) -> bool | str:
        """Secrets that are not to be deleted, are no copies, and rotate at the account's will."""
        return ours(secret)

    @staticmethod
    def check(secret: Secret, settings: Settings, as_of: datetime) -> Iterator[Fail]:
        late = overdue(secret, settings.days, as_of)
        if late:
            yield Fail(late)
