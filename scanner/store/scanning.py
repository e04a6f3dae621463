"""The scans themselves: beginning, resuming, finishing, and finding them again."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import func, select, update

from scanner.store.accepting import attach, lapse
from scanner.store.blobs import Drawer, fetch
from scanner.store.errors import StoreError
from scanner.store.judging import date, judge_account
from scanner.store.reading import coverage_of, visits_of
from scanner.store.records import ScanInfo, moment, written
from scanner.store.seal import append
from scanner.store.summary import write_summary
from scanner.store.tables import accounts, scans, seals

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from scanner.model.finding import Finding
    from scanner.store.accepting import Volatile
    from scanner.store.life import Told


class Scope(msgspec.Struct, frozen=True):
    """What a scan looks at, and by which versions: the same every night, so kept once."""

    kinds: tuple[str, ...]
    rules: tuple[str, ...]
    targets: tuple[tuple[str, str], ...]
    names: dict[str, str]
    versions: dict[str, str]


SCOPE = ("kinds", "rules", "targets", "names", "versions")


def begin(connection: Connection, info: ScanInfo) -> None:
    """Write down a scan that begins; the newest unfinished one may begin again.

    Raises:
        StoreError: a scan of this id was finished or overtaken.
    """
    known = connection.execute(select(scans).where(scans.c.id == info.id)).one_or_none()
    last = connection.execute(select(func.max(scans.c.seq))).scalar() or 0
    if known is not None:
        if known.finished or known.seq != last:
            how = "finished" if known.finished else "overtaken by a newer one"
            raise StoreError(f"scan {info.id} was {how}, so it cannot go on; begin a new one")
        return
    drawer = Drawer()
    scope = drawer.put(Scope(*(getattr(info, name) for name in SCOPE)))
    drawer.flush(connection)
    times = {"started": written(info.started), "as_of": written(info.as_of)}
    values = {"seq": last + 1, "id": info.id, "complete": False, "pruned": False, "scope": scope}
    connection.execute(scans.insert().values(**values, **times))
    there = set(connection.execute(select(accounts.c.account)).scalars())
    for account in info.accounts:
        if account not in there:
            connection.execute(accounts.insert().values(account=account, head=""))


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


def unfinished(connection: Connection) -> ScanInfo | None:
    """Give the scan that began last, if it was not finished."""
    row = connection.execute(select(scans).order_by(scans.c.seq.desc()).limit(1)).one_or_none()
    return info_of(connection, [row])[0] if row is not None and not row.finished else None


def finish(
    connection: Connection, scan_id: str, given: Iterable[Finding], finished: datetime, volatile: Volatile
) -> list[Finding]:
    """Write a scan's verdicts, counts and seals; see `Store.finish`.

    Raises:
        StoreError: there is no such scan, or it was finished.
    """
    row = open_row(connection, scan_id)
    info = info_of(connection, [row])[0]
    looked = visits_of(connection, scan=row.seq)
    by_account: dict[str, list[Finding]] = defaultdict(list)
    for finding in _distinct(given):
        by_account[finding.account].append(finding)
    coverage = coverage_of(connection, looked)
    whole = set(info.targets) <= {(visit.account, visit.region) for visit in looked}
    values = {"finished": written(finished), "complete": whole and all(entry.ok for entry in coverage)}
    connection.execute(update(scans).where(scans.c.seq == row.seq).values(**values))
    told: list[Told] = []
    for account in sorted({*info.accounts, *by_account}):
        _ensure(connection, account)
        here = [entry for entry in coverage if entry.account == account]
        lives = judge_account(connection, row.seq, account, info.rules, here, by_account[account])
        write_summary(connection, row.seq, account, (each.finding for each in lives))
        append(connection, row.seq, account)
        told += lives
    found = [each.finding for each in told]
    date(connection, row.seq, ((each.finding, (each.first, each.seen)) for each in told))
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


def _ensure(connection: Connection, account: str) -> None:
    if connection.execute(select(accounts.c.account).where(accounts.c.account == account)).first() is None:
        connection.execute(accounts.insert().values(account=account, head=""))
