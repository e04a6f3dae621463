"""Who made the changes that scans found: learned from logs that lag, so what was not found is asked for again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import delete, select

from scanner.model.change import Attribution, Confidence
from scanner.store.blobs import chunks
from scanner.store.scanning import row_of
from scanner.store.tables import attributions, scans

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection, Row

    from scanner.model.change import Change

FOUND, PENDING, NONE = "found", "pending", "none"
"""An event was found; none yet; none, and the logs are not asked again."""

TRIES = 3
"""How often the logs are asked: CloudTrail delivers within minutes, a trail's files within hours."""

_SURE = (Confidence.NONE, Confidence.LOW, Confidence.MEDIUM, Confidence.HIGH)

Property = tuple[str, str, str, str, str]
"""Account, Region, kind, key and path of a change."""


def keep(connection: Connection, scan_id: str, given: Iterable[tuple[Change, Attribution]]) -> None:
    """Write what was learned of a scan's changes; a surer answer is never replaced by one less sure.

    Raises:
        StoreError: there is no such scan, or it was pruned.
    """
    scan = row_of(connection, scan_id).seq
    c = attributions.c
    known = {row.change: row for row in connection.execute(select(attributions).where(c.scan == scan))}
    rows: dict[str, dict[str, Any]] = {}
    for change, attribution in given:
        rows[change.id] = _row(scan, change, attribution, known.get(change.id))
    for some in chunks(rows.keys() & known.keys()):
        connection.execute(delete(attributions).where((c.scan == scan) & c.change.in_(some)))
    if rows:
        connection.execute(attributions.insert(), list(rows.values()))


def _row(scan: int, change: Change, given: Attribution, known: Row[Any] | None) -> dict[str, Any]:
    tries = (known.tries if known is not None else 0) + 1
    if known is not None:
        before = msgspec.json.decode(known.body, type=Attribution)
        if _SURE.index(before.confidence) > _SURE.index(given.confidence):
            given = before
    state = FOUND if given.confidence is not Confidence.NONE else PENDING if tries < TRIES else NONE
    where = {name: getattr(change, name) for name in ("account", "region", "kind", "key", "path")}
    body = msgspec.json.encode(given).decode()
    return {"scan": scan, "change": change.id, "state": state, "tries": tries, "body": body, **where}


def of_scan(connection: Connection, scan_id: str) -> dict[str, Attribution]:
    """Give what is known of a scan's changes, by `Change.id`.

    Raises:
        StoreError: there is no such scan, or it was pruned.
    """
    query = select(attributions.c.change, attributions.c.body)
    rows = connection.execute(query.where(attributions.c.scan == row_of(connection, scan_id).seq))
    return {change: msgspec.json.decode(body, type=Attribution) for change, body in rows}


def between(connection: Connection, older: str, newer: str) -> dict[Property, Attribution]:
    """Give who made the last change of each property after one scan and up to another.

    Where the last change's actor is not known, one before it is not named in its stead.

    Raises:
        StoreError: there is no such scan, or it was pruned.
    """
    first, last = row_of(connection, older).seq, row_of(connection, newer).seq
    c = attributions.c
    query = select(attributions).where((c.scan > first) & (c.scan <= last)).order_by(c.scan, c.change)
    found: dict[Property, tuple[int, Attribution]] = {}
    for row in connection.execute(query):
        where = (row.account, row.region, row.kind, row.key, row.path)
        now = (row.scan, msgspec.json.decode(row.body, type=Attribution))
        if where not in found or _when(now) >= _when(found[where]):
            found[where] = now
    return {where: attribution for where, (_, attribution) in found.items()}


def _when(of: tuple[int, Attribution]) -> tuple[int, str]:
    return of[0], of[1].at


def pending(connection: Connection) -> list[tuple[str, str, str]]:
    """Give the scans, oldest first, with the accounts and Regions whose logs are to be asked again."""
    c = attributions.c
    query = select(scans.c.id, c.account, c.region, scans.c.seq).join_from(attributions, scans).distinct()
    query = query.where((c.state == PENDING) & scans.c.pruned.is_(False))
    rows = connection.execute(query.order_by(scans.c.seq, c.account, c.region))
    return [(scan, account, region) for scan, account, region, _ in rows]
