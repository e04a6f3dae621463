"""What several rules ask of buckets: what is open to everyone, and whether access is recorded."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import partial

from rules._trails import OBJECTS, any_trail, is_on, reaches, records_data, shortcomings
from scanner.kinds.account import Account
from scanner.kinds.s3 import Bucket
from scanner.model.inventory import World, all_of, any_of
from scanner.model.rule import Fail, Note

BLOCK_SETTINGS = {
    "block_public_acls": "BlockPublicAcls",
    "ignore_public_acls": "IgnorePublicAcls",
    "block_public_policy": "BlockPublicPolicy",
    "restrict_public_buckets": "RestrictPublicBuckets",
}
"""The settings that block public access, of a bucket and of an account."""

LOG_WRITERS = frozenset(
    {
        "cloudtrail.amazonaws.com",
        "config.amazonaws.com",
        "delivery.logs.amazonaws.com",
        "logdelivery.elasticloadbalancing.amazonaws.com",
        "logging.s3.amazonaws.com",
    }
)
"""The services that write logs into buckets, as bucket policies name them."""

EVERY_PERMISSION = frozenset({"READ", "WRITE", "READ_ACP", "WRITE_ACP", "FULL_CONTROL"})


def arn_of(bucket: Bucket) -> str:
    """Give a bucket's ARN."""
    return f"arn:{bucket.partition}:s3:::{bucket.id}"


def account_has(world: World, name: str) -> bool:
    """Say whether a setting that blocks public access is on for the whole account. The rule needs `Account`."""
    return bool(getattr(world.only(Account), name))


def public_by_policy(bucket: Bucket, world: World, actions: Sequence[str] = ("*",)) -> Iterator[Fail | Note]:
    """Say where the bucket policy lets anyone do some of the actions. The rule needs `Account`."""
    for grant in bucket.policy.public(actions=actions) if bucket.policy else ():
        said = f"{grant.statement.label} of the bucket policy allows {', '.join(grant.statement.actions.values)}"
        if any_of((lambda: bucket.restrict_public_buckets, partial(account_has, world, "restrict_public_buckets"))):
            yield Note(f"{said} to {grant.principal}, without effect while public buckets are restricted")
        else:
            yield Fail(f"{said} to {grant.principal}", part=f"policy {grant.statement.label}")


def public_by_acl(
    bucket: Bucket, world: World, permissions: Collection[str] = EVERY_PERMISSION
) -> Iterator[Fail | Note]:
    """Say where the access control list grants anyone one of the permissions. The rule needs `Account`."""
    for grant in (item for item in bucket.acl_grants if item.public and item.permission in permissions):
        said = f"the access control list grants {grant.permission} to {grant.grantee}"
        void = (
            lambda: bucket.ownership == "BucketOwnerEnforced",
            lambda: bucket.ignore_public_acls,
            partial(account_has, world, "ignore_public_acls"),
        )
        if any_of(void):
            yield Note(f"{said}, without effect")
        else:
            yield Fail(said, part=f"acl {grant.grantee} {grant.permission}")


def receives_logs(bucket: Bucket) -> bool:
    """Say whether a service of AWS may write its logs into a bucket, by the bucket policy or by access control list."""

    def by_policy() -> bool:
        granting = bucket.policy.allows_some("s3:PutObject", f"{arn_of(bucket)}/*") if bucket.policy else ()
        named = [item for entry in granting if entry.principals for item in entry.principals.items]
        return any(item.value in LOG_WRITERS for item in named)

    def by_acl() -> bool:
        return bucket.ownership != "BucketOwnerEnforced" and any(
            grant.grantee == "s3/LogDelivery" and grant.permission == "WRITE" for grant in bucket.acl_grants
        )

    return any_of((by_policy, by_acl))


def access_logged(bucket: Bucket, world: World) -> bool:
    """Say whether server access logs, or trails that are on, record reading and writing of all of a bucket's objects.

    The rule needs `CoveringTrail` and `Trail`.
    """

    def recorded(side: str) -> bool:
        tests = (is_on, reaches(bucket.home), records_data(OBJECTS, f"{arn_of(bucket)}/", (side,)))
        return any_trail(world, lambda trail: not shortcomings(trail, tests))

    return any_of((lambda: bool(bucket.log_target), lambda: all_of(("read", "write"), recorded)))
