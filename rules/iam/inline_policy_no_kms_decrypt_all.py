"""iam_inline_policy_no_kms_decrypt_all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from rules.iam._kms import SOUND, UNSOUND, BlockedActions, on_every_key
from rules.iam._policies import EMBEDDED
from scanner.kinds.iam_policies import IdentityPolicies
from scanner.kinds.iam_reading import InlinePolicy
from scanner.model.rule import Case, Fail, Rule


class InlinePolicyNoKmsDecryptAll(Rule):
    """Inline policies do not allow decrypt on all keys.

    A key protects ePHI only from those who may not use it. Who may decrypt with every key of the account reads
    whatever any of them encrypts, now and later, and the key's own policy cannot tell one ePHI from another.

    Keys named by a condition on their tags or aliases do not count as every key; Security Hub does not look at
    conditions.
    """

    kind = IdentityPolicies
    severity = "medium"
    hipaa = ("164.312(a)(2)(iv)",)
    aliases = (
        "config:iam-inline-policy-blocked-kms-actions",
        "security-hub:KMS.2",
        "steampipe:iam_policy_inline_no_blocked_kms_actions",
        "steampipe:kms_key_decryption_restricted_in_iam_inline_policy",
    )
    related = ("kms_key_policy_not_public",)
    remedy = EMBEDDED
    Settings: ClassVar[type[BlockedActions]] = BlockedActions
    GOOD = (
        *({"inline": (InlinePolicy("keys", document),)} for document in SOUND),
        Case({"inline": (InlinePolicy("keys", UNSOUND[0]),)}, settings={"actions": ["kms:ReEncryptFrom"]}),
    )
    BAD = (
        *({"inline": (InlinePolicy("keys", document),)} for document in UNSOUND),
        {"inline": (InlinePolicy("keys", SOUND[0]), InlinePolicy("more", UNSOUND[0]))},
        Case({"inline": (InlinePolicy("keys", SOUND[1]),)}, settings={"actions": ["kms:Encrypt"]}),
    )
    SKIP = (
        {},
        {"inline": (InlinePolicy("keys", UNSOUND[0]),), "path": "/aws-service-role/ecs.amazonaws.com/"},
        {"arn": "arn:aws:iam::123456789012:policy/keys", "managed": UNSOUND[0]},
    )

    @staticmethod
    def applies(holder: IdentityPolicies) -> bool | str:
        """Users, groups and roles with a policy embedded in them."""
        return holder.owner or bool(holder.inline)

    @staticmethod
    def check(holder: IdentityPolicies, settings: BlockedActions) -> Iterator[Fail]:
        for embedded in holder.inline:
            yield from on_every_key(embedded.document, settings.actions, embedded.name)
