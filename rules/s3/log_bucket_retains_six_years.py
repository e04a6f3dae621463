"""s3_log_bucket_retains_six_years."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any

import msgspec

from rules._buckets import arn_of
from scanner.kinds.s3 import Bucket
from scanner.kinds.s3_reading import AclGrant, LifecycleRule
from scanner.model.inventory import any_of
from scanner.model.policy import PolicyDocument
from scanner.model.remedy import Runbook
from scanner.model.rule import Case, Fail, Gaps, Missing, Note, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import PhiCluster

WRITERS = frozenset(
    {
        "cloudtrail.amazonaws.com",
        "config.amazonaws.com",
        "delivery.logs.amazonaws.com",
        "logdelivery.elasticloadbalancing.amazonaws.com",
        "logging.s3.amazonaws.com",
    }
)
"""The services that write logs into buckets by leave of the bucket policy (each one's guide, on its logs in S3)."""


def _receives(service: str = "cloudtrail.amazonaws.com", **different: object) -> PolicyDocument | None:
    """A policy for the examples: it lets a service put objects."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::audit-logs/*",
    }
    return PolicyDocument.parse({"Version": "2012-10-17", "Statement": statement | different})


def _logs(*rules: LifecycleRule, **facts: Any) -> dict[str, Any]:
    return {"id": "audit-logs", "policy": _receives(), "lifecycle": rules} | facts


BY_ACL = (AclGrant("75aa57f0", "FULL_CONTROL"), AclGrant("s3/LogDelivery", "WRITE"))


class LogBucketRetainsSixYears(Rule):
    """Log buckets keep logs for six years, protected from change.

    Records of action and activity that are kept to show how the Security Rule was followed must be kept for six years.
    A lifecycle rule that deletes them earlier, or a bucket where a log can be overwritten, leaves nothing to show. A
    bucket is a log bucket where its policy or access control list lets a log service of AWS write; one that AWS Config
    fills by leave of its role alone is not found. The setting is the least age at which logs may expire.
    """

    kind = Bucket
    severity = "medium"
    hipaa_proposed = ("164.316(b)(2)(i)", "164.312(b)", "164.312(c)(1)")
    sources = (PhiCluster(),)
    remedy = Runbook(
        "Read the lifecycle rules: aws s3api get-bucket-lifecycle-configuration --bucket {id}",
        "Change each expiration to 2192 days or more, or take it off, and put the rules back: aws s3api"
        " put-bucket-lifecycle-configuration --bucket {id} --lifecycle-configuration file://lifecycle.json",
        "Switch on versions: aws s3api put-bucket-versioning --bucket {id} --versioning-configuration Status=Enabled",
        "Better, lock the logs: aws s3api put-object-lock-configuration --bucket {id} --object-lock-configuration"
        " file://lock.json",
    )

    class Settings(RuleSettings, frozen=True):
        """The rule's parameters."""

        days: Annotated[
            int, msgspec.Meta(description="Days that logs are kept at least; six years are 2192.", ge=1)
        ] = 2192

    GOOD = (
        _logs(),
        _logs(LifecycleRule("end", expire_days=2192)),
        _logs(LifecycleRule("off", enabled=False, expire_days=30)),
        _logs(LifecycleRule("old", noncurrent_days=30)),
        _logs(versioning="", locked=True),
        _logs(versioning="Enabled", locked=False),
        Case(_logs(LifecycleRule("end", expire_days=365)), settings={"days": 365}),
    )
    BAD = (
        _logs(LifecycleRule("end", expire_days=2191)),
        _logs(LifecycleRule("end", expire_date=datetime(2040, 1, 1, tzinfo=UTC))),
        _logs(LifecycleRule("keep"), LifecycleRule("end", prefix="AWSLogs/", expire_days=90)),
        _logs(versioning="", locked=False),
        _logs(versioning="Suspended", locked=False),
        *(_logs(policy=_receives(service), versioning="", locked=False) for service in sorted(WRITERS)),
        _logs(policy=None, ownership="ObjectWriter", acl_grants=BY_ACL, versioning="", locked=False),
    )
    SKIP = (
        _logs(policy=None),
        _logs(policy=_receives("rekognition.amazonaws.com")),
        _logs(policy=_receives(Principal={"AWS": "arn:aws:iam::123456789012:role/app"})),
        _logs(policy=_receives(Action="s3:GetBucketAcl", Resource="arn:aws:s3:::audit-logs")),
        _logs(policy=_receives(Resource="arn:aws:s3:::another/*")),
        _logs(policy=_receives(Effect="Deny")),
        _logs(policy=None, ownership="BucketOwnerEnforced", acl_grants=BY_ACL),
        _logs(policy=None, ownership="ObjectWriter", acl_grants=(AclGrant("s3/LogDelivery", "READ_ACP"),)),
        _logs(policy=None, ownership="ObjectWriter", acl_grants=(AclGrant("75aa57f0", "WRITE"),)),
    )

    @staticmethod
    def applies(bucket: Bucket) -> bool:
        """Buckets into which a log service of AWS may write."""
        return any_of((partial(_by_policy, bucket), partial(_by_acl, bucket)))

    @staticmethod
    def check(bucket: Bucket, settings: Settings) -> Iterator[Fail | Note | Missing]:
        gaps = Gaps()
        with gaps:
            for rule in bucket.lifecycle:
                yield from _expiry(rule, settings.days)
        with gaps:
            if not any_of((lambda: bucket.locked, lambda: bucket.versioning == "Enabled")):
                yield Fail("logs can be overwritten: neither Object Lock nor versioning is on", part="change")
        yield from gaps


def _by_policy(bucket: Bucket) -> bool:
    granting = bucket.policy.allows_some("s3:PutObject", f"{arn_of(bucket)}/*") if bucket.policy else ()
    named = [item for entry in granting if entry.principals for item in entry.principals.items]
    return any(item.value in WRITERS for item in named)


def _by_acl(bucket: Bucket) -> bool:
    return bucket.ownership != "BucketOwnerEnforced" and any(
        grant.grantee == "s3/LogDelivery" and grant.permission == "WRITE" for grant in bucket.acl_grants
    )


def _expiry(rule: LifecycleRule, days: int) -> Iterator[Fail | Note]:
    if not rule.enabled:
        return
    if rule.expire_date is not None:
        yield Fail(
            f"{rule.label} deletes what is there on {rule.expire_date:%Y-%m-%d}, whatever its age", part=rule.label
        )
    elif rule.expire_days is not None and rule.expire_days < days:
        yield Fail(f"{rule.label} deletes after {rule.expire_days} days, not {days}", part=rule.label)
    if rule.noncurrent_days is not None:
        yield Note(f"{rule.label} deletes former versions {rule.noncurrent_days} days after they were replaced")
