"""cloudtrail_multi_region_enabled."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated

import msgspec

from rules._trails import Search, is_on, reaches_everywhere, records_management
from rules.cloudtrail._mended import EVERYWHERE
from scanner.kinds.account import Account
from scanner.kinds.cloudtrail import CoveringTrail, ManagementEvents
from scanner.model.inventory import World, any_of
from scanner.model.rule import Case, Fail, Note, Other, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import ClientCells, EcsGuide

LATELY = datetime(2026, 11, 21, 1, 50, tzinfo=UTC)
JUST = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
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
    remedy = EVERYWHERE

    class Settings(RuleSettings, frozen=True):
        """The rule's parameters."""

        hours: Annotated[int, msgspec.Meta(description="Hours within which the trail must have delivered.", ge=1)] = 24

    READS = ManagementEvents(read=True, write=False)
    WRITES = ManagementEvents(read=False, write=True)
    GOOD = (
        Case({}, others=[Other(CoveringTrail, delivered=LATELY)]),
        Case({}, others=[Other(CoveringTrail, delivered=JUST)]),
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
        search = Search(reaches_everywhere, is_on, records_management, partial(_late, since))
        notes: list[Note] = []

        def sound(trail: CoveringTrail) -> bool:
            found = search(trail)
            if found and trail.management.without:
                notes.append(Note(f"{trail.id} leaves out the events of {', '.join(trail.management.without)}"))
            return found

        if not any_of(world.all(CoveringTrail), sound):
            yield Fail(search.why)
        yield from notes


def _late(since: datetime, trail: CoveringTrail) -> str:
    if trail.delivered is None:
        return "has delivered nothing yet"
    return "" if trail.delivered >= since else f"delivered last on {trail.delivered:%Y-%m-%d %H:%M} UTC"
