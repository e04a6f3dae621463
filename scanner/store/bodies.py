"""Takes findings apart into an interval's row and shared content, and puts them together again.

What a rule says of itself (the card), what is said of the resource (the subject) and what the judgement said are kept
apart, so that ten thousand findings of one rule share one card, and those of one resource one subject.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from scanner.engine.normalise import plain
from scanner.model.finding import Evidence, Finding, Verdict
from scanner.model.gap import Gap
from scanner.store.blobs import fetch

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from scanner.store.blobs import Drawer


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


def packed(finding: Finding, drawer: Drawer, scan: int, *, first: int, seen: int) -> Line:
    """Take a finding apart."""
    card = Card(finding.title, finding.category, finding.hipaa, finding.hipaa_proposed, finding.aliases)
    subject = Subject(finding.resource, finding.name, finding.in_scope, finding.tags)
    evidence = tuple(finding.evidence)
    said = Said(finding.message, evidence, finding.notes, finding.members, finding.missing, plain(finding.remedy))
    return Line(
        finding.fingerprint,
        finding.account,
        finding.region,
        finding.rule,
        finding.kind,
        finding.key,
        finding.part,
        str(finding.verdict),
        finding.severity,
        drawer.put(card),
        drawer.put(subject),
        drawer.put(said),
        finding.status,
        first,
        seen,
        scan,
    )


def unpacked(connection: Connection, lines: Iterable[Line], scan: int) -> list[Finding]:
    """Put findings together as they were in a scan; dates and acceptances are left out."""
    known = list(lines)
    names = {name for line in known for name in (line.card, line.subject, line.said)}
    contents = fetch(connection, names)
    cards = {name: msgspec.json.decode(contents[name], type=Card) for name in {line.card for line in known}}
    return [_finding(line, scan, cards[line.card], contents) for line in known]


def _finding(line: Line, scan: int, card: Card, contents: dict[str, bytes]) -> Finding:
    subject = msgspec.json.decode(contents[line.subject], type=Subject)
    said = msgspec.json.decode(contents[line.said], type=Said)
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
