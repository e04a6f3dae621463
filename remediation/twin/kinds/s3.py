"""S3: buckets with all that is set on them."""

from __future__ import annotations

from typing import Any

from remediation.twin.later import renamed
from remediation.twin.registry import builds, finishes
from remediation.twin.site import HOME, Site, doc, fitting, has
from remediation.twin.tagging import pairs
from scanner.model.resource import Resource

_EARLY = (
    ("own", "PutBucketOwnershipControls", ("OwnershipControls",)),
    ("pol", "PutBucketPolicy", ("Policy",)),
    ("enc", "PutBucketEncryption", ("ServerSideEncryptionConfiguration",)),
    ("life", "PutBucketLifecycleConfiguration", ("LifecycleConfiguration", "Rules")),
)
"""Section, operation that sets it, and where in its parameters: what needs nothing else to be there."""

_LATE = (
    ("log", "PutBucketLogging", ("BucketLoggingStatus",)),
    ("copies", "PutBucketReplication", ("ReplicationConfiguration",)),
    ("notes", "PutBucketNotificationConfiguration", ("NotificationConfiguration",)),
)
"""What names other buckets, keys, roles, topics and queues."""


@builds("AWS::S3::Bucket")
def bucket(site: Site, resource: Resource) -> None:
    """Make the bucket, and set who owns what, who may reach it, its versions, encryption and lifecycle.

    The block comes last: it would refuse the ACLs and policies that are older than itself.
    """
    where = home(resource)
    given: dict[str, Any] = {"Bucket": resource.id}
    if where != HOME:
        given["CreateBucketConfiguration"] = {"LocationConstraint": where}
    if has(resource, "lock"):
        given["ObjectLockEnabledForBucket"] = True
    site.call(resource, "s3.CreateBucket", region=where, **given)
    if tags := pairs(resource):
        site.call(resource, "s3.PutBucketTagging", region=where, Bucket=resource.id, Tagging={"TagSet": tags})
    site.call(resource, "s3.DeletePublicAccessBlock", region=where, Bucket=resource.id)
    if has(resource, "own"):
        _put(site, resource, _EARLY[:1])
    else:
        site.call(resource, "s3.DeleteBucketOwnershipControls", region=where, Bucket=resource.id)
    _put(site, resource, _EARLY[1:])
    _versions(site, resource, where)
    _acl(site, resource, where)
    if has(resource, "block"):
        _put(site, resource, (("block", "PutPublicAccessBlock", ("PublicAccessBlockConfiguration",)),))


def home(resource: Resource) -> str:
    """Name the Region in which a bucket lies; a location that is not said is the home Region, `EU` is Ireland."""
    said = doc(resource, "bucket").get("BucketRegion") or doc(resource, "loc").get("LocationConstraint") or HOME
    return "eu-west-1" if said == "EU" else str(said)


def _put(site: Site, resource: Resource, table: tuple[tuple[str, str, tuple[str, ...]], ...]) -> None:
    for section, action, path in table:
        found: Any = doc(resource, section)
        if not found:
            continue
        for name in reversed(path):
            found = {name: found}
        operation = f"s3.{action}"
        site.call(resource, operation, region=home(resource), Bucket=resource.id, **fitting(operation, found))


def _versions(site: Site, resource: Resource, where: str) -> None:
    said = doc(resource, "ver")
    if said.get("Status"):
        given = fitting("s3.PutBucketVersioning", {"VersioningConfiguration": said})
        device = "arn:aws:iam::000000000000:mfa/root 000000" if said.get("MFADelete") == "Enabled" else None
        site.call(resource, "s3.PutBucketVersioning", region=where, Bucket=resource.id, MFA=device, **given)
    if doc(resource, "lock").get("Rule"):
        _put(site, resource, (("lock", "PutObjectLockConfiguration", ("ObjectLockConfiguration",)),))


def _acl(site: Site, resource: Resource, where: str) -> None:
    """Grant what is granted besides the owner's own control, which every bucket has."""
    said = doc(resource, "acl")
    owner = (said.get("Owner") or {}).get("ID")
    grants = said.get("Grants") or []
    if any(grant["Grantee"].get("ID") != owner or grant["Permission"] != "FULL_CONTROL" for grant in grants):
        policy = fitting("s3.PutBucketAcl", {"AccessControlPolicy": said})
        site.call(resource, "s3.PutBucketAcl", region=where, Bucket=resource.id, **policy)


@finishes("AWS::S3::Bucket")
def links(site: Site, resource: Resource) -> None:
    """Set what names others: logging, replication, notifications, and keys or ids that were chosen since."""
    _put(site, resource, _LATE)
    _put(site, resource, tuple(row for row in _EARLY if row[0] == "pol" and renamed(site, doc(resource, "pol"))))
