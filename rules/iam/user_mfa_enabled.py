"""iam_user_mfa_enabled."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.kinds.iam import User
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Fail, Rule
from scanner.model.source import EcsGuide, WebProposal


class UserMfaEnabled(Rule):
    """Console users have MFA.

    A password alone is guessed, reused or phished, and the console then shows whatever the user may see. A second
    factor makes the stolen password worthless. Users without a password for the console are not judged. The state
    is that of the credential report, which AWS renews at most every four hours.
    """

    kind = User
    severity = "high"
    hipaa = ("164.308(a)(3)(ii)(A)", "164.312(a)(1)", "164.312(d)")
    sources = (EcsGuide(54), WebProposal())
    aliases = (
        "config:mfa-enabled-for-iam-console-access",
        "security-hub:IAM.5",
        "prowler:iam_user_mfa_enabled_console_access",
        "steampipe:iam_user_console_access_mfa_enabled",
        "cis:v3.0/1.10",
        "cis:v4.0/1.10",
        "cis:v5.0/1.9",
        "cis:v6.0/2.9",
        "cis:v7.0/2.10",
    )
    remedy = Runbook(
        "Ask the user to sign in and to register a passkey, security key or authenticator under Security credentials.",
        "If nobody uses the password any more, take it away: aws iam delete-login-profile --user-name {name}",
        "Until then, deny the user everything but registering a device while aws:MultiFactorAuthPresent is false.",
        effect=Effect(risk="medium"),
    )
    GOOD = ({},)
    BAD = ({"mfa": False},)
    SKIP = ({"console": False}, {"console": False, "mfa": False})

    @staticmethod
    def applies(user: User) -> bool:
        """IAM users with a password for the console."""
        return user.console

    @staticmethod
    def check(user: User) -> Iterator[Fail]:
        if not user.mfa:
            yield Fail("the user has a password for the console and no MFA device")
