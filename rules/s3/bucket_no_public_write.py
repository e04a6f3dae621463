"""s3_bucket_no_public_write."""

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

WRITING = ("s3:Put*", "s3:Delete*", "s3:Replicate*", "s3:AbortMultipartUpload", "s3:RestoreObject")
GRANTS = frozenset({"WRITE", "WRITE_ACP", "FULL_CONTROL"})
OPEN: dict[str, Any] = {"restrict_public_buckets": False, "ignore_public_acls": False}
ACLS: dict[str, Any] = {"policy": None, "ownership": "ObjectWriter", **OPEN}


def _allow(action: str, principal: str = "*") -> PolicyDocument | None:
    """A policy for the examples: one statement that lets a principal do something."""
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": principal},
        "Action": action,
        "Resource": ["arn:aws:s3:::claims-documents", "arn:aws:s3:::claims-documents/*"],
    }
    return PolicyDocument.parse({"Version": "2012-10-17", "Statement": statement})


def _case(account: dict[str, Any] | None = None, **facts: Any) -> Case:
    return Case(OPEN | facts, others=[Other(Account, **OPEN | (account or {}))])


def _grant(permission: str, who: str = "global/AllUsers") -> tuple[AclGrant, ...]:
    return (AclGrant(who, permission),)


class BucketNoPublicWrite(Rule):
    """Buckets block public write by policy and ACL.

    Whoever may write to a bucket can replace a record by a false one, delete all of them, or leave a file for others to
    open; whoever may write its access control list gives the rest to himself. Policy and access control list are
    judged by what they mean, with the block settings of bucket and account, which can take away their effect.
    """

    kind = Bucket
    needs = (Account,)
    severity = "critical"
    hipaa = (
        "164.308(a)(1)(ii)(B)",
        "164.308(a)(3)(i)",
        "164.308(a)(4)(ii)(A)",
        "164.308(a)(4)(ii)(C)",
        "164.312(a)(1)",
        "164.312(e)(1)",
        "164.314(b)(1)",
        "164.314(b)(2)",
        "164.314(b)(2)(i)",
        "164.314(b)(2)(ii)",
        "164.314(b)(2)(iii)",
        "164.314(b)(2)(iv)",
    )
    aliases = (
        "config:s3-bucket-public-write-prohibited",
        "security-hub:S3.3",
        "prowler:s3_bucket_policy_public_write_access",
        "prowler:s3_bucket_public_write_acl",
        "steampipe:s3_bucket_restrict_public_write_access",
        "cis:v7.0/2.21",
    )
    related = ("s3_bucket_policy_not_public",)
    remedy = BLOCK_PUBLIC
    GOOD = (
        _case(policy=None),
        _case(policy=_allow("s3:PutObject", "arn:aws:iam::123456789012:role/claims")),
        _case(policy=_allow("s3:GetObject")),
        _case(policy=_allow("s3:PutObject"), restrict_public_buckets=True),
        _case({"restrict_public_buckets": True}, policy=_allow("s3:PutObject")),
        _case(**ACLS | {"acl_grants": _grant("READ")}),
        _case(**ACLS | {"acl_grants": _grant("READ_ACP")}),
        _case(**ACLS | {"acl_grants": _grant("WRITE", "75aa57f0")}),
        _case(**ACLS | {"acl_grants": _grant("WRITE"), "ownership": "BucketOwnerEnforced"}),
        _case(**ACLS | {"acl_grants": _grant("WRITE"), "ignore_public_acls": True}),
        _case({"ignore_public_acls": True}, **ACLS | {"acl_grants": _grant("WRITE")}),
    )
    BAD = (
        _case(policy=_allow("s3:PutObject")),
        _case(policy=_allow("s3:*")),
        *(_case(policy=_allow(action)) for action in WRITING),
        *(_case(**ACLS | {"acl_grants": _grant(permission)}) for permission in sorted(GRANTS)),
        _case(**ACLS | {"acl_grants": _grant("WRITE", "global/AuthenticatedUsers")}),
    )
    UNKNOWN = (
        Case(OPEN | {"policy": _allow("s3:PutObject")}, lacking=[Account]),
        Case(ACLS | {"acl_grants": _grant("WRITE")}, lacking=[Account]),
    )

    @staticmethod
    def check(bucket: Bucket, world: World) -> Iterator[Fail | Note | Missing]:
        gaps = Gaps()
        with gaps:
            yield from public_by_policy(bucket, world, WRITING)
        with gaps:
            yield from public_by_acl(bucket, world, GRANTS)
        yield from gaps
