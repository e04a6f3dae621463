"""What the rules on the root user share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.model.inventory import any_of
from scanner.model.remedy import Effect, Runbook

if TYPE_CHECKING:
    from scanner.kinds.account import Account

NO_CREDENTIALS = {"root_mfa": False, "root_password": False}
"""A member account whose root credentials its organization has taken away."""

REGISTER = Runbook(
    "Sign in to {account} as the root user, with the address and password that the break-glass procedure keeps.",
    "Open Security credentials and choose Assign MFA device: a FIDO2 security key, and a second one kept elsewhere.",
    "Take virtual devices and access keys away on the same page.",
    "In an organization, rather let the management account delete the root credentials of its members: IAM, Root "
    "access management.",
    effect=Effect(risk="medium"),
)


def can_sign_in(account: Account) -> bool | str:
    """Say whether the root user has anything to sign in with: a device, a password or a key."""
    signs_in = any_of(
        (
            lambda: account.root_mfa,
            lambda: account.root_password,
            lambda: account.root_access_keys > 0,
        )
    )
    return signs_in or "the root user has no password, key or device: its organization has taken them away"
