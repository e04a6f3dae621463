"""s3_bucket_acls_disabled."""

from __future__ import annotations

from collections.abc import Iterator

from rules._former import former
from scanner.kinds.s3 import Bucket
from scanner.kinds.s3_reading import AclGrant
from scanner.model.gap import Gap, Unknown
from scanner.model.remedy import Direct, Effect, Write
from scanner.model.rule import Fail, Rule

OWNER = "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a"
OTHER = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"
OWN = (AclGrant(OWNER, "FULL_CONTROL"),)


def _former_ownership(bucket: Bucket, _part: str) -> Iterator[Write]:
    was = former(bucket, "own")
    if was:
        yield Write("s3.PutBucketOwnershipControls", {"Bucket": "{id}", "OwnershipControls": dict(was)})
    else:
        yield Write("s3.DeleteBucketOwnershipControls", {"Bucket": "{id}"})


class BucketAclsDisabled(Rule):
    """Bucket ACLs do not grant user access.

    Access control lists are the old way to share: granted object by object, seen by no policy review, and easily
    forgotten. Where the bucket's owner owns every object they have no effect, and who may read ePHI is decided by
    policies alone. A list that names nobody but the owner does no harm.
    """

    kind = Bucket
    severity = "medium"
    hipaa_proposed = ("164.308(a)(1)(ii)(B)",)
    aliases = (
        "config:s3-bucket-acl-prohibited",
        "security-hub:S3.12",
        "prowler:s3_bucket_acl_prohibited",
        "steampipe:s3_bucket_acls_should_prohibit_user_access",
    )
    related = ("s3_bucket_policy_not_public",)
    remedy = Direct(
        "s3.PutBucketOwnershipControls",
        {"Bucket": "{id}", "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}},
        why="Custodian has no action for it. AWS refuses while the list still grants to others: put those grants into"
        " the bucket policy first.",
        effect=Effect(
            sets={"ownership": "BucketOwnerEnforced"},
            risk="medium",
            undo=_former_ownership,
            terraform={
                "aws_s3_bucket_ownership_controls": {
                    "bucket": "{id}",
                    "rule": {"object_ownership": "BucketOwnerEnforced"},
                }
            },
        ),
    )
    GOOD = (
        {"ownership": "BucketOwnerEnforced", "acl_grants": (*OWN, AclGrant(OTHER, "READ"))},
        {"ownership": "ObjectWriter", "acl_grants": OWN},
        {"ownership": "BucketOwnerPreferred", "acl_grants": ()},
    )
    BAD = (
        {"ownership": "ObjectWriter", "acl_grants": (*OWN, AclGrant(OTHER, "READ"))},
        {"ownership": "BucketOwnerPreferred", "acl_grants": (AclGrant("s3/LogDelivery", "WRITE"), *OWN)},
    )

    UNKNOWN = ({"ownership": "ObjectWriter", "owner": "", "acl_grants": (AclGrant(OTHER, "READ"),)},)

    @staticmethod
    def check(bucket: Bucket) -> Iterator[Fail]:
        if bucket.ownership == "BucketOwnerEnforced":
            return
        for grant in bucket.acl_grants:
            if not bucket.owner:
                raise Unknown(Gap("s3.GetBucketAcl", message="the answer does not name the bucket's owner"))
            if grant.grantee != bucket.owner:
                yield Fail(
                    f"the access control list grants {grant.permission} to {grant.grantee}",
                    part=f"acl {grant.grantee} {grant.permission}",
                )
