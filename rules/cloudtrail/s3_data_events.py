"""cloudtrail_s3_data_events."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rules._trails import OBJECTS, Search, Test, any_trail, is_on, reaches, records_data
from rules.cloudtrail._mended import OBJECTS_TOO
from scanner.kinds.account import Account
from scanner.kinds.cloudtrail import CoveringTrail, Trail
from scanner.kinds.cloudtrail_data import DataEvents
from scanner.kinds.s3 import Bucket
from scanner.model.inventory import World
from scanner.model.rule import Case, Fail, Gaps, Missing, Other, Rule

ALL = (DataEvents(OBJECTS),)
HERE = Other(Bucket)
THERE = Other(Bucket, id="there", home="eu-west-1")


def _trail(kind: type[CoveringTrail | Trail] = CoveringTrail, **facts: Any) -> Other:
    return Other(kind, **{"data": ALL} | facts)


class S3DataEvents(Rule):
    """A trail records S3 data events for all buckets.

    Who touched which record is said by data events alone. The account is judged: wherever its buckets lie, a trail that
    is on must record reading and writing of all objects, in all Regions or in that one. It need not be one trail for
    all Regions, which other rules demand. Where there is no bucket yet, one such trail must stand all the same.
    """

    kind = Account
    needs = (CoveringTrail, Trail, Bucket)
    severity = "medium"
    hipaa = (
        "164.308(a)(1)(ii)(D)",
        "164.308(a)(3)(ii)(A)",
        "164.308(a)(6)(ii)",
        "164.312(a)(2)(i)",
        "164.312(b)",
        "164.312(e)(2)(i)",
    )
    aliases = ("config:cloudtrail-s3-dataevents-enabled", "steampipe:cloudtrail_s3_data_events_enabled")
    related = ("s3_bucket_access_logging",)
    remedy = OBJECTS_TOO
    GOOD = (
        Case({}, others=[_trail(), HERE, THERE]),
        Case({}, others=[_trail(multi_region=False), HERE]),
        Case({}, others=[_trail(Trail, multi_region=False), HERE]),
        Case({}, others=[_trail(Trail, region="eu-west-1", multi_region=False), THERE]),
        Case({}, others=[_trail(Trail, multi_region=False)]),
        Case({}, others=[_trail(data=(DataEvents(OBJECTS, write=False), DataEvents(OBJECTS, read=False))), HERE]),
    )
    BAD = (
        {},
        Case({}, others=[HERE]),
        Case({}, others=[_trail(logging=False)]),
        Case({}, others=[_trail(logging=False), HERE]),
        Case({}, others=[_trail(data=())]),
        Case({}, others=[_trail(data=()), HERE]),
        Case({}, others=[_trail(data=(DataEvents(OBJECTS, read=False),)), HERE]),
        Case({}, others=[_trail(data=(DataEvents(OBJECTS, write=False),)), HERE]),
        Case({}, others=[_trail(data=(DataEvents(OBJECTS, within=("arn:aws:s3:::claims-documents/",)),)), HERE]),
        Case({}, others=[_trail(multi_region=False), HERE, THERE]),
        Case({}, others=[_trail(Trail, region="eu-west-1", multi_region=False), HERE]),
    )
    UNKNOWN = (
        Case({}, lacking=[CoveringTrail]),
        Case({}, lacking=[Trail]),
        Case({}, others=[_trail(multi_region=False), HERE], lacking=[Bucket]),
        Case({}, lacking=[Bucket]),
    )

    @staticmethod
    def check(account: Account, world: World) -> Iterator[Fail | Missing]:
        gaps = Gaps()
        homes: set[str] = set()
        with gaps:
            for bucket in world.all(Bucket):
                with gaps:
                    homes.add(bucket.home)
        wanted: list[tuple[str, list[Test]]] = [(home, [reaches(home)]) for home in sorted(homes)]
        if not homes and not gaps.found:
            wanted = [("", [])]
        for home, tests in wanted:
            with gaps:
                search = Search(is_on, *tests, records_data(OBJECTS, f"arn:{account.partition}:s3:::"))
                if not any_trail(world, search):
                    yield Fail(f"buckets in {home}: {search.why}" if home else search.why, part=home)
        yield from gaps
