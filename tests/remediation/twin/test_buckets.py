"""Buckets are rebuilt with all that is set on them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.remediation.twin.twinned import TAGS, Clients, Rebuilt, policy, rebuilt, role, serving


def _targets(s3: Any) -> None:
    s3.create_bucket(Bucket="logs-1111")
    s3.create_bucket(Bucket="copy-1111")
    s3.put_bucket_versioning(Bucket="copy-1111", VersioningConfiguration={"Status": "Enabled"})
    service = {"Service": "logging.s3.amazonaws.com"}
    takes = policy(Principal=service, Action="s3:PutObject", Resource="arn:aws:s3:::logs-1111/*")
    s3.put_bucket_policy(Bucket="logs-1111", Policy=takes)


def _guarded(s3: Any, key: str) -> None:
    name = {"Bucket": "data-1111"}
    s3.create_bucket(**name, ObjectLockEnabledForBucket=True)
    lock = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Years": 6}}}
    s3.put_object_lock_configuration(**name, ObjectLockConfiguration=lock)
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    encryption = {"Rules": [{"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}]}
    s3.put_bucket_encryption(**name, ServerSideEncryptionConfiguration=encryption)
    s3.put_bucket_tagging(**name, Tagging={"TagSet": TAGS})
    logs = {"LoggingEnabled": {"TargetBucket": "logs-1111", "TargetPrefix": "data/"}}
    s3.put_bucket_logging(**name, BucketLoggingStatus=logs)
    old = {"Expiration": {"Days": 9}, "NoncurrentVersionExpiration": {"NoncurrentDays": 3}}
    where = {"Filter": {"And": {"Prefix": "scans/", "Tags": TAGS}}}
    rules = [{"ID": "old", "Status": "Enabled", **where, **old}]
    s3.put_bucket_lifecycle_configuration(**name, LifecycleConfiguration={"Rules": rules})
    copied: dict[str, Any] = {"ID": "all", "Priority": 1, "Status": "Enabled", "Filter": {"Prefix": ""}}
    copied |= {"DeleteMarkerReplication": {"Status": "Disabled"}, "Destination": {"Bucket": "arn:aws:s3:::copy-1111"}}
    s3.put_bucket_replication(**name, ReplicationConfiguration={"Role": role("copying"), "Rules": [copied]})
    s3.put_bucket_notification_configuration(**name, NotificationConfiguration={"EventBridgeConfiguration": {}})


def _open(s3: Any, key: str) -> None:
    name = {"Bucket": "open-1111"}
    s3.create_bucket(**name)
    s3.delete_bucket_ownership_controls(**name)
    s3.delete_public_access_block(**name)
    s3.put_bucket_acl(**name, ACL="public-read")
    everybody: dict[str, Any] = {"Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::open-1111/*"}
    only = {"StringEquals": {"s3:x-amz-server-side-encryption-aws-kms-key-id": key}}
    s3.put_bucket_policy(**name, Policy=policy(**everybody, Condition=only))


def _seed(client: Clients) -> None:
    s3, key = client("s3"), client("kms").create_key()["KeyMetadata"]["Arn"]
    _targets(s3)
    _guarded(s3, key)
    _open(s3, key)
    there = {"LocationConstraint": "us-west-2"}
    client("s3", "us-west-2").create_bucket(Bucket="west-1111", CreateBucketConfiguration=there)


@pytest.fixture(scope="module")
def twin() -> Rebuilt:
    """Rebuild a guarded bucket, an open one, one elsewhere, and those that they name."""
    with serving() as server:
        return rebuilt(server, _seed, "S3::Bucket", "KMS::Key")


def test_buckets_are_rebuilt_as_they_were(twin: Rebuilt) -> None:
    assert twin.lacking == {}
    assert twin.differing == []


def test_what_was_set_was_seen_before(twin: Rebuilt) -> None:
    found = {each.id: each.sections for each in twin.of("S3::Bucket")}
    assert sorted(found) == ["copy-1111", "data-1111", "logs-1111", "open-1111", "west-1111"]
    assert len(found["open-1111"]["acl"].doc["Grants"]) == 2
    assert found["data-1111"]["notes"].doc == {"EventBridgeConfiguration": {}}
    assert {name for name in ("lock", "life", "copies", "log", "tagging") if found["data-1111"][name].doc} == {
        "lock", "life", "copies", "log", "tagging",
    }  # fmt: skip
