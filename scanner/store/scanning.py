"""The scans themselves: beginning, resuming, finishing, and finding them again."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import func, select, update

from scanner.store.accepting import attach, lapse
from scanner.store.blobs import Drawer, chunks, fetch
from scanner.store.errors import StoreError
from scanner.store.judging import judge_account
from scanner.store.reading import coverage_of, visits_of
from scanner.store.records import ScanInfo, moment, written
from scanner.store.seal import append
from scanner.store.summary import write_summary
from scanner.store.tables import accounts, scans, seals
from scanner.store.writing import BEGINNING, DECIDING, insert_missing, take_turn

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from scanner.model.finding import Finding
    from scanner.model.resource import Coverage
    from scanner.store.accepting import Volatile
    from scanner.store.reading import Looked
    from scanner.store.writing import ScanLock


class Scope(msgspec.Struct, frozen=True):
    """What a scan looks at, and by which versions: the same every night, so kept once."""

    kinds: tuple[str, ...]
    rules: tuple[str, ...]
    targets: tuple[tuple[str, str], ...]
    names: dict[str, str]
    versions: dict[str, str]


SCOPE = ("kinds", "rules", "targets", "names", "versions")


def begin(connection: Connection, info: ScanInfo, lock: ScanLock) -> None:
    """Write down a scan that begins, or find one that goes on; hold it, and its accounts, against other writers.

    Raises:
        StoreError: the scan was finished or overtaken, or another process writes it or one of its accounts.
    """
    take_turn(connection, BEGINNING)
    known = connection.execute(select(scans).where(scans.c.id == info.id)).one_or_none()
    if known is not None and known.finished:
        raise StoreError(f"scan {info.id} was finished, so it cannot go on; begin a new one")
    if known is not None and lock.lives(connection, known.seq):
        raise lock.refused(f"scan {known.id}")
    row = known or _begun(connection, info)
    _stand_back(connection, row, info.accounts, lock)
    claim(connection, row, info.accounts)
    lock.hold(row.seq)


def _begun(connection: Connection, info: ScanInfo) -> Row[Any]:
    last = connection.execute(select(func.max(scans.c.seq))).scalar() or 0
    drawer = Drawer(connection)
    scope = drawer.put(Scope(*(getattr(info, name) for name in SCOPE)))
    drawer.flush()
    times = {"started": written(info.started), "as_of": written(info.as_of)}
    values = {"seq": last + 1, "id": info.id, "complete": False, "pruned": False, "scope": scope}
    connection.execute(scans.insert().values(**values, **times))
    return connection.execute(select(scans).where(scans.c.seq == last + 1)).one()


def _stand_back(connection: Connection, row: Row[Any], names: Sequence[str], lock: ScanLock) -> None:
    """Refuse where a scan that is being written began last in one of the accounts."""
    others: dict[tuple[int, str], str] = {}
    for some in chunks(names):
        query = select(scans.c.seq, scans.c.id, accounts.c.account).where(accounts.c.scan == scans.c.seq)
        query = query.where(accounts.c.account.in_(some) & scans.c.finished.is_(None) & (scans.c.seq != row.seq))
        others |= {(seq, name): account for seq, name, account in connection.execute(query)}
    for (seq, name), account in others.items():
        if lock.lives(connection, seq):
            raise lock.refused(f"scan {name}, in account {account}")


def claim(connection: Connection, row: Row[Any], names: Sequence[str]) -> None:
    """Lock the rows of accounts until the transaction ends, and say in them that this scan began last there.

    Raises:
        StoreError: a newer scan began there.
    """
    insert_missing(connection, accounts, ("account", "head"), ((name, "") for name in names))
    hold(connection, row, names)
    for some in chunks(names):
        here = accounts.c.account.in_(some) & (accounts.c.scan != row.seq)
        connection.execute(update(accounts).where(here).values(scan=row.seq))


def hold(connection: Connection, row: Row[Any], names: Sequence[str]) -> None:
    """Lock the rows of accounts until the transaction ends, so that no newer scan begins there meanwhile.

    Raises:
        StoreError: one has begun.
    """
    for some in chunks(sorted(names)):
        query = select(accounts.c.scan).where(accounts.c.account.in_(some)).order_by(accounts.c.account)
        if any(scan > row.seq for scan in connection.execute(query.with_for_update()).scalars()):
            raise StoreError(f"scan {row.id} was overtaken by a newer one, so it cannot go on; begin a new one")


def row_of(connection: Connection, scan_id: str) -> Row[Any]:
    """Give a scan's row.

    Raises:
        StoreError: there is none, or it was pruned.
    """
    row = connection.execute(select(scans).where(scans.c.id == scan_id)).one_or_none()
    if row is None:
        raise StoreError(f"there is no scan {scan_id}; `phiward report --scan` takes the id that `scan` printed")
    if row.pruned:
        raise StoreError(f"scan {scan_id} is older than the retention: its seal is kept, what it saw is not")
    return row


def open_row(connection: Connection, scan_id: str) -> Row[Any]:
    """Give the row of a scan that is still being written.

    Raises:
        StoreError: there is none, or it was finished.
    """
    row = row_of(connection, scan_id)
    if row.finished:
        raise StoreError(f"scan {scan_id} was finished, so nothing can be added; begin a new one")
    return row


def info_of(connection: Connection, rows: Iterable[Row[Any]]) -> list[ScanInfo]:
    """Give scans as records."""
    known = list(rows)
    contents = fetch(connection, {row.scope for row in known})
    scopes = {name: msgspec.json.decode(content, type=Scope) for name, content in contents.items()}
    return [
        ScanInfo(
            id=row.id,
            started=moment(row.started),
            as_of=moment(row.as_of),
            finished=moment(row.finished) if row.finished else None,
            complete=row.complete,
            **{name: getattr(scopes[row.scope], name) for name in SCOPE},
        )
        for row in known
    ]


def kept(connection: Connection, *, finished: bool = False, account: str | None = None) -> list[ScanInfo]:
    """Give the scans that are not pruned, the oldest first."""
    query = select(scans).where(scans.c.pruned.is_(False))
    if finished:
        query = query.where(scans.c.finished.is_not(None))
    if account is not None:
        query = query.where(scans.c.seq.in_(select(seals.c.scan).where(seals.c.account == account)))
    return info_of(connection, connection.execute(query.order_by(scans.c.seq)).all())


def unfinished(connection: Connection, lock: ScanLock | None = None) -> ScanInfo | None:
    """Give the scan that began last of those that can go on: neither finished nor overtaken.

    With the lock, none that another process is writing.
    """
    open_ones = scans.c.finished.is_(None) & scans.c.pruned.is_(False)
    for row in connection.execute(select(scans).where(open_ones).order_by(scans.c.seq.desc())).all():
        if lock is not None and lock.lives(connection, row.seq):
            continue
        info = info_of(connection, [row])[0]
        if not overtaken(connection, row.seq, info.accounts):
            return info
    return None


def overtaken(connection: Connection, seq: int, names: Sequence[str]) -> bool:
    """Say whether a newer scan than one began in one of its accounts."""
    newest = select(func.max(accounts.c.scan))
    found = (connection.execute(newest.where(accounts.c.account.in_(some))).scalar() for some in chunks(names))
    return any((last or 0) > seq for last in found)


def finish(
    connection: Connection, scan_id: str, given: Iterable[Finding], finished: datetime, volatile: Volatile
) -> list[Finding]:
    """Write a scan's verdicts, counts and seals; see `Store.finish`.

    Raises:
        StoreError: there is no such scan, or it was finished.
    """
    row = open_row(connection, scan_id)
    info = info_of(connection, [row])[0]
    by_account: dict[str, list[Finding]] = defaultdict(list)
    for finding in _distinct(given):
        by_account[finding.account].append(finding)
    names = sorted({*info.accounts, *by_account})
    claim(connection, row, names)
    looked = visits_of(connection, scan=row.seq)
    visited: dict[str, list[Looked]] = defaultdict(list)
    for visit in looked:
        visited[visit.account].append(visit)
    coverage = coverage_of(connection, looked)
    covered: dict[str, list[Coverage]] = defaultdict(list)
    for entry in coverage:
        covered[entry.account].append(entry)
    whole = set(info.targets) <= {(visit.account, visit.region) for visit in looked}
    values = {"finished": written(finished), "complete": whole and all(entry.ok for entry in coverage)}
    connection.execute(update(scans).where(scans.c.seq == row.seq).values(**values))
    found: list[Finding] = []
    for account in names:
        own = by_account.pop(account, [])
        own += judge_account(connection, row.seq, account, info.rules, covered[account], own)
        write_summary(connection, row.seq, account, own)
        append(connection, row.seq, account, visited[account])
        found += own
    take_turn(connection, DECIDING)
    lapse(connection, row, found, written(finished), volatile)
    attach(connection, found, row)
    return found


def _distinct(given: Iterable[Finding]) -> Iterable[Finding]:
    found: dict[str, Finding] = {}
    for finding in given:
        known = found.get(finding.fingerprint)
        if known is None or finding.verdict.rank > known.verdict.rank:
            found[finding.fingerprint] = finding
    return found.values()
