"""KMS: keys, and the aliases that name them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.common import tagged, tags
from scanner.model.call import each, shared, then
from scanner.model.kind import Const, Kind, fact
from scanner.model.policy import PolicyDocument

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


class KmsKey(Kind, cfn="AWS::KMS::Key", tf="aws_kms_key"):
    """A KMS key: what every other encryption setting finally points at."""

    key = each("kms.ListKeys", "Keys")
    meta = then("kms.DescribeKey", "KeyMetadata", KeyId="$key.KeyId")
    turn = then(
        "kms.GetKeyRotationStatus",
        KeyId="$key.KeyId",
        expect="KeyRotationEnabled",
        when="meta.KeyManager == 'CUSTOMER' and meta.KeySpec == 'SYMMETRIC_DEFAULT' and meta.KeyState == 'Enabled'",
        absent=["UnsupportedOperationException"],
    )
    pol = then("kms.GetKeyPolicy", "Policy", KeyId="$key.KeyId", PolicyName="default")
    tagging = tagged("$key.KeyArn", "kms")
    alias = shared("kms.ListAliases", "Aliases", own="$key.KeyId", key="TargetKeyId")

    id: str = fact("key.KeyId", plan="key_id", sample="1234abcd-12ab-34cd-56ef-1234567890ab")
    arn: str = fact(
        "key.KeyArn",
        plan="arn",
        sample="arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    )
    alias_name: str = fact(
        "alias.AliasName", plan="aws_kms_alias.name", template="AWS::KMS::Alias.AliasName", default=""
    )
    tf_parts = {"aws_kms_alias": "target_key_id"}
    cfn_parts = {"AWS::KMS::Alias": "TargetKeyId"}
    tags: Mapping[str, str] = fact(
        "tagging.Tags",
        plan="tags",
        template="Tags",
        parse=tags(),
        default={},
    )
    manager: str = fact("meta.KeyManager", plan=Const("CUSTOMER"), template=Const("CUSTOMER"), sample="CUSTOMER")
    state: str = fact("meta.KeyState", plan=Const("Enabled"), template=Const("Enabled"), sample="Enabled")
    spec: str = fact(
        "meta.KeySpec",
        plan="customer_master_key_spec",
        template="KeySpec",
        default={"plan": "SYMMETRIC_DEFAULT", "template": "SYMMETRIC_DEFAULT"},
        sample="SYMMETRIC_DEFAULT",
    )
    origin: str = fact(
        "meta.Origin", plan=Const("AWS_KMS"), template="Origin", default={"template": "AWS_KMS"}, sample="AWS_KMS"
    )
    rotates: bool = fact(
        "turn.KeyRotationEnabled",
        plan="enable_key_rotation",
        template="EnableKeyRotation",
        default={"plan": False, "template": False},
        sample=True,
    )
    created: datetime = fact("meta.CreationDate")
    policy: PolicyDocument = fact("pol", plan="policy", template="KeyPolicy", parse=PolicyDocument.parse)
    volatile = ("meta.CreationDate", "turn.NextRotationDate", "turn.OnDemandRotationStartDate")
