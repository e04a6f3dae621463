"""Accepted risks: what people decide about findings, beside the sealed record, with a log of who said what."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import delete, func, select, update

from scanner.engine.accepted import CHANGED, EXPIRED, accepted_value, changed, together
from scanner.engine.accepted_gaps import GapAcceptance
from scanner.model.finding import Verdict
from scanner.store.bodies import Line, unpacked
from scanner.store.errors import StoreError
from scanner.store.records import Acceptance, AcceptanceEvent
from scanner.store.tables import acceptance_log, acceptances, scans, seals, verdicts
from scanner.store.verdict_rows import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from sqlalchemy import Connection, Row

    from scanner.model.finding import Finding

    Volatile = Callable[[str], Collection[str]]
    """Gives the volatile paths (`section.path`) of a CloudFormation type."""

FINDING = "finding"
GAP = "gap"
PHIWARD = "phiward"
"""Who lets an acceptance lapse."""

_SHOWN = ("reason", "owner", "until", "by", "at", "addressable_reason", "equivalent_measure")
_FIELDS = tuple(name for name in Acceptance.__struct_fields__ if name != "lapsed_in")


def accept(connection: Connection, given: Acceptance, volatile: Volatile) -> None:
    """Keep an acceptance in place of an earlier one of the same subject, and log it; a finding's value is filled in.

    Raises:
        StoreError: a word is missing, the date is none, or no finding has this fingerprint.
    """
    for name in ("reason", "owner", "by"):
        if not getattr(given, name).strip():
            raise StoreError(f"an acceptance needs its {name}; say it in words")
    try:
        date.fromisoformat(given.until)
    except ValueError:
        raise StoreError(f"an acceptance ends on a day, and {given.until!r} is none; write it as 2027-06-30") from None
    if given.scope == FINDING:
        given = msgspec.structs.replace(given, value=_value(connection, given.subject, volatile))
    since = _end(connection, given.scope, given.subject, given.account)
    values = {name: getattr(given, name) for name in _FIELDS}
    connection.execute(acceptances.insert().values(**values, since=since))
    _log(connection, given, "accept", given.by, given.at, msgspec.json.encode(given).decode())


def _value(connection: Connection, fingerprint: str, volatile: Volatile) -> str:
    """Name what failed when the finding was last known to."""
    query = select(*COLUMNS).where(verdicts.c.fingerprint == fingerprint).order_by(verdicts.c.since.desc())
    lines = [Line(*row) for row in connection.execute(query)]
    if not lines:
        raise StoreError(f"no finding has the fingerprint {fingerprint}; `phiward findings` shows them")
    failed = [line for line in lines if line.verdict == Verdict.FAIL][:1]
    return "".join(
        accepted_value(finding, volatile(finding.kind))
        for line in failed
        for finding in unpacked(connection, [line], line.since)
    )


def revoke(connection: Connection, scope: str, subject: str, account: str, *, by: str, at: str, reason: str) -> None:
    """Take an acceptance back, and log it.

    Raises:
        StoreError: there is none.
    """
    here = {"scope": scope, "subject": subject, "account": account}
    found = [row for row in _standing(connection) if (row.scope, row.subject, row.account) == tuple(here.values())]
    if not found:
        raise StoreError(f"{subject} is not accepted, so there is nothing to revoke; see `phiward accept`")
    _end(connection, scope, subject, account)
    _log(connection, _record(found[0]), "revoke", by, at, reason)


def _end(connection: Connection, scope: str, subject: str, account: str) -> int:
    """End the decision that holds, which stays on the scans that it was made on; give the scan of today's decisions.

    That is the newest of the account: scans of others may be finished beside it.
    """
    own = account
    if scope == FINDING:
        of = select(verdicts.c.account).where(verdicts.c.fingerprint == subject).limit(1)
        own = connection.execute(of).scalar() or ""
    now = connection.execute(select(func.max(seals.c.scan)).where(seals.c.account == own)).scalar() or 0
    c = acceptances.c
    same = (c.scope == scope) & (c.subject == subject) & (c.account == account)
    connection.execute(delete(acceptances).where(same & (c.since >= now)))
    connection.execute(update(acceptances).where(same & c.ended.is_(None)).values(ended=now))
    return now


def _standing(connection: Connection) -> list[Row[Any]]:
    c = acceptances.c
    query = select(acceptances, scans.c.id.label("lapsed_scan")).join_from(
        acceptances, scans, scans.c.seq == c.lapsed_in, isouter=True
    )
    return list(connection.execute(query.where(c.ended.is_(None)).order_by(c.scope, c.subject, c.account)))


def _record(row: Row[Any]) -> Acceptance:
    return Acceptance(**{name: getattr(row, name) for name in _FIELDS}, lapsed_in=row.lapsed_scan or "")


def _log(connection: Connection, given: Acceptance, action: str, by: str, at: str, words: str) -> None:
    of = {"scope": given.scope, "subject": given.subject, "account": given.account}
    connection.execute(acceptance_log.insert().values(at=at, by=by, action=action, words=words, **of))


def accepted(connection: Connection) -> list[Acceptance]:
    """Give all acceptances in force, expired or lapsed, by subject."""
    return [_record(row) for row in _standing(connection)]


def gaps(connection: Connection, scan: Row[Any]) -> list[GapAcceptance]:
    """Give the calls whose silence was accepted in a scan, the newest one's being today's, by account and call."""
    c = acceptances.c
    held = (c.scope == GAP) & (c.since <= scan.seq) & (c.ended.is_(None) | (c.ended > scan.seq))
    rows = connection.execute(select(acceptances).where(held).order_by(c.account, c.subject)).all()
    return [
        GapAcceptance(
            account=row.account, call=row.subject, reason=row.reason, owner=row.owner, until=row.until, by=row.by,
            at=row.at, expired=_over(row, scan),
        )
        for row in rows
    ]  # fmt: skip


def log(connection: Connection) -> list[AcceptanceEvent]:
    """Give what was accepted and revoked and what lapsed, in order."""
    columns = [column for column in acceptance_log.c if column.name != "id"]
    rows = connection.execute(select(*columns).order_by(acceptance_log.c.id)).mappings()
    return [AcceptanceEvent(**row) for row in rows]


def lapse(connection: Connection, scan: Row[Any], found: Iterable[Finding], at: str, volatile: Volatile) -> None:
    """Let the acceptances lapse whose last day is past or whose finding fails by another value now, and log it.

    What this scan did not see fail lets nothing lapse: it would be told to nobody.
    """
    standing = {row.subject: row for row in _standing(connection) if row.scope == FINDING and not row.lapsed}
    for finding in found:
        row = standing.get(finding.fingerprint)
        if row is None or finding.verdict is not Verdict.FAIL or finding.status == "unseen":
            continue
        now = accepted_value(finding, volatile(finding.kind))
        other = changed(row.value, now)
        why = EXPIRED if _over(row, scan) else f"{CHANGED} ({', '.join(other)})" if other else ""
        values = {"lapsed": why, "lapsed_in": scan.seq} if why else {"value": together(row.value, now)}
        c = acceptances.c
        one = (c.scope == FINDING) & (c.subject == row.subject) & (c.account == row.account) & c.ended.is_(None)
        if why or values["value"] != row.value:
            connection.execute(update(acceptances).where(one).values(**values))
        if why:
            said = f"accepted until {row.until}" if _over(row, scan) else finding.message
            _log(connection, _record(row), "lapse", PHIWARD, at, f"{why}: {said}")


def _over(row: Row[Any], scan: Row[Any]) -> bool:
    return bool(row.until < scan.as_of[: len("2026-01-01")])


def attach(connection: Connection, found: Iterable[Finding], scan: Row[Any]) -> None:
    """Put on each finding the acceptance that held in a scan, the newest one's being today's.

    `expired` and `lapsed` (why) are as of the scan. What lapsed in it is `reopened`, whatever was decided since.
    """
    rows = connection.execute(
        select(acceptances).where((acceptances.c.scope == FINDING) & (acceptances.c.since <= scan.seq))
    ).all()
    held = {row.subject: row for row in rows if row.ended is None or row.ended > scan.seq}
    reopened = {row.subject for row in rows if row.lapsed_in == scan.seq}
    for finding in found:
        if finding.fingerprint in reopened and finding.status == "still":
            finding.status = "reopened"
        row = held.get(finding.fingerprint)
        if row is not None:
            lapsed = row.lapsed if row.lapsed_in is not None and row.lapsed_in <= scan.seq else ""
            words = {name: getattr(row, name) for name in _SHOWN}
            finding.acceptance = words | {"expired": _over(row, scan), "lapsed": lapsed}
