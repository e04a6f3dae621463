"""s3_bucket_tls_only."""

from __future__ import annotations

from collections.abc import Iterator

from rules._bucket_remedies import TLS_ONLY
from scanner.kinds.s3 import Bucket
from scanner.model.policy import PolicyDocument
from scanner.model.rule import Fail, Rule
from scanner.model.source import EcsGuide, WebProposal


def _deny(**different: object) -> PolicyDocument | None:
    """A policy for the examples: the sound statement, but for what differs."""
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": ["arn:aws:s3:::claims-documents", "arn:aws:s3:::claims-documents/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return PolicyDocument.parse({"Version": "2012-10-17", "Statement": [statement | different]})


class BucketTlsOnly(Rule):
    """Bucket policies deny requests without TLS.

    S3 answers plain HTTP too. Only a bucket policy that refuses it, for everyone, every operation, the bucket and
    all its objects, keeps ePHI from ever crossing a network in clear; a refusal for some operations or some callers
    leaves the rest open. What the policy means is judged, not how it is worded.
    """

    kind = Bucket
    severity = "high"
    hipaa = (
        "164.308(a)(1)(ii)(B)",
        "164.312(a)(2)(iv)",
        "164.312(c)(1)",
        "164.312(c)(2)",
        "164.312(e)(1)",
        "164.312(e)(2)(i)",
        "164.312(e)(2)(ii)",
        "164.314(b)(1)",
        "164.314(b)(2)",
        "164.314(b)(2)(i)",
        "164.314(b)(2)(ii)",
        "164.314(b)(2)(iii)",
        "164.314(b)(2)(iv)",
    )
    sources = (WebProposal(), EcsGuide(59))
    aliases = (
        "config:s3-bucket-ssl-requests-only",
        "security-hub:S3.5",
        "prowler:s3_bucket_secure_transport_policy",
        "steampipe:s3_bucket_enforces_ssl",
        "cis:v3.0/2.1.1",
        "cis:v4.0/2.1.1",
        "cis:v5.0/2.1.1",
        "cis:v6.0/3.1.1",
        "cis:v7.0/3.1.1",
    )
    remedy = TLS_ONLY
    GOOD = (
        {"policy": _deny()},
        {"policy": _deny(Principal={"AWS": "*"}, Condition={"Bool": {"aws:SecureTransport": ["false"]}})},
    )
    BAD = (
        {"policy": None},
        {"policy": _deny(Action="s3:GetObject")},
        {"policy": _deny(Action=["s3:Get*", "s3:Put*"])},
        {"policy": _deny(Resource="arn:aws:s3:::claims-documents")},
        {"policy": _deny(Resource="arn:aws:s3:::claims-documents/*")},
        {"policy": _deny(Resource=["arn:aws:s3:::another", "arn:aws:s3:::another/*"])},
        {"policy": _deny(Principal={"AWS": "arn:aws:iam::123456789012:user/one"})},
        {"policy": _deny(Condition={"Bool": {"aws:SecureTransport": "true"}})},
        {"policy": _deny(Effect="Allow")},
    )

    @staticmethod
    def check(bucket: Bucket) -> Iterator[Fail]:
        if bucket.policy is None:
            yield Fail("there is no bucket policy")
            return
        arn = f"arn:{bucket.partition}:s3:::{bucket.id}"
        open_ways = bucket.policy.denies_insecure_transport((arn, f"{arn}/*"))
        if open_ways:
            yield Fail(f"the bucket policy lets plain HTTP pass: {'; '.join(open_ways)}")
