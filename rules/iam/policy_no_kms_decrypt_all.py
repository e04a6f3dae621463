"""iam_policy_no_kms_decrypt_all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from rules.iam._kms import SOUND, UNSOUND, BlockedActions, on_every_key
from rules.iam._policies import NARROW, customers_own
from scanner.kinds.iam import ManagedPolicy
from scanner.model.rule import Case, Fail, Rule


class PolicyNoKmsDecryptAll(Rule):
    """Customer policies do not allow decrypt on all keys.

    A key protects ePHI only from those who may not use it. Who may decrypt with every key of the account reads
    whatever any of them encrypts, now and later, and the key's own policy cannot tell one ePHI from another.

    Keys named by a condition on their tags or aliases do not count as every key; Security Hub does not look at
    conditions.
    """

    kind = ManagedPolicy
    severity = "medium"
    hipaa = ("164.312(a)(2)(iv)",)
    aliases = (
        "config:iam-customer-policy-blocked-kms-actions",
        "security-hub:KMS.1",
        "steampipe:iam_policy_custom_no_blocked_kms_actions",
        "steampipe:kms_key_decryption_restricted_in_iam_customer_managed_policy",
    )
    related = ("kms_key_policy_not_public",)
    remedy = NARROW
    Settings: ClassVar[type[BlockedActions]] = BlockedActions
    GOOD = (
        *({"document": document} for document in SOUND),
        Case({"document": UNSOUND[0]}, settings={"actions": ["kms:ReEncryptFrom"]}),
    )
    BAD = (
        *({"document": document} for document in UNSOUND),
        {"document": UNSOUND[0], "attachment_count": 0},
        Case({"document": SOUND[1]}, settings={"actions": ["kms:Encrypt"]}),
    )
    SKIP = ({"document": UNSOUND[0], "arn": "arn:aws:iam::aws:policy/AWSKeyManagementServicePowerUser"},)

    @staticmethod
    def applies(policy: ManagedPolicy) -> bool | str:
        """Customer managed policies, attached or not."""
        return customers_own(policy)

    @staticmethod
    def check(policy: ManagedPolicy, settings: BlockedActions) -> Iterator[Fail]:
        yield from on_every_key(policy.document, settings.actions)
