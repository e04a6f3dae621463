"""Tells the life of one finding over the scans."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import select

from scanner.store.blobs import fetch
from scanner.store.bodies import Line, Said
from scanner.store.judging import judgements_of
from scanner.store.records import HistoryEntry
from scanner.store.tables import scans, verdicts
from scanner.store.verdict_rows import COLUMNS

if TYPE_CHECKING:
    from sqlalchemy import Connection


def history_of(connection: Connection, fingerprint: str) -> list[HistoryEntry]:
    """Give the times during which a finding stayed the same, the oldest first."""
    query = select(*COLUMNS, verdicts.c.ended).where(verdicts.c.fingerprint == fingerprint)
    rows = [(Line(*row[:-1]), row[-1]) for row in connection.execute(query.order_by(verdicts.c.since, verdicts.c.id))]
    if not rows:
        return []
    named = {
        seq: (name, as_of) for seq, name, as_of in connection.execute(select(scans.c.seq, scans.c.id, scans.c.as_of))
    }
    judged = judgements_of(connection, rows[0][0].account)
    contents = fetch(connection, {line.said for line, _ in rows})
    newest = max((scan for scan, by in judged if by.covers(*_place(rows[-1][0]))), default=0)
    found: list[HistoryEntry] = []
    for line, ended in rows:
        scan, since = named[line.since]
        held = [
            number for number, by in judged if line.since <= number < (ended or number + 1) and by.covers(*_place(line))
        ]
        last = max(held, default=line.since)
        found.append(
            HistoryEntry(
                scan=scan,
                since=since,
                until=named[last][1],
                verdict=line.verdict,
                severity=line.severity,
                status=line.status,
                message=msgspec.json.decode(contents[line.said], type=Said).message,
                current=ended is None or ended > newest,
            )
        )
    return found


def _place(line: Line) -> tuple[str, str, str]:
    return line.rule, line.region, line.kind
