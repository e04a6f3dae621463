"""iam_password_policy_strong."""

from __future__ import annotations

from collections.abc import Iterator

from rules.iam._password import LENGTH, REUSE, STRONG, strengthens, weaknesses
from scanner.kinds.account import Account
from scanner.model.rule import Fail, Missing, Rule
from scanner.model.source import WebProposal


class PasswordPolicyStrong(Rule):
    """The account password policy is strong.

    A password is all that stands between a guesser and whatever its user may read. Long passwords of all classes
    that are not used again keep a stolen or guessed one from opening the way to ePHI.

    The policy binds passwords from their next change on: those that were set before it may be weaker.
    """

    kind = Account
    severity = "medium"
    hipaa_proposed = ("164.308(a)(5)(ii)(D)", "164.312(d)")
    sources = (WebProposal(),)
    remedy = strengthens(STRONG)
    GOOD = ({"password_length": 14, "password_reuse": 24}, {"password_max_age": 0})
    BAD = (
        {"password_length": 13},
        {"password_uppercase": False},
        {"password_lowercase": False},
        {"password_number": False},
        {"password_symbol": False},
        {"password_reuse": 23},
    )

    @staticmethod
    def check(account: Account) -> Iterator[Fail | Missing]:
        yield from weaknesses(account, LENGTH, REUSE)
