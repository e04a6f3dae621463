"""Accepted risks: what people decide about findings, beside the sealed record, with a log of who said what."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import delete, select

from scanner.store.errors import StoreError
from scanner.store.records import Acceptance, AcceptanceEvent
from scanner.store.tables import acceptance_log, acceptances, verdicts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from scanner.model.finding import Finding

FINDING = "finding"
GAP = "gap"


def accept(connection: Connection, given: Acceptance) -> None:
    """Keep an acceptance in place of an earlier one of the same subject, and log it.

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
        known = select(verdicts.c.id).where(verdicts.c.fingerprint == given.subject).limit(1)
        if connection.execute(known).first() is None:
            raise StoreError(f"no finding has the fingerprint {given.subject}; `phiward findings` shows them")
    connection.execute(delete(acceptances).where(_same(given.scope, given.subject, given.account)))
    connection.execute(acceptances.insert().values(**msgspec.structs.asdict(given)))
    _log(connection, given, "accept", given.by, given.at, msgspec.json.encode(given).decode())


def revoke(connection: Connection, scope: str, subject: str, account: str, *, by: str, at: str, reason: str) -> None:
    """Take an acceptance back, and log it.

    Raises:
        StoreError: there is none.
    """
    found = connection.execute(select(acceptances).where(_same(scope, subject, account))).mappings().one_or_none()
    if found is None:
        raise StoreError(f"{subject} is not accepted, so there is nothing to revoke; see `phiward accept`")
    connection.execute(delete(acceptances).where(_same(scope, subject, account)))
    _log(connection, Acceptance(**found), "revoke", by, at, reason)


def _same(scope: str, subject: str, account: str) -> Any:
    c = acceptances.c
    return (c.scope == scope) & (c.subject == subject) & (c.account == account)


def _log(connection: Connection, given: Acceptance, action: str, by: str, at: str, words: str) -> None:
    of = {"scope": given.scope, "subject": given.subject, "account": given.account}
    connection.execute(acceptance_log.insert().values(at=at, by=by, action=action, words=words, **of))


def accepted(connection: Connection) -> list[Acceptance]:
    """Give all acceptances in force or expired, by subject."""
    c = acceptances.c
    rows = connection.execute(select(acceptances).order_by(c.scope, c.subject, c.account)).mappings()
    return [Acceptance(**row) for row in rows]


def log(connection: Connection) -> list[AcceptanceEvent]:
    """Give what was accepted and revoked, in the order in which it was said."""
    columns = [column for column in acceptance_log.c if column.name != "id"]
    rows = connection.execute(select(*columns).order_by(acceptance_log.c.id)).mappings()
    return [AcceptanceEvent(**row) for row in rows]


def attach(connection: Connection, found: Iterable[Finding], as_of: str) -> None:
    """Put on each failing finding its acceptance, with `expired` as of the scan's day."""
    by_subject = {each.subject: each for each in accepted(connection) if each.scope == FINDING}
    day = as_of[: len("2026-01-01")]
    for finding in found:
        given = by_subject.get(finding.fingerprint)
        if given is not None:
            words = msgspec.structs.asdict(given)
            finding.acceptance = {name: words[name] for name in _SHOWN} | {"expired": given.until < day}


_SHOWN = ("reason", "owner", "until", "by", "at", "addressable_reason", "equivalent_measure")
