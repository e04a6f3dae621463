"""s3_log_bucket_retains_six_years."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec

from rules._bucket_remedies import former_lifecycle, put_lifecycle
from rules._buckets import LOG_WRITERS, receives_logs
from rules._former import former
from scanner.kinds.s3 import Bucket
from scanner.kinds.s3_reading import AclGrant, LifecycleRule, lifecycle_rules
from scanner.model.inventory import any_of
from scanner.model.policy import PolicyDocument
from scanner.model.remedy import Direct, Effect, NotByMachine, Write
from scanner.model.rule import Case, Fail, Gaps, Missing, Note, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import PhiCluster


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


SIX_YEARS = 2192
OVERWRITTEN = "change"


def _keep(bucket: Bucket, part: str) -> Iterator[Write]:
    if part == OVERWRITTEN:
        yield _versions("Enabled")
        return
    rules = [dict(rule) for rule in former(bucket, "life") or ()]
    early = [rule for rule, read in zip(rules, lifecycle_rules(rules), strict=True) if read.label == part]
    if not early:
        raise NotByMachine(f"none of the bucket's lifecycle rules is known as {part}")
    for rule in early:
        rule["Expiration"] = {"Days": SIX_YEARS}
    yield put_lifecycle(rules)


def _as_before(bucket: Bucket, part: str) -> Iterator[Write]:
    if part == OVERWRITTEN:
        yield _versions("Suspended")
    else:
        yield from former_lifecycle(bucket, part)


def _versions(status: str) -> Write:
    return Write("s3.PutBucketVersioning", {"Bucket": "{id}", "VersioningConfiguration": {"Status": status}})


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
    remedy = Direct(
        "s3.PutBucketLifecycleConfiguration",
        why="Custodian replaces a rule as a whole; this changes just when it deletes.",
        by=_keep,
        also=("s3.PutBucketVersioning",),
        effect=Effect(
            after="a lifecycle rule that deleted logs early deletes them after 2192 days; all else of it, and all other"
            " rules, stay. Where logs could be overwritten, versions are on",
            cost="storage of the logs for six years",
            undo=_as_before,
            brings=("s3_bucket_versioned_lifecycle",),
            terraform={
                "aws_s3_bucket_lifecycle_configuration": {
                    "bucket": "{id}",
                    "rule": {"expiration": {"days": SIX_YEARS}},
                },
                "aws_s3_bucket_versioning": {"bucket": "{id}", "versioning_configuration": {"status": "Enabled"}},
            },
        ),
    )

    class Settings(RuleSettings, frozen=True):
        """The rule's parameters."""

        days: Annotated[
            int, msgspec.Meta(description="Days that logs are kept at least; six years are 2192.", ge=1)
        ] = SIX_YEARS

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
        *(_logs(policy=_receives(service), versioning="", locked=False) for service in sorted(LOG_WRITERS)),
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
        return receives_logs(bucket)

    @staticmethod
    def check(bucket: Bucket, settings: Settings) -> Iterator[Fail | Note | Missing]:
        gaps = Gaps()
        with gaps:
            for rule in bucket.lifecycle:
                yield from _expiry(rule, settings.days)
        with gaps:
            if not any_of((lambda: bucket.locked, lambda: bucket.versioning == "Enabled")):
                yield Fail("logs can be overwritten: neither Object Lock nor versioning is on", part=OVERWRITTEN)
        yield from gaps


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
