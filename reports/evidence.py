"""A finding's evidence in words: each fact with its value, its path and the API operation that gave it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from reports.figures import UNSEEN, standing
from reports.words import clean, gap_text, value_text
from scanner.model.finding import Evidence, Finding, Verdict
from scanner.model.gap import Gap, GapState

if TYPE_CHECKING:
    from reports.view import ReportData

Calls = Mapping[tuple[str, str], str]


class Read(NamedTuple):
    """A fact as it was read; `call` is `service.Operation`, empty where a constant or a default decided."""

    fact: str
    value: str
    path: str
    call: str
    resource: str


class Lack(NamedTuple):
    """Something that was not learned, why, and what would mend it."""

    call: str
    why: str
    mend: str


def calls_of(data: ReportData) -> Calls:
    """Give the operation of every section, `(kind, section)`, as the scan's coverage names it."""
    return {(entry.kind, entry.call): entry.operation for entry in data.coverage}


def reads(finding: Finding, calls: Calls, limit: int = 0) -> list[Read]:
    """Say the evidence; values are cut at `limit` characters."""
    return [_read(evidence, calls, limit) for evidence in finding.evidence]


def _read(evidence: Evidence, calls: Calls, limit: int) -> Read:
    kind, _, path = evidence.path.partition(" ")
    sections = [part.strip().partition(".")[0].partition("[")[0] for part in path.split("|")]
    behind = dict.fromkeys(calls[kind, section] for section in sections if (kind, section) in calls)
    return Read(
        clean(evidence.fact),
        value_text(evidence.value, limit),
        clean(evidence.path),
        ", ".join(behind),
        clean(evidence.resource),
    )


def lacks(finding: Finding) -> list[Lack]:
    """Say what could not be learned; a permission is asked for only where the call was denied."""
    return [Lack(clean(gap.call), clean(gap_text(gap)), _mend(gap)) for gap in finding.missing]


def _mend(gap: Gap) -> str:
    return f"allow {clean(gap.permission)}" if gap.state is GapState.DENIED and gap.permission else ""


def told(finding: Finding) -> str:
    """Give the finding's message in one line; for an unknown one, short: what was not answered and what it needs."""
    if finding.status == UNSEEN:
        return f"not seen in this scan, because its listing was not whole; it was {finding.verdict} before"
    if standing(finding) is not Verdict.UNKNOWN or not finding.missing:
        return clean(_placed(finding))
    return "; ".join(dict.fromkeys(_short(gap) for gap in finding.missing))


def _placed(finding: Finding) -> str:
    """Say where in the resource, unless the message says it."""
    part, message = finding.part, finding.message
    return f"{part}: {message}" if part and part not in message else message


def _short(gap: Gap) -> str:
    said = clean(gap.error or gap.message or str(gap.state))
    mend = _mend(gap)
    return ": ".join(part for part in (clean(gap.call), said + (f" ({mend})" if mend else "")) if part)
