"""s3_bucket_versioning."""

from __future__ import annotations

from collections.abc import Iterator

from rules._bucket_remedies import VERSIONS
from scanner.kinds.s3 import Bucket
from scanner.model.rule import Fail, Rule
from scanner.model.source import WebProposal


class BucketVersioning(Rule):
    """Buckets are versioned.

    Without versions, a record that is overwritten or deleted, by mistake, by a faulty program or by ransomware, is
    gone for good. With versioning the former state stays and can be brought back. A bucket whose versioning is
    suspended keeps the old versions, but no new ones.
    """

    kind = Bucket
    severity = "medium"
    category = "resilience"
    hipaa = (
        "164.308(a)(1)(ii)(B)",
        "164.308(a)(7)(i)",
        "164.308(a)(7)(ii)(A)",
        "164.308(a)(7)(ii)(B)",
        "164.308(a)(7)(ii)(C)",
        "164.310(d)(2)(iv)",
        "164.312(a)(2)(ii)",
        "164.312(c)(1)",
        "164.312(c)(2)",
    )
    sources = (WebProposal(),)
    aliases = (
        "config:s3-bucket-versioning-enabled",
        "security-hub:S3.14",
        "prowler:s3_bucket_object_versioning",
        "steampipe:s3_bucket_versioning_enabled",
    )
    remedy = VERSIONS
    GOOD = ({"versioning": "Enabled"},)
    BAD = ({"versioning": ""}, {"versioning": "Suspended"})

    @staticmethod
    def check(bucket: Bucket) -> Iterator[Fail]:
        if bucket.versioning != "Enabled":
            yield Fail("versioning is suspended" if bucket.versioning else "versioning was never on")
