"""iam_root_no_access_key."""

from __future__ import annotations

from collections.abc import Iterator

from rules.iam._root import REGISTER
from scanner.kinds.account import Account
from scanner.model.rule import Fail, Rule


class RootNoAccessKey(Rule):
    """Root user has no access keys.

    An access key of the root user does everything, for ever, from anywhere, and asks no second factor. Nothing
    needs it: what a program may do, a role can do, and no more than that.
    """

    kind = Account
    severity = "critical"
    hipaa = (
        "164.308(a)(1)(ii)(B)",
        "164.308(a)(3)(i)",
        "164.308(a)(3)(ii)(B)",
        "164.308(a)(4)(ii)(B)",
        "164.308(a)(4)(ii)(C)",
        "164.312(a)(1)",
        "164.312(a)(2)(i)",
    )
    aliases = (
        "config:iam-root-access-key-check",
        "security-hub:IAM.4",
        "prowler:iam_no_root_access_key",
        "steampipe:iam_root_user_no_access_keys",
        "cis:v3.0/1.4",
        "cis:v4.0/1.4",
        "cis:v5.0/1.3",
        "cis:v6.0/2.3",
        "cis:v7.0/2.4",
    )
    related = ("iam_root_mfa_and_no_keys",)
    remedy = REGISTER
    GOOD = ({}, {"root_mfa": False})
    BAD = ({"root_access_keys": 1}, {"root_access_keys": 2, "root_password": False})

    @staticmethod
    def check(account: Account) -> Iterator[Fail]:
        if account.root_access_keys:
            yield Fail("the root user has an access key")
