"""s3_bucket_served_through_cloudfront_only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rules._buckets import arn_of, public_by_acl, public_by_policy
from scanner.kinds.account import Account
from scanner.kinds.cloudfront import Distribution, OriginAccessIdentity
from scanner.kinds.cloudfront_reading import Origin
from scanner.kinds.s3 import Bucket
from scanner.kinds.s3_reading import AclGrant
from scanner.model.inventory import World, any_of
from scanner.model.policy import PolicyDocument, Principal, Statement
from scanner.model.policy.narrow import narrows
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Gaps, Missing, Note, Other, Rule
from scanner.model.source import WebProposal

READING = ("s3:GetObject", "s3:GetObjectVersion")
CLOUDFRONT = "cloudfront.amazonaws.com"
OURS = {"StringEquals": {"aws:SourceArn": "arn:aws:cloudfront::123456789012:distribution/E1A2B3C4D5E6F7"}}
IDENTITY = "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity "
FRONT = Other(Distribution, origins=(Origin("media", "media.s3.us-east-1.amazonaws.com", access_control="E1OAC"),))
OPEN: dict[str, Any] = {"restrict_public_buckets": False, "ignore_public_acls": False}
NOT_OURS: dict[str, Any] = {"Principal": None, "NotPrincipal": {"AWS": "arn:aws:iam::123456789012:root"}}
EVERYONE = (AclGrant("global/AllUsers", "READ"),)


def _admits(principal: object, condition: object = None, **different: object) -> Case:
    """A bucket for the examples whose policy lets a principal read the objects."""
    statement: dict[str, object] = {
        "Effect": "Allow",
        "Principal": principal,
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::media/*",
    }
    statement |= ({"Condition": condition} if condition else {}) | different
    statement = {name: value for name, value in statement.items() if value is not None}
    policy = PolicyDocument.parse({"Version": "2012-10-17", "Statement": statement})
    return _bucket(policy=policy)


def _bucket(front: Other = FRONT, account: dict[str, Any] | None = None, **facts: Any) -> Case:
    others = [
        front,
        Other(Account, **OPEN | (account or {})),
        Other(OriginAccessIdentity, id="E1OAI", canonical_user="4e1d"),
    ]
    return Case({"id": "media", "policy": None} | OPEN | facts, others=others)


class BucketServedThroughCloudfrontOnly(Rule):
    """Buckets behind CloudFront admit CloudFront only.

    Whoever can go round the distribution goes round its HTTPS, its firewall, its signed addresses and its logs. The
    bucket policy may let CloudFront read, bound to a distribution or account by its condition, or an origin access
    identity of the account, and nobody else outside of the account; what its own roles may do is said as a note, since
    policies of IAM can give them as much. Distributions of other accounts are not seen.
    """

    kind = Bucket
    needs = (Distribution, OriginAccessIdentity, Account)
    severity = "high"
    hipaa_proposed = ("164.312(a)(1)", "164.312(e)(1)")
    sources = (WebProposal(),)
    remedy = Runbook(
        "Give the distribution's origin an origin access control that always signs.",
        'Let only the distribution read, by the bucket policy: Principal {"Service": "cloudfront.amazonaws.com"},'
        " Action s3:GetObject, Condition StringEquals aws:SourceArn the distribution's ARN.",
        "Take every other reader out of the bucket policy, and block public access: aws s3api put-public-access-block"
        " --bucket {id} --public-access-block-configuration BlockPublicAcls=true,IgnorePublicAcls=true,"
        "BlockPublicPolicy=true,RestrictPublicBuckets=true",
        "See that an object can be fetched through CloudFront, and not from S3.",
        effect=Effect(
            risk="high",
            downtime="who reads from S3 instead of CloudFront is refused",
            follows=("cloudfront_s3_origin_access_control",),
            terraform={"aws_s3_bucket_policy": {"bucket": "{id}"}},
        ),
    )
    GOOD = (
        _bucket(),
        _admits({"Service": CLOUDFRONT}, OURS),
        _admits({"Service": CLOUDFRONT}, {"StringEquals": {"aws:SourceAccount": "123456789012"}}),
        _admits({"AWS": f"{IDENTITY}E1OAI"}),
        _admits({"CanonicalUser": "4e1d"}),
        _admits({"AWS": "arn:aws:iam::123456789012:role/editors"}),
        _admits({"AWS": "*"}, Action="s3:GetBucketLocation", Resource="arn:aws:s3:::media"),
        _admits({"Service": "logging.s3.amazonaws.com"}, Action="s3:PutObject"),
        _admits({"AWS": "*"}, Effect="Deny"),
        _bucket(account={"restrict_public_buckets": True}, policy=_admits({"AWS": "*"}).subject["policy"]),
        _bucket(acl_grants=EVERYONE, ownership="BucketOwnerEnforced"),
    )
    BAD = (
        _admits({"AWS": "*"}),
        _admits({"AWS": "*"}, {"StringEquals": {"aws:PrincipalOrgID": "o-123"}}),
        _admits({"AWS": "*"}, {"StringEquals": {"aws:PrincipalOrgID": "o-123"}}, **NOT_OURS),
        _admits({"Service": CLOUDFRONT}),
        _admits({"Service": CLOUDFRONT}, {"StringLike": {"aws:SourceArn": "arn:aws:cloudfront::*"}}),
        _admits({"Service": "rekognition.amazonaws.com"}, OURS),
        _admits({"AWS": "arn:aws:iam::210987654321:root"}),
        _admits({"AWS": f"{IDENTITY}E2OAI"}),
        _admits({"CanonicalUser": "79a5"}),
        _admits({"AWS": "210987654321"}, Action="s3:GetObjectVersion"),
        _bucket(acl_grants=EVERYONE, ownership="ObjectWriter"),
        Case(
            _admits({"AWS": "210987654321"}).subject,
            others=[FRONT, Other(Account, **OPEN)],
            lacking=[OriginAccessIdentity],
        ),
        _bucket(
            Other(Distribution, origins=(Origin("web", "www.example.org"), Origin("media", "media.s3.amazonaws.com"))),
            policy=_admits({"AWS": "*"}).subject["policy"],
        ),
        _bucket(
            Other(Distribution, origins=(Origin("site", "media.s3-website-us-east-1.amazonaws.com"),)),
            policy=_admits({"AWS": "*"}).subject["policy"],
        ),
    )
    SKIP = (
        {"id": "media"},
        _bucket(Other(Distribution, origins=(Origin("web", "www.example.org"),))),
        _bucket(Other(Distribution, origins=(Origin("other", "other.s3.amazonaws.com"),))),
    )
    UNKNOWN = (
        Case({"id": "media"}, lacking=[Distribution]),
        Case(_admits({"AWS": f"{IDENTITY}E1OAI"}).subject, others=[FRONT], lacking=[OriginAccessIdentity]),
        Case(_admits({"CanonicalUser": "4e1d"}).subject, others=[FRONT], lacking=[OriginAccessIdentity]),
        Case(_admits({"AWS": "*"}).subject, others=[FRONT], lacking=[Account]),
    )

    @staticmethod
    def applies(bucket: Bucket, world: World) -> bool:
        """Buckets that are origins of a distribution."""
        fronts = world.candidates(Distribution, _buckets_behind, lambda: [bucket.id])
        return any_of(fronts, lambda front: any(item.bucket == bucket.id for item in front.origins))

    @staticmethod
    def check(bucket: Bucket, world: World) -> Iterator[Fail | Note | Missing]:
        gaps = Gaps()
        with gaps:
            yield from public_by_policy(bucket, world, READING)
        with gaps:
            yield from public_by_acl(bucket, world)
        for entry, who in _readers(bucket, gaps):
            with gaps:
                yield from _judged(bucket, entry, who, world)
        yield from gaps


def _buckets_behind(_: World, front: Distribution) -> Iterator[str]:
    return (item.bucket for item in front.origins)


def _readers(bucket: Bucket, gaps: Gaps) -> list[tuple[Statement, Principal]]:
    """Everyone whom the policy names as a reader, but for the public, of whom is spoken elsewhere."""
    with gaps:
        if bucket.policy:
            public = {grant.statement for grant in bucket.policy.public(actions=READING)}
            found = [entry for act in READING for entry in bucket.policy.allows_some(act, f"{arn_of(bucket)}/*")]
            return [(entry, who) for entry in dict.fromkeys(found) if entry not in public for who in _named(entry)]
    return []


def _named(entry: Statement) -> tuple[Principal, ...]:
    if entry.principals is None:
        return ()
    return entry.principals.open if entry.principals.negated else entry.principals.items


def _judged(bucket: Bucket, entry: Statement, who: Principal, world: World) -> Iterator[Fail | Note]:
    said = f"{entry.label} of the bucket policy lets {who.value} read"
    if who.account == bucket.account:
        yield Note(said)
    elif who.value == CLOUDFRONT:
        if not narrows(entry.conditions, "effective"):
            yield Fail(f"{said} for distributions of any account", part=f"policy {entry.label} {who.value}")
    elif not _own_identity(who, world):
        yield Fail(said, part=f"policy {entry.label} {who.value}")


def _own_identity(who: Principal, world: World) -> bool:
    if who.kind == "CanonicalUser":
        return world.first(OriginAccessIdentity, canonical_user=who.value) is not None
    _, found, name = who.value.partition(":iam::cloudfront:user/CloudFront Origin Access Identity ")
    return bool(found) and world.get(OriginAccessIdentity, name) is not None
