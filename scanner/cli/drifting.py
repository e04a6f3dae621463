"""`phiward drift`: what changed since another night or since an approved baseline, what it touches, and who did it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.cli.accounts import config_of_group
from scanner.cli.data import chosen_scan
from scanner.cli.output import answer, console
from scanner.cli.wire import UsageError
from scanner.model.change import Action
from scanner.model.exits import CLEAN, INCOMPLETE, VIOLATION
from scanner.model.rule import SEVERITIES
from scanner.run import cells, compare

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reports.view import DriftView
    from scanner.cli.wire import Wiring
    from scanner.engine.drift import Group
    from scanner.model.change import Change, Suppressed
    from scanner.model.finding import Finding
    from scanner.model.resource import Coverage, Resource
    from scanner.store import ScanInfo, Store


LIMIT = 40
"""How many changes a terminal is told of, unless it asks for all."""


@dataclass(frozen=True)
class Asked:
    """What is to be compared, and how it is to be told."""

    scan: str = ""
    since: str = ""
    baseline: str = ""
    cells: str = ""
    trails: Sequence[Path] = ()
    states: Sequence[str] = ()
    show_suppressed: bool = False


@dataclass(frozen=True)
class How:
    """How the answer is told, and from which severity on it is a failure."""

    format: str = "table"
    out: Path | None = None
    fail_on: str = "high"
    allow_incomplete: bool = False
    verbose: bool = False


def show_drift(wiring: Wiring, asked: Asked, how: How) -> int:
    """Tell what changed; give the exit code.

    Raises:
        UsageError: what is to be compared does not exist.
        StoreError: it cannot be read.
    """
    from reports import drift as rendering

    if asked.cells:
        if asked.since or asked.baseline or asked.scan or asked.trails:
            raise UsageError("--cells compares accounts by their newest scans; give it without a scan, day or trail")
        return _show_cells(wiring, asked.cells, how)
    if asked.states:
        from scanner.cli.codifying import show_codified

        if asked.since or asked.baseline or asked.trails:
            raise UsageError("--terraform lays code beside a scan; give it without a day, baseline or trail")
        return show_codified(wiring, asked.states, asked.scan, how, show_suppressed=asked.show_suppressed)
    with wiring.store() as store:
        newer = chosen_scan(store, asked.scan)
        older = _older(store, newer, asked)
        if older is None:
            return _show_first(newer, how)
        if asked.trails:
            from scanner.cli.attributing import read_trails

            read_trails(wiring, store, newer, older, asked.trails)
        view = drift_view(wiring, store, older, newer, asked)
    if how.format == "table" and how.out is None:
        limit = None if how.verbose else LIMIT
        rendering.show(view, console(error=False), limit=limit, show_suppressed=asked.show_suppressed)
    else:
        answer(rendering.FORMATS[how.format](view), how.out)
    return exit_code(view, how.fail_on, allow_incomplete=how.allow_incomplete)


def _show_first(newer: ScanInfo, how: How) -> int:
    """Say that a scan is the first of its accounts; a program gets a document without changes."""
    from reports import drift as rendering
    from reports.view import DriftView, ScanRef

    console().print(
        f"scan {newer.id} is the first of its accounts: there is nothing to compare it with yet", soft_wrap=True
    )
    here = ScanRef(newer.id, newer.as_of)
    view = DriftView(older=here, newer=here, complete=newer.complete)
    if how.format != "table":
        answer(rendering.FORMATS[how.format](view), how.out)
    return CLEAN


def _show_cells(wiring: Wiring, group: str, how: How) -> int:
    """Tell how the accounts of a group differ, each by its newest scan; a difference weighs `high`."""
    from reports import parity as rendering

    if how.format == "csv":
        raise UsageError("--cells: cells are told as table or json; leave --format csv out")
    with wiring.store() as store:
        try:
            parity = cells(store, config_of_group(wiring, group), group)
        except ValueError as error:
            raise UsageError(f"--cells {group}: {error}") from error
    if how.format == "table" and how.out is None:
        rendering.show(parity, console(error=False))
    else:
        answer(rendering.render_json(parity) if how.format == "json" else rendering.render(parity), how.out)
    if any(not each.reason for each in parity.differences) and how.fail_on != "critical":
        return VIOLATION
    return CLEAN if how.allow_incomplete or not any(map(parity.gaps, parity.accounts)) else INCOMPLETE


def exit_code(view: DriftView, fail_on: str, *, allow_incomplete: bool = False) -> int:
    """1 for a change at or above the severity, 3 for what can no longer be compared, else 0."""
    least = SEVERITIES.index(fail_on)
    told = (change for change in view.changes if change.action is not Action.UNSEEN)
    if any(SEVERITIES.index(change.severity) >= least for change in told):
        return VIOLATION
    return CLEAN if allow_incomplete or not view.holes else INCOMPLETE


def drift_view(wiring: Wiring, store: Store, older: ScanInfo, newer: ScanInfo, asked: Asked | None = None) -> DriftView:
    """Compare two scans, and say who made the changes as far as it is known."""
    from reports.view import Account, DriftView, ScanRef

    asked = asked or Asked()
    changes, suppressed = changes_between(wiring, store, older, newer, explain=asked.show_suppressed)
    _attributed(store, older, newer, changes)
    return DriftView(
        older=ScanRef(older.id, older.as_of), newer=ScanRef(newer.id, newer.as_of), baseline=asked.baseline,
        changes=changes, suppressed=suppressed, holes=_holes(store, older, newer), complete=newer.complete,
        accounts=[Account(account, newer.names.get(account, "")) for account in newer.accounts],
    )  # fmt: skip


def changes_between(
    wiring: Wiring, store: Store, older: ScanInfo, newer: ScanInfo, *, explain: bool = False
) -> tuple[list[Change], list[Suppressed]]:
    """Give the changes that are told, and what is left out by config.toml or, with `explain`, as noise."""
    from scanner.engine.registry import kinds
    from scanner.kinds.canon import normaliser

    nights = _Nights(store, older, newer)
    found = compare(nights, normaliser(kinds().values()), older.id, newer.id, explain=explain)
    told, allowed = wiring.config.drift.parted(found.changes)
    return told, [*allowed, *found.suppressed]


def _attributed(store: Store, older: ScanInfo, newer: ScanInfo, changes: Sequence[Change]) -> None:
    """Put on each change who made it, as far as it was learned: by the night, else by the last change of its place."""
    own, last = store.attributions(newer.id), store.attributed_between(older.id, newer.id)
    for change in changes:
        place = (change.account, change.region, change.kind, change.key, change.path)
        change.attribution = own.get(change.id) or last.get(place)


@dataclass(frozen=True)
class _Nights:
    """The store, with each account's own newest findings up to the older scan as those from before."""

    store: Store
    older: ScanInfo
    newer: ScanInfo

    def between(self, older: str, newer: str, *, every: bool = False) -> Iterator[Group]:
        return self.store.between(older, newer, every=every)

    def seen(self, scan_id: str, account: str, region: str, kind: str) -> Sequence[Resource]:
        return self.store.seen(scan_id, account, region, kind)

    def turned(self, older: str, newer: str) -> tuple[Sequence[Finding], Sequence[Finding]]:
        finished = [info for info in self.store.scans() if info.finished and info.as_of <= self.older.as_of]
        own: dict[str, str] = {}
        for info in finished:
            own |= dict.fromkeys(info.accounts, info.id)
        own = {account: scan for account, scan in own.items() if account in self.newer.accounts}
        return self.store.turned(older, newer, own=own)


def previous(store: Store, newer: ScanInfo) -> ScanInfo | None:
    """Give the newest finished scan before one that looked at any of its accounts."""
    return next(reversed(_earlier(store, newer)), None)


def _earlier(store: Store, newer: ScanInfo) -> list[ScanInfo]:
    """Give the finished scans before one that looked at any of its accounts, the oldest first."""
    finished = [info for info in store.scans() if info.finished and info.as_of < newer.as_of]
    return [info for info in finished if set(info.accounts) & set(newer.accounts)]


def _older(store: Store, newer: ScanInfo, asked: Asked) -> ScanInfo | None:
    if asked.baseline and asked.since:
        raise UsageError("--since and --baseline both say what to compare with; give one of them")
    if asked.baseline:
        said = f"--baseline {asked.baseline}: scan"
        return _before(chosen_scan(store, store.baseline(asked.baseline).scan, said), newer, said)
    return older_than(store, newer, asked.since)


def older_than(store: Store, newer: ScanInfo, since: str = "") -> ScanInfo | None:
    """Give the scan before one, or the one that a period begins with: of an id, or the newest up to a moment.

    Raises:
        UsageError: it is no scan, day or moment, or not earlier.
    """
    return _since(store, newer, since) if since else previous(store, newer)


def _before(older: ScanInfo, newer: ScanInfo, said: str) -> ScanInfo:
    if older.as_of >= newer.as_of:
        raise UsageError(f"{said} {older.id} is not earlier than {newer.id}; name a later one with --scan")
    return older


def _since(store: Store, newer: ScanInfo, text: str) -> ScanInfo | None:
    """Give the scan of an id, or the newest one up to a moment; where none is so old, the oldest.

    The beginning of an id wins over a moment: both may be written in digits alone.
    """
    if any(info.id.startswith(text) for info in store.scans() if info.finished):
        return _before(chosen_scan(store, text, "--since"), newer, f"--since {text}: scan")
    moment = _moment(text)
    if moment is None:
        raise UsageError(f"--since {text}: neither a scan's id nor a day such as 2026-11-21; the newest is {newer.id}")
    if moment > newer.as_of:
        raise UsageError(f"--since {text}: scan {newer.id} is of {newer.as_of:%Y-%m-%d %H:%M} UTC; name an earlier day")
    earlier = _earlier(store, newer)
    return next((info for info in reversed(earlier) if info.as_of <= moment), next(iter(earlier), None))


def _moment(text: str) -> datetime | None:
    """Read a day (its beginning, in UTC) or a moment."""
    try:
        given = date.fromisoformat(text)
        return datetime(given.year, given.month, given.day, tzinfo=UTC)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _holes(store: Store, older: ScanInfo, newer: ScanInfo) -> list[Coverage]:
    """Give the calls that were last answered whole and are not now, but for gaps that are accepted."""
    day = newer.as_of.date().isoformat()
    accepted = {
        (each.subject, each.account) for each in store.acceptances() if each.scope == "gap" and each.until >= day
    }
    gaps = [
        entry for entry in store.coverage(newer.id) if not entry.ok and (entry.operation, entry.account) not in accepted
    ]
    answered = _answered(store, older, {_call(entry) for entry in gaps})
    return [entry for entry in gaps if _call(entry) in answered]


def _answered(store: Store, older: ScanInfo, calls: set[tuple[str, ...]]) -> set[tuple[str, ...]]:
    """Choose the calls that were answered whole when they were last made, up to the older scan."""
    found, left = set(), set(calls)
    for info in reversed(store.scans()):
        if not left:
            break
        asked = {call for call in left if call[:2] in info.targets and call[2] in info.kinds}
        if info.finished and info.as_of <= older.as_of and asked:
            known = {_call(entry): entry.ok for entry in store.coverage(info.id)}
            found |= {call for call in asked if known.get(call)}
            left -= known.keys()
    return found


def _call(entry: Coverage) -> tuple[str, ...]:
    return entry.account, entry.region, entry.kind, entry.call
