"""iam_password_policy_number."""

from __future__ import annotations

from collections.abc import Iterator

from rules.iam._password import OneSetting, sets
from scanner.kinds.account import Account
from scanner.model.rule import Fail, Rule


class PasswordPolicyNumber(OneSetting, Rule):
    """Password policy requires a number.

    A password of letters alone is often a word, and words are tried first. A number takes the password out of the
    shortest lists of those who guess at the doors to ePHI.

    Without a policy of the account's own this counts as not asked for: IAM then asks for any three of the four
    classes.
    """

    aliases = (
        "config:iam-password-policy",
        "security-hub:IAM.14",
        "prowler:iam_password_policy_number",
        "steampipe:iam_account_password_policy_one_number",
    )
    remedy = sets({"RequireNumbers": True})
    GOOD = ({},)
    BAD = ({"password_number": False},)

    @staticmethod
    def check(account: Account) -> Iterator[Fail]:
        if not account.password_number:
            yield Fail("passwords need no number")
