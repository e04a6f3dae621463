"""iam_user_mfa_all_users."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.kinds.iam import User
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Fail, Rule


class UserMfaAllUsers(Rule):
    """All IAM users, console or not, have MFA.

    A user without a password for the console has keys, or may be given a password tomorrow. With a device
    registered, policies can ask for the second factor before ePHI is touched by key, too. The state is that of the
    credential report, which AWS renews at most every four hours.
    """

    kind = User
    severity = "medium"
    hipaa = ("164.308(a)(3)(ii)(A)", "164.308(a)(4)(ii)(B)", "164.312(d)")
    aliases = ("config:iam-user-mfa-enabled", "security-hub:IAM.19", "steampipe:iam_user_mfa_enabled")
    related = ("iam_user_mfa_enabled",)
    remedy = Runbook(
        "A person: let them register a passkey, security key or authenticator under Security credentials.",
        "A program: give it a role in place of the user, and delete the user {name}.",
        "Ask for the factor in the policies of whoever has keys: deny while aws:MultiFactorAuthPresent is not true.",
        effect=Effect(risk="medium"),
    )
    GOOD = ({}, {"console": False})
    BAD = ({"mfa": False}, {"console": False, "mfa": False})

    @staticmethod
    def check(user: User) -> Iterator[Fail]:
        if not user.mfa:
            yield Fail("the user has no MFA device")
