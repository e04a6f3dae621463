"""iam_password_policy_symbol."""

from __future__ import annotations

from collections.abc import Iterator

from rules.iam._password import OneSetting, sets
from scanner.kinds.account import Account
from scanner.model.rule import Fail, Rule


class PasswordPolicySymbol(OneSetting, Rule):
    """Password policy requires a symbol.

    Lists of common passwords are tried first, and few of them hold a symbol. Asking for one keeps the plainest
    words out of the doors to ePHI.

    Without a policy of the account's own this counts as not asked for: IAM then asks for any three of the four
    classes.
    """

    aliases = (
        "config:iam-password-policy",
        "security-hub:IAM.13",
        "prowler:iam_password_policy_symbol",
        "steampipe:iam_account_password_policy_one_symbol",
    )
    remedy = sets({"RequireSymbols": True})
    GOOD = ({},)
    BAD = ({"password_symbol": False},)

    @staticmethod
    def check(account: Account) -> Iterator[Fail]:
        if not account.password_symbol:
            yield Fail("passwords need no symbol")
