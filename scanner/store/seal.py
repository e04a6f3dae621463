"""Seals each account's part of a scan into its chain, and shows where what is stored differs from what was sealed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update
from zstandard import ZstdDecompressor

from scanner.engine.normalise import canonical, digest
from scanner.store.blobs import unpack
from scanner.store.errors import StoreError
from scanner.store.replay import verdict_digests, visit_digests
from scanner.store.tables import accounts, blobs, judgements, scans, seals, standards, summaries

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sqlalchemy import Connection, Row

    from scanner.store.reading import Looked

SEALED = ("id", "started", "as_of", "finished", "complete", "scope")


def head_of(previous: str, scan_id: str, as_of: str, content: str) -> str:
    """Give the next head of a chain."""
    return digest(f"{previous}\n{scan_id}\n{as_of}\n{content}".encode())


def content_of(connection: Connection, scan: Row[Any], account: str, visits: Mapping[str, str]) -> str:
    """Give the digest of an account's part of a finished scan; `visits` is each Region's digest."""
    return digest(parts_of(connection, scan, account, visits))


def parts_of(connection: Connection, scan: Row[Any], account: str, visits: Mapping[str, str]) -> bytes:
    """Give what is sealed of an account's part of a finished scan, as canonical JSON; see `content_of`."""
    where = _of(judgements, scan.seq, account)
    judged = connection.execute(select(judgements.c.judged, judgements.c.digest).where(where)).one_or_none()
    sums = [
        [list(row[1:]) for row in connection.execute(select(table).where(_of(table, scan.seq, account)))]
        for table in (summaries, standards)
    ]
    parts = [
        account,
        [getattr(scan, name) for name in SEALED],
        sorted(visits.items()),
        list(judged) if judged else None,
        [sorted(rows) for rows in sums],
    ]
    return canonical(parts)


def _of(table: Any, scan: int, account: str) -> Any:
    return (table.c.scan == scan) & (table.c.account == account)


def append(connection: Connection, seq: int, account: str, looked: Iterable[Looked]) -> None:
    """Seal an account's part of a scan, which saw this there, holding the account's row against other writers."""
    row = connection.execute(select(accounts.c.head).where(accounts.c.account == account).with_for_update())
    previous = row.scalar_one()
    scan = connection.execute(select(scans).where(scans.c.seq == seq)).one()
    visits = {visit.region: visit.digest for visit in looked}
    content = content_of(connection, scan, account, visits)
    head = head_of(previous, scan.id, scan.as_of, content)
    values = {"account": account, "scan": seq, "previous": previous, "content": content, "head": head}
    connection.execute(seals.insert().values(**values, pruned=False))
    connection.execute(update(accounts).where(accounts.c.account == account).values(head=head))


def verify(connection: Connection, head: str | None) -> list[str]:
    """Say, one line each, where the store is not what was sealed; nothing when all is well."""
    problems = list(_contents(connection))
    try:
        problems += _against_seals(connection)
    except StoreError as error:
        problems.append(str(error))
    problems += _unsealed(connection)
    if head and connection.execute(select(seals.c.scan).where(seals.c.head == head)).first() is None:
        problems.append(f"no scan here has the seal {head}: the scan was removed, or it or one before it was changed")
    return list(dict.fromkeys(problems))


def _contents(connection: Connection) -> Iterator[str]:
    query = select(blobs.c.hash, blobs.c.content).execution_options(yield_per=1000)
    press = ZstdDecompressor()
    for name, packed in connection.execute(query):
        try:
            unpack(name, packed, press)
        except StoreError as error:
            yield str(error)


def _against_seals(connection: Connection) -> Iterator[str]:
    names = dict(connection.execute(select(scans.c.seq, scans.c.id)).all())
    looked: dict[tuple[int, str], dict[str, str]] = {}
    for visit, now in visit_digests(connection):
        looked.setdefault((visit.scan, visit.account), {})[visit.region] = now
        if now != visit.digest:
            yield f"scan {names.get(visit.scan)}: what was seen in {visit.account} {visit.region} was changed"
    for account, last in connection.execute(select(accounts.c.account, accounts.c.head)).all():
        yield from _chain(connection, account, last, looked)


def _chain(
    connection: Connection, account: str, last: str, looked: Mapping[tuple[int, str], Mapping[str, str]]
) -> Iterator[str]:
    query = select(seals, *(scans.c[name] for name in ("seq", *SEALED))).join_from(seals, scans, isouter=True)
    judged = verdict_digests(connection, account)
    previous, whole = "", False
    for row in connection.execute(query.where(seals.c.account == account).order_by(seals.c.scan)).all():
        where = f"scan {row.id or f'number {row.scan}'}, account {account}"
        if row.id is None:
            yield f"{where}: the scan's row was removed"
        elif row.head != head_of(row.previous, row.id, row.as_of, row.content):
            yield f"{where}: the seal was changed"
        if row.previous != previous:
            yield f"{where}: the seal before it was removed or changed"
        if row.pruned and whole:
            yield f"{where}: it is marked as pruned, but older scans are not"
        if row.id is not None and not row.pruned:
            yield from _content(connection, row, account, looked.get((row.seq, account), {}), judged.get(row.seq))
        previous, whole = row.head, whole or not row.pruned
    if previous != last:
        yield f"account {account}: the newest seals were removed; the last one was {last}"


def _content(
    connection: Connection, scan: Row[Any], account: str, visits: Mapping[str, str], now: str | None
) -> Iterator[str]:
    stored = select(judgements.c.digest).where(_of(judgements, scan.seq, account))
    if connection.execute(stored).scalar_one_or_none() != now:
        yield f"scan {scan.id}, account {account}: the verdicts were changed"
    if content_of(connection, scan, account, visits) != scan.content:
        yield f"scan {scan.id}, account {account}: what is stored is not what was sealed"


def _unsealed(connection: Connection) -> Iterator[str]:
    count = select(func.count()).where(seals.c.scan == scans.c.seq).scalar_subquery()
    for name in connection.execute(select(scans.c.id).where(scans.c.finished.is_not(None) & (count == 0))).scalars():
        yield f"scan {name}: its seals were removed"
