"""iam_access_key_rotated."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec

from rules.iam._credentials import access_keys, made
from scanner.kinds.iam import User
from scanner.model.inventory import any_of
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Gaps, Missing, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import PhiCluster

AT_90 = datetime(2026, 8, 23, 2, 0, tzinfo=UTC)
AT_89 = datetime(2026, 8, 24, 2, 0, tzinfo=UTC)
"""Ninety and eighty-nine days before the examples' day."""


class AccessKeyRotated(Rule):
    """Access keys are rotated.

    A key that was copied once, into a laptop, a pipeline or a repository, serves whoever finds it until it is
    replaced. Rotation bounds how long ePHI stays open to a copy that nobody knows of. Inactive keys do not count.
    The state is that of the credential report, which AWS renews at most every four hours.
    """

    kind = User
    severity = "medium"
    hipaa = ("164.308(a)(3)(ii)(C)", "164.308(a)(4)(ii)(B)", "164.308(a)(4)(ii)(C)", "164.308(a)(5)(ii)(D)")
    sources = (PhiCluster(),)
    aliases = (
        "config:access-keys-rotated",
        "security-hub:IAM.3",
        "prowler:iam_rotate_access_key_90_days",
        "steampipe:iam_user_access_key_age_365",
        "steampipe:iam_user_access_key_age_90",
        "cis:v3.0/1.14",
        "cis:v4.0/1.14",
        "cis:v5.0/1.13",
        "cis:v6.0/2.13",
        "cis:v7.0/2.12",
    )
    remedy = Runbook(
        "Better than a new key: let the program assume a role, and delete the key.",
        "Make the user's second key: aws iam create-access-key --user-name {name}",
        "Put it where the program reads it, and see in the old key's last use that nothing uses that any more: "
        "aws iam get-access-key-last-used --access-key-id OLD",
        "Switch the old one off, then delete it: aws iam update-access-key --user-name {name} --access-key-id OLD "
        "--status Inactive",
        effect=Effect(
            risk="medium",
            downtime="whatever still uses the old key when it is switched off",
            terraform={"aws_iam_access_key": {"user": "{name}", "status": "Inactive"}},
        ),
    )

    class Settings(RuleSettings, frozen=True):
        """The rule's parameters."""

        days: Annotated[int, msgspec.Meta(description="Days after which a key is to be replaced.", ge=1)] = 90

    GOOD = (
        {"key_1_active": True, "key_1_rotated": AT_89},
        {"key_2_active": True, "key_2_rotated": AT_89},
        {"key_1_active": True, "key_1_rotated": AT_89, "key_2_rotated": AT_90},
        {"key_2_active": True, "key_2_rotated": AT_89, "key_1_rotated": AT_90},
        Case({"key_1_active": True, "key_1_rotated": AT_90}, settings={"days": 91}),
    )
    BAD = (
        {"key_1_active": True, "key_1_rotated": AT_90},
        {"key_2_active": True, "key_2_rotated": AT_90},
        {"key_1_active": True, "key_1_rotated": AT_89, "key_2_active": True, "key_2_rotated": AT_90},
        {"key_1_active": True, "key_2_active": True, "key_2_rotated": AT_90},
        Case({"key_1_active": True, "key_1_rotated": AT_89}, settings={"days": 89}),
    )
    SKIP = ({}, {"key_1_rotated": AT_90, "key_2_rotated": AT_90})
    UNKNOWN = ({"key_1_active": True}, {"key_2_active": True})

    @staticmethod
    def applies(user: User) -> bool:
        """IAM users with an active access key."""
        return any_of(access_keys(user), lambda key: key.active())

    @staticmethod
    def check(user: User, settings: Settings, as_of: datetime) -> Iterator[Fail | Missing]:
        gaps = Gaps()
        for key in access_keys(user):
            with gaps:
                if key.active() and as_of - made(key) >= timedelta(days=settings.days):
                    yield Fail(f"{key.name} is as it was on {made(key):%Y-%m-%d}", part=key.name)
        yield from gaps
