"""Reads the lives of findings from the intervals of their verdicts."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from sqlalchemy import or_, select

from scanner.engine.lives import Life
from scanner.model.finding import Verdict
from scanner.store.records import moment
from scanner.store.tables import scans, verdicts
from scanner.store.writing import AT_ONCE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from sqlalchemy import Connection


class _Row(NamedTuple):
    fingerprint: str
    account: str
    rule: str
    severity: str
    verdict: str
    status: str
    first: int
    since: int


def lives_until(connection: Connection, scan: int) -> list[Life]:
    """Give the times during which findings failed, up to a scan, by account, rule, fingerprint and time.

    Only what fails or stops failing is read: a verdict that does neither ends nothing.
    """
    c = verdicts.c
    telling = or_(c.verdict == Verdict.FAIL, c.status.in_(("unseen", "resolved")))
    query = select(*(c[name] for name in _Row._fields)).where(telling & (c.since <= scan))
    query = query.order_by(c.account, c.rule, c.fingerprint, c.since, c.id).execution_options(yield_per=AT_ONCE)
    rows = map(_Row._make, connection.execute(query))
    numbered = connection.execute(select(scans.c.seq, scans.c.as_of)).all()
    moments = {number: moment(as_of) for number, as_of in numbered}
    return [life for _, some in groupby(rows, key=_finding) for life in _stretches(some, moments)]


def _finding(row: _Row) -> tuple[str, str]:
    return row.account, row.fingerprint


def _stretches(rows: Iterable[_Row], moments: Mapping[int, datetime]) -> Iterator[Life]:
    """Cut one finding's rows into the times during which it stood.

    Where the beginning was forgotten (retention), the first row kept says when it first failed.
    """
    open_now: Life | None = None
    before, known = 0, False
    for row in rows:
        stands = row.verdict == Verdict.FAIL or row.status == "unseen"
        before = max(before, int(stands and row.status == "reopened" and open_now is None))
        if stands and open_now is None:
            began = row.since if known or row.status == "reopened" else min(row.first, row.since)
            open_now = Life(
                fingerprint=row.fingerprint, account=row.account, rule=row.rule, severity=row.severity,
                opened=moments[began], reopened=before,
            )  # fmt: skip
        elif stands and open_now is not None:
            if row.verdict == Verdict.FAIL:
                open_now = msgspec.structs.replace(open_now, severity=row.severity)
        elif open_now is not None:
            yield msgspec.structs.replace(open_now, resolved=moments[row.since])
            open_now, before = None, before + 1
        known = True
    if open_now is not None:
        yield open_now
