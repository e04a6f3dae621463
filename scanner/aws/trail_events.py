"""CloudTrail's event history, asked for what changed and at CloudTrail's pace: 2 requests a second."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from scanner.aws.client import AwsClient, Patience, Request
from scanner.aws.errors import CredentialsEndedError, Refusal
from scanner.aws.limits import Bucket, Limits
from scanner.aws.sessions import HOME_REGION, Sessions, Target
from scanner.engine.trail_event import Odd, TrailEvent, parse
from scanner.engine.trail_names import Wanted
from scanner.model.gap import Gap, GapState
from scanner.model.operation import permission_of

TRAIL_OPERATIONS = ("cloudtrail.LookupEvents",)
"""What is called to learn who made a change; no collection of resources makes it."""

PAGE = 50
MOST_PAGES = 20
"""Pages that are read for one name: 1,000 events."""

THREADS = 8
Place = tuple[str, str]
Progress = Callable[[int, int, int], None]
"""Is told how many places are done, of how many, and how many requests were made."""


@dataclass(frozen=True)
class Looked:
    """What was found: events that can have changed what is wanted, what could not be learned, the requests made.

    `odd` are records that were no events, `refused` the places (account, Region) that gave no answer.
    """

    events: Sequence[TrailEvent] = ()
    gaps: Sequence[Gap] = ()
    requests: int = 0
    odd: Sequence[Odd] = ()
    refused: Mapping[Place, Gap] = field(default_factory=dict)


def trail_bucket() -> Bucket:
    """Pace LookupEvents: 2 requests a second for each account and Region, no burst (CloudTrail User Guide, quotas)."""
    return Bucket(rate=2.0, least=0.2, most=2.0, step=0.05, burst=1.0)


def trail_client(
    sessions: Sessions, targets: Iterable[Target], limits: Limits | None = None, patience: Patience | None = None
) -> AwsClient:
    """Make the client that may ask CloudTrail's event history, and nothing else."""
    return AwsClient(
        sessions, {target.account: target for target in targets}, frozenset(TRAIL_OPERATIONS), THREADS,
        limits or Limits(trail_bucket), patience or Patience(attempts=2, tries=2),
    )  # fmt: skip


def look(client: AwsClient, wanted: Iterable[Wanted], progress: Progress | None = None) -> Looked:
    """Ask CloudTrail for what changed, every account and Region at once.

    In each place the time is swept for writes while that takes fewer requests than asking for each name would; then the
    names are asked for, over the part of the time that the sweep did not reach. A place that refuses gives a gap, and
    so does an account that is not among the client's targets.
    """
    places, gaps = _places(client.targets, wanted)
    lookups = [_Lookup(client, place, tuple(some)) for place, some in sorted(places.items())]
    if not lookups:
        return Looked(gaps=gaps)
    done, lock = 0, threading.Lock()

    def run(lookup: _Lookup) -> None:
        nonlocal done
        lookup.run()
        with lock:
            done += 1
            if progress is not None:
                progress(done, len(lookups), client.made)

    with ThreadPoolExecutor(min(THREADS, len(lookups)), thread_name_prefix="phiward-trail") as executor:
        list(executor.map(run, lookups))
    return Looked(
        [event for lookup in lookups for event in lookup.found.values()],
        [*gaps, *(gap for lookup in lookups for gap in lookup.gaps)],
        sum(lookup.requests for lookup in lookups),
        [odd for lookup in lookups for odd in lookup.odd],
        {lookup.place: gap for lookup in lookups for gap in lookup.gaps},
    )


def _places(targets: Mapping[str, Target], wanted: Iterable[Wanted]) -> tuple[dict[Place, list[Wanted]], list[Gap]]:
    """Say where to ask for what; what may be in any Region is asked for in all of its account's."""
    places: dict[Place, list[Wanted]] = defaultdict(list)
    strange: set[str] = set()
    for one in wanted:
        target = targets.get(one.account)
        if target is None:
            strange.add(one.account)
            continue
        everywhere = target.regions or (HOME_REGION.get(target.partition, HOME_REGION["aws"]),)
        for region in (one.region,) if one.region else everywhere:
            places[one.account, region].append(one)
    return places, [_gap("NotConfigured", f"account {account} is not configured") for account in sorted(strange)]


def _gap(error: str, message: str, state: GapState = GapState.ERROR) -> Gap:
    return Gap(TRAIL_OPERATIONS[0], permission_of(TRAIL_OPERATIONS[0]), error, message, state)


@dataclass
class _Lookup:
    """The questions to one account and Region, one after the other, for CloudTrail answers 2 a second."""

    client: AwsClient
    place: Place
    wanted: tuple[Wanted, ...]
    found: dict[str, TrailEvent] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)
    odd: list[Odd] = field(default_factory=list)
    requests: int = 0
    _names: frozenset[str] = frozenset()
    _events: frozenset[str] = frozenset()

    def run(self) -> None:
        """Ask; what is refused becomes a gap, and ends the questions to this place."""
        self._names = frozenset(name for one in self.wanted for name in one.names)
        self._events = frozenset(name for one in self.wanted for name in one.events)
        try:
            self._ask()
        except Refusal as refusal:
            where = f"{self.place[0]}/{self.place[1]}"
            said = refusal.gap
            message = f"{where}: {said.message or said.error}"
            self.gaps.append(Gap(said.call, said.permission, said.error, message, said.state))
        except CredentialsEndedError as error:  # what was scanned stands: only who did it stays unknown
            self.gaps.append(_gap("ExpiredToken", str(error), GapState.ERROR))

    def _ask(self) -> None:
        questions = [(one, *question) for one in self.wanted for question in _questions(one)]
        since, until = _hull(self.wanted)
        reached, done = self._sweep(since, until, len(questions))
        if done:
            return
        for one, key, value in questions:
            end = reached if one.until is None or (reached is not None and reached < one.until) else one.until
            if end is None or one.since is None or end >= one.since:
                self._one(key, value, one.since, end)

    def _sweep(self, since: datetime | None, until: datetime | None, budget: int) -> tuple[datetime | None, bool]:
        """Read writes, the newest first, within a budget of pages; give how far back it came, and if that is all."""
        reached, ordered = until, True
        for number, page in enumerate(self._pages("ReadOnly", "false", since, until), 1):
            moments = [event.at for event in self._take(page)]
            ordered = ordered and moments == sorted(moments, reverse=True)
            ordered = ordered and (not moments or reached is None or moments[0] <= reached + timedelta(seconds=1))
            reached = min([*moments, *([reached] if reached else [])], default=None)
            if not page.get("NextToken"):
                return reached, True
            if number >= budget:
                break
        return (reached if ordered else until), False

    def _one(self, key: str, value: str, since: datetime | None, until: datetime | None) -> None:
        for number, page in enumerate(self._pages(key, value, since, until), 1):
            list(self._take(page))
            if number >= MOST_PAGES and page.get("NextToken"):
                message = f"{self.place[0]}/{self.place[1]}: more than {MOST_PAGES * PAGE} events of {value}"
                self.gaps.append(_gap("TooManyEvents", message, GapState.PARTIAL))
                return

    def _pages(self, key: str, value: str, since: datetime | None, until: datetime | None) -> Iterator[dict[str, Any]]:
        params: dict[str, Any] = {
            "LookupAttributes": [{"AttributeKey": key, "AttributeValue": value}],
            "MaxResults": PAGE,
        }
        params |= {"StartTime": since} if since is not None else {}
        params |= {"EndTime": until} if until is not None else {}
        operation = TRAIL_OPERATIONS[0]
        request = Request(operation, params, expect="Events", permission=permission_of(operation))
        for page in self.client.pages(self.place, request):
            self.requests += 1
            yield page

    def _take(self, page: Mapping[str, Any]) -> Iterator[TrailEvent]:
        """Read a page's events, and keep those that may be about what is wanted."""
        for entry in page.get("Events") or ():
            event = parse(entry)
            if isinstance(event, Odd):
                self.odd.append(event)
                continue
            about = event.names_any(self._names) or event.call in self._events or not event.asked.names
            if event.effective and about:
                self.found[event.id] = event
            yield event


def _questions(one: Wanted) -> list[tuple[str, str]]:
    """Give the attributes to look up: one by each name, or by each event where there is no name."""
    return [("ResourceName", name) for name in one.names] or [("EventName", name) for name in one.events]


def _hull(wanted: Sequence[Wanted]) -> tuple[datetime | None, datetime | None]:
    starts, ends = [one.since for one in wanted], [one.until for one in wanted]
    since = None if None in starts else min((each for each in starts if each), default=None)
    return since, None if None in ends else max((each for each in ends if each), default=None)
