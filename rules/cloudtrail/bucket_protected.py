"""cloudtrail_bucket_protected."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rules._bucket_remedies import former_block
from rules._buckets import BLOCK_SETTINGS, access_logged, public_by_acl, public_by_policy
from rules._trails import any_trail
from scanner.kinds.account import Account
from scanner.kinds.cloudtrail import CoveringTrail, Trail
from scanner.kinds.cloudtrail_data import DataEvents
from scanner.kinds.s3 import Bucket
from scanner.kinds.s3_reading import AclGrant
from scanner.model.inventory import World
from scanner.model.policy import PolicyDocument
from scanner.model.remedy import Direct, Effect, NotByMachine, Write
from scanner.model.rule import Case, Fail, Gaps, Missing, Note, Other, Rule
from scanner.model.source import ClientCells

OPEN: dict[str, Any] = {"restrict_public_buckets": False, "ignore_public_acls": False}
PUBLIC = PolicyDocument.parse(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::audit-logs/*",
        },
    }
)
LOGS = "access logs"
EVERYONE = (AclGrant("global/AllUsers", "READ"),)


def _case(trail: Other | None = None, **facts: Any) -> Case:
    others = [trail or Other(Trail, bucket="audit-logs"), Other(Account, **OPEN)]
    return Case({"id": "audit-logs", "policy": None} | OPEN | facts, others=others)


def _block(bucket: Bucket, part: str) -> Iterator[Write]:
    if part == LOGS:
        raise NotByMachine(
            "let the trail record the bucket's objects, as cloudtrail_s3_data_events asks, or choose another bucket for"
            f" its server access logs: aws s3api put-bucket-logging --bucket {bucket.id} --bucket-logging-status"
            " file://logging.json"
        )
    every = dict.fromkeys(BLOCK_SETTINGS.values(), True)
    yield Write("s3.PutPublicAccessBlock", {"Bucket": "{id}", "PublicAccessBlockConfiguration": every})


class BucketProtected(Rule):
    """The trail's bucket is not public and logs access.

    Whoever breaks in looks for the trail: to read what is watched, or to remove what was seen. The bucket must be open
    to nobody by policy or access control list, and record who comes to its files, by server access logs or by a trail's
    data events. A trail's bucket is judged in the account that owns the bucket.
    """

    kind = Bucket
    needs = (CoveringTrail, Trail, Account)
    severity = "critical"
    hipaa_proposed = ("164.312(b)", "164.312(c)(1)", "164.312(a)(1)")
    sources = (ClientCells(),)
    remedy = Direct(
        "s3.PutPublicAccessBlock",
        why="what is to be done depends on what is wrong, which Custodian cannot tell.",
        by=_block,
        effect=Effect(
            after="public access to the bucket is blocked",
            risk="medium",
            undo=former_block,
            terraform={"aws_s3_bucket_public_access_block": {"bucket": "{id}", **dict.fromkeys(BLOCK_SETTINGS, True)}},
        ),
    )
    GOOD = (
        _case(),
        _case(Other(CoveringTrail, bucket="audit-logs")),
        _case(Other(Trail, bucket="audit-logs", region="eu-west-1")),
        _case(policy=PUBLIC, restrict_public_buckets=True),
        _case(acl_grants=EVERYONE, ownership="BucketOwnerEnforced"),
        _case(Other(CoveringTrail, bucket="audit-logs", data=(DataEvents("AWS::S3::Object"),)), log_target=""),
    )
    BAD = (
        _case(policy=PUBLIC),
        _case(Other(CoveringTrail, bucket="audit-logs"), policy=PUBLIC),
        _case(Other(Trail, bucket="audit-logs", region="eu-west-1"), policy=PUBLIC),
        _case(acl_grants=EVERYONE, ownership="ObjectWriter"),
        _case(log_target=""),
    )
    SKIP = (_case(Other(Trail, bucket="another"), policy=PUBLIC), _case(Other(CoveringTrail, bucket="another")))
    UNKNOWN = (
        Case({"id": "audit-logs"}, lacking=[Trail]),
        Case({"id": "audit-logs"}, lacking=[CoveringTrail]),
        Case(
            {"id": "audit-logs", "policy": PUBLIC} | OPEN, others=[Other(Trail, bucket="audit-logs")], lacking=[Account]
        ),
    )

    @staticmethod
    def applies(bucket: Bucket, world: World) -> bool:
        """Buckets that a trail delivers to."""
        return any_trail(world, lambda trail: trail.bucket == bucket.id)

    @staticmethod
    def check(bucket: Bucket, world: World) -> Iterator[Fail | Note | Missing]:
        gaps = Gaps()
        with gaps:
            yield from public_by_policy(bucket, world)
        with gaps:
            yield from public_by_acl(bucket, world)
        with gaps:
            if not access_logged(bucket, world):
                yield Fail("who reads the trail's files is not recorded", part=LOGS, severity="medium")
        yield from gaps
