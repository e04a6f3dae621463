"""iam_root_mfa."""

from __future__ import annotations

from collections.abc import Iterator

from rules.iam._root import NO_CREDENTIALS, REGISTER, can_sign_in
from scanner.kinds.account import Account
from scanner.model.rule import Fail, Rule


class RootMfa(Rule):
    """Root user has MFA.

    Nothing limits the root user: no policy keeps it from ePHI or from the records of who read it. With a password
    alone, one leaked letter or mailbox is the whole account. A second factor makes the password worthless by
    itself.
    """

    kind = Account
    severity = "critical"
    hipaa = ("164.308(a)(3)(ii)(A)", "164.312(d)")
    aliases = (
        "config:root-account-mfa-enabled",
        "security-hub:IAM.9",
        "prowler:iam_root_mfa_enabled",
        "steampipe:iam_root_user_mfa_enabled",
        "steampipe:iam_root_user_account_console_access_mfa_enabled",
        "cis:v3.0/1.5",
        "cis:v4.0/1.5",
        "cis:v5.0/1.4",
        "cis:v6.0/2.4",
        "cis:v7.0/2.5",
    )
    related = ("iam_root_mfa_and_no_keys",)
    remedy = REGISTER
    GOOD = ({}, {"root_password": False})
    BAD = ({"root_mfa": False}, {"root_mfa": False, "root_password": False, "root_access_keys": 1})
    SKIP = (NO_CREDENTIALS,)

    @staticmethod
    def applies(account: Account) -> bool | str:
        """Accounts whose root user has something to sign in with."""
        return can_sign_in(account)

    @staticmethod
    def check(account: Account) -> Iterator[Fail]:
        if not account.root_mfa:
            yield Fail("the root user has no MFA device")
