"""s3_bucket_policy_not_public."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rules._bucket_remedies import BLOCK_PUBLIC
from rules._buckets import public_by_acl, public_by_policy
from scanner.kinds.account import Account
from scanner.kinds.s3 import Bucket
from scanner.kinds.s3_reading import AclGrant
from scanner.model.inventory import World
from scanner.model.policy import PolicyDocument
from scanner.model.rule import Case, Fail, Gaps, Missing, Note, Other, Rule
from scanner.model.source import WebProposal

OPEN: dict[str, Any] = {"restrict_public_buckets": False, "ignore_public_acls": False}
EVERYONE = (AclGrant("global/AllUsers", "READ"),)
ANY_ACCOUNT = (AclGrant("global/AuthenticatedUsers", "READ"),)
OWNER = (AclGrant("75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a", "FULL_CONTROL"),)


def _allow(principal: str) -> PolicyDocument | None:
    """A policy for the examples: one statement that lets a principal read the objects."""
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": principal},
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::claims-documents/*",
    }
    return PolicyDocument.parse({"Version": "2012-10-17", "Statement": statement})


class BucketPolicyNotPublic(Rule):
    """No policy or ACL makes a bucket public.

    A statement that anyone may use, or a grant to all users, puts every record of the bucket on the internet. What
    "public" means is as Amazon S3 defines it. A public statement is without effect while public buckets are
    restricted, a public grant while public access control lists are ignored or the bucket's owner owns every
    object; then it is said as a note. Access control lists of single objects are not looked at.
    """

    kind = Bucket
    severity = "critical"
    hipaa_proposed = ("164.312(a)(1)", "164.308(a)(4)(ii)(C)", "164.312(e)(1)")
    sources = (WebProposal(),)
    needs = (Account,)
    remedy = BLOCK_PUBLIC
    GOOD = (
        Case(
            {"policy": None, "ownership": "ObjectWriter", "acl_grants": OWNER, **OPEN}, others=[Other(Account, **OPEN)]
        ),
        Case({"policy": _allow("arn:aws:iam::123456789012:role/claims"), **OPEN}, others=[Other(Account, **OPEN)]),
        Case({"policy": _allow("*"), "ignore_public_acls": False}, others=[Other(Account, **OPEN)]),
        Case({"policy": _allow("*"), **OPEN}, others=[Other(Account, ignore_public_acls=False)]),
        Case({"policy": None, "acl_grants": EVERYONE, **OPEN}, others=[Other(Account, **OPEN)]),
        Case(
            {"policy": None, "ownership": "ObjectWriter", "acl_grants": EVERYONE, "restrict_public_buckets": False},
            others=[Other(Account, **OPEN)],
        ),
        Case(
            {"policy": None, "ownership": "ObjectWriter", "acl_grants": EVERYONE, **OPEN},
            others=[Other(Account, restrict_public_buckets=False)],
        ),
    )
    BAD = (
        Case({"policy": _allow("*"), **OPEN}, others=[Other(Account, **OPEN)]),
        Case({"policy": _allow("*"), "restrict_public_buckets": False}, others=[Other(Account, **OPEN)]),
        *(
            Case({"policy": None, "ownership": owner, "acl_grants": grants, **OPEN}, others=[Other(Account, **OPEN)])
            for owner in ("ObjectWriter", "BucketOwnerPreferred")
            for grants in (EVERYONE, ANY_ACCOUNT)
        ),
    )
    UNKNOWN = (
        Case({"policy": _allow("*"), **OPEN}, lacking=[Account]),
        Case({"policy": None, "ownership": "ObjectWriter", "acl_grants": EVERYONE, **OPEN}, lacking=[Account]),
    )

    @staticmethod
    def check(bucket: Bucket, world: World) -> Iterator[Fail | Note | Missing]:
        gaps = Gaps()
        with gaps:
            yield from public_by_policy(bucket, world)
        with gaps:
            yield from public_by_acl(bucket, world)
        yield from gaps
