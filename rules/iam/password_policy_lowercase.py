"""iam_password_policy_lowercase."""

from __future__ import annotations

from collections.abc import Iterator

from rules.iam._password import OneSetting, sets
from scanner.kinds.account import Account
from scanner.model.rule import Fail, Rule


class PasswordPolicyLowercase(OneSetting, Rule):
    """Password policy requires a lowercase letter.

    Each class of characters that a password must draw from multiplies the guesses that it takes to find it, and
    with it the time before somebody reads ePHI under another's name.

    Without a policy of the account's own this counts as not asked for: IAM then asks for any three of the four
    classes.
    """

    aliases = (
        "config:iam-password-policy",
        "security-hub:IAM.12",
        "prowler:iam_password_policy_lowercase",
        "steampipe:iam_account_password_policy_one_lowercase_letter",
    )
    remedy = sets({"RequireLowercaseCharacters": True})
    GOOD = ({},)
    BAD = ({"password_lowercase": False},)

    @staticmethod
    def check(account: Account) -> Iterator[Fail]:
        if not account.password_lowercase:
            yield Fail("passwords need no lowercase letter")
