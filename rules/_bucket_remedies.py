"""What mends buckets, each once: several rules name the same remedy, and a plan then makes one step of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rules._buckets import BLOCK_SETTINGS, arn_of, receives_logs
from rules._former import former, former_policy, with_statement
from scanner.model.remedy import Custodian, Direct, Effect, NotByMachine, Write

if TYPE_CHECKING:
    from scanner.kinds.s3 import Bucket

KMS = {
    "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}, "BucketKeyEnabled": True}],
}
CANNOT = "cannot use the key aws/s3: choose a customer managed key whose policy lets each of them use it"
ARCHIVE_ID = "archive-old-objects"


def put_lifecycle(rules: list[dict[str, Any]] | None) -> Write:
    """Give the operation after which a bucket has just these lifecycle rules."""
    if not rules:
        return Write("s3.DeleteBucketLifecycle", {"Bucket": "{id}"})
    return Write("s3.PutBucketLifecycleConfiguration", {"Bucket": "{id}", "LifecycleConfiguration": {"Rules": rules}})


def former_lifecycle(bucket: Bucket, _part: str) -> Iterator[Write]:
    """Bring the lifecycle rules back."""
    yield put_lifecycle(former(bucket, "life"))


def former_block(bucket: Bucket, _part: str) -> Iterator[Write]:
    block = former(bucket, "block")
    if block:
        yield Write("s3.PutPublicAccessBlock", {"Bucket": "{id}", "PublicAccessBlockConfiguration": dict(block)})
    else:
        yield Write("s3.DeletePublicAccessBlock", {"Bucket": "{id}"})


def _strangers(bucket: Bucket) -> Iterator[str]:
    """Go over those, beyond the account's own, whom the bucket policy lets read or write objects."""
    for action in ("s3:GetObject", "s3:PutObject"):
        for entry in bucket.policy.allows_some(action, f"{arn_of(bucket)}/*") if bucket.policy else ():
            who = entry.principals
            if who is None or who.negated:
                yield "all but some"
            else:
                yield from (item.value for item in who.items if item.account != bucket.account)


def _encrypt(bucket: Bucket, _part: str) -> Iterator[Write]:
    if receives_logs(bucket):
        raise NotByMachine(f"services of AWS write their logs here, and most {CANNOT}")
    others = sorted(set(_strangers(bucket)))
    if others:
        raise NotByMachine(f"the bucket policy lets in {', '.join(others)}, who {CANNOT}")
    yield Write("s3.PutBucketEncryption", {"Bucket": "{id}", "ServerSideEncryptionConfiguration": KMS})


def _former_encryption(bucket: Bucket, _part: str) -> Iterator[Write]:
    was = former(bucket, "enc")
    if was:
        yield Write("s3.PutBucketEncryption", {"Bucket": "{id}", "ServerSideEncryptionConfiguration": dict(was)})
    else:
        yield Write("s3.DeleteBucketEncryption", {"Bucket": "{id}"})


def _refuse_http(bucket: Bucket, _part: str) -> Iterator[Write]:
    arn = arn_of(bucket)
    statement = {
        "Sid": "DenyInsecureTransport",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    text = with_statement(former_policy(bucket, "pol"), statement)
    yield Write("s3.PutBucketPolicy", {"Bucket": "{id}", "Policy": text})


def _former_bucket_policy(bucket: Bucket, _part: str) -> Iterator[Write]:
    text = former(bucket, "pol")
    if text:
        yield Write("s3.PutBucketPolicy", {"Bucket": "{id}", "Policy": text})
    else:
        yield Write("s3.DeleteBucketPolicy", {"Bucket": "{id}"})


BLOCK_PUBLIC = Custodian(
    "s3",
    {"type": "set-public-block"},
    filters=[{"type": "check-public-block"}],
    effect=Effect(
        sets=dict.fromkeys(BLOCK_SETTINGS, True),
        risk="medium",
        undo=former_block,
        terraform={"aws_s3_bucket_public_access_block": {"bucket": "{id}", **dict.fromkeys(BLOCK_SETTINGS, True)}},
    ),
)
"""Nobody but the account's own and named others may read or write; what was served to everyone is refused."""

ENCRYPT = Direct(
    "s3.PutBucketEncryption",
    why="Custodian needs a key that stands already and reports success where there is none.",
    by=_encrypt,
    effect=Effect(
        sets={"encryption": "aws:kms"},
        after="new objects are encrypted under the account's key aws/s3, with a bucket key; old ones stay as they are",
        risk="medium",
        cost="KMS requests, few with the bucket key, about 0.03 USD for 10,000; none for the key aws/s3",
        undo=_former_encryption,
        terraform={
            "aws_s3_bucket_server_side_encryption_configuration": {
                "bucket": "{id}",
                "rule": {
                    "apply_server_side_encryption_by_default": {"sse_algorithm": "aws:kms"},
                    "bucket_key_enabled": True,
                },
            }
        },
    ),
)
"""A reader of another account whom a role or an access point lets in is not seen in the policy, hence the risk."""

TLS_ONLY = Direct(
    "s3.PutBucketPolicy",
    why="Custodian writes a first policy without its version, names the commercial partition, and leaves a statement"
    " of the same name as it is.",
    by=_refuse_http,
    effect=Effect(
        after="a statement of the bucket policy denies every request over plain HTTP; all others stay",
        risk="medium",
        undo=_former_bucket_policy,
        terraform={"aws_s3_bucket_policy": {"bucket": "{id}"}},
    ),
)

VERSIONS = Custodian(
    "s3",
    {"type": "toggle-versioning", "enabled": True},
    filters=[{"type": "value", "key": "Versioning.Status", "op": "ne", "value": "Enabled"}],
    effect=Effect(
        sets={"versioning": "Enabled"},
        cost="every former version is stored and paid as an object of its own",
        undo=(Write("s3.PutBucketVersioning", {"Bucket": "{id}", "VersioningConfiguration": {"Status": "Suspended"}}),),
        follows=("s3_bucket_lifecycle_archive",),
        brings=("s3_bucket_versioned_lifecycle",),
        terraform={"aws_s3_bucket_versioning": {"bucket": "{id}", "versioning_configuration": {"status": "Enabled"}}},
    ),
)

ARCHIVE = Custodian(
    "s3",
    {
        "type": "configure-lifecycle",
        "rules": [
            {
                "ID": ARCHIVE_ID,
                "Status": "Enabled",
                "Filter": {"Prefix": ""},
                "Transitions": [{"Days": 180, "StorageClass": "GLACIER_IR"}],
                "NoncurrentVersionTransitions": [{"NoncurrentDays": 180, "StorageClass": "GLACIER_IR"}],
                "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
            }
        ],
    },
    filters=[
        {
            "type": "value",
            "key": f"Lifecycle.Rules[?ID=='{ARCHIVE_ID}' && Status=='Enabled'] | [0]",
            "value": "absent",
        }
    ],
    effect=Effect(
        after="one more lifecycle rule: after 180 days objects and former versions lie in Glacier Instant Retrieval,"
        " read as before; uploads that were never finished go after 7 days; nothing else is deleted",
        risk="medium",
        cost="0.02 USD for 1,000 objects moved, and 0.03 USD for each GB read from the archive; storage costs less",
        undo=former_lifecycle,
        follows=("s3_log_bucket_retains_six_years",),
        terraform={
            "aws_s3_bucket_lifecycle_configuration": {
                "bucket": "{id}",
                "rule": {
                    "id": ARCHIVE_ID,
                    "status": "Enabled",
                    "filter": {"prefix": ""},
                    "transition": {"days": 180, "storage_class": "GLACIER_IR"},
                    "noncurrent_version_transition": {"noncurrent_days": 180, "storage_class": "GLACIER_IR"},
                    "abort_incomplete_multipart_upload": {"days_after_initiation": 7},
                },
            }
        },
    ),
)
