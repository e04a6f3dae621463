"""iam_root_hardware_mfa."""

from __future__ import annotations

from collections.abc import Iterator

from rules.iam._root import NO_CREDENTIALS, REGISTER, can_sign_in
from scanner.kinds.account import Account
from scanner.model.rule import Fail, Gaps, Missing, Rule


class RootHardwareMfa(Rule):
    """Root user has hardware MFA.

    A virtual device is a secret in a telephone: it is copied with the telephone's backup and lost with it. The key
    to an account that holds ePHI belongs on a device that cannot be copied, in a safe.

    One virtual device among several is reported too, since any of them lets its holder in.
    """

    kind = Account
    severity = "critical"
    hipaa = ("164.308(a)(3)(ii)(A)", "164.312(d)")
    aliases = (
        "config:root-account-hardware-mfa-enabled",
        "security-hub:IAM.6",
        "prowler:iam_root_hardware_mfa_enabled",
        "steampipe:iam_root_user_hardware_mfa_enabled",
        "cis:v3.0/1.6",
        "cis:v4.0/1.6",
        "cis:v5.0/1.5",
        "cis:v6.0/2.5",
        "cis:v7.0/2.6",
    )
    related = ("iam_root_mfa_and_no_keys",)
    remedy = REGISTER
    GOOD = ({}, {"root_password": False})
    BAD = (
        {"root_mfa": False},
        {"root_virtual_mfa": ("arn:aws:iam::123456789012:mfa/root-account-mfa-device",)},
        {"root_mfa": False, "root_virtual_mfa": ("arn:aws:iam::123456789012:mfa/phone",)},
    )
    SKIP = (NO_CREDENTIALS,)

    @staticmethod
    def applies(account: Account) -> bool | str:
        """Accounts whose root user has something to sign in with."""
        return can_sign_in(account)

    @staticmethod
    def check(account: Account) -> Iterator[Fail | Missing]:
        gaps = Gaps()
        with gaps:
            if not account.root_mfa:
                yield Fail("the root user has no MFA device", part="MFA")
        with gaps:
            for serial in account.root_virtual_mfa:
                yield Fail(f"the root user's device {serial} is a virtual one", part=serial)
        yield from gaps
