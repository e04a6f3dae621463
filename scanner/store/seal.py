"""Seals each account's part of a scan into its chain, and shows where what is stored differs from what was sealed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update

from scanner.engine.normalise import canonical, digest
from scanner.store.blobs import fetch_json, unpack
from scanner.store.errors import StoreError
from scanner.store.judging import lines_in, sealed, verdict_digest
from scanner.store.reading import Lasting, intervals, lift, present, visits_of
from scanner.store.recording import line, visit_digest
from scanner.store.tables import accounts, blobs, judgements, scans, seals, standards, summaries

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Connection, Row

    from scanner.store.reading import Looked

SEALED = ("id", "started", "as_of", "finished", "complete", "scope")


def head_of(previous: str, scan_id: str, as_of: str, content: str) -> str:
    """Give the next head of a chain."""
    return digest(f"{previous}\n{scan_id}\n{as_of}\n{content}".encode())


def content_of(connection: Connection, scan: Row[Any], account: str, visits: Mapping[str, str]) -> str:
    """Give the digest of an account's part of a finished scan; `visits` is each Region's digest."""
    where = (judgements.c.scan == scan.seq) & (judgements.c.account == account)
    judged = connection.execute(select(judgements.c.judged, judgements.c.digest).where(where)).one_or_none()
    sums = [
        [list(row[1:]) for row in connection.execute(select(table).where(_of(table, scan.seq, account)))]
        for table in (summaries, standards)
    ]
    parts = [
        [getattr(scan, name) for name in SEALED],
        sorted(visits.items()),
        list(judged) if judged else None,
        [sorted(rows) for rows in sums],
    ]
    return digest(canonical(parts))


def _of(table: Any, scan: int, account: str) -> Any:
    return (table.c.scan == scan) & (table.c.account == account)


def append(connection: Connection, seq: int, account: str) -> None:
    """Seal an account's part of a scan, holding the account's row so that no other writer comes between."""
    row = connection.execute(select(accounts.c.head).where(accounts.c.account == account).with_for_update())
    previous = row.scalar_one()
    scan = connection.execute(select(scans).where(scans.c.seq == seq)).one()
    visits = {visit.region: visit.digest for visit in visits_of(connection, scan=seq) if visit.account == account}
    content = content_of(connection, scan, account, visits)
    head = head_of(previous, scan.id, scan.as_of, content)
    values = {"account": account, "scan": seq, "previous": previous, "content": content, "head": head}
    connection.execute(seals.insert().values(**values, pruned=False))
    connection.execute(update(accounts).where(accounts.c.account == account).values(head=head))


def verify(connection: Connection, head: str | None) -> list[str]:
    """Say, one line each, where the store is not what was sealed; nothing when all is well."""
    problems = list(_contents(connection))
    if problems:
        return problems
    try:
        looked = dict(_visits(connection))
        problems += [problem for problem, _ in looked.values() if problem]
        for account, last in connection.execute(select(accounts.c.account, accounts.c.head)).all():
            problems += _chain(connection, account, last, {key: name for key, (_, name) in looked.items()})
    except StoreError as error:
        problems.append(str(error))
    problems += _unsealed(connection)
    if head and connection.execute(select(seals.c.scan).where(seals.c.head == head)).first() is None:
        problems.append(f"no scan here has the seal {head}: the scan was removed, or it or one before it was changed")
    return list(dict.fromkeys(problems))


def _contents(connection: Connection) -> Iterator[str]:
    for name, packed in connection.execute(select(blobs.c.hash, blobs.c.content)):
        try:
            unpack(name, packed)
        except StoreError as error:
            yield str(error)


Digests = dict[tuple[int, str, str], tuple[str, str]]
"""For scan, account and Region: a problem or nothing, and the digest of what is stored now."""


def _visits(connection: Connection) -> Digests:
    by_place: dict[int, list[Looked]] = {}
    for visit in visits_of(connection):
        by_place.setdefault(visit.place, []).append(visit)
    shapes = fetch_json(connection, {visit.shape for some in by_place.values() for visit in some})
    names = dict(connection.execute(select(scans.c.seq, scans.c.id)).all())
    found: Digests = {}
    for place, some in by_place.items():
        for visit, now in _replay(connection, place, some, shapes):
            problem = (
                f"scan {names.get(visit.scan, visit.scan)}: what was seen in {visit.account} {visit.region} was changed"
            )
            found[visit.scan, visit.account, visit.region] = ("" if now == visit.digest else problem, now)
    return found


def _replay(
    connection: Connection, place: int, looked: list[Looked], shapes: Mapping[str, dict[str, list[str]]]
) -> Iterator[tuple[Looked, str]]:
    """Go through the scans of a place, and give each visit with the digest of what is stored of it."""
    waiting = sorted(intervals(connection, place=place), key=lambda row: row.since, reverse=True)
    live: list[Lasting] = []
    known: dict[tuple[str, str], str] = {}
    for visit in sorted(looked, key=lambda visit: visit.scan):
        left = [row for row in live if row.ended is None or row.ended > visit.scan]
        came = []
        while waiting and waiting[-1].since <= visit.scan:
            row = waiting.pop()
            if row.ended is None or row.ended > visit.scan:
                came.append(row)
        if came or len(left) < len(live):
            known.clear()
        live = left + came
        asked = (visit.coverage, visit.shape)
        if asked not in known:
            seen = present(lift(live), shapes[visit.shape])
            lines = [
                line((row.kind, row.arn, row.name), row.section, row.value)
                for of in seen.values()
                for row in of.values()
            ]
            known[asked] = visit_digest(visit.coverage, visit.shape, lines)
        yield visit, known[asked]


def _chain(
    connection: Connection, account: str, last: str, looked: Mapping[tuple[int, str, str], str]
) -> Iterator[str]:
    query = select(seals, *(scans.c[name] for name in ("seq", *SEALED))).join_from(seals, scans, isouter=True)
    previous, whole = "", False
    for row in connection.execute(query.where(seals.c.account == account).order_by(seals.c.scan)).all():
        if row.id is None:
            yield f"account {account}: the scan number {row.scan} was removed"
            previous = row.head
            continue
        where = f"scan {row.id}, account {account}"
        if row.previous != previous:
            yield f"{where}: the seal before it was removed or changed"
        if row.head != head_of(row.previous, row.id, row.as_of, row.content):
            yield f"{where}: the seal was changed"
        if row.pruned and whole:
            yield f"{where}: it is marked as pruned, but older scans are not"
        if not row.pruned:
            yield from _content(connection, row, account, looked, where)
        previous, whole = row.head, whole or not row.pruned
    if previous != last:
        yield f"account {account}: the newest seals were removed; the last one was {last}"


def _content(
    connection: Connection, scan: Row[Any], account: str, looked: Mapping[tuple[int, str, str], str], where: str
) -> Iterator[str]:
    stored = select(judgements.c.judged, judgements.c.digest).where(_of(judgements, scan.seq, account))
    judged = connection.execute(stored).one_or_none()
    if judged is None:
        yield f"{where}: its verdicts were removed"
    else:
        lines = [sealed(each) for each in lines_in(connection, scan.seq, account)]
        if verdict_digest(judged.judged, lines) != judged.digest:
            yield f"{where}: its verdicts were changed"
    visits = {region: name for (seq, owner, region), name in looked.items() if (seq, owner) == (scan.seq, account)}
    if content_of(connection, scan, account, visits) != scan.content:
        yield f"{where}: what is stored is not what was sealed"


def _unsealed(connection: Connection) -> Iterator[str]:
    count = select(func.count()).where(seals.c.scan == scans.c.seq).scalar_subquery()
    for name in connection.execute(select(scans.c.id).where(scans.c.finished.is_not(None) & (count == 0))).scalars():
        yield f"scan {name}: its seals were removed"
