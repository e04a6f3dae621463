"""log_group_encrypted_all."""

from __future__ import annotations

from collections.abc import Iterator

from rules.log._kept import ENCRYPT
from scanner.kinds.logs import LogGroup
from scanner.model.rule import Fail, Rule


class GroupEncryptedAll(Rule):
    """Every log group is encrypted with a KMS key.

    No one can say of every log group that no ePHI ever strays into it. Under a customer managed key, reading needs
    leave to use the key too, each use is recorded, and access ends with the key; under CloudWatch Logs' own key none of
    this holds.
    """

    kind = LogGroup
    severity = "medium"
    hipaa = ("164.308(a)(1)(ii)(B)", "164.308(a)(4)(ii)(A)", "164.312(a)(2)(iv)", "164.312(e)(2)(ii)")
    aliases = (
        "config:cloudwatch-log-group-encrypted",
        "prowler:cloudwatch_log_group_kms_encryption_enabled",
        "steampipe:log_group_encryption_at_rest_enabled",
    )
    related = ("log_group_encrypted",)
    remedy = ENCRYPT
    GOOD = ({"kms_key": "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"},)
    BAD = ({"kms_key": ""},)

    @staticmethod
    def check(group: LogGroup) -> Iterator[Fail]:
        if not group.kms_key:
            yield Fail("the log group is encrypted without a KMS key")
