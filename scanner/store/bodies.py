"""Takes findings apart into an interval's row and shared content, and puts them together again.

What a rule says of itself (the card), what is said of the resource (the subject) and what the judgement said are kept
apart, so that ten thousand findings of one rule share one card, and those of one resource one subject.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from scanner.engine.normalise import canonical, digest, plain
from scanner.model.finding import Evidence, Finding, Verdict
from scanner.model.gap import Gap
from scanner.store.blobs import fetch

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection


class Card(msgspec.Struct, frozen=True):
    """What a rule says of itself."""

    title: str
    category: str
    hipaa: tuple[str, ...]
    hipaa_proposed: tuple[str, ...]
    aliases: tuple[str, ...]


class Subject(msgspec.Struct, frozen=True):
    """What is said of the resource."""

    resource: str
    name: str
    in_scope: str
    tags: dict[str, str] | None


class Said(msgspec.Struct, frozen=True):
    """What the judgement said."""

    message: str
    evidence: tuple[Evidence, ...]
    notes: tuple[str, ...]
    members: tuple[str, ...]
    missing: tuple[Gap, ...]
    remedy: dict[str, Any] | None


class Line(NamedTuple):
    """An interval of a verdict: all of it that never changes once it is written.

    `status` is that of the scan `since`; `first` the scan that first failed it; `seen` the last scan that saw it fail,
    for one that is unseen or resolved, else 0. Scans are given by number.
    """

    fingerprint: str
    account: str
    region: str
    rule: str
    kind: str
    key: str
    part: str
    verdict: str
    severity: str
    card: str
    subject: str
    said: str
    status: str
    first: int
    seen: int
    since: int

    @property
    def stands(self) -> bool:
        """Say whether, as far as is known, it fails."""
        return self.verdict == Verdict.FAIL or self.status == "unseen"

    def status_in(self, scan: int) -> str:
        """Give the status in a later scan: what was new is still so."""
        return self.status if scan == self.since or self.status == "unseen" else "still"

    def first_in(self, scan: int) -> int:
        """Give the scan to date it from in a later scan: what was resolved begins anew as what it is now."""
        return self.since if self.status == "resolved" and scan != self.since else self.first


Content = tuple[str, bytes]
"""What is kept, and the name that it is kept by."""


def _content(value: msgspec.Struct) -> Content:
    written = canonical(value)
    return digest(written), written


class Packer:
    """Takes findings apart; what rules say of themselves and what is said of a resource is written once."""

    def __init__(self) -> None:
        """Start with nothing known."""
        self._cards: dict[tuple[object, ...], str] = {}
        self._subjects: dict[tuple[str, ...], tuple[dict[str, str] | None, str]] = {}

    def _card(self, finding: Finding) -> tuple[str, Content | None]:
        about = (finding.title, finding.category, finding.hipaa, finding.hipaa_proposed, finding.aliases)
        name = self._cards.get(about)
        if name is not None:
            return name, None
        made = _content(Card(*about))
        self._cards[about] = made[0]
        return made[0], made

    def _subject(self, finding: Finding) -> tuple[str, Content | None]:
        about = (finding.resource, finding.name, finding.in_scope)
        tags, name = self._subjects.get(about, (None, ""))
        if name and tags == finding.tags:
            return name, None
        made = _content(Subject(*about, finding.tags))
        self._subjects[about] = (finding.tags, made[0])
        return made[0], made

    def packed(self, finding: Finding, scan: int, first: int, seen: int) -> tuple[Line, list[Content]]:
        """Take a finding apart: its interval, and the content named by it that no interval before named."""
        evidence, remedy = tuple(finding.evidence), plain(finding.remedy) if finding.remedy is not None else None
        said = _content(Said(finding.message, evidence, finding.notes, finding.members, finding.missing, remedy))
        (card, first_of_card), (subject, first_of_subject) = self._card(finding), self._subject(finding)
        line = Line(
            finding.fingerprint,
            finding.account,
            finding.region,
            finding.rule,
            finding.kind,
            finding.key,
            finding.part,
            str(finding.verdict),
            finding.severity,
            card,
            subject,
            said[0],
            finding.status,
            first,
            seen,
            scan,
        )
        return line, [made for made in (first_of_card, first_of_subject, said) if made is not None]


def unpacked(connection: Connection, lines: Iterable[Line], scan: int) -> list[Finding]:
    """Put findings together as they were in a scan; dates and acceptances are left out.

    What they share is one object: nothing of it is ever changed.
    """
    known = list(lines)
    names = {name for line in known for name in (line.card, line.subject, line.said)}
    contents = fetch(connection, names)
    cards, subjects, saids = (
        {name: reader.decode(contents[name]) for name in dict.fromkeys(map(attrgetter(part), known))}
        for part, reader in _READERS.items()
    )
    return [_finding(line, scan, cards[line.card], subjects[line.subject], saids[line.said]) for line in known]


_READERS: dict[str, msgspec.json.Decoder[Any]] = {
    "card": msgspec.json.Decoder(Card),
    "subject": msgspec.json.Decoder(Subject),
    "said": msgspec.json.Decoder(Said),
}


def _finding(line: Line, scan: int, card: Card, subject: Subject, said: Said) -> Finding:
    return Finding(
        fingerprint=line.fingerprint,
        rule=line.rule,
        title=card.title,
        verdict=Verdict(line.verdict),
        severity=line.severity,
        category=card.category,
        kind=line.kind,
        resource=subject.resource,
        key=line.key,
        name=subject.name,
        account=line.account,
        region=line.region,
        part=line.part,
        message=said.message,
        status=line.status_in(scan),
        evidence=said.evidence,
        notes=said.notes,
        members=said.members,
        missing=said.missing,
        hipaa=card.hipaa,
        hipaa_proposed=card.hipaa_proposed,
        aliases=card.aliases,
        in_scope=subject.in_scope,
        remedy=said.remedy,
        tags=subject.tags,
    )
