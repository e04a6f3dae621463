"""s3_bucket_replication."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec

from scanner.kinds.s3 import Bucket
from scanner.kinds.s3_reading import BucketReplication
from scanner.model.gap import Gap, GapState, Unknown
from scanner.model.inventory import World, any_of
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Other, Rule
from scanner.model.rule import Settings as RuleSettings

FAR = Other(Bucket, id="copy", home="us-west-2")
NEAR = Other(Bucket, id="copy", home="us-east-1")
COPIES = {"replication": (BucketReplication("copy"),)}
THEIRS = {"replication": (BucketReplication("copy", account="210987654321"),)}


class ReplicatesElsewhere(Rule):
    """Buckets replicate to another region.

    When a Region is lost, or an intruder empties a bucket, a copy elsewhere is what treatment goes on with. A rule
    that is on must copy to a bucket in another Region; with the setting off, a copy in the same Region is enough.
    Where the copy lies can be said only of accounts that are scanned.
    """

    kind = Bucket
    severity = "low"
    category = "resilience"
    hipaa = (
        "164.308(a)(1)(ii)(B)",
        "164.308(a)(7)(i)",
        "164.308(a)(7)(ii)(A)",
        "164.308(a)(7)(ii)(B)",
        "164.308(a)(7)(ii)(C)",
        "164.310(d)(2)(iv)",
        "164.312(a)(2)(ii)",
    )
    aliases = (
        "config:s3-bucket-cross-region-replication-enabled",
        "config:s3-bucket-replication-enabled",
        "security-hub:S3.7",
        "prowler:s3_bucket_cross_region_replication",
        "steampipe:s3_bucket_cross_region_replication_enabled",
    )
    related = ("dr_region_ready",)
    remedy = Runbook(
        "Make a versioned bucket in another Region, encrypted with a key there, better still in another account.",
        "Make a role that S3 may take, to read from {id} and to replicate into the copy.",
        "aws s3api put-bucket-replication --bucket {id} --replication-configuration file://replication.json",
        "Copy what is there already with S3 Batch Replication: replication takes only what comes later.",
        effect=Effect(
            cost="storage of the copy, its requests, and about 0.02 USD for each GB sent to another Region",
            follows=("s3_bucket_versioning",),
            terraform={
                "aws_s3_bucket_replication_configuration": {
                    "bucket": "{id}",
                    "rule": {"status": "Enabled", "destination": {"bucket": "COPY"}},
                }
            },
        ),
    )

    class Settings(RuleSettings, frozen=True):
        """The rule's parameters."""

        cross_region: Annotated[bool, msgspec.Meta(description="Demand that the copy lies in another Region.")] = True

    GOOD = (
        Case(COPIES, others=[FAR]),
        Case(COPIES, others=[NEAR], settings={"cross_region": False}),
        Case(COPIES, settings={"cross_region": False}),
        Case({"replication": (BucketReplication("near"), BucketReplication("copy"))}, others=[FAR]),
        Case(THEIRS, others=[Other(Bucket, account="210987654321", id="copy", home="us-west-2")]),
    )
    BAD = (
        {"replication": ()},
        Case({"replication": (BucketReplication("copy", enabled=False),)}, others=[FAR]),
        Case({"replication": (BucketReplication("copy", enabled=False),)}, settings={"cross_region": False}),
        Case(COPIES, others=[NEAR]),
        Case(THEIRS, others=[Other(Bucket, account="210987654321", id="another")]),
    )
    UNKNOWN = (COPIES, THEIRS, Case(COPIES, lacking=[Bucket]))

    @staticmethod
    def check(bucket: Bucket, world: World, settings: Settings) -> Iterator[Fail]:
        rules = [rule for rule in bucket.replication if rule.enabled]
        if not rules:
            yield Fail("all replication rules are off" if bucket.replication else "nothing is replicated")
        elif settings.cross_region and not any_of(rules, lambda rule: _elsewhere(bucket, rule, world)):
            yield Fail(f"no copy lies outside of {bucket.home}")


def _elsewhere(bucket: Bucket, rule: BucketReplication, world: World) -> bool:
    copy = world.get(Bucket, rule.bucket, account=rule.account)
    if copy is None and not rule.account:
        message = f"the bucket {rule.bucket} is not the account's own, so its Region is not known"
        raise Unknown(Gap(message=message, state=GapState.NOT_COLLECTED))
    return copy is not None and copy.home != bucket.home
