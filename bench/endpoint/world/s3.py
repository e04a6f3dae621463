"""The described buckets."""

from __future__ import annotations

from collections.abc import Callable

from bench.endpoint.world.kms import key_arn
from bench.endpoint.world.place import Answer, Json, Params, Place, Speaker, allow, listing, numbered, policy, saying

PURPOSES = ("archive", "uploads", "exports", "reports", "backups", "static", "logs")
CLASSES = ("STANDARD_IA", "GLACIER", "DEEP_ARCHIVE")
TRAIL_BUCKET, CONFIG_BUCKET, LOG_BUCKET = 0, 1, 2


def bucket_name(place: Place, index: int) -> str:
    """Name a bucket."""
    special = {TRAIL_BUCKET: "cloudtrail", CONFIG_BUCKET: "config-history", LOG_BUCKET: "access-logs"}
    purpose = special.get(index) or f"{place.app(index)}-{PURPOSES[index % len(PURPOSES)]}"
    return f"{purpose}-{place.account[-6:]}-{index:05d}"


def bucket_region(place: Place, index: int) -> str:
    """Say where a bucket lies."""
    return place.regions[index % len(place.regions)]


def _owner(place: Place) -> Json:
    return {"ID": place.hex(64, "canonical"), "DisplayName": "platform"}


@listing
def _buckets(place: Place) -> list[Json]:
    return [
        {
            "Name": bucket_name(place, index),
            "BucketRegion": bucket_region(place, index),
            "CreationDate": place.ago(900, "bucket", index),
        }
        for index in range(place.count("bucket"))
    ]


def _all(place: Place, _: Params) -> Answer:
    return {"Buckets": _buckets(place), "Owner": _owner(place)}


def _encryption(place: Place, index: int) -> Answer:
    if place.yes("bucket-kms", index):
        inner = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key_arn(place, index)}
    else:
        inner = {"SSEAlgorithm": "AES256"}
    rule = {"ApplyServerSideEncryptionByDefault": inner, "BucketKeyEnabled": place.yes("bucket-key", index)}
    return {"ServerSideEncryptionConfiguration": {"Rules": [rule]}}


def _policy(place: Place, index: int) -> Answer:
    arn = f"arn:aws:s3:::{bucket_name(place, index)}"
    statements = []
    if place.yes("bucket-tls", index):
        statements.append({
            "Sid": "TlsOnly", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [arn, f"{arn}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        })  # fmt: skip
    if index in {TRAIL_BUCKET, CONFIG_BUCKET}:
        service = "cloudtrail.amazonaws.com" if index == TRAIL_BUCKET else "config.amazonaws.com"
        statements += [
            allow("s3:GetBucketAcl", arn, Principal={"Service": service}),
            allow("s3:PutObject", f"{arn}/AWSLogs/{place.account}/*", Principal={"Service": service}),
        ]
    elif place.yes("bucket-shared", index, share=0.06):
        everybody = place.yes("bucket-public", index, share=0.3)
        who = "*" if everybody else {"AWS": f"arn:aws:iam::{place.number(10**9, 'partner', index) + 10**11}:root"}
        statements.append(allow("s3:GetObject", f"{arn}/*", Principal=who))
    return {"Policy": policy(*statements)} if statements else "NoSuchBucketPolicy"


def _acl(place: Place, index: int) -> Answer:
    owner = _owner(place)
    grants = [{"Grantee": {"Type": "CanonicalUser", **owner}, "Permission": "FULL_CONTROL"}]
    if place.yes("bucket-acl", index, share=0.03):
        everyone = {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AllUsers"}
        grants.append({"Grantee": everyone, "Permission": "READ"})
    return {"Owner": owner, "Grants": grants}


def _ownership(place: Place, index: int) -> Answer:
    if not place.yes("bucket-controls", index, share=0.9):
        return "OwnershipControlsNotFoundError"
    said = "BucketOwnerEnforced" if place.yes("bucket-enforced", index, share=0.85) else "ObjectWriter"
    return {"OwnershipControls": {"Rules": [{"ObjectOwnership": said}]}}


BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


def _block(place: Place, index: int) -> Answer:
    if not place.yes("bucket-blocks", index, share=0.9):
        return "NoSuchPublicAccessBlockConfiguration"
    whole = place.yes("bucket-block", index, share=0.85)
    return {"PublicAccessBlockConfiguration": {name: whole or number < 2 for number, name in enumerate(BLOCKS)}}  # noqa: PLR2004  half of them


def _tags(place: Place, index: int) -> Answer:
    return {"TagSet": place.tags("bucket", index)} if place.yes("bucket-tags", index, share=0.9) else "NoSuchTagSet"


def tagged(place: Place) -> list[Json]:
    """Give the tags of the buckets that lie in a Region and have some."""
    own = range(place.order, place.count("bucket"), len(place.regions))
    found = ((index, _tags(place, index)) for index in own)
    return [
        {"ResourceARN": f"arn:aws:s3:::{bucket_name(place, index)}", "Tags": said["TagSet"]}
        for index, said in found if not isinstance(said, str)
    ]  # fmt: skip


def _versioning(place: Place, index: int) -> Answer:
    return {"Status": "Enabled"} if place.yes("bucket-versions", index) else {}


def _logging(place: Place, index: int) -> Answer:
    if index == LOG_BUCKET or not place.yes("bucket-logs", index):
        return {}
    return {"LoggingEnabled": {"TargetBucket": bucket_name(place, LOG_BUCKET), "TargetPrefix": f"{index}/"}}


def _lifecycle(place: Place, index: int) -> Answer:
    if not place.yes("bucket-life", index):
        return "NoSuchLifecycleConfiguration"
    rules: list[Json] = [
        {
            "ID": "parts", "Status": "Enabled", "Filter": {"Prefix": ""},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
        },
        {
            "ID": "cold", "Status": "Enabled", "Filter": {"Prefix": ""},
            "Transitions": [{"Days": 90, "StorageClass": place.pick(CLASSES, "bucket-class", index)}],
        },
    ]  # fmt: skip
    if place.yes("bucket-expires", index, share=0.4):
        days = 2555 if place.yes("bucket-long", index) else 365
        rules[1]["Expiration"] = {"Days": days}
        rules[1]["NoncurrentVersionExpiration"] = {"NoncurrentDays": days}
    return {"Rules": rules}


def _replication(place: Place, index: int) -> Answer:
    if not place.yes("bucket-copied", index, share=0.2):
        return "ReplicationConfigurationNotFoundError"
    away = {"Bucket": f"arn:aws:s3:::{bucket_name(place, index)}-copy", "Account": place.account}
    rule = {
        "ID": "all", "Priority": 1, "Status": "Enabled", "Filter": {"Prefix": ""}, "Destination": away,
        "DeleteMarkerReplication": {"Status": "Disabled"},
    }  # fmt: skip
    return {"ReplicationConfiguration": {"Role": place.iam("role/replication"), "Rules": [rule]}}


def _lock(place: Place, index: int) -> Answer:
    if not place.yes("bucket-locked", index, share=0.15):
        return "ObjectLockConfigurationNotFoundError"
    kept = {"DefaultRetention": {"Mode": "COMPLIANCE", "Years": 6}}
    return {"ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled", "Rule": kept}}


def _notified(place: Place, index: int) -> Answer:
    return {"EventBridgeConfiguration": {}} if place.yes("bucket-notifies", index, share=0.5) else {}


def _index(place: Place, params: Params) -> int | None:
    number = str(params.get("Bucket", "")).rpartition("-")[2]
    return int(number) if number.isdecimal() and int(number) < place.count("bucket") else None


def _of_bucket(make: Callable[[Place, int], Answer]) -> Speaker:
    return numbered(_index, "NoSuchBucket", make)


def _location(place: Place, index: int) -> Answer:
    where = bucket_region(place, index)
    return {} if where == "us-east-1" else {"LocationConstraint": where}


ANSWERS: dict[str, Speaker] = {
    "s3.ListBuckets": _all,
    "s3control.GetPublicAccessBlock": saying(
        PublicAccessBlockConfiguration={name: name.endswith("Acls") for name in BLOCKS}
    ),
    "s3.GetBucketLocation": _of_bucket(_location),
    "s3.GetBucketEncryption": _of_bucket(_encryption),
    "s3.GetBucketPolicy": _of_bucket(_policy),
    "s3.GetBucketAcl": _of_bucket(_acl),
    "s3.GetBucketOwnershipControls": _of_bucket(_ownership),
    "s3.GetPublicAccessBlock": _of_bucket(_block),
    "s3.GetBucketTagging": _of_bucket(_tags),
    "s3.GetBucketVersioning": _of_bucket(_versioning),
    "s3.GetBucketLogging": _of_bucket(_logging),
    "s3.GetBucketLifecycleConfiguration": _of_bucket(_lifecycle),
    "s3.GetBucketReplication": _of_bucket(_replication),
    "s3.GetObjectLockConfiguration": _of_bucket(_lock),
    "s3.GetBucketNotificationConfiguration": _of_bucket(_notified),
}
