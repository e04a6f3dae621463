"""Notifications after a scan, or after one that failed: each thing once to each channel, and never at a scan's cost."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

from scanner.cli.data import chosen_scan, report_data
from scanner.cli.output import answer, complain, console, known_errors
from scanner.cli.wire import Clock, UsageError
from scanner.model.exits import CLEAN, INCOMPLETE

if TYPE_CHECKING:
    from reports.view import ReportData
    from scanner.cli.wire import Wiring
    from scanner.engine.notified import NotifyTable
    from scanner.engine.notifying import Night, Notice
    from scanner.store import Store
    from scanner.store.notifying import Notices

CAUGHT_UP = 30
"""How many scans whose end was not told, because their process was killed, are gone back to at most."""


def after_scan(wiring: Wiring, data: ReportData, *, quiet: bool) -> None:
    """Tell the channels of a scan that has just ended; what goes wrong is one line each and changes nothing else."""
    if not wiring.config.notify:
        return
    try:
        with wiring.store() as store:
            _tell(wiring, store, data, quiet=quiet)
    except Exception as error:  # noqa: BLE001  the scan is done, whatever becomes of this
        complain(f"notifications: {_line(error)}; the next run tells it")


def send(wiring: Wiring, scan: str, *, dry: bool, quiet: bool) -> int:
    """Tell the channels of a stored scan, by default the newest, and what they still wait for; give the exit code.

    Raises:
        UsageError: config.toml names no channel, or there is no such scan.
        StoreError: the store cannot be used.
    """
    _channels(wiring)
    with wiring.store() as store:
        data = report_data(wiring, store, chosen_scan(store, scan))
        if dry:
            _show(wiring, store, data)
            return CLEAN
        return CLEAN if _tell(wiring, store, data, quiet=quiet, alone=bool(scan)) else INCOMPLETE


def send_test(wiring: Wiring, name: str, *, quiet: bool) -> int:
    """Send a test message to one channel; give the exit code.

    Raises:
        UsageError: there is no such channel.
    """
    from scanner.engine.notifying import Notice

    known = _channels(wiring)
    if name not in known:
        raise UsageError(f"there is no channel {name!r} under [notify] in {wiring.name}; known: {', '.join(known)}")
    arrived = _deliver(wiring, name, Notice(test=True, as_of=Clock().now()))
    if arrived:
        complain(f"notify.{name}: not sent: {arrived}")
        return INCOMPLETE
    console(quiet=quiet).print(f"notify.{name}: the test message was taken", markup=False)
    return CLEAN


@contextmanager
def watched(wiring: Wiring) -> Iterator[None]:
    """Tell the channels where what is done within fails and nobody sees it at a terminal; the error goes on."""
    try:
        yield
    except Exception as error:
        if wiring.config.notify and not isinstance(error, BrokenPipeError) and not sys.stderr.isatty():
            try:
                _tell_failure(wiring, error)
            except Exception as other:  # noqa: BLE001  the first error is the one that counts
                complain(f"notifications: {_line(other)}")
        raise


def _channels(wiring: Wiring) -> dict[str, NotifyTable]:
    if not wiring.config.notify:
        raise UsageError(f"{wiring.name}: it names no channel; give one, such as [notify.ops] with `url` or `url_env`")
    return wiring.config.notify


def _tell(wiring: Wiring, store: Store, data: ReportData, *, quiet: bool, alone: bool = False) -> bool:
    """Note what each channel is to be told, and send it; say whether all that was due arrived."""
    from scanner.store.notifying import Notices

    with Notices.open(wiring.store_url) as book:
        book.forget(Clock().now() - timedelta(days=wiring.config.store.retention_days))
        _say_unknown(wiring, store)
        scans = tuple(info.id for info in store.scans() if info.finished)
        nights = _Nights(wiring, store, book, data, scans)
        for name, table in wiring.config.notify.items():
            for scan in [data.scan] if alone else nights.untold(name):
                nights.note(name, table, scan)
        arrived = [_flush(wiring, book, name, quiet=quiet) for name in wiring.config.notify]
    return all(arrived)


def _tell_failure(wiring: Wiring, error: Exception) -> None:
    from scanner.engine.notifying import Notice
    from scanner.store import StoreError
    from scanner.store.notifying import Notices

    now = Clock().now()
    notice = Notice(failure=_line(error), as_of=now)
    asked = [name for name, table in wiring.config.notify.items() if "failed" in table.on]
    key = f"failed:{now:%Y-%m-%d}:{hashlib.sha256(notice.failure.encode()).hexdigest()[:16]}"
    try:
        with Notices.open(wiring.store_url) as book:
            for name in asked:
                book.note(name, key, notice, at=now)
                _flush(wiring, book, name, quiet=True)
    except StoreError:  # the store is what failed, perhaps: then nobody can remember that this was told
        for name in asked:
            if why := _deliver(wiring, name, notice):
                complain(f"notify.{name}: not told: {why}")


def _line(error: Exception) -> str:
    """Say an error that is the user's to mend; of another only its kind, for its text may hold anything."""
    known = isinstance(error, known_errors())
    return " ".join(str(error).split()) if known else f"internal error ({type(error).__name__})"


def _flush(wiring: Wiring, book: Notices, name: str, *, quiet: bool) -> bool:
    """Send what a channel waits for, as one message, if one is due; say whether nothing failed."""
    from scanner.engine.notifying import merged

    now = Clock().now()
    waiting = book.waiting(name, at=now)
    urgent = any(notice.failure for notice in waiting)
    if not waiting or not (urgent or wiring.config.notify[name].due(now, book.last(name))):
        return True
    claim = book.claim(name, at=now)
    if not claim.notices:
        return True
    why = _deliver(wiring, name, merged(claim.notices))
    if why:
        book.kept(claim, why)
        complain(f"notify.{name}: not told: {why}; the next run tries again")
        return False
    book.told(claim, at=Clock().now())
    console(quiet=quiet).print(f"notify.{name}: told", markup=False)
    return True


def _deliver(wiring: Wiring, name: str, notice: Notice) -> str:
    """Send one message; give why it did not leave, empty where it did."""
    from reports.notices import render
    from scanner.cli.channels import Undelivered, open_channel

    try:
        channel = open_channel(wiring, name, wiring.config.notify[name])
        channel.send(render(notice, channel.form, limit=channel.limit, looks=_looks))
    except Undelivered as error:
        return str(error)
    except Exception as error:  # noqa: BLE001  a plugin's own mistake; the other channels are told all the same
        return _line(error)
    return ""


@cache
def _looks(text: str) -> bool:
    from scanner.engine.detect import detectors

    return bool(detectors(text))


def _say_unknown(wiring: Wiring, store: Store) -> None:
    """Say which accounts a channel names that no scan ever looked at: a name that is misspelt is told nothing."""
    asked = {name: table.accounts for name, table in wiring.config.notify.items() if table.accounts}
    if not asked:
        return
    known = {each for info in store.scans() for each in (*info.accounts, *info.names.values())}
    for name, accounts in asked.items():
        for account in accounts:
            if account not in known:
                complain(f"notify.{name}: accounts: no scan ever looked at {account!r}")


@dataclass(frozen=True)
class _Nights:
    """The scans that are told of: the one at hand, and those before it whose end nobody told; `scans` are all."""

    wiring: Wiring
    store: Store
    book: Notices
    data: ReportData
    scans: tuple[str, ...]

    def untold(self, channel: str) -> Sequence[str]:
        """Give the scans since the last one that was gone through for a channel, the one at hand included."""
        known = self.book.keys(channel)
        here = self.scans.index(self.data.scan) + 1
        last = max((place for place, scan in enumerate(self.scans[:here], 1) if scan in known), default=here - 1)
        return self.scans[last:here][-CAUGHT_UP:]

    def note(self, channel: str, table: NotifyTable, scan: str) -> None:
        """Note what a channel is to be told of a scan, or that it is nothing."""
        from scanner.engine.notifying import choose

        night = self._night(scan)
        self.book.note(channel, scan, choose(table, night), at=Clock().now())

    def _night(self, scan: str) -> Night:
        data = self.data
        if scan != data.scan:
            data = report_data(self.wiring, self.store, chosen_scan(self.store, scan))
        return night_of(self.wiring, self.store, self.book, data)


def night_of(wiring: Wiring, store: Store, book: Notices, data: ReportData) -> Night:
    """Gather what is chosen from; what hangs on gaps that were accepted is left out, as for exit codes."""
    from scanner.cli.accepting_gaps import gaps_of
    from scanner.engine.notifying import Night

    drift = data.drift
    counted = gaps_of(wiring, store, chosen_scan(store, data.scan)).counted(data.findings)
    return Night(
        scan=data.scan, as_of=data.as_of, complete=data.complete,
        names={account.id: account.name for account in data.accounts}, findings=list(counted),
        before=book.before(data.scan), changes=drift.changes if drift else (), holes=drift.holes if drift else (),
        seals=data.seals,
    )  # fmt: skip


def _show(wiring: Wiring, store: Store, data: ReportData) -> None:
    """Print what each channel would be told now; nothing is noted or sent."""
    from reports.notices import render
    from scanner.engine.notifying import choose, merged
    from scanner.store.notifying import Notices

    now = Clock().now()
    with Notices.open(wiring.store_url) as book:
        night = night_of(wiring, store, book, data)
        for name, table in wiring.config.notify.items():
            fresh = None if book.knows(name, data.scan) else choose(table, night)
            told = [*book.waiting(name, at=now), *([fresh] if fresh else [])]
            if not told:
                answer(f"== notify.{name}: nothing")
                continue
            message = render(merged(told), "text", looks=_looks)
            wait = "" if table.due(now, book.last(name)) else f", with its {table.digest} digest"
            answer(f"== notify.{name}{wait}: {message.title}\n\n{message.body}")
