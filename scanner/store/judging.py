"""Writes and reads the verdicts of a scan, account by account, as intervals."""

from __future__ import annotations

from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import func, or_, select

from scanner.engine.normalise import digest
from scanner.model.finding import Verdict
from scanner.store.blobs import among, chunks, fetch, seal_of
from scanner.store.bodies import Line, unpacked
from scanner.store.life import Judged, Night, aftermath, last_seen, tell
from scanner.store.tables import judgements, scans, verdicts
from scanner.store.verdict_rows import COLUMNS, Held, Writer
from scanner.store.writing import AT_ONCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection

    from scanner.model.finding import Finding
    from scanner.model.gap import Gap
    from scanner.model.resource import Coverage
    from scanner.store.life import Dates, Where


def judge_account(
    connection: Connection,
    scan: int,
    account: str,
    rules: Iterable[str],
    coverage: Iterable[Coverage],
    given: Sequence[Finding],
) -> list[Finding]:
    """Write an account's verdicts, filling status and dates in; give what became of standing ones not among them."""
    listings = _listings(coverage)
    judged = _judged(rules, listings, given)
    standing = _standing(connection, account)
    failed = _failed(connection, account, given, standing)
    night = Night(scan, judged, listings, failed, confirmer(connection, account, scan))
    for finding in given:
        standing.pop(finding.fingerprint, None)
    gone = _lines(connection, [number for number, *where in standing.values() if judged.covers(*where)])
    after = aftermath(night, given, list(zip(gone, unpacked(connection, gone, scan), strict=True)))
    _write(connection, night, account, given, after)
    return after


def _listings(coverage: Iterable[Coverage]) -> dict[Where, tuple[Gap, ...]]:
    found: dict[Where, tuple[Gap, ...]] = {}
    for entry in coverage:
        if entry.listing:
            where = (entry.region, entry.kind)
            found[where] = found.get(where, ()) + (() if entry.ok else (entry.gap,))
    return found


def _judged(rules: Iterable[str], listings: Iterable[Where], given: Iterable[Finding]) -> Judged:
    every = set(rules)
    kinds: dict[str, set[str]] = {}
    for region, kind in listings:
        kinds.setdefault(region, set()).add(kind)
    for finding in given:
        every.add(finding.rule)
        kinds.setdefault(finding.region, set()).add(finding.kind)
    return Judged(tuple(sorted(every)), {region: tuple(sorted(some)) for region, some in kinds.items()})


Standing = dict[str, tuple[int, str, str, str]]
"""Where fingerprints stand: the interval's number, its rule, Region and kind."""


def _standing(connection: Connection, account: str) -> Standing:
    c = verdicts.c
    query = select(c.fingerprint, c.id, c.rule, c.region, c.kind).where(
        (c.account == account) & c.ended.is_(None) & or_(c.verdict == Verdict.FAIL, c.status == "unseen")
    )
    return {name: (number, rule, region, kind) for name, number, rule, region, kind in connection.execute(query)}


def _lines(connection: Connection, numbers: Iterable[int]) -> list[Line]:
    """Give intervals by their numbers, by rule and place."""
    found: list[Line] = []
    for some in chunks(numbers):
        found += (Line._make(row) for row in connection.execute(select(*COLUMNS).where(verdicts.c.id.in_(some))))
    return sorted(found, key=_place)


def _place(line: Line) -> tuple[str, ...]:
    return line.rule, line.account, line.region, line.key, line.part


def _failed(connection: Connection, account: str, given: Iterable[Finding], standing: Standing) -> dict[str, int]:
    """Find when failing fingerprints that do not stand now first failed in an earlier life."""
    c = verdicts.c
    own = (c.account == account) & (c.verdict == Verdict.FAIL)
    if connection.execute(select(c.id).where(own).limit(1)).first() is None:
        return {}
    wanted = (
        finding.fingerprint
        for finding in given
        if finding.verdict is Verdict.FAIL and finding.fingerprint not in standing
    )
    found: dict[str, int] = {}
    for some in chunks(wanted, AT_ONCE):
        query = select(c.fingerprint, func.min(c.first)).where(own & among(connection, c.fingerprint, some))
        found |= dict(connection.execute(query.group_by(c.fingerprint)).all())
    return found


def judgements_of(connection: Connection, account: str, *, below: int | None = None) -> list[tuple[int, Judged]]:
    """Give how an account was judged in each finished scan, the newest first."""
    query = select(judgements.c.scan, judgements.c.judged).where(judgements.c.account == account)
    if below is not None:
        query = query.where(judgements.c.scan < below)
    rows = connection.execute(query.order_by(judgements.c.scan.desc())).all()
    contents = fetch(connection, {name for _, name in rows})
    known = {name: msgspec.json.decode(content, type=Judged) for name, content in contents.items()}
    return [(scan, known[name]) for scan, name in rows]


def confirmer(connection: Connection, account: str, scan: int) -> Callable[[Line], int]:
    """Make the function that finds the last scan before `scan` that judged where a line stands."""
    earlier: list[tuple[int, Judged]] = []

    def confirmed(line: Line) -> int:
        if not earlier:
            earlier.extend(judgements_of(connection, account, below=scan))
        for number, judged in earlier:
            if number <= line.since or judged.covers(line.rule, line.region, line.kind):
                return max(number, line.since)
        return line.since

    return confirmed


def _held(connection: Connection, account: str) -> Iterator[Held]:
    """Go over the intervals of an account that hold, by fingerprint.

    They are sorted by what no index has, so all are read before the first is given: writing beside is safe.
    """
    query = select(verdicts.c.id, *COLUMNS).where((verdicts.c.account == account) & verdicts.c.ended.is_(None))
    query = query.order_by(verdicts.c.fingerprint.concat("")).execution_options(yield_per=AT_ONCE)
    for number, *line in connection.execute(query):
        yield number, Line._make(line)


def _paired(told: Iterable[Finding], held: Iterator[Held]) -> Iterator[tuple[Finding | None, Held | None]]:
    """Lay findings beside the intervals of their fingerprints; both come sorted by these."""
    before = next(held, None)
    for finding in told:
        while before is not None and before[1].fingerprint < finding.fingerprint:
            yield None, before
            before = next(held, None)
        if before is not None and before[1].fingerprint == finding.fingerprint:
            yield finding, before
            before = next(held, None)
        else:
            yield finding, None
    while before is not None:
        yield None, before
        before = next(held, None)


def _write(
    connection: Connection, night: Night, account: str, given: Sequence[Finding], after: Sequence[Finding]
) -> None:
    """Write what was judged and what became of the rest, in the order of the fingerprints, as it is sealed."""
    moments = dict(connection.execute(select(scans.c.seq, scans.c.as_of)).all())
    covers = cache(night.judged.covers)
    gone = {finding.fingerprint for finding in after}
    told = sorted((*given, *after), key=attrgetter("fingerprint"))
    writer = Writer(connection, night.scan)
    for finding, before in _paired(told, _held(connection, account)):
        if finding is None:
            if before is not None and covers(before[1].rule, before[1].region, before[1].kind):
                writer.end(before[0])
            continue
        left = finding.fingerprint in gone
        if left and before is not None:
            dates = before[1].first, last_seen(night, before[1])
        else:
            dates = tell(night, finding, before[1] if before is not None else None)
        writer.say(finding, dates, before, passing=left and finding.status == "resolved")
        _date(finding, dates, night.scan, moments)
    judged, seal = writer.done(night.judged)
    row = {"scan": night.scan, "account": account, "judged": judged}
    connection.execute(judgements.insert().values(**row, digest=sealed_digest(judged, seal)))


def verdict_digest(judged: str, lines: list[str]) -> str:
    """Give the digest of an account's verdicts in a scan."""
    return sealed_digest(judged, seal_of(lines))


def sealed_digest(judged: str, seal: str) -> str:
    """Give the digest of an account's verdicts in a scan by the seal of their lines."""
    return digest(f"{judged}\n{seal}".encode())


def judged_in(connection: Connection, scan: int) -> dict[str, Judged]:
    """Give how each account was judged in a scan."""
    rows = connection.execute(select(judgements.c.account, judgements.c.judged).where(judgements.c.scan == scan)).all()
    contents = fetch(connection, {name for _, name in rows})
    known = {name: msgspec.json.decode(content, type=Judged) for name, content in contents.items()}
    return {account: known[name] for account, name in rows}


def lines_in(connection: Connection, scan: int, account: str) -> list[Line]:
    """Give the verdicts of an account that hold in a finished scan and that it judged."""
    return list(lines_of(connection, scan, account, judged_in(connection, scan)[account]))


def lines_of(
    connection: Connection, scan: int, account: str, judged: Judged, where: ColumnElement[bool] | None = None
) -> Iterator[Line]:
    """Go over the verdicts of an account that hold in a finished scan, which judged so."""
    query = select(*COLUMNS).where(
        (verdicts.c.account == account)
        & (verdicts.c.since <= scan)
        & or_(verdicts.c.ended.is_(None), verdicts.c.ended > scan)
    )
    if where is not None:
        query = query.where(where)
    covers = cache(judged.covers)
    for row in connection.execute(query.execution_options(yield_per=AT_ONCE)):
        line = Line._make(row)
        if covers(line.rule, line.region, line.kind):
            yield line


def findings_in(connection: Connection, scan: int, accounts: Iterable[str]) -> list[Finding]:
    """Give the findings of a finished scan with their dates, by rule and place."""
    lines = [line for account in accounts for line in lines_in(connection, scan, account)]
    lines.sort(key=_place)
    found = unpacked(connection, lines, scan)
    moments = dict(connection.execute(select(scans.c.seq, scans.c.as_of)).all())
    for finding, line in zip(found, lines, strict=True):
        _date(finding, (line.first_in(scan), line.seen), scan, moments)
    return found


def _date(finding: Finding, dates: Dates, scan: int, moments: Mapping[int, str]) -> None:
    """Fill in when a finding was first and last seen; `dates` gives the scans' numbers."""
    first, seen = dates
    finding.first_seen = moments[first]
    finding.last_seen = moments[seen if finding.status in {"unseen", "resolved"} and seen else scan]
