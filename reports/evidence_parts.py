"""The tables of an evidence pack: which document shows what, how far the calls were answered, seals, acceptances."""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import msgspec

from reports.csv_report import inert
from reports.figures import ordered
from reports.words import clean, moment, value_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from reports.view import ReportData
    from scanner.model.finding import Evidence, Finding
    from scanner.store.evidence_records import Held, Link, Moment, Record, Told

HEAD = "@"
"""The section that stands for what a resource is by itself: place, name, tags."""

Thing = tuple[str, str]
"""Kind and ARN."""

COLUMNS = (
    "fingerprint verdict rule account region fact value path kind resource section state seen_in_scan document".split()
)


def read(evidence: Evidence, finding: Finding) -> tuple[Thing, list[str]]:
    """Say of which resource a fact was read, and from which of its sections; a constant has none."""
    kind, _, path = evidence.path.partition(" ")
    steps = [part.strip() for part in path.split("|")] if path and not path.startswith("=") else []
    sections = [step.partition(".")[0].partition("[")[0] for step in steps]
    return (kind, evidence.resource or finding.resource), [name for name in sections if name]


def judged(findings: Iterable[Finding], told: Iterable[Told] = ()) -> set[Thing]:
    """Name the resources that were judged, those that stand for several and the several included."""
    found = {(each.kind, arn) for each in findings for arn in (each.resource, *each.members)}
    return found | {(each.kind, arn) for each in told for arn in (each.resource, *each.members)}


def read_of(findings: Iterable[Finding]) -> dict[Thing, set[str]]:
    """Name the resources that facts were read of, with the sections."""
    found: dict[Thing, set[str]] = defaultdict(set)
    for finding in findings:
        for evidence in finding.evidence:
            thing, sections = read(evidence, finding)
            if sections:
                found[thing].update(sections)
    return found


def chosen(held: Iterable[Held], whole: set[Thing], parts: Mapping[Thing, set[str]]) -> list[Held]:
    """Keep all of what was judged and, of what was read besides, what was read, and the head."""
    return [
        each
        for each in held
        if (each.kind, each.arn) in whole or each.section in {HEAD, *parts.get((each.kind, each.arn), ())}
    ]


def document_name(held: Held) -> str:
    """Name the file of a section's document; empty where it has none."""
    return f"documents/{held.hash}.json" if held.hash else ""


def index(data: ReportData, held: Sequence[Held]) -> dict[str, Any]:
    """Give the way from a resource to its documents, and name what was read of which there is none."""
    resources: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for each in held:
        resources[each.account, each.region, each.kind, each.arn, each.id].append(_section(each))
    there = {(each.kind, each.arn) for each in held}
    accounts = {account.id for account in data.accounts}
    return {
        "scan": data.scan,
        "as_of": moment(data.as_of),
        "resources": [
            {**dict(zip(("account", "region", "kind", "arn", "id"), key, strict=True)), "sections": sections}
            for key, sections in resources.items()
        ],
        "without_document": [
            {"kind": kind, "arn": arn, "why": _why(arn, accounts)}
            for kind, arn in sorted(read_of(data.findings).keys() - there)
        ],
    }


def _section(held: Held) -> dict[str, Any]:
    return {
        "section": held.section,
        "state": held.state,
        "sha256": held.hash or None,
        "since": _moment(held.since),
        "until": _moment(held.ended) if held.ended else None,
        "seen_in_scan": held.current,
    }


def _moment(given: Moment) -> dict[str, str]:
    return {"scan": given[0], "as_of": given[1]}


def _why(arn: str, accounts: set[str]) -> str:
    owner = arn.split(":")[4:5] if arn.startswith("arn:") else []
    if owner and owner[0] and owner[0] not in accounts:
        return "it belongs to an account that this pack does not speak of"
    return "the store keeps no document of it from this scan"


def evidence_table(data: ReportData, held: Sequence[Held]) -> str:
    """Give the way from each fact to its document, as a table with nothing that a spreadsheet would run."""
    there: dict[tuple[str, str, str], list[Held]] = defaultdict(list)
    for each in held:
        there[each.kind, each.arn, each.section].append(each)
    out = io.StringIO(newline="")
    rows = csv.writer(out, quoting=csv.QUOTE_ALL)
    rows.writerow(COLUMNS)
    for finding in ordered(data.findings):
        for evidence in finding.evidence:
            for row in _rows(finding, evidence, there):
                rows.writerow([inert(clean(cell)) for cell in row])
    return out.getvalue()


def _rows(
    finding: Finding, evidence: Evidence, there: Mapping[tuple[str, str, str], Sequence[Held]]
) -> Iterator[list[str]]:
    (kind, arn), sections = read(evidence, finding)
    first = [finding.fingerprint, str(finding.verdict), finding.rule, finding.account, finding.region]
    fact = [evidence.fact, value_text(evidence.value), evidence.path, kind, arn]
    for section in sections:
        for each in _best(there.get((kind, arn, section), ()), finding):
            yield [*first, *fact, section, each.state, "yes" if each.current else "no: last known", document_name(each)]
        if not there.get((kind, arn, section)):
            yield [*first, *fact, section, "no document in this pack", "", ""]
    if not sections:
        yield [*first, *fact, "", "no section: a constant or a default", "", ""]


def _best(found: Sequence[Held], finding: Finding) -> Sequence[Held]:
    """Choose what the scan saw, else what was last known; in the finding's own place, if it is there."""
    seen = [each for each in found if each.current] or list(found)[-1:]
    return [each for each in seen if (each.account, each.region) == (finding.account, finding.region)] or seen


def coverage(data: ReportData) -> dict[str, Any]:
    """Give how far the calls behind the findings were answered: counts by state, then each call."""
    entries = sorted(data.coverage, key=msgspec.structs.astuple)
    return {
        "scan": data.scan,
        "states": dict(sorted(Counter(entry.state for entry in entries).items())),
        "calls": [msgspec.to_builtins(entry) for entry in entries],
    }


def acceptances(data: ReportData, log: Sequence[Any]) -> dict[str, Any]:
    """Give the accepted risks among the findings, as they stood in the scan, and what was decided about them since."""
    return {
        "scan": data.scan,
        "acceptances": [
            {"fingerprint": each.fingerprint, "rule": each.rule, "resource": each.resource, "part": each.part}
            | dict(each.acceptance)
            for each in ordered(data.findings)
            if each.acceptance
        ],
        "log": [msgspec.to_builtins(event) for event in log],
    }


def history(data: ReportData, told: Iterable[Told]) -> dict[str, Any]:
    """Give how long each rule said what, within the period."""
    names = "fingerprint rule account region kind resource name part verdict severity message".split()
    since = data.restricted.since
    return {
        "scan": data.scan,
        "since": moment(since) if since else None,
        "verdicts": [
            {name: getattr(each, name) for name in names}
            | {"since": _moment(each.since), "until": _moment(each.ended) if each.ended else None}
            for each in told
        ],
    }


def seals(
    data: ReportData, chains: Mapping[str, Sequence[Link]], records: Mapping[str, Record], *, proof: bool
) -> dict[str, Any]:
    """Give each account's chain of seals and, with `proof`, the names of what the scan's seal stands for."""
    return {
        "scan": data.scan,
        "accounts": [
            {
                "account": account,
                "head": chain[-1].head,
                "links": [msgspec.to_builtins(link) for link in chain],
                "record": _record(records[account]) if proof else None,
            }
            for account, chain in sorted(chains.items())
        ],
    }


def _record(record: Record) -> dict[str, Any]:
    return {
        "content": record.content,
        "places": {region: msgspec.to_builtins(place) for region, place in sorted(record.places.items())},
        "judged": record.judged,
        "verdicts": record.verdicts,
    }
