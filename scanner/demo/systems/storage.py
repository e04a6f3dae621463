"""Buckets, and whether they are kept as PHI wants it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from scanner.demo.systems.cloud import HOME, Cloud, Tags, pairs
from scanner.demo.systems.policies import Statement, document, tls_only

if TYPE_CHECKING:
    from collections.abc import Mapping


def bucket(
    cloud: Cloud,
    name: str,
    tags: Tags,
    *,
    key: str | None = None,
    over_tls_alone: bool = True,
    statements: Sequence[Statement] = (),
    blocked: bool = True,
    region: str = HOME,
) -> str:
    """Make a bucket: encrypted with a KMS key where one is given, else as AWS does by itself; answers its name."""
    s3 = cloud.client("s3", region)
    where = {} if region == HOME else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket=name, **where)
    s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": pairs(tags)})
    if key:
        rule: Mapping[str, Any] = {
            "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key},
            "BucketKeyEnabled": True,
        }
        s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": [rule]})
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    if not blocked:
        s3.delete_public_access_block(Bucket=name)
    said = [*([tls_only(name)] if over_tls_alone else []), *statements]
    if said:
        s3.put_bucket_policy(Bucket=name, Policy=json.dumps(document(*said)))
    return name
