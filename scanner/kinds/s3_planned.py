"""Buckets as Terraform plans and CloudFormation templates write them, read by pure functions.

Sources: Terraform provider for AWS, version 5 (aws_s3_bucket_lifecycle_configuration, aws_s3_bucket_replication_
configuration, aws_s3_bucket_acl, aws_s3_bucket_notification, aws_s3_bucket_object_lock_configuration); CloudFormation
(AWS::S3::Bucket); Amazon S3 User Guide, "Canned ACL".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scanner.kinds.containers import number, text, truth
from scanner.kinds.planned_reading import first, named, shaped
from scanner.kinds.s3_reading import (
    AclGrant,
    BucketReplication,
    LifecycleRule,
    Transition,
    lifecycle_rules,
    moment,
    retention,
)
from scanner.model.planned import Known, is_token

_EVERYONE, _ANY_ACCOUNT, _LOGS = "global/AllUsers", "global/AuthenticatedUsers", "s3/LogDelivery"
CANNED = {
    "private": (),
    "public-read": (AclGrant(_EVERYONE, "READ"),),
    "public-read-write": (AclGrant(_EVERYONE, "READ"), AclGrant(_EVERYONE, "WRITE")),
    "authenticated-read": (AclGrant(_ANY_ACCOUNT, "READ"),),
    "log-delivery-write": (AclGrant(_LOGS, "WRITE"), AclGrant(_LOGS, "READ_ACP")),
    "bucket-owner-read": (),
    "bucket-owner-full-control": (),
}
"""What canned ACLs grant to others than the owner, who always has full control."""
_GRANTEE = {"id": "ID", "uri": "URI", "email_address": "EmailAddress"}


def planned_acl(given: Known) -> tuple[AclGrant, ...]:
    """Read a bucket's ACL; what the owner himself has is left out where a canned ACL says it.

    Raises:
        KeyError: a canned ACL is named that grants to an account which is not known.
    """
    part = first(given.get("aws_s3_bucket_acl"))
    policy = first(part.written("access_control_policy")) if isinstance(part, Known) else {}
    own = part.written("acl") if isinstance(part, Known) else given.written("acl")
    if own or not policy.get("grant"):
        return CANNED[text(own) or "private"]
    found = []
    for item in policy["grant"]:
        who = shaped(first(item.get("grantee")), _GRANTEE)
        name = text(who.get("URI")).rpartition("/groups/")[2] or text(who.get("ID") or who.get("EmailAddress"))
        found.append(AclGrant(name, item["permission"]))
    return tuple(found)


_TEMPLATE_CANNED = {
    "Private": "private",
    "PublicRead": "public-read",
    "PublicReadWrite": "public-read-write",
    "AuthenticatedRead": "authenticated-read",
    "LogDeliveryWrite": "log-delivery-write",
    "BucketOwnerRead": "bucket-owner-read",
    "BucketOwnerFullControl": "bucket-owner-full-control",
}


def template_acl(given: str) -> tuple[AclGrant, ...]:
    """Read a bucket's canned ACL.

    Raises:
        KeyError: it grants to an account which is not known.
    """
    return CANNED[_TEMPLATE_CANNED[given]]


_RULE = {"id": "ID", "status": "Status", "prefix": "Prefix"}
_FILTER = {
    "prefix": "Prefix",
    "object_size_greater_than": "ObjectSizeGreaterThan",
    "object_size_less_than": "ObjectSizeLessThan",
    "tag": "Tag",
    "tags": "Tags",
}
_WHEN = {"days": "Days", "date": "Date", "storage_class": "StorageClass"}


def planned_lifecycle(given: Sequence[Mapping[str, Any]]) -> tuple[LifecycleRule, ...]:
    """Read the rules of an aws_s3_bucket_lifecycle_configuration."""
    return lifecycle_rules([_planned_rule(item) for item in given])


def _planned_rule(item: Mapping[str, Any]) -> dict[str, Any]:
    chosen = first(item.get("filter"))
    both = first(chosen.get("and"))
    found = shaped(item, _RULE)
    found["Filter"] = _narrowing(chosen) | ({"And": _narrowing(both)} if both else {})
    found["Expiration"] = _when(first(item.get("expiration")))
    found["Transitions"] = [_when(block) for block in item.get("transition") or ()]
    later = first(item.get("noncurrent_version_expiration")).get("noncurrent_days")
    aborts = first(item.get("abort_incomplete_multipart_upload")).get("days_after_initiation")
    found["NoncurrentVersionExpiration"] = {"NoncurrentDays": number(later) or None}
    found["AbortIncompleteMultipartUpload"] = {"DaysAfterInitiation": number(aborts) or None}
    return found


def _narrowing(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in shaped(given, _FILTER).items() if value not in ({}, 0, "0")}


def _when(given: Mapping[str, Any]) -> dict[str, Any]:
    found = shaped(given, _WHEN)
    return {name: value for name, value in found.items() if value != 0 or name != "Days" or "StorageClass" in found}


def template_lifecycle(given: Sequence[Mapping[str, Any]]) -> tuple[LifecycleRule, ...]:
    """Read the rules of a bucket's LifecycleConfiguration."""
    return tuple(_template_rule(item) for item in given)


def _template_rule(item: Mapping[str, Any]) -> LifecycleRule:
    moves = [*(item.get("Transitions") or ()), *([item["Transition"]] if item.get("Transition") else [])]
    later = item.get("NoncurrentVersionExpiration") or {}
    return LifecycleRule(
        name=text(item.get("Id")),
        enabled=item["Status"] == "Enabled",
        prefix=text(item.get("Prefix")),
        narrowed=any(item.get(name) for name in ("TagFilters", "ObjectSizeGreaterThan", "ObjectSizeLessThan")),
        transitions=tuple(
            Transition(move["StorageClass"], _days(move.get("TransitionInDays")), moment(move.get("TransitionDate")))
            for move in moves
        ),
        expire_days=_days(item.get("ExpirationInDays")),
        expire_date=moment(item.get("ExpirationDate")),
        noncurrent_days=_days(later.get("NoncurrentDays") or item.get("NoncurrentVersionExpirationInDays")),
        abort_days=_days((item.get("AbortIncompleteMultipartUpload") or {}).get("DaysAfterInitiation")),
    )


def _days(given: Any) -> int | None:
    return None if given is None else number(given)


def _bucket(named_by: str) -> str:
    return named_by if is_token(named_by) else named_by.rpartition(":")[2]


def planned_replication(given: Sequence[Mapping[str, Any]]) -> tuple[BucketReplication, ...]:
    """Read the rules of an aws_s3_bucket_replication_configuration."""
    found = ((first(item["destination"]), item["status"] == "Enabled") for item in given)
    return tuple(BucketReplication(_bucket(to["bucket"]), on, text(to.get("account"))) for to, on in found)


def template_replication(given: Sequence[Mapping[str, Any]]) -> tuple[BucketReplication, ...]:
    """Read the rules of a bucket's ReplicationConfiguration."""
    found = ((item["Destination"], item["Status"] == "Enabled") for item in given)
    return tuple(BucketReplication(_bucket(to["Bucket"]), on, text(to.get("Account"))) for to, on in found)


def planned_retention(given: Mapping[str, Any]) -> str:
    """Say the default retention of an Object Lock in Terraform's words."""
    return retention(shaped(given, {"mode": "Mode", "days": "Days", "years": "Years"}))


def planned_notified(given: Known) -> tuple[str, ...]:
    """Name what an aws_s3_bucket_notification notifies."""
    names = {"topic": "topic_arn", "queue": "queue_arn", "lambda_function": "lambda_function_arn"}
    part = first(given["aws_s3_bucket_notification"])
    found = [item[arn] for name, arn in names.items() for item in part.get(name) or ()]
    return named([*found, "EventBridge" if truth(part.get("eventbridge")) else ""])


def template_notified(given: Mapping[str, Any]) -> tuple[str, ...]:
    """Name what a bucket's NotificationConfiguration notifies."""
    names = {"TopicConfigurations": "Topic", "QueueConfigurations": "Queue", "LambdaConfigurations": "Function"}
    found = [item[arn] for name, arn in names.items() for item in given.get(name) or ()]
    bridge = given.get("EventBridgeConfiguration")
    on = bridge is not None and truth(bridge.get("EventBridgeEnabled"), absent=True)
    return named([*found, "EventBridge" if on else ""])
