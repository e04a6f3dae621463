"""iam_credentials_used."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec

from rules.iam._credentials import credentials, made
from scanner.kinds.iam import User
from scanner.model.inventory import any_of
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Gaps, Missing, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import EcsGuide

AT_90 = datetime(2026, 8, 23, 2, 0, tzinfo=UTC)
AT_89 = datetime(2026, 8, 24, 2, 0, tzinfo=UTC)
"""Ninety and eighty-nine days before the examples' day."""


class CredentialsUsed(Rule):
    """Unused credentials are disabled.

    A password or key that nobody uses is missed by nobody when it is stolen: it belonged to somebody who left, or
    to a program that is gone, and still opens ePHI. One that was never used counts from the day it was made.

    The CIS benchmark and Security Hub's IAM.22 ask for 45 days: set days to 45 to hold to them. The state is that
    of the credential report, which AWS renews at most every four hours.
    """

    kind = User
    severity = "medium"
    hipaa = (
        "164.308(a)(3)(i)",
        "164.308(a)(3)(ii)(B)",
        "164.308(a)(4)(ii)(B)",
        "164.308(a)(4)(ii)(C)",
        "164.308(a)(5)(ii)(D)",
        "164.312(a)(1)",
    )
    sources = (EcsGuide(54),)
    aliases = (
        "config:iam-user-unused-credentials-check",
        "security-hub:IAM.8",
        "steampipe:iam_user_unused_credentials_90",
        "phiward:iam_credentials_used_45",
        "security-hub:IAM.22",
        "prowler:iam_user_accesskey_unused",
        "prowler:iam_user_console_access_unused",
        "steampipe:iam_user_unused_credentials_45",
        "steampipe:iam_user_access_key_unused_45",
        "steampipe:iam_user_console_access_unused_45",
        "cis:v3.0/1.12",
        "cis:v4.0/1.12",
        "cis:v5.0/1.11",
        "cis:v6.0/2.11",
        "cis:v7.0/2.11",
    )
    remedy = Runbook(
        "Ask the owner, who stands in the user's tags, whether it is still needed; no answer is a no.",
        "A password: aws iam delete-login-profile --user-name {name}",
        "A key: aws iam update-access-key --user-name {name} --access-key-id KEY --status Inactive, and after a month "
        "without complaint aws iam delete-access-key",
        "A user with neither left: delete it with its groups and policies.",
        effect=Effect(
            risk="medium",
            downtime="who did need the password or key is refused; a key can be switched on again, a password not",
            terraform={"aws_iam_access_key": {"user": "{name}", "status": "Inactive"}},
        ),
    )

    class Settings(RuleSettings, frozen=True):
        """The rule's parameters."""

        days: Annotated[int, msgspec.Meta(description="Days without use after which a credential must go.", ge=1)] = 90

    GOOD = (
        {},
        {"password_used": AT_89},
        {"password_used": None, "password_changed": AT_89},
        {"console": False, "password_used": AT_90, "key_1_active": True, "key_1_used": AT_89},
        {"key_1_active": True, "key_1_rotated": AT_90, "key_1_used": AT_89},
        {"key_2_active": True, "key_2_rotated": AT_90, "key_2_used": AT_89},
        {"key_1_active": True, "key_1_rotated": AT_89},
        {"key_1_used": AT_90, "key_2_used": AT_90},
        Case({"password_used": AT_90}, settings={"days": 91}),
    )
    BAD = (
        {"password_used": AT_90},
        {"password_used": None, "password_changed": AT_90},
        {"key_1_active": True, "key_1_used": AT_90},
        {"key_2_active": True, "key_2_used": AT_90},
        {"key_1_active": True, "key_1_rotated": AT_90},
        {"console": False, "key_2_active": True, "key_2_rotated": AT_90},
        {"console": False, "key_1_active": True, "key_1_used": AT_90},
        {"password_used": None, "password_changed": None, "key_2_active": True, "key_2_used": AT_90},
        Case({"password_used": AT_89}, settings={"days": 45}),
    )
    SKIP = ({"console": False}, {"console": False, "password_used": AT_90, "key_1_used": AT_90, "key_2_used": AT_90})
    UNKNOWN = ({"password_used": None, "password_changed": None}, {"key_1_active": True})

    @staticmethod
    def applies(user: User) -> bool:
        """IAM users with a password for the console or an active access key."""
        return any_of(credentials(user), lambda credential: credential.active())

    @staticmethod
    def check(user: User, settings: Settings, as_of: datetime) -> Iterator[Fail | Missing]:
        gaps = Gaps()
        for credential in credentials(user):
            with gaps:
                if not credential.active():
                    continue
                used = credential.used()
                since = used or made(credential)
                if as_of - since >= timedelta(days=settings.days):
                    last = "not used since" if used else "never used since it was made on"
                    yield Fail(f"the {credential.name} was {last} {since:%Y-%m-%d}", part=credential.name)
        yield from gaps
