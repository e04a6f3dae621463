"""Who made the changes: asks CloudTrail's event history, or reads a trail's files, and keeps the answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from scanner.cli.drifting import changes_between, previous
from scanner.model.change import Action, Change
from scanner.model.rule import SEVERITIES

if TYPE_CHECKING:
    from datetime import datetime

    from scanner.aws.client import AwsClient
    from scanner.aws.limits import Limits
    from scanner.aws.sessions import Sessions, Target
    from scanner.cli.wire import Wiring
    from scanner.engine.trail_event import TrailEvent
    from scanner.engine.trail_names import Wanted
    from scanner.model.canon import Canon
    from scanner.model.change import Attribution
    from scanner.model.gap import Gap
    from scanner.store import ScanInfo, Store

REQUESTS_A_NAME = 2
Progress = Callable[[int, int, int], None]


def after_scan(
    wiring: Wiring, store: Store, info: ScanInfo, sessions: Sessions, targets: Sequence[Target],
    limits: Limits | None = None,
) -> Sequence[Gap]:  # fmt: skip
    """Ask who made the changes that a scan found, where config.toml does not say otherwise; give what refused."""
    from scanner.aws.trail_events import trail_client

    if not wiring.config.drift.attribution or previous(store, info) is None:
        return []
    return ask_trails(wiring, store, info, trail_client(sessions, targets, limits))


def ask_trails(
    wiring: Wiring, store: Store, info: ScanInfo, client: AwsClient, progress: Progress | None = None
) -> Sequence[Gap]:
    """Ask CloudTrail who made the changes of a scan, and those of earlier ones that it did not know yet.

    Gives what could not be learned: an account whose trail refuses hinders no other.
    """
    from scanner.aws.trail_events import look
    from scanner.engine.trail_names import wanted

    canons = _canons()
    by_scan = {scan: changes for scan, changes in _asked(wiring, store, info, set(client.targets)) if changes}
    changes = [change for some in by_scan.values() for change in some]
    changes.sort(key=lambda change: -SEVERITIES.index(change.severity))
    asked = wanted(changes, canons, _ends(store))
    looked = look(client, _at_most(asked, wiring.config.drift.lookups), progress)
    for scan, some in by_scan.items():
        _keep(store, scan, some, looked.events, canons, looked.refused)
    return looked.gaps


def read_trails(wiring: Wiring, store: Store, info: ScanInfo, older: ScanInfo, trails: Sequence[Path]) -> None:
    """Learn from a trail's files who made the changes of each scan after one and up to another.

    Raises:
        TrailFileError: a file is none of a trail's, or broken.
    """
    from scanner.aws.trail_files import TrailFiles

    canons = _canons()
    scans = [scan for scan in store.scans() if scan.finished and older.as_of < scan.as_of <= info.as_of]
    by_scan = {scan.id: _changes(wiring, store, scan) for scan in scans}
    moments = [change.since for some in by_scan.values() for change in some if change.since is not None]
    since, until = min(moments, default=older.as_of), info.finished or info.as_of
    events = [event for trail in trails for event in TrailFiles(trail, since, until).events()]
    for scan_id, some in by_scan.items():
        _keep(store, scan_id, some, events, canons)


def _keep(
    store: Store, scan: str, changes: Sequence[Change], events: Iterable[TrailEvent], canons: dict[str, Canon],
    refused: Mapping[tuple[str, str], Gap] | None = None,
) -> None:  # fmt: skip
    from scanner.engine.attribution import attribute

    found = attribute(changes, events, canons, _ends(store))
    store.keep_attributions(scan, [(change, _honest(change, given, refused or {})) for change, given in found])


def _ends(store: Store) -> dict[datetime, datetime]:
    """Say when the scan that began at a moment was over: what happened meanwhile it may have seen."""
    return {scan.as_of: scan.finished for scan in store.scans() if scan.finished is not None}


def _honest(change: Change, given: Attribution, refused: Mapping[tuple[str, str], Gap]) -> Attribution:
    """Say of a change without an event that nobody could be asked, where that is so."""
    from scanner.engine.trail_names import regions_of

    region = regions_of(change)
    gap = next((gap for place, gap in refused.items() if place[0] == change.account and region in {"", place[1]}), None)
    if given.event or gap is None:
        return given
    return msgspec.structs.replace(given, why=f"CloudTrail could not be asked: {gap}")


def _canons() -> dict[str, Canon]:
    from scanner.engine.registry import kinds
    from scanner.kinds.canon import canons

    return dict(canons(kinds().values()))


def _asked(
    wiring: Wiring, store: Store, info: ScanInfo, accounts: Container[str]
) -> Iterable[tuple[str, list[Change]]]:
    """Give the changes to be asked for, by scan: this one's, and those before of its accounts that nobody knew yet."""
    waiting: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for scan, account, region in store.pending_attributions():
        if account in accounts:
            waiting[scan].add((account, region))
    kept = {scan.id: scan for scan in store.scans()}
    for scan, places in waiting.items():
        if scan == info.id:
            continue
        known = store.attributions(scan)
        yield (
            scan,
            [
                change
                for change in _changes(wiring, store, kept[scan])
                if (change.account, change.region) in places and change.id in known and not known[change.id].event
            ],
        )
    yield info.id, _changes(wiring, store, info)


def _changes(wiring: Wiring, store: Store, info: ScanInfo) -> list[Change]:
    older = previous(store, info)
    if older is None:
        return []
    return [each for each in changes_between(wiring, store, older, info)[0] if each.action is not Action.UNSEEN]


def _at_most(some: Iterable[Wanted], requests: int) -> list[Wanted]:
    """Leave what can be asked for with so many requests in each account and Region; the weightiest come first."""
    left: dict[tuple[str, str], int] = defaultdict(lambda: requests // REQUESTS_A_NAME)
    found = []
    for one in some:
        place = (one.account, one.region)
        if left[place] > 0:
            left[place] -= 1
            found.append(one)
    return found
