"""iam_root_mfa_and_no_keys."""

from __future__ import annotations

from collections.abc import Iterator

from rules.iam._root import NO_CREDENTIALS, REGISTER, can_sign_in
from scanner.kinds.account import Account
from scanner.model.rule import Fail, Gaps, Missing, Rule
from scanner.model.source import WebProposal


class RootMfaAndNoKeys(Rule):
    """The root user has MFA and no access key.

    Nothing limits the root user, so whoever becomes root reads all ePHI and can delete the records of it. A second
    factor guards its sign-in, but not its access keys, which must not exist.
    """

    kind = Account
    severity = "critical"
    hipaa_proposed = ("164.312(d)", "164.312(a)(2)(i)", "164.312(a)(1)")
    sources = (WebProposal(),)
    remedy = REGISTER
    GOOD = ({}, {"root_password": False})
    BAD = ({"root_mfa": False}, {"root_access_keys": 1}, {"root_mfa": False, "root_access_keys": 1})
    SKIP = (NO_CREDENTIALS,)

    @staticmethod
    def applies(account: Account) -> bool | str:
        """Accounts whose root user has something to sign in with."""
        return can_sign_in(account)

    @staticmethod
    def check(account: Account) -> Iterator[Fail | Missing]:
        gaps = Gaps()
        with gaps:
            if not account.root_mfa:
                yield Fail("the root user has no MFA device", part="MFA")
        with gaps:
            if account.root_access_keys:
                yield Fail("the root user has an access key", part="access key")
        yield from gaps
