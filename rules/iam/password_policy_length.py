"""iam_password_policy_length."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec

from rules.iam._password import LENGTH, OneSetting, sets
from scanner.kinds.account import Account
from scanner.model.rule import Case, Fail, Rule
from scanner.model.rule import Settings as RuleSettings


class PasswordPolicyLength(OneSetting, Rule):
    """Password policy requires at least 14 characters.

    Length is what makes a password hard to guess: each character more multiplies the work. Fourteen characters keep
    a guesser out of the console, and so from ePHI, far longer than the eight that IAM takes by itself.
    """

    aliases = (
        "config:iam-password-policy",
        "security-hub:IAM.15",
        "prowler:iam_password_policy_minimum_length_14",
        "steampipe:iam_account_password_policy_min_length_14",
        "cis:v3.0/1.8",
        "cis:v4.0/1.8",
        "cis:v5.0/1.7",
        "cis:v6.0/2.7",
        "cis:v7.0/2.8",
    )
    remedy = sets({"MinimumPasswordLength": LENGTH})
    GOOD = ({"password_length": 14}, Case({"password_length": 12}, settings={"minimum": 12}))
    BAD = ({"password_length": 13}, Case({"password_length": 14}, settings={"minimum": 15}))

    class Settings(RuleSettings, frozen=True):
        """The rule's parameters."""

        minimum: Annotated[int, msgspec.Meta(description="Characters that a password must have.", ge=6, le=128)] = (
            LENGTH
        )

    @staticmethod
    def check(account: Account, settings: Settings) -> Iterator[Fail]:
        if account.password_length < settings.minimum:
            yield Fail(f"passwords may be {account.password_length} characters long, {settings.minimum} are asked for")
