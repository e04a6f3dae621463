"""What the trend is reckoned from: counts of some scans, by account or by the tag of the resources."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import func, select

from scanner.engine.citations import standard_of
from scanner.model.finding import Verdict
from scanner.model.resource import Coverage
from scanner.model.rule import SEVERITIES
from scanner.store.blobs import fetch
from scanner.store.bodies import Card, Line, Subject
from scanner.store.judging import lines_in
from scanner.store.records import AnsweredRow, StandardRow, TallyRow
from scanner.store.tables import judgements, places, scans, standards, summaries, verdicts, visits

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Connection

Tag = tuple[str, str]
"""The key of a tag, in any case, and its value."""


def tallies(connection: Connection, ids: Sequence[str]) -> tuple[list[TallyRow], list[StandardRow]]:
    """Give the counts of scans by account, by severity and by standard."""
    columns = (scans.c.id, summaries.c.account, summaries.c.severity, summaries.c.verdict)
    query = select(*columns, func.sum(summaries.c.count)).join_from(summaries, scans).where(scans.c.id.in_(ids))
    counted = [TallyRow(*row) for row in connection.execute(query.group_by(*columns).order_by(*columns))]
    names = ("account", "standard", "verdict", "count")
    asked = select(scans.c.id.label("scan"), scans.c.as_of, *(standards.c[name] for name in names))
    rows = connection.execute(asked.join_from(standards, scans).where(scans.c.id.in_(ids))).mappings()
    return counted, [StandardRow(**row) for row in rows]


def answered(connection: Connection, ids: Sequence[str]) -> list[AnsweredRow]:
    """Give how many calls of scans were answered in full, by account; equal nights are read once."""
    columns = (scans.c.id, places.c.account, visits.c.coverage)
    query = select(*columns).join_from(visits, scans).join(places, visits.c.place == places.c.id)
    rows = connection.execute(query.where(scans.c.id.in_(ids)).order_by(*columns)).all()
    whole: Counter[tuple[str, str]] = Counter()
    calls: Counter[tuple[str, str]] = Counter()
    known = {
        name: [entry.ok for entry in msgspec.json.decode(content, type=list[Coverage])]
        for name, content in fetch(connection, {name for *_, name in rows}).items()
    }
    for scan, account, name in rows:
        whole[scan, account] += sum(known[name])
        calls[scan, account] += len(known[name])
    return [AnsweredRow(*where, whole[where], count) for where, count in calls.items()]


def tagged(connection: Connection, tag: Tag) -> set[str]:
    """Give the subjects (hashes) that bear a tag."""
    names = set(connection.execute(select(verdicts.c.subject).distinct()).scalars())
    return {
        name
        for name, content in fetch(connection, names).items()
        if bears(msgspec.json.decode(content, type=Subject).tags, tag)
    }


def bears(tags: Mapping[str, str] | None, tag: Tag) -> bool:
    """Say whether tags hold one, its key in any case."""
    key, value = tag
    return any(name.casefold() == key.casefold() and said == value for name, said in (tags or {}).items())


def owned(connection: Connection, tag: Tag) -> set[str]:
    """Give the fingerprints of the findings on what bears a tag, as it was last known."""
    subjects = tagged(connection, tag)
    query = select(verdicts.c.fingerprint, verdicts.c.subject).order_by(verdicts.c.since, verdicts.c.id)
    last = dict(connection.execute(query).all())
    return {fingerprint for fingerprint, subject in last.items() if subject in subjects}


def tallies_tagged(connection: Connection, ids: Sequence[str], tag: Tag) -> tuple[list[TallyRow], list[StandardRow]]:
    """Give the counts of scans over what bears a tag: each rule and resource once, by its worst part."""
    subjects = tagged(connection, tag)
    query = select(scans.c.seq, scans.c.id, scans.c.as_of, judgements.c.account).join_from(judgements, scans)
    counted: list[TallyRow] = []
    by_standard: list[StandardRow] = []
    cards: dict[str, set[str]] = {}
    for seq, scan, as_of, account in connection.execute(query.where(scans.c.id.in_(ids))).all():
        lines = _worst(line for line in lines_in(connection, seq, account) if line.subject in subjects)
        _read_cards(connection, cards, {line.card for line in lines})
        tally = Counter((line.severity, _standing(line)) for line in lines)
        counted += [TallyRow(scan, account, *which, count) for which, count in sorted(tally.items())]
        spoken = Counter((standard, _standing(line)) for line in lines for standard in cards[line.card])
        by_standard += [
            StandardRow(scan=scan, as_of=as_of, account=account, standard=standard, verdict=verdict, count=count)
            for (standard, verdict), count in sorted(spoken.items())
        ]
    return counted, by_standard


def _read_cards(connection: Connection, cards: dict[str, set[str]], names: set[str]) -> None:
    for name, content in fetch(connection, names - cards.keys()).items():
        card = msgspec.json.decode(content, type=Card)
        cards[name] = {standard_of(citation) for citation in (*card.hipaa, *card.hipaa_proposed)}


def _worst(lines: Iterable[Line]) -> list[Line]:
    by: dict[tuple[str, ...], Line] = {}
    for line in lines:
        pair = (line.rule, line.region, line.kind, line.key)
        if pair not in by or _weight(line) > _weight(by[pair]):
            by[pair] = line
    return list(by.values())


def _standing(line: Line) -> str:
    hidden = line.status == "unseen" and line.verdict != Verdict.ERROR
    return str(Verdict.UNKNOWN) if hidden else line.verdict


def _weight(line: Line) -> tuple[int, int]:
    return Verdict(_standing(line)).rank, SEVERITIES.index(line.severity) if line.severity in SEVERITIES else -1
