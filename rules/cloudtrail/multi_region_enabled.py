"""cloudtrail_multi_region_enabled."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec

from scanner.kinds.account import Account
from scanner.kinds.cloudtrail import CoveringTrail, ManagementEvents
from scanner.model.gap import Unknown
from scanner.model.inventory import World, any_of
from scanner.model.remedy import Runbook
from scanner.model.rule import Case, Fail, Gaps, Note, Other, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import ClientCells, EcsGuide

LATELY = datetime(2026, 11, 21, 1, 50, tzinfo=UTC)
LONG_AGO = datetime(2026, 11, 20, 1, 50, tzinfo=UTC)


class MultiRegionEnabled(Rule):
    """A multi-Region trail logs management events and delivers.

    Without a record of who did what, no breach of ePHI can be bounded or proved. The trail must reach every Region,
    record reading and writing management events, be switched on and have delivered lately: a trail that cannot
    write to its bucket records nothing. The account is judged, so that one without any trail fails too; a trail of
    the organization counts for each of its accounts. The limit is the time since the last delivery.
    """

    kind = Account
    severity = "critical"
    hipaa_proposed = ("164.312(b)", "164.308(a)(1)(ii)(D)", "164.308(a)(5)(ii)(C)")
    sources = (EcsGuide(59), EcsGuide(65), ClientCells())
    needs = (CoveringTrail,)
    remedy = Runbook(
        "Make a bucket for the logs whose policy lets CloudTrail write to it, with a retention of six years.",
        "Make the trail: aws cloudtrail create-trail --name audit --s3-bucket-name BUCKET --is-multi-region-trail "
        "--enable-log-file-validation",
        "Switch it on: aws cloudtrail start-logging --name audit",
        "Where a trail stands but delivers nothing, read LatestDeliveryError: aws cloudtrail get-trail-status "
        "--name TRAIL",
    )

    class Settings(RuleSettings, frozen=True):
        """The rule's parameters."""

        hours: Annotated[int, msgspec.Meta(description="Hours within which the trail must have delivered.", ge=1)] = 24

    READS = ManagementEvents(read=True, write=False)
    WRITES = ManagementEvents(read=False, write=True)
    GOOD = (
        Case({}, others=[Other(CoveringTrail, delivered=LATELY)]),
        Case({}, others=[Other(CoveringTrail, delivered=LATELY), Other(CoveringTrail, id="b", logging=False)]),
        Case(
            {},
            others=[Other(CoveringTrail, arn="arn:aws:cloudtrail:us-east-1:999999999999:trail/org", delivered=LATELY)],
        ),
        Case({}, others=[Other(CoveringTrail, delivered=LONG_AGO)], settings={"hours": 48}),
    )
    BAD = (
        Case({}),
        Case({}, others=[Other(CoveringTrail, delivered=LATELY, multi_region=False)]),
        Case({}, others=[Other(CoveringTrail, delivered=LATELY, logging=False)]),
        Case({}, others=[Other(CoveringTrail, delivered=LATELY, management=READS)]),
        Case({}, others=[Other(CoveringTrail, delivered=LATELY, management=WRITES)]),
        Case({}, others=[Other(CoveringTrail, delivered=None)]),
        Case({}, others=[Other(CoveringTrail, delivered=LONG_AGO)]),
        Case(
            {},
            others=[
                Other(CoveringTrail, delivered=LATELY, management=READS),
                Other(CoveringTrail, id="b", management=WRITES),
            ],
        ),
    )
    UNKNOWN = (
        Case({}, lacking=[CoveringTrail]),
        Case({}, others=[Other(CoveringTrail, logging=False)], lacking=[CoveringTrail]),
    )

    @staticmethod
    def check(account: Account, world: World, settings: Settings, as_of: datetime) -> Iterator[Fail | Note]:
        since = as_of - timedelta(hours=settings.hours)
        said: list[str] = []
        notes: list[Note] = []

        def sound(trail: CoveringTrail) -> bool:
            gaps = Gaps()
            wrong = list(_shortcomings(trail, since, gaps))
            said.extend(f"trail {trail.id.rpartition('/')[2]} {text}" for text in wrong)
            if not wrong and gaps.found:
                raise Unknown(*gaps.found)
            if not wrong and trail.management.without:
                notes.append(Note(f"{trail.id} leaves out the events of {', '.join(trail.management.without)}"))
            return not wrong

        if not any_of(world.all(CoveringTrail), sound):
            yield Fail("; ".join(said) or "there is no trail")
        yield from notes


def _shortcomings(trail: CoveringTrail, since: datetime, gaps: Gaps) -> Iterator[str]:
    with gaps:
        if not trail.multi_region:
            yield "records one Region only"
    with gaps:
        if not trail.logging:
            yield "is switched off"
    with gaps:
        lost = [name for name in ("read", "write") if not getattr(trail.management, name)]
        if lost:
            yield f"does not record all {' and '.join(lost)} management events"
    with gaps:
        if trail.delivered is None:
            yield "has delivered nothing yet"
        elif trail.delivered < since:
            yield f"delivered last on {trail.delivered:%Y-%m-%d %H:%M} UTC"
