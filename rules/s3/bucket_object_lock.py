"""s3_bucket_object_lock."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec

from scanner.kinds.s3 import Bucket
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Rule
from scanner.model.rule import Settings as RuleSettings


class BucketObjectLock(Rule):
    """Object Lock is on (with default retention).

    With Object Lock a version of an object cannot be deleted or overwritten until its time is over, not even by an
    administrator whose credentials were stolen: the answer to ransomware and to covered traces. Without a default
    retention each writer must ask for the lock, which the setting demands for all.
    """

    kind = Bucket
    severity = "medium"
    hipaa = ("164.308(a)(1)(ii)(B)",)
    aliases = (
        "config:s3-bucket-default-lock-enabled",
        "security-hub:S3.15",
        "prowler:s3_bucket_object_lock",
        "steampipe:s3_bucket_object_lock_enabled",
    )
    related = ("s3_log_bucket_retains_six_years",)
    remedy = Runbook(
        "Decide how long objects must stay, and whether in governance mode, which some may lift, or compliance mode,"
        " which nobody can.",
        "See that the bucket is versioned: aws s3api put-bucket-versioning --bucket {id} --versioning-configuration"
        " Status=Enabled",
        "aws s3api put-object-lock-configuration --bucket {id} --object-lock-configuration file://lock.json;"
        " it cannot be switched off again.",
        effect=Effect(
            risk="high",
            cost="what is locked is stored and paid until its time is over",
            lasting="Object Lock cannot be switched off again",
            follows=("s3_bucket_versioning",),
            terraform={"aws_s3_bucket_object_lock_configuration": {"bucket": "{id}", "object_lock_enabled": "Enabled"}},
        ),
    )

    class Settings(RuleSettings, frozen=True):
        """The rule's parameters."""

        require_default_retention: Annotated[
            bool, msgspec.Meta(description="Demand that new objects are locked without being asked for.")
        ] = False

    GOOD = (
        {"locked": True, "lock_retention": ""},
        Case({"locked": True, "lock_retention": "COMPLIANCE 1 days"}, settings={"require_default_retention": True}),
    )
    BAD = (
        {"locked": False, "lock_retention": ""},
        Case({"locked": False, "lock_retention": ""}, settings={"require_default_retention": True}),
        Case({"locked": True, "lock_retention": ""}, settings={"require_default_retention": True}),
    )

    @staticmethod
    def check(bucket: Bucket, settings: Settings) -> Iterator[Fail]:
        if not bucket.locked:
            yield Fail("Object Lock is off")
        elif settings.require_default_retention and not bucket.lock_retention:
            yield Fail("Object Lock is on, but without a default retention")
