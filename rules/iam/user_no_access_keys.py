"""iam_user_no_access_keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec

from scanner.kinds.iam import User
from scanner.model.remedy import Custodian, Effect
from scanner.model.rule import Case, Fail, Gaps, Missing, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import PhiCluster


class UserNoAccessKeys(Rule):
    """IAM users have no active access key.

    An access key of a user is a password that does not end: it lies in files, pipelines and old laptops, and
    whoever finds it is that user. Roles give keys that end by themselves. Inactive keys do not count. The state is
    that of the credential report, which AWS renews at most every four hours.
    """

    kind = User
    severity = "high"
    hipaa_proposed = ("164.312(a)(2)(i)", "164.312(d)", "164.308(a)(4)(ii)(B)")
    sources = (PhiCluster(),)
    remedy = Custodian(
        "iam-user",
        {"type": "remove-keys", "matched": True, "disable": True},
        filters=[{"type": "access-key", "key": "Status", "value": "Active"}],
        effect=Effect(
            sets={"key_1_active": False, "key_2_active": False},
            risk="high",
            downtime="whatever signs its requests with the key is refused until it has a role, or the key is on again",
            lasting="the credential report does not name the key: aws iam list-access-keys --user-name {name}, then aws"
            " iam update-access-key --user-name {name} --access-key-id KEY --status Active",
            terraform={"aws_iam_access_key": {"user": "{name}", "status": "Inactive"}},
        ),
    )

    class Settings(RuleSettings, frozen=True):
        """The rule's parameters."""

        exceptions: Annotated[
            tuple[str, ...], msgspec.Meta(description="Names or ARNs of users that may have keys.")
        ] = ()

    GOOD = ({}, {"console": False}, Case({}, settings={"exceptions": ["another-user"]}))
    BAD = (
        {"key_1_active": True},
        {"key_2_active": True},
        {"key_1_active": True, "key_2_active": True},
        Case({"key_1_active": True}, settings={"exceptions": ["another-user"]}),
    )
    SKIP = (
        Case({"key_1_active": True}, settings={"exceptions": ["nurse-portal"]}),
        Case({"key_2_active": True}, settings={"exceptions": ["arn:aws:iam::123456789012:user/nurse-portal"]}),
    )

    @staticmethod
    def applies(user: User, settings: Settings) -> bool | str:
        """IAM users that the settings do not except."""
        if user.id in settings.exceptions or user.arn in settings.exceptions:
            return f"the settings except the user {user.id}"
        return True

    @staticmethod
    def check(user: User) -> Iterator[Fail | Missing]:
        gaps = Gaps()
        with gaps:
            if user.key_1_active:
                yield Fail("access key 1 is active", part="access key 1")
        with gaps:
            if user.key_2_active:
                yield Fail("access key 2 is active", part="access key 2")
        yield from gaps
