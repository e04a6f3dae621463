"""s3_bucket_kms_encryption."""

from __future__ import annotations

from collections.abc import Iterator

from rules._bucket_remedies import ENCRYPT
from scanner.kinds.s3 import Bucket
from scanner.model.inventory import World
from scanner.model.rule import Case, Fail, Other, Rule, Skip

NAME = "claims-documents"


class BucketKmsEncryption(Rule):
    """Default encryption uses a KMS key.

    Under S3's own keys whoever may read an object reads it in clear. Under a KMS key reading needs leave to use the
    key too, each use is recorded, and access ends with the key. Buckets that receive server access logs are not judged:
    S3 cannot write them under a KMS key.
    """

    kind = Bucket
    severity = "medium"
    hipaa = (
        "164.308(a)(4)(ii)(A)",
        "164.312(a)(2)(iv)",
        "164.312(c)(1)",
        "164.312(e)(2)(ii)",
        "164.314(b)(1)",
        "164.314(b)(2)",
        "164.314(b)(2)(i)",
        "164.314(b)(2)(ii)",
        "164.314(b)(2)(iii)",
        "164.314(b)(2)(iv)",
    )
    aliases = (
        "config:s3-default-encryption-kms",
        "security-hub:S3.17",
        "prowler:s3_bucket_kms_encryption",
        "steampipe:s3_bucket_default_encryption_enabled_kms",
    )
    related = ("s3_bucket_default_encryption",)
    remedy = ENCRYPT
    GOOD = (
        {"encryption": "aws:kms"},
        {"encryption": "aws:kms:dsse"},
        Case({"id": NAME, "encryption": "aws:kms"}, others=[Other(Bucket, id="app", log_target=NAME)]),
    )
    BAD = (
        {"encryption": "AES256"},
        {"encryption": ""},
        Case({"id": NAME, "encryption": "AES256"}, others=[Other(Bucket, id="app", log_target="another")]),
    )
    SKIP = (Case({"id": NAME, "encryption": "AES256"}, others=[Other(Bucket, id="app", log_target=NAME)]),)

    @staticmethod
    def check(bucket: Bucket, world: World) -> Iterator[Fail | Skip]:
        if bucket.encryption in {"aws:kms", "aws:kms:dsse"}:
            return
        if any(True for _ in world.all(Bucket, log_target=bucket.id)):
            yield Skip("receives server access logs, which S3 writes under its own keys only")
        else:
            yield Fail(f"the default encryption is {bucket.encryption or 'off'}, not a KMS key")
