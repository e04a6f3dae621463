"""iam_user_ssh_key_rotated."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec

from scanner.kinds.iam import User
from scanner.kinds.iam_use import SshKey
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Gaps, Missing, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import CityWebapps

AT_365 = datetime(2025, 11, 21, 2, 0, tzinfo=UTC)
AT_364 = datetime(2025, 11, 22, 2, 0, tzinfo=UTC)
"""A year and a day less before the examples' day."""


class UserSshKeyRotated(Rule):
    """SSH public keys kept in IAM are rotated and in use.

    A private key on a laptop has no end of its own: whoever copies it goes through the bastion, towards ePHI, for
    years. Keys that are replaced every year and kept only with those who may use the bastion bound that.

    Inactive keys do not count, nor do keys that lie on hosts or in EC2 key pairs.
    """

    kind = User
    severity = "low"
    hipaa_proposed = ("164.308(a)(4)(ii)(C)",)
    sources = (CityWebapps(),)
    remedy = Runbook(
        "Make a new key pair on the user's own machine: ssh-keygen -t ed25519",
        "Hand in the public half: aws iam upload-ssh-public-key --user-name {name} --ssh-public-key-body file://key.pub",
        "Switch the old one off: aws iam update-ssh-public-key --user-name {name} --ssh-public-key-id OLD "
        "--status Inactive",
        "Who has no business on the bastion keeps no key; who has one belongs to its group: aws iam add-user-to-group.",
        effect=Effect(risk="medium"),
    )

    class Settings(RuleSettings, frozen=True):
        """The rule's parameters."""

        days: Annotated[int, msgspec.Meta(description="Days after which a key is to be replaced.", ge=1)] = 365
        group: Annotated[str, msgspec.Meta(description="The group of those who may use the bastion.")] = (
            "bastion-access"
        )

    GOOD = (
        {"ssh_keys": (SshKey("APKA1", active=True, uploaded=AT_364),), "groups": ("staff", "bastion-access")},
        {
            "ssh_keys": (SshKey("APKA1", active=True, uploaded=AT_364), SshKey("APKA2", active=False, uploaded=AT_365)),
            "groups": ("bastion-access",),
        },
        Case(
            {"ssh_keys": (SshKey("APKA1", active=True, uploaded=AT_365),), "groups": ("ops",)},
            settings={"days": 366, "group": "ops"},
        ),
    )
    BAD = (
        {"ssh_keys": (SshKey("APKA1", active=True, uploaded=AT_365),), "groups": ("bastion-access",)},
        {"ssh_keys": (SshKey("APKA1", active=True, uploaded=AT_364),), "groups": ("staff",)},
        {
            "ssh_keys": (SshKey("APKA1", active=True, uploaded=AT_364), SshKey("APKA2", active=True, uploaded=AT_365)),
            "groups": ("bastion-access",),
        },
        Case(
            {"ssh_keys": (SshKey("APKA1", active=True, uploaded=AT_364),), "groups": ("bastion-access",)},
            settings={"days": 364},
        ),
    )
    SKIP = ({}, {"ssh_keys": (SshKey("APKA1", active=False, uploaded=AT_365),)})

    @staticmethod
    def applies(user: User) -> bool:
        """IAM users with an active SSH public key."""
        return any(key.active for key in user.ssh_keys)

    @staticmethod
    def check(user: User, settings: Settings, as_of: datetime) -> Iterator[Fail | Missing]:
        for key in user.ssh_keys:
            if key.active and as_of - key.uploaded >= timedelta(days=settings.days):
                yield Fail(f"{key.id} was uploaded on {key.uploaded:%Y-%m-%d}", part=key.id)
        gaps = Gaps()
        with gaps:
            if settings.group not in user.groups:
                yield Fail(f"the user has an SSH key and is not in the group {settings.group}", part="group")
        yield from gaps
