"""iam_password_policy_uppercase."""

from __future__ import annotations

from collections.abc import Iterator

from rules.iam._password import OneSetting, sets
from scanner.kinds.account import Account
from scanner.model.rule import Fail, Rule


class PasswordPolicyUppercase(OneSetting, Rule):
    """Password policy requires an uppercase letter.

    A password of lowercase letters alone is found in a fraction of the guesses. With the two cases mixed, a stolen
    list of hashes or a patient guesser gets less far.

    Without a policy of the account's own this counts as not asked for: IAM then asks for any three of the four
    classes.
    """

    aliases = (
        "config:iam-password-policy",
        "security-hub:IAM.11",
        "prowler:iam_password_policy_uppercase",
        "steampipe:iam_account_password_policy_one_uppercase_letter",
    )
    remedy = sets({"RequireUppercaseCharacters": True})
    GOOD = ({},)
    BAD = ({"password_uppercase": False},)

    @staticmethod
    def check(account: Account) -> Iterator[Fail]:
        if not account.password_uppercase:
            yield Fail("passwords need no uppercase letter")
