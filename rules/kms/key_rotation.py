"""kms_key_rotation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.kms import KmsKey
from scanner.model.remedy import Custodian, Effect, Write
from scanner.model.rule import Fail, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator


class KeyRotation(Rule):
    """Customer managed keys rotate.

    A key that never rotates protects ever more ePHI with the same material, so one leak opens all of it.
    Keys whose material KMS cannot rotate by itself (asymmetric, HMAC, imported, in a custom store) are not judged.
    """

    kind = KmsKey
    severity = "medium"
    hipaa = ("164.312(a)(2)(iv)",)
    sources = (EcsGuide(63),)
    aliases = (
        "config:cmk-backing-key-rotation-enabled",
        "security-hub:KMS.4",
        "prowler:kms_cmk_rotation_enabled",
        "steampipe:kms_cmk_rotation_enabled",
        "cis:v3.0/3.6",
        "cis:v4.0/3.6",
        "cis:v5.0/3.6",
        "cis:v6.0/4.6",
        "cis:v7.0/4.6",
    )
    remedy = Custodian(
        "kms-key",
        {"type": "set-rotation", "state": True},
        filters=[{"type": "key-rotation-status", "key": "KeyRotationEnabled", "value": False}],
        effect=Effect(
            sets={"rotates": True},
            cost="1 USD a month more after the first and after the second rotation",
            undo=(Write("kms.DisableKeyRotation", {"KeyId": "{id}"}),),
            terraform={"aws_kms_key": {"enable_key_rotation": True}},
        ),
    )
    GOOD = ({"rotates": True},)
    BAD = ({"rotates": False},)
    SKIP = ({"manager": "AWS"}, {"state": "Disabled"}, {"spec": "RSA_2048"}, {"origin": "EXTERNAL"})

    @staticmethod
    def applies(key: KmsKey) -> bool:
        """Enabled customer managed symmetric keys with material from KMS."""
        return (
            key.manager == "CUSTOMER"
            and key.state == "Enabled"
            and key.spec == "SYMMETRIC_DEFAULT"
            and key.origin == "AWS_KMS"
        )

    @staticmethod
    def check(key: KmsKey) -> Iterator[Fail]:
        """Automatic rotation is on."""
        if not key.rotates:
            yield Fail("automatic rotation is off")
