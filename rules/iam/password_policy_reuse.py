"""iam_password_policy_reuse."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec

from rules.iam._password import REUSE, OneSetting, sets
from scanner.kinds.account import Account
from scanner.model.rule import Case, Fail, Rule
from scanner.model.rule import Settings as RuleSettings


class PasswordPolicyReuse(OneSetting, Rule):
    """Password policy blocks reuse of the last 24.

    Who must change a password and may take the old one again has changed nothing: a password that leaked once opens
    the way to ePHI again. Remembering the last two dozen makes going back not worth the trouble.
    """

    severity = "low"
    aliases = (
        "config:iam-password-policy",
        "security-hub:IAM.16",
        "prowler:iam_password_policy_reuse_24",
        "steampipe:iam_account_password_policy_reuse_24",
        "cis:v3.0/1.9",
        "cis:v4.0/1.9",
        "cis:v5.0/1.8",
        "cis:v6.0/2.8",
        "cis:v7.0/2.9",
    )
    remedy = sets({"PasswordReusePrevention": REUSE})
    GOOD = ({"password_reuse": 24}, Case({"password_reuse": 5}, settings={"minimum": 5}))
    BAD = ({"password_reuse": 23}, {"password_reuse": 0}, Case({"password_reuse": 5}, settings={"minimum": 6}))

    class Settings(RuleSettings, frozen=True):
        """The rule's parameters."""

        minimum: Annotated[int, msgspec.Meta(description="Former passwords that are refused.", ge=1, le=24)] = REUSE

    @staticmethod
    def check(account: Account, settings: Settings) -> Iterator[Fail]:
        if account.password_reuse < settings.minimum:
            yield Fail(f"the last {account.password_reuse} passwords are refused, {settings.minimum} are asked for")
