"""Baselines: scans that somebody approved as how things should be, under names, with a log of who said so."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import delete, func, select, update

from scanner.store.errors import StoreError
from scanner.store.records import Baseline, BaselineEvent
from scanner.store.scanning import row_of
from scanner.store.tables import baseline_log, baselines, scans

if TYPE_CHECKING:
    from sqlalchemy import Connection

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")


def approve(connection: Connection, name: str, scan_id: str, *, by: str, reason: str, at: str) -> Baseline:
    """Approve a finished scan under a name, in place of the one before, and log it.

    Raises:
        StoreError: a word is missing, or the scan is unknown, pruned or unfinished.
    """
    if not _NAME.fullmatch(name):
        raise StoreError(f"{name!r} names no baseline; use up to 63 letters, digits, dots, hyphens and underscores")
    for what, said in (("reason", reason), ("by", by)):
        if not said.strip():
            raise StoreError(f"approving a baseline needs its {what}; say it in words")
    row = row_of(connection, scan_id)
    if not row.finished:
        raise StoreError(f"scan {scan_id} was not finished, so it is no baseline; approve a finished one")
    c = baselines.c
    version = (connection.execute(select(func.max(c.version)).where(c.name == name)).scalar() or 0) + 1
    connection.execute(update(baselines).where(c.name == name).values(superseded=True))
    found = Baseline(name=name, version=version, scan=row.id, as_of=row.as_of, by=by, reason=reason, at=at)
    values = {each: value for each, value in msgspec.structs.asdict(found).items() if each in baselines.c}
    connection.execute(baselines.insert().values(values | {"scan": row.seq}))
    _log(connection, found, "approve", by, at, reason)
    return found


def every(connection: Connection) -> list[Baseline]:
    """Give all baselines by name and version."""
    names = [name for name in Baseline.__struct_fields__ if name in baselines.c and name != "scan"]
    query = select(*(baselines.c[name] for name in names), scans.c.id.label("scan"), scans.c.as_of)
    query = query.join_from(baselines, scans).order_by(baselines.c.name, baselines.c.version)
    return [Baseline(**row) for row in connection.execute(query).mappings()]


def current(connection: Connection, name: str) -> Baseline:
    """Give what is approved under a name now.

    Raises:
        StoreError: nothing is.
    """
    standing = {each.name: each for each in every(connection) if not each.superseded}
    if name not in standing:
        there = f"there are: {', '.join(sorted(standing))}" if standing else "there is none yet"
        raise StoreError(f"no baseline is named {name}; {there} (`phiward baseline approve` makes one)")
    return standing[name]


def prune(connection: Connection, name: str, *, by: str, at: str, reason: str) -> list[Baseline]:
    """Remove what was superseded, of one name or of all, log it and give it.

    Raises:
        StoreError: there is no baseline of this name.
    """
    if name:
        current(connection, name)
    gone = [each for each in every(connection) if each.superseded and name in {"", each.name}]
    for each in gone:
        _log(connection, each, "prune", by, at, reason)
        one: Any = (baselines.c.name == each.name) & (baselines.c.version == each.version)
        connection.execute(delete(baselines).where(one))
    return gone


def oldest(connection: Connection) -> int | None:
    """Give the number of the oldest scan that a baseline in force stands on."""
    query = select(func.min(baselines.c.scan)).where(baselines.c.superseded.is_(False))
    return connection.execute(query).scalar()


def log(connection: Connection) -> list[BaselineEvent]:
    """Give who approved and pruned what, in order."""
    columns = [column for column in baseline_log.c if column.name != "id"]
    rows = connection.execute(select(*columns).order_by(baseline_log.c.id)).mappings()
    return [BaselineEvent(**row) for row in rows]


def _log(connection: Connection, given: Baseline, action: str, by: str, at: str, words: str) -> None:
    of = {"name": given.name, "version": given.version, "scan": given.scan}
    connection.execute(baseline_log.insert().values(at=at, by=by, action=action, words=words, **of))
