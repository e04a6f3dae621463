"""Writes and reads the verdicts of a scan, account by account, as intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import func, or_, select, update

from scanner.engine.normalise import digest
from scanner.model.finding import Verdict
from scanner.store.blobs import Drawer, chunks, fetch, seal_of
from scanner.store.bodies import Line, packed, unpacked
from scanner.store.life import Judged, Night, Told, aftermath, departed, tell
from scanner.store.tables import judgements, scans, verdicts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sqlalchemy import Connection

    from scanner.model.finding import Finding
    from scanner.model.gap import Gap
    from scanner.model.resource import Coverage
    from scanner.store.life import Where

COLUMNS = tuple(verdicts.c[name] for name in Line._fields)


def judge_account(
    connection: Connection,
    scan: int,
    account: str,
    rules: Iterable[str],
    coverage: Iterable[Coverage],
    given: Sequence[Finding],
) -> list[Told]:
    """Write an account's verdicts; give its findings, and what became of standing ones that are not among them."""
    listings = _listings(coverage)
    judged = _judged(rules, listings, given)
    numbered = _before(connection, account)
    before = {line.fingerprint: line for _, line in numbered.values()}
    failed = _failed(connection, account, given, before)
    night = Night(scan, judged, listings, before, failed, confirmer(connection, account, scan))
    told = tell(night, given)
    gone = departed(night, given)
    standing = [line for line in gone if line.stands]
    told += aftermath(night, given, zip(standing, unpacked(connection, standing, scan), strict=True))
    _write(connection, night, account, numbered, told, gone)
    return told


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


def _before(connection: Connection, account: str) -> dict[str, tuple[int, Line]]:
    query = select(verdicts.c.id, *COLUMNS).where((verdicts.c.account == account) & verdicts.c.ended.is_(None))
    return {line.fingerprint: (number, line) for number, *rest in connection.execute(query) for line in [Line(*rest)]}


def _failed(connection: Connection, account: str, given: Iterable[Finding], before: dict[str, Line]) -> dict[str, int]:
    """Find when failing fingerprints that do not stand now first failed in an earlier life."""
    wanted = {
        finding.fingerprint
        for finding in given
        if finding.verdict is Verdict.FAIL
        and not (finding.fingerprint in before and before[finding.fingerprint].stands)
    }
    found: dict[str, int] = {}
    for some in chunks(wanted):
        query = select(verdicts.c.fingerprint, func.min(verdicts.c.first)).where(
            verdicts.c.fingerprint.in_(some) & (verdicts.c.account == account) & (verdicts.c.verdict == Verdict.FAIL)
        )
        found |= dict(connection.execute(query.group_by(verdicts.c.fingerprint)).all())
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


def _write(
    connection: Connection,
    night: Night,
    account: str,
    numbered: dict[str, tuple[int, Line]],
    told: Iterable[Told],
    gone: Iterable[Line],
) -> None:
    drawer = Drawer()
    left = {line.fingerprint for line in gone}
    ended = set(left)
    opened: list[dict[str, Any]] = []
    lines: list[str] = []
    for each in told:
        line = packed(each.finding, drawer, night.scan, first=each.first, seen=each.seen)
        before = night.before.get(line.fingerprint)
        if before is not None and _continues(before, line, night.scan):
            ended.discard(line.fingerprint)
            lines.append(sealed(before))
            continue
        if before is not None:
            ended.add(line.fingerprint)
        passing = line.status == "resolved" and line.verdict == Verdict.SKIP and line.fingerprint in left
        opened.append(line._asdict() | {"ended": night.scan + 1 if passing else None})
        lines.append(sealed(line))
    judged = drawer.put(night.judged)
    drawer.flush(connection, {judged, *(line[name] for line in opened for name in ("card", "subject", "said"))})
    for some in chunks(numbered[name][0] for name in ended):
        connection.execute(update(verdicts).where(verdicts.c.id.in_(some)).values(ended=night.scan))
    if opened:
        connection.execute(verdicts.insert(), opened)
    row = {"scan": night.scan, "account": account, "judged": judged}
    connection.execute(judgements.insert().values(**row, digest=verdict_digest(judged, lines)))


def _continues(before: Line, now: Line, scan: int) -> bool:
    """Say whether an interval goes on: it says the same, and its status is what it would be anyway."""
    unchanging = len(Line._fields) - len(("status", "first", "seen", "since"))
    return before[:unchanging] == now[:unchanging] and before.status_in(scan) == now.status


def sealed(line: Line) -> str:
    """Write one verdict for the seal."""
    return "\x1f".join(str(part) for part in line)


def verdict_digest(judged: str, lines: list[str]) -> str:
    """Give the digest of an account's verdicts in a scan."""
    return digest(f"{judged}\n{seal_of(lines)}".encode())


def lines_in(connection: Connection, scan: int, account: str) -> list[Line]:
    """Give the verdicts of an account that hold in a finished scan and that it judged."""
    where = (judgements.c.scan == scan) & (judgements.c.account == account)
    name = connection.execute(select(judgements.c.judged).where(where)).scalar_one()
    judged = msgspec.json.decode(fetch(connection, [name])[name], type=Judged)
    query = select(*COLUMNS).where(
        (verdicts.c.account == account)
        & (verdicts.c.since <= scan)
        & or_(verdicts.c.ended.is_(None), verdicts.c.ended > scan)
    )
    lines = (Line(*row) for row in connection.execute(query))
    return [line for line in lines if judged.covers(line.rule, line.region, line.kind)]


def findings_in(connection: Connection, scan: int, accounts: Iterable[str]) -> list[Finding]:
    """Give the findings of a finished scan with their dates, by rule and place."""
    lines = [line for account in accounts for line in lines_in(connection, scan, account)]
    lines.sort(key=lambda line: (line.rule, line.account, line.region, line.key, line.part))
    found = unpacked(connection, lines, scan)
    date(connection, scan, zip(found, ((line.first_in(scan), line.seen) for line in lines), strict=True))
    return found


def date(connection: Connection, scan: int, found: Iterable[tuple[Finding, tuple[int, int]]]) -> None:
    """Fill in when each finding was first and last seen; `found` gives the scans' numbers."""
    moments = dict(connection.execute(select(scans.c.seq, scans.c.as_of)).all())
    for finding, (first, seen) in found:
        finding.first_seen = moments[first]
        finding.last_seen = moments[seen if finding.status in {"unseen", "resolved"} and seen else scan]
