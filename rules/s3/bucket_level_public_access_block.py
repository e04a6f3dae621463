"""s3_bucket_level_public_access_block."""

from __future__ import annotations

from collections.abc import Iterator

from rules._bucket_remedies import BLOCK_PUBLIC
from rules._buckets import BLOCK_SETTINGS
from scanner.kinds.s3 import Bucket
from scanner.model.rule import Fail, Gaps, Missing, Rule


class BucketLevelPublicAccessBlock(Rule):
    """Public access is blocked on the bucket itself.

    The block of the account is one switch for all buckets: on the day it is taken off for one of them, every bucket
    without a block of its own lies open to the next mistaken policy. So each bucket has its own, whatever the
    account's says.
    """

    kind = Bucket
    severity = "high"
    hipaa = ("164.308(a)(3)(i)", "164.308(a)(4)(ii)(A)", "164.308(a)(4)(ii)(C)", "164.312(a)(1)", "164.312(e)(1)")
    aliases = (
        "config:s3-bucket-level-public-access-prohibited",
        "security-hub:S3.8",
        "prowler:s3_bucket_level_public_access_block",
        "steampipe:s3_public_access_block_bucket",
        "cis:v3.0/2.1.4",
        "cis:v4.0/2.1.4",
        "cis:v5.0/2.1.4",
        "cis:v6.0/3.1.4",
        "cis:v7.0/3.1.4",
    )
    related = ("s3_bucket_public_access_blocked",)
    remedy = BLOCK_PUBLIC
    GOOD = ({},)
    BAD = (dict.fromkeys(BLOCK_SETTINGS, False), *({name: False} for name in BLOCK_SETTINGS))

    @staticmethod
    def check(bucket: Bucket) -> Iterator[Fail | Missing]:
        gaps = Gaps()
        off = []
        for name, label in BLOCK_SETTINGS.items():
            with gaps:
                if not getattr(bucket, name):
                    off.append(label)
        if off:
            yield Fail(f"off for the bucket: {', '.join(off)}")
        yield from gaps
