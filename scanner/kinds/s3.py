"""S3: general purpose buckets, each asked in its own Region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scanner.kinds.common import tagged, tags
from scanner.kinds.s3_planned import (
    planned_acl,
    planned_lifecycle,
    planned_notified,
    planned_replication,
    planned_retention,
    template_acl,
    template_lifecycle,
    template_notified,
    template_replication,
)
from scanner.kinds.s3_reading import (
    AclGrant,
    BucketReplication,
    LifecycleRule,
    grants,
    home,
    lifecycle_rules,
    notified,
    replication_rules,
    retention,
)
from scanner.model.call import Call, applied, each, then
from scanner.model.kind import Kind, fact
from scanner.model.policy import PolicyDocument

HOME = "$bucket.BucketRegion or $loc.LocationConstraint or 'us-east-1'"
"""A bucket's Region: named by the listing, else by its location, of which us-east-1 has none."""


VERSIONED = "ver.Status == 'Enabled'"
"""Only a bucket with versions can replicate or be locked, and while it does it cannot stop to keep them."""


LISTED = "own.Rules[0].ObjectOwnership != 'BucketOwnerEnforced'"
"""Only then do access control lists hold: with the ownership enforced S3 disregards them and takes no other."""


def bucket_arn(partition: str, name: str) -> str:
    """Give a bucket's ARN, by which its tags are listed."""
    return f"arn:{partition}:s3:::{name}"


def algorithm(rules: Sequence[Mapping[str, Any]]) -> str:
    """Give the default encryption's algorithm: AES256, aws:kms or aws:kms:dsse; empty when no rule says one."""
    return next((text for rule in rules if (text := _default(rule).get("SSEAlgorithm"))), "")


def key(rules: Sequence[Mapping[str, Any]]) -> str:
    """Give the default encryption's KMS key; empty for the key of the account that AWS manages."""
    return next((text for rule in rules if (text := _default(rule).get("KMSMasterKeyID"))), "")


def _default(rule: Mapping[str, Any]) -> Mapping[str, str]:
    for name in ("ApplyServerSideEncryptionByDefault", "ServerSideEncryptionByDefault"):
        if rule.get(name):
            return dict(rule[name])
    return {}


def _ask(
    operation: str, path: str, *, absent: Sequence[str] = (), action: str = "", expect: str | None = None,
    when: str = "",
) -> Call:  # fmt: skip
    call: Call = then(
        f"s3.{operation}",
        path,
        Bucket="$bucket.Name",
        region=HOME,
        when=when,
        absent=absent,
        iam=[f"s3:{action or operation}"],
        expect=expect,
    )
    return call


class Bucket(Kind, cfn="AWS::S3::Bucket", tf="aws_s3_bucket", scope="global"):
    """A bucket: encryption, access, versions, logging, lifecycle, replication, Object Lock and notifications."""

    bucket = each("s3.ListBuckets", "Buckets", iam=("s3:ListAllMyBuckets",), MaxBuckets=1000)
    loc = then("s3.GetBucketLocation", Bucket="$bucket.Name", when="not bucket.BucketRegion")
    enc = _ask(
        "GetBucketEncryption",
        "ServerSideEncryptionConfiguration",
        action="GetEncryptionConfiguration",
        absent=["ServerSideEncryptionConfigurationNotFoundError"],
    )
    pol = _ask("GetBucketPolicy", "Policy", absent=["NoSuchBucketPolicy"])
    acl = _ask("GetBucketAcl", "", expect="Grants", when=LISTED)
    own = _ask("GetBucketOwnershipControls", "OwnershipControls", absent=["OwnershipControlsNotFoundError"])
    block = _ask(
        "GetPublicAccessBlock",
        "PublicAccessBlockConfiguration",
        action="GetBucketPublicAccessBlock",
        absent=["NoSuchPublicAccessBlockConfiguration"],
    )
    tagging = tagged(applied(bucket_arn, "$partition", "$bucket.Name"), "s3", region=HOME)
    ver = _ask("GetBucketVersioning", "")
    log = _ask("GetBucketLogging", "")
    life = _ask(
        "GetBucketLifecycleConfiguration",
        "Rules",
        action="GetLifecycleConfiguration",
        absent=["NoSuchLifecycleConfiguration"],
    )
    copies = _ask(
        "GetBucketReplication",
        "ReplicationConfiguration",
        action="GetReplicationConfiguration",
        when=VERSIONED,
        absent=["ReplicationConfigurationNotFoundError"],
    )
    lock = _ask(
        "GetObjectLockConfiguration",
        "ObjectLockConfiguration",
        action="GetBucketObjectLockConfiguration",
        when=VERSIONED,
        absent=["ObjectLockConfigurationNotFoundError"],
    )
    notes = _ask("GetBucketNotificationConfiguration", "", action="GetBucketNotification")

    arn_format = "arn:{partition}:s3:::{id}"
    tf_parts = dict.fromkeys(
        (
            "aws_s3_bucket_acl",
            "aws_s3_bucket_lifecycle_configuration",
            "aws_s3_bucket_logging",
            "aws_s3_bucket_notification",
            "aws_s3_bucket_object_lock_configuration",
            "aws_s3_bucket_ownership_controls",
            "aws_s3_bucket_policy",
            "aws_s3_bucket_public_access_block",
            "aws_s3_bucket_replication_configuration",
            "aws_s3_bucket_server_side_encryption_configuration",
            "aws_s3_bucket_versioning",
        ),
        "bucket",
    )
    cfn_parts = {"AWS::S3::BucketPolicy": "Bucket"}

    id: str = fact("bucket.Name", plan="bucket", template="BucketName", sample="claims-documents")
    tags: Mapping[str, str] = fact("tagging.Tags", plan="tags", template="Tags", parse=tags(), default={})
    home: str = fact(
        "bucket.BucketRegion | loc.LocationConstraint",
        parse=home,
        default={"api": "us-east-1"},
        sample="us-east-1",
        doc="The Region where the bucket lies.",
    )
    encryption: str = fact(
        "enc.Rules",
        template="BucketEncryption.ServerSideEncryptionConfiguration",
        parse={"api": algorithm, "template": algorithm},
        plan="aws_s3_bucket_server_side_encryption_configuration.rule[0].apply_server_side_encryption_by_default[0].sse_algorithm",
        default={"api": "", "plan": "AES256", "template": "AES256"},
        sample="aws:kms",
        doc="The algorithm of the default encryption: AES256, aws:kms or aws:kms:dsse; empty when there is none.",
    )
    kms_key: str = fact(
        "enc.Rules",
        template="BucketEncryption.ServerSideEncryptionConfiguration",
        parse={"api": key, "template": key},
        plan="aws_s3_bucket_server_side_encryption_configuration.rule[0].apply_server_side_encryption_by_default[0].kms_master_key_id",
        default="",
    )
    policy: PolicyDocument | None = fact(
        "pol",
        plan="aws_s3_bucket_policy.policy",
        template="AWS::S3::BucketPolicy.PolicyDocument",
        parse=PolicyDocument.parse,
        default=None,
    )
    owner: str = fact(
        "acl.Owner.ID",
        default={"api": ""},
        sample="75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a",
        doc="The canonical user; empty where access control lists are not asked for.",
    )
    acl_grants: tuple[AclGrant, ...] = fact(
        "acl.Grants",
        plan="acl + aws_s3_bucket_acl",
        template="AccessControl",
        parse={"api": grants, "plan": planned_acl, "template": template_acl},
        default=(),
        sample=(),
        doc="None where the bucket's owner owns every object: access control lists do not hold there.",
    )
    ownership: str = fact(
        "own.Rules[0].ObjectOwnership",
        plan="aws_s3_bucket_ownership_controls.rule[0].object_ownership",
        template="OwnershipControls.Rules[0].ObjectOwnership",
        sample="BucketOwnerEnforced",
        default={"api": "ObjectWriter", "plan": "BucketOwnerEnforced", "template": "BucketOwnerEnforced"},
        doc="Without controls, as on buckets from before April 2023, the writer of an object owns it and ACLs hold.",
    )
    block_public_acls: bool = fact(
        "block.BlockPublicAcls",
        plan="aws_s3_bucket_public_access_block.block_public_acls",
        template="PublicAccessBlockConfiguration.BlockPublicAcls",
        default={"api": False},
        sample=True,
    )
    ignore_public_acls: bool = fact(
        "block.IgnorePublicAcls",
        plan="aws_s3_bucket_public_access_block.ignore_public_acls",
        template="PublicAccessBlockConfiguration.IgnorePublicAcls",
        default={"api": False},
        sample=True,
    )
    block_public_policy: bool = fact(
        "block.BlockPublicPolicy",
        plan="aws_s3_bucket_public_access_block.block_public_policy",
        template="PublicAccessBlockConfiguration.BlockPublicPolicy",
        default={"api": False},
        sample=True,
    )
    restrict_public_buckets: bool = fact(
        "block.RestrictPublicBuckets",
        plan="aws_s3_bucket_public_access_block.restrict_public_buckets",
        template="PublicAccessBlockConfiguration.RestrictPublicBuckets",
        default={"api": False},
        sample=True,
    )
    versioning: str = fact(
        "ver.Status",
        plan="aws_s3_bucket_versioning.versioning_configuration[0].status",
        template="VersioningConfiguration.Status",
        default="",
        sample="Enabled",
        doc="`Enabled`, `Suspended`, or empty where the bucket never had versions.",
    )
    log_target: str = fact(
        "log.LoggingEnabled.TargetBucket",
        plan="aws_s3_bucket_logging.target_bucket",
        template="LoggingConfiguration.DestinationBucketName",
        default="",
        sample="access-logs",
        doc="The bucket that server access logs are written to; empty where there are none.",
    )
    lifecycle: tuple[LifecycleRule, ...] = fact(
        "life",
        plan="aws_s3_bucket_lifecycle_configuration.rule",
        template="LifecycleConfiguration.Rules",
        parse={"api": lifecycle_rules, "plan": planned_lifecycle, "template": template_lifecycle},
        default=(),
    )
    replication: tuple[BucketReplication, ...] = fact(
        "copies.Rules",
        plan="aws_s3_bucket_replication_configuration.rule",
        template="ReplicationConfiguration.Rules",
        parse={"api": replication_rules, "plan": planned_replication, "template": template_replication},
        default=(),
    )
    locked: bool = fact(
        "lock.ObjectLockEnabled",
        plan="aws_s3_bucket_object_lock_configuration.object_lock_enabled | object_lock_enabled",
        template="ObjectLockEnabled",
        parse={"api": lambda state: state == "Enabled", "plan": lambda state: state in (True, "Enabled")},
        default=False,
        sample=True,
    )
    lock_retention: str = fact(
        "lock.Rule.DefaultRetention",
        plan="aws_s3_bucket_object_lock_configuration.rule[0].default_retention[0]",
        template="ObjectLockConfiguration.Rule.DefaultRetention",
        parse={"api": retention, "plan": planned_retention, "template": retention},
        default="",
        sample="COMPLIANCE 2192 days",
        doc="The mode and length of Object Lock's default retention; empty where there is none.",
    )
    notified: tuple[str, ...] = fact(
        "notes",
        plan="+ aws_s3_bucket_notification",
        template="NotificationConfiguration",
        parse={"api": notified, "plan": planned_notified, "template": template_notified},
        default={"plan": (), "template": ()},
        sample=("EventBridge",),
    )
