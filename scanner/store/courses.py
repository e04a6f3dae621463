"""Reads what became of each verdict: the times during which it was the same."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from scanner.model.finding import Verdict
from scanner.store.tables import scans, verdicts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from sqlalchemy import Connection, Row

GONE, UNSEEN = "RESOLVED", "UNSEEN"
_COLUMNS = ("fingerprint", "verdict", "status", "since", "ended")


class Course(NamedTuple):
    """A time during which a finding's verdict was the same; `until` is the scan that saw it otherwise, empty: none did.

    `verdict` is `RESOLVED` where what failed was gone, and `UNSEEN` where it failed before and could not be looked for.
    """

    since: str
    until: str
    verdict: str


def courses_until(connection: Connection, scan: int, wanted: Collection[str]) -> dict[str, list[Course]]:
    """Give the courses of findings up to a scan, the oldest first, by fingerprint; in one pass over the verdicts."""
    c = verdicts.c
    query = select(*(c[name] for name in _COLUMNS)).where(c.since <= scan)
    rows = connection.execute(query.order_by(c.fingerprint, c.since, c.id))
    moments = {row.seq: row.as_of for row in connection.execute(select(scans.c.seq, scans.c.as_of))}
    return {
        name: _courses(some, scan, moments)
        for name, some in groupby(rows, key=lambda row: row.fingerprint)
        if name in wanted
    }


def _courses(rows: Iterable[Row[tuple[str, ...]]], scan: int, moments: Mapping[int, str]) -> list[Course]:
    found: list[Course] = []
    for row in rows:
        until = moments.get(row.ended, "") if row.ended is not None and row.ended <= scan else ""
        verdict = _word(row.verdict, row.status)
        if found and found[-1].verdict == verdict and found[-1].until == moments[row.since]:
            found[-1] = found[-1]._replace(until=until)
        else:
            found.append(Course(moments[row.since], until, verdict))
    return found


def _word(verdict: str, status: str) -> str:
    if status == "unseen" and verdict == Verdict.FAIL:
        return UNSEEN
    return GONE if status == "resolved" and verdict == Verdict.SKIP else verdict
