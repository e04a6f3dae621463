"""S3: what every new bucket has had on AWS since April 2023, and the Region in ListBuckets.

moto's new bucket has no default encryption, no ownership controls and no public access block, and so looks worse than a
real one. AWS: "Default settings for new S3 buckets" in the S3 User Guide.
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.s3.models import FakeBucket, PublicAccessBlock, S3Backend
from moto.s3.responses import S3Response

from scanner.demo.moto_gaps.graft import add, after

EXTENDS: frozenset[str] = frozenset(
    {
        "s3.CreateBucket",
        "s3.DeleteBucketEncryption",
        "s3.GetBucketNotificationConfiguration",
        "s3.ListBuckets",
    }
)
"""The operations that this module answers, or whose answer or outcome it changes."""


def _sse_s3() -> dict[str, Any]:
    return {"Rule": {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": "false"}}


def _defaults(bucket: Any, _nothing: None, *_args: Any, **_kwargs: Any) -> None:
    bucket.encryption = _sse_s3()
    bucket.ownership_rule = "BucketOwnerEnforced"
    bucket.public_access_block = PublicAccessBlock("true", "true", "true", "true")


def _delete_encryption(backend: S3Backend, bucket_name: str) -> None:
    """DeleteBucketEncryption: AWS goes back to SSE-S3, moto to nothing."""
    backend.get_bucket(bucket_name).encryption = _sse_s3()


def _all_buckets(response: Any) -> Any:
    """ListBuckets: moto leaves out BucketRegion, and cuts at MaxBuckets without a token."""
    response.data["Action"] = "ListAllMyBuckets"
    response._authenticate_and_authorize_s3_action()  # noqa: SLF001
    read = response._get_param  # noqa: SLF001 - moto's way to read a parameter
    found = response.backend.list_buckets(prefix=read("prefix"), bucket_region=read("bucket-region"), max_buckets=None)
    buckets = sorted(
        (
            {"Name": bucket.name, "CreationDate": bucket.creation_date_ISO8601, "BucketRegion": bucket.region_name}
            for bucket in found
        ),
        key=lambda bucket: str(bucket["Name"]),
    )
    begin = read("continuation-token") or ""
    rest = [bucket for bucket in buckets if bucket["Name"] > begin]
    page = rest[: int(read("max-buckets") or len(rest))]
    answer: dict[str, Any] = {"Owner": {"ID": response.current_account.rjust(64, "0")}, "Buckets": page}
    if len(page) < len(rest):
        answer["ContinuationToken"] = page[-1]["Name"]
    response.data["Action"] = "ListBuckets"
    return response.serialized(ActionResult(answer))


def _with_event_bridge(response: Any, answer: Any) -> Any:
    """GetBucketNotificationConfiguration: moto keeps that EventBridge is told, and does not say so."""
    kept = response.backend.get_bucket_notification_configuration(response.bucket_name)
    if kept is None or kept.event_bridge is None:
        return answer
    response.data["Action"] = "GetBucketNotificationConfiguration"
    said: dict[str, Any] = {"EventBridgeConfiguration": {}}
    for name, members, arn in (
        ("TopicConfigurations", kept.topic, "TopicArn"),
        ("QueueConfigurations", kept.queue, "QueueArn"),
        ("LambdaFunctionConfigurations", kept.cloud_function, "LambdaFunctionArn"),
    ):
        said[name] = [_told(each, arn) for each in members]
    return response.serialized(ActionResult(said))


def _told(each: Any, arn: str) -> dict[str, Any]:
    filters = {"Filter": {"Key": {"FilterRules": each.filters["S3Key"]["FilterRule"]}}} if each.filters else {}
    return {"Id": each.id, arn: each.arn, "Events": each.events, **filters}


def install() -> None:
    """Extend moto's S3 answers."""
    after(FakeBucket, "__init__", _defaults)
    add(S3Backend, delete_bucket_encryption=_delete_encryption)
    add(S3Response, all_buckets=_all_buckets)
    after(S3Response, "get_bucket_notification", _with_event_bridge)
