"""secret_cmk_encrypted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules._keys import not_customers
from scanner.kinds.kms import KmsKey
from scanner.kinds.secretsmanager import Secret
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Other, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World

ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
KEY = f"arn:aws:kms:us-east-1:123456789012:key/{ID}"


class CmkEncrypted(Rule):
    """Secrets use a customer managed key.

    Under AWS's own key everybody in the account who may read secrets may read this one. Under a customer managed key
    the credentials to ePHI can be read only by those whom its policy lets use it, each use is recorded, and access can
    be taken away at one place. One that is to be deleted is not judged.
    """

    kind = Secret
    needs = (KmsKey,)
    severity = "medium"
    hipaa = ("164.312(a)(2)(iv)", "164.312(e)(2)(ii)")
    aliases = ("config:secretsmanager-using-cmk", "steampipe:secretsmanager_secret_encrypted_with_kms_cmk")
    remedy = Runbook(
        "Choose a customer managed key whose policy lets those use it who read the secret.",
        "aws secretsmanager update-secret --secret-id {arn} --kms-key-id KEY",
        "See that the programs that use the secret can still read it; older versions stay under the old key.",
        effect=Effect(
            risk="medium",
            cost="1 USD a month for a key, and about 0.03 USD for 10,000 requests",
            terraform={"aws_secretsmanager_secret": {"kms_key_id": "KEY"}},
        ),
    )
    GOOD = (
        Case({"kms_key": KEY}, others=[Other(KmsKey)]),
        Case({"kms_key": ID}, others=[Other(KmsKey)]),
        {"kms_key": "alias/secrets"},
    )
    BAD = (
        {"kms_key": ""},
        {"kms_key": "alias/aws/secretsmanager"},
        Case({"kms_key": KEY}, others=[Other(KmsKey, manager="AWS")]),
        {"kms_key": KEY},
    )
    SKIP = ({"deleted": "2026-11-01T00:00:00Z"},)
    UNKNOWN = (Case({"kms_key": KEY}, lacking=[KmsKey]),)

    @staticmethod
    def applies(secret: Secret) -> bool:
        """Secrets that are not to be deleted."""
        return not secret.deleted

    @staticmethod
    def check(secret: Secret, world: World) -> Iterator[Fail]:
        reason = not_customers(world, secret.kms_key, secret.account)
        if reason:
            yield Fail(reason)
