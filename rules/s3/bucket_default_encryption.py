"""s3_bucket_default_encryption."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated

import msgspec

from rules._bucket_remedies import ENCRYPT
from scanner.kinds.s3 import Bucket
from scanner.model.rule import Case, Fail, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import EcsGuide, WebProposal


class BucketDefaultEncryption(Rule):
    """Buckets have default encryption.

    What a bucket holds is written to disks that others will use one day. With default encryption no object lands
    there in clear; with a KMS key, reading also needs leave to use the key, and every use of it is recorded. S3
    encrypts every new object with its own keys (AES256) since January 2023, so what counts for ePHI is the key.
    """

    kind = Bucket
    severity = "high"
    hipaa = (
        "164.308(a)(1)(ii)(B)",
        "164.308(a)(4)(ii)(A)",
        "164.312(a)(2)(iv)",
        "164.312(c)(1)",
        "164.312(c)(2)",
        "164.312(e)(2)(ii)",
        "164.314(b)(1)",
        "164.314(b)(2)",
        "164.314(b)(2)(i)",
        "164.314(b)(2)(ii)",
        "164.314(b)(2)(iii)",
        "164.314(b)(2)(iv)",
    )
    sources = (EcsGuide(64), WebProposal())
    aliases = (
        "config:s3-bucket-server-side-encryption-enabled",
        "security-hub:S3.4",
        "prowler:s3_bucket_default_encryption",
        "steampipe:s3_bucket_default_encryption_enabled",
    )
    remedy = ENCRYPT

    class Settings(RuleSettings, frozen=True):
        """The rule's parameters."""

        require_kms: Annotated[bool, msgspec.Meta(description="Demand a KMS key for buckets that hold ePHI.")] = True
        phi_tags: Annotated[
            Mapping[str, str], msgspec.Meta(description="The tags that say that a bucket holds ePHI.")
        ] = msgspec.field(default_factory=lambda: {"data-classification": "phi"})

    PHI = {"Data-Classification": "PHI"}
    GOOD = (
        {"encryption": "AES256", "tags": {}},
        {"encryption": "AES256", "tags": {"data-classification": "public"}},
        {"encryption": "aws:kms", "tags": PHI},
        {"encryption": "aws:kms:dsse", "tags": PHI},
        Case({"encryption": "AES256", "tags": PHI}, settings={"require_kms": False}),
    )
    BAD = (
        {"encryption": "", "tags": {}},
        {"encryption": "AES256", "tags": PHI},
        Case({"encryption": "AES256", "tags": {"holds": "ephi"}}, settings={"phi_tags": {"holds": "ephi"}}),
        Case({"encryption": "", "tags": PHI}, settings={"require_kms": False}),
    )

    @staticmethod
    def check(bucket: Bucket, settings: Settings) -> Iterator[Fail]:
        if not bucket.encryption:
            yield Fail("there is no default encryption")
        elif bucket.encryption == "AES256" and settings.require_kms and bucket.has_tags(settings.phi_tags):
            yield Fail("the bucket is tagged as holding ePHI, but its default encryption is AES256, not a KMS key")
