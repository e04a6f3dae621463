"""iam_password_policy_baseline."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec

from rules.iam._password import LENGTH, MAX_AGE, REUSE, STRONG, strengthens, weaknesses
from scanner.kinds.account import Account
from scanner.model.rule import Case, Fail, Gaps, Missing, Rule
from scanner.model.rule import Settings as RuleSettings


class PasswordPolicyBaseline(Rule):
    """The account password policy meets the AWS Config baseline as a whole.

    Auditors who follow AWS Config look at the password policy as one: every class of characters, length, reuse and
    age together. One gap in it is enough to let a weak password stand before ePHI for years.
    """

    kind = Account
    severity = "medium"
    hipaa = ("164.308(a)(4)(ii)(B)", "164.308(a)(4)(ii)(C)", "164.308(a)(5)(ii)(D)", "164.312(d)")
    aliases = (
        "config:iam-password-policy",
        "security-hub:IAM.7",
        "security-hub:IAM.10",
        "steampipe:iam_account_password_policy_strong_min_reuse_24",
        "steampipe:iam_account_password_policy_strong_min_length_8",
    )
    related = ("iam_password_policy_strong",)
    remedy = strengthens(STRONG | {"MaxPasswordAge": MAX_AGE}, follows=("iam_password_policy_strong",))

    class Settings(RuleSettings, frozen=True):
        """The rule's parameters."""

        length: Annotated[int, msgspec.Meta(description="Characters that a password must have.", ge=6, le=128)] = LENGTH
        reuse: Annotated[int, msgspec.Meta(description="Former passwords that are refused.", ge=1, le=24)] = REUSE
        days: Annotated[int, msgspec.Meta(description="Days that a password lasts, at most.", ge=1, le=1095)] = MAX_AGE

    GOOD = (
        {"password_length": 14, "password_reuse": 24, "password_max_age": 90},
        {"password_max_age": 1},
        Case(
            {"password_length": 12, "password_reuse": 5, "password_max_age": 180},
            settings={"length": 12, "reuse": 5, "days": 180},
        ),
    )
    BAD = (
        {"password_length": 13},
        {"password_uppercase": False},
        {"password_lowercase": False},
        {"password_number": False},
        {"password_symbol": False},
        {"password_reuse": 23},
        {"password_max_age": 0},
        {"password_max_age": 91},
        Case({"password_max_age": 61}, settings={"days": 60}),
    )

    @staticmethod
    def check(account: Account, settings: Settings) -> Iterator[Fail | Missing]:
        yield from weaknesses(account, settings.length, settings.reuse)
        gaps = Gaps()
        with gaps:
            if account.password_max_age == 0:
                yield Fail("passwords do not expire", part="age")
            elif account.password_max_age > settings.days:
                yield Fail(f"passwords last {account.password_max_age} days, more than {settings.days}", part="age")
        yield from gaps
