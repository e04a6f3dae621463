"""cloudtrail_s3_read_events."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rules._trails import OBJECTS, Search, is_on, reaches_everywhere, records_data
from rules.cloudtrail._mended import OBJECTS_TOO
from scanner.kinds.account import Account
from scanner.kinds.cloudtrail import CoveringTrail
from scanner.kinds.cloudtrail_data import DataEvents
from scanner.model.inventory import World, any_of
from scanner.model.rule import Case, Fail, Other, Rule

EVERY = (DataEvents(OBJECTS, write=False),)


def _case(*events: DataEvents, **facts: Any) -> Case:
    return Case({}, others=[Other(CoveringTrail, **{"data": events} | facts)])


class S3ReadEvents(Rule):
    """A trail records S3 object read events.

    After a breach the question is which records were read. Management events do not say; data events name every object
    that was read or listed, by whom and when. The account is judged: a trail that is on, in all Regions, must record
    them for all buckets, without leaving any out.
    """

    kind = Account
    needs = (CoveringTrail,)
    severity = "low"
    hipaa = (
        "164.308(a)(1)(ii)(D)",
        "164.308(a)(3)(ii)(A)",
        "164.308(a)(6)(ii)",
        "164.312(a)(2)(i)",
        "164.312(b)",
        "164.312(e)(2)(i)",
    )
    aliases = (
        "config:cloudtrail-all-read-s3-data-event-check",
        "security-hub:S3.23",
        "prowler:cloudtrail_s3_dataevents_read_enabled",
        "steampipe:cloudtrail_s3_object_read_events_audit_enabled",
        "cis:v3.0/3.9",
        "cis:v4.0/3.9",
        "cis:v5.0/3.9",
        "cis:v6.0/4.9",
        "cis:v7.0/4.9",
    )
    related = ("s3_bucket_access_logging",)
    remedy = OBJECTS_TOO
    GOOD = (
        _case(*EVERY),
        _case(DataEvents(OBJECTS)),
        _case(DataEvents(OBJECTS, within=("arn:aws:s3",))),
        _case(DataEvents(OBJECTS, within=("arn:aws:s3:::",))),
        _case(DataEvents(OBJECTS, read=False), *EVERY),
    )
    BAD = (
        {},
        _case(),
        _case(DataEvents(OBJECTS, read=False)),
        _case(DataEvents("AWS::S3::AccessPoint")),
        _case(DataEvents(OBJECTS, within=("arn:aws:s3:::claims/",))),
        _case(DataEvents(OBJECTS, without=("arn:aws:s3:::claims/",))),
        _case(DataEvents(OBJECTS, narrowed=("eventName",))),
        Case({}, others=[Other(CoveringTrail, data=EVERY, multi_region=False)]),
        Case({}, others=[Other(CoveringTrail, data=EVERY, logging=False)]),
    )
    UNKNOWN = (Case({}, lacking=[CoveringTrail]),)

    @staticmethod
    def check(account: Account, world: World) -> Iterator[Fail]:
        search = Search(reaches_everywhere, is_on, records_data(OBJECTS, f"arn:{account.partition}:s3:::", ("read",)))
        if not any_of(world.all(CoveringTrail), search):
            yield Fail(search.why)
