"""Forgets what is older than the retention (45 CFR 164.316(b)(2)(i): six years), and keeps its seals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select, union, update

from scanner.store.baselines import oldest
from scanner.store.tables import (
    acceptances,
    attributions,
    blobs,
    judgements,
    resources,
    scans,
    seals,
    sections,
    standards,
    summaries,
    verdicts,
    visits,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection

SIX_YEARS = 2192


def prune(connection: Connection, before: str) -> list[str]:
    """Forget the scans as of moments before the given one (ISO 8601 in UTC); give their ids.

    Only the oldest scans in a row go, and never the newest finished one, nor one that a baseline in force stands on.
    What began in a forgotten scan and still held in a kept one stays whole.
    """
    rows = connection.execute(select(scans).where(scans.c.pruned.is_(False)).order_by(scans.c.seq)).all()
    last = max((row.seq for row in rows if row.finished), default=0)
    last = min(last, oldest(connection) or last)
    old: list[tuple[int, str]] = []
    for row in rows:
        if row.as_of >= before or row.seq >= last:
            break
        old.append((row.seq, row.id))
    if not old:
        return []
    first_kept = old[-1][0] + 1
    for table in (visits, judgements, summaries, standards, attributions):
        connection.execute(delete(table).where(table.c.scan < first_kept))
    for table in (sections, verdicts, acceptances):
        connection.execute(delete(table).where(table.c.ended <= first_kept))
    connection.execute(delete(resources).where(resources.c.id.not_in(select(sections.c.resource))))
    connection.execute(update(seals).where(seals.c.scan < first_kept).values(pruned=True))
    connection.execute(update(scans).where(scans.c.seq < first_kept).values(pruned=True))
    _sweep(connection)
    return [name for _, name in old]


def _sweep(connection: Connection) -> None:
    """Throw away content that nothing names any more."""
    named = union(
        select(sections.c.hash),
        *(select(verdicts.c[name]) for name in ("card", "subject", "said")),
        select(visits.c.coverage),
        select(visits.c.shape),
        select(judgements.c.judged),
        select(scans.c.scope).where(scans.c.pruned.is_(False)),
    ).subquery()
    connection.execute(delete(blobs).where(blobs.c.hash.not_in(select(named))))
