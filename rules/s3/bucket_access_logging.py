"""s3_bucket_access_logging."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rules._buckets import access_logged
from scanner.kinds.cloudtrail import CoveringTrail, Trail
from scanner.kinds.cloudtrail_data import DataEvents
from scanner.kinds.s3 import Bucket
from scanner.model.inventory import World
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Other, Rule
from scanner.model.source import EcsGuide

OBJECTS = "AWS::S3::Object"
ALL = (DataEvents(OBJECTS),)
READS = (DataEvents(OBJECTS, write=False),)
WRITES = (DataEvents(OBJECTS, read=False),)
NONE = {"log_target": ""}


def _by(kind: type[CoveringTrail | Trail], **facts: Any) -> Case:
    return Case(NONE, others=[Other(kind, **{"data": ALL} | facts)])


class BucketAccessLogging(Rule):
    """Access to buckets is logged.

    Who read which record, and when, must be answerable years later. Either server access logs say it, or a trail that
    is on and records reading and writing of all objects of the bucket, in the Region where the bucket lies. A single
    trail of an organization that records one Region only is seen in the home Region alone.
    """

    kind = Bucket
    needs = (CoveringTrail, Trail)
    severity = "medium"
    hipaa_proposed = ("164.312(b)", "164.308(a)(1)(ii)(D)")
    sources = (EcsGuide(65),)
    remedy = Runbook(
        "Decide between server access logs, which cost nothing to write, and data events of a trail, which arrive"
        " sooner and with the identity of the caller.",
        "Switch on the logs: aws s3api put-bucket-logging --bucket {id} --bucket-logging-status file://logging.json",
        "Or let a trail record the bucket's objects: aws cloudtrail put-event-selectors --trail-name TRAIL"
        " --advanced-event-selectors file://selectors.json, which replaces the selectors that stand.",
        effect=Effect(
            cost="storage of the logs",
            terraform={"aws_s3_bucket_logging": {"bucket": "{id}", "target_bucket": "LOGS", "target_prefix": "{id}/"}},
        ),
    )
    GOOD = (
        {"log_target": "access-logs"},
        Case({"log_target": "access-logs"}, lacking=[CoveringTrail, Trail]),
        _by(CoveringTrail),
        _by(Trail),
        _by(CoveringTrail, multi_region=False, home="us-east-1"),
        _by(CoveringTrail, multi_region=True, home="eu-west-1"),
        Case(NONE | {"home": "eu-west-1"}, others=[Other(Trail, region="eu-west-1", multi_region=False, data=ALL)]),
        _by(CoveringTrail, data=(DataEvents(OBJECTS, within=("arn:aws:s3:::claims-documents/",)),)),
        Case(NONE, others=[Other(CoveringTrail, data=READS), Other(Trail, id="b", data=WRITES)]),
    )
    BAD = (
        NONE,
        _by(CoveringTrail, logging=False),
        _by(CoveringTrail, data=()),
        _by(CoveringTrail, data=READS),
        _by(CoveringTrail, data=WRITES),
        _by(CoveringTrail, data=(DataEvents("AWS::DynamoDB::Table"),)),
        _by(CoveringTrail, data=(DataEvents(OBJECTS, within=("arn:aws:s3:::claims-documents/new/",)),)),
        _by(CoveringTrail, data=(DataEvents(OBJECTS, within=("arn:aws:s3:::another/",)),)),
        _by(CoveringTrail, multi_region=False, home="eu-west-1"),
        _by(Trail, logging=False),
        Case(NONE, others=[Other(Trail, region="eu-west-1", multi_region=False, data=ALL)]),
    )
    UNKNOWN = (Case(NONE, lacking=[CoveringTrail]), Case(NONE, lacking=[Trail]))

    @staticmethod
    def check(bucket: Bucket, world: World) -> Iterator[Fail]:
        if not access_logged(bucket, world):
            yield Fail("no server access logs are written, and no trail records reading and writing of all its objects")
