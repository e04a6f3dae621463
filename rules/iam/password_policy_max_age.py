"""iam_password_policy_max_age."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec

from rules.iam._password import MAX_AGE, OneSetting, sets
from scanner.kinds.account import Account
from scanner.model.rule import Case, Fail, Rule
from scanner.model.rule import Settings as RuleSettings


class PasswordPolicyMaxAge(OneSetting, Rule):
    """Passwords expire within 90 days.

    A password that was seen or guessed serves its thief as long as it lasts. One that ends after some months bounds
    how long ePHI lies open to somebody whom nobody has noticed.
    """

    severity = "low"
    aliases = (
        "config:iam-password-policy",
        "security-hub:IAM.17",
        "prowler:iam_password_policy_expires_passwords_within_90_days_or_less",
        "steampipe:iam_password_policy_expire_90",
    )
    remedy = sets({"MaxPasswordAge": MAX_AGE})
    GOOD = ({"password_max_age": 90}, {"password_max_age": 1}, Case({"password_max_age": 120}, settings={"days": 120}))
    BAD = ({"password_max_age": 91}, {"password_max_age": 0}, Case({"password_max_age": 61}, settings={"days": 60}))

    class Settings(RuleSettings, frozen=True):
        """The rule's parameters."""

        days: Annotated[int, msgspec.Meta(description="Days that a password lasts, at most.", ge=1, le=1095)] = MAX_AGE

    @staticmethod
    def check(account: Account, settings: Settings) -> Iterator[Fail]:
        if account.password_max_age == 0:
            yield Fail("passwords do not expire")
        elif account.password_max_age > settings.days:
            yield Fail(f"passwords last {account.password_max_age} days, more than {settings.days}")
