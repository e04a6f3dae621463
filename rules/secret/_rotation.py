"""What several rules on secrets ask: whether they can rotate here, and whether they are late."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from scanner.kinds.secretsmanager import Secret


def ours(secret: Secret) -> bool | str:
    """Say whether the account can let a secret rotate here, or why not."""
    if secret.deleted:
        return "it is to be deleted"
    if secret.is_copy:
        return f"a copy of the secret in {secret.primary_region}, which is judged there"
    if secret.owner and not secret.rotates:
        return f"{secret.owner} keeps it, and does not let it rotate"
    return True


def overdue(secret: Secret, days: int, as_of: datetime) -> str:
    """Say since when a secret was not rotated, where that is more than so many days; empty where it is not."""
    last = secret.rotated or secret.created
    if as_of - last <= timedelta(days=days):
        return ""
    said = "last rotated" if secret.rotated else "never rotated, made"
    return f"{said} {(as_of - last).days} days ago, on {last.date()}"
