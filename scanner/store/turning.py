"""Finds of which resources two scans say different things, and what each of them says: all else is left unread."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from scanner.store.blobs import MANY, among
from scanner.store.bodies import unpacked
from scanner.store.judging import judged_in, lines_of
from scanner.store.tables import verdicts
from scanner.store.writing import AT_ONCE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import ColumnElement, Connection

    from scanner.model.finding import Finding
    from scanner.store.bodies import Line
    from scanner.store.life import Judged, Subject

_SUBJECT = tuple(verdicts.c[name] for name in ("rule", "region", "kind", "key"))


def turned(connection: Connection, newer: int, earlier: Mapping[str, int]) -> tuple[list[Finding], list[Finding]]:
    """Give what is said, before and in a scan, of each resource under a rule of which the two say different things.

    `earlier` gives the number of each account's scan before. Dates and acceptances are left out.
    """
    before: list[Finding] = []
    after: list[Finding] = []
    now = judged_in(connection, newer)
    then = {account: judged_in(connection, scan).get(account) for account, scan in earlier.items()}
    for account in sorted({*now, *earlier}):
        older, known, judged = earlier.get(account, 0), then.get(account), now.get(account)
        about: set[Subject] | None = None
        if known is not None and judged is not None:
            about = _differing(connection, account, (older, known), (newer, judged))
        if known is not None:
            before += unpacked(connection, _lines(connection, older, account, known, about), older)
        if judged is not None:
            after += unpacked(connection, _lines(connection, newer, account, judged, about), newer)
    return before, after


def _differing(
    connection: Connection, account: str, older: tuple[int, Judged], newer: tuple[int, Judged]
) -> set[Subject]:
    """Find the subjects of intervals that hold in one of two scans alone, or that one of them alone judged."""
    (old, known), (new, judged) = older, newer
    c = verdicts.c
    ended = (c.since <= old) & (c.ended > old) & (c.ended <= new)
    began = (c.since > old) & (c.since <= new) & or_(c.ended.is_(None), c.ended > new)
    own = select(*_SUBJECT).where(c.account == account)
    found: set[Subject] = {tuple(row) for row in connection.execute(own.where(ended | began).distinct())}
    if known == judged:
        return found
    covered = tuple(cache(side.covers) for side in (known, judged))
    both = own.where((c.since <= old) & or_(c.ended.is_(None), c.ended > new)).distinct()
    for row in connection.execute(both.execution_options(yield_per=AT_ONCE)):
        rule, region, kind, _ = row
        if len({covers(rule, region, kind) for covers in covered}) > 1:
            found.add(tuple(row))
    return found


def _lines(connection: Connection, scan: int, account: str, judged: Judged, about: set[Subject] | None) -> list[Line]:
    """Give the verdicts of a scan about some subjects, or all."""
    if about is None:
        return list(lines_of(connection, scan, account, judged))
    where: ColumnElement[bool] | None = None
    if not about:
        return []
    keys = {key for *_, key in about}
    if len(keys) <= MANY:
        where = among(connection, verdicts.c.key, keys)
    lines = lines_of(connection, scan, account, judged, where)
    return [line for line in lines if (line.rule, line.region, line.kind, line.key) in about]
