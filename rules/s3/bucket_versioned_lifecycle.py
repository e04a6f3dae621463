"""s3_bucket_versioned_lifecycle."""

from __future__ import annotations

from collections.abc import Iterator

from rules._bucket_remedies import ARCHIVE
from scanner.kinds.s3 import Bucket
from scanner.kinds.s3_reading import LifecycleRule
from scanner.model.rule import Fail, Rule


class BucketVersionedLifecycle(Rule):
    """Versioned buckets have lifecycle rules.

    Versions pile up for ever unless a rule says what becomes of them: old copies of ePHI stay long after they were
    due to be disposed of, and the bill grows with them. One rule that is on is enough; what it should say is the
    owner's decision.
    """

    kind = Bucket
    severity = "medium"
    category = "operations"
    hipaa_proposed = ("164.308(a)(7)(ii)(A)", "164.310(d)(2)(iv)")
    aliases = (
        "config:s3-version-lifecycle-policy-check",
        "security-hub:S3.10",
        "steampipe:s3_bucket_versioning_and_lifecycle_policy_enabled",
    )
    related = ("s3_bucket_lifecycle_archive", "s3_bucket_versioning")
    remedy = ARCHIVE
    GOOD = (
        {"versioning": "Enabled", "lifecycle": (LifecycleRule("old"),)},
        {"versioning": "Enabled", "lifecycle": (LifecycleRule("off", enabled=False), LifecycleRule("old"))},
    )
    BAD = (
        {"versioning": "Enabled", "lifecycle": ()},
        {"versioning": "Enabled", "lifecycle": (LifecycleRule("off", enabled=False),)},
    )
    SKIP = ({"versioning": ""}, {"versioning": "Suspended"})

    @staticmethod
    def applies(bucket: Bucket) -> bool:
        """Buckets whose versioning is on."""
        return bucket.versioning == "Enabled"

    @staticmethod
    def check(bucket: Bucket) -> Iterator[Fail]:
        if not any(rule.enabled for rule in bucket.lifecycle):
            yield Fail("all lifecycle rules are off" if bucket.lifecycle else "there is no lifecycle rule")
