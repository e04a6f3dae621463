"""What the HTML page's script reads: an index of all findings in columns, and their details in blocks by resource."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from reports.evidence import Calls, calls_of, lacks, reads, told
from reports.figures import Figures, ordered, record, standing, why_not_accepted
from reports.html_packing import Strings, blocks, pack
from reports.json_report import encode, summary
from reports.remediation_view import FORMS, NO_DOWNTIME
from reports.remedy import made_out
from reports.words import clean, gap_text, moment
from scanner.model.resource import SectionState

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from reports.view import ReportData, RuleInfo
    from scanner.model.finding import Finding
    from scanner.model.plan import Plan
    from scanner.model.resource import Resource, Section

SCHEMA = "phiward-page/2"
VALUE_LIMIT = 2000
DOCUMENTS_LIMIT = 6_000_000
"""How many characters of the page documents may take; those of the worst findings come first."""

Subject = tuple[str, str]
"""A resource as the page names it: account and ARN. Things of several kinds may share an ARN."""


class Packed(msgspec.Struct, frozen=True):
    """The page's data: the index, and blocks of details and of documents."""

    index: str
    details: Sequence[str]
    documents: Sequence[str]


def packed(data: ReportData, counted: Figures) -> Packed:
    """Pack a report."""
    findings = ordered(data.findings)
    subjects: dict[Subject, list[int]] = {}
    for place, finding in enumerate(findings):
        subjects.setdefault((finding.account, finding.resource), []).append(place)
    calls, steps = calls_of(data), _steps(data.plan)
    details: list[str] = []
    block_of = [0] * len(findings)
    by_resource = [place for subject in sorted(subjects) for place in subjects[subject]]
    for text, places in blocks((place, _detail(findings[place], data, calls, steps)) for place in by_resource):
        for place in places:
            block_of[place] = len(details)
        details.append(text)
    documents: list[str] = []
    document_of = [-1] * len(subjects)
    for text, numbers in blocks(_documents(data.documents, list(subjects), calls), DOCUMENTS_LIMIT):
        for number in numbers:
            document_of[number] = len(documents)
        documents.append(text)
    index = _index(data, counted, findings, subjects) | {"block": block_of, "document": document_of}
    return Packed(pack(encode(index)), details, documents)


def _index(
    data: ReportData, counted: Figures, findings: Sequence[Finding], subjects: Mapping[Subject, object]
) -> dict[str, Any]:
    strings, rules = Strings(), {rule.id: _rule(rule, counted) for rule in data.rules}
    numbers = {subject: number for number, subject in enumerate(subjects)}
    tags: dict[tuple[tuple[str, str], ...], int] = {}
    columns: dict[str, list[int]] = {name: [] for name in ("subject", *COLUMNS, "tags")}
    for finding in findings:
        row = _row(finding)
        columns["subject"].append(numbers[finding.account, finding.resource])
        for name in COLUMNS:
            columns[name].append(strings(row[name]))
        columns["tags"].append(tags.setdefault(tuple(sorted((finding.tags or {}).items())), len(tags)))
    whole = (_rest(finding, data, rules.get(finding.rule, {})) for finding in findings)
    return {
        "schema": SCHEMA,
        "scan": data.scan,
        "as_of": moment(data.as_of),
        "complete": data.complete,
        "summary": summary(data),
        "accounts": {account.id: account.name for account in data.accounts},
        "citations": {standard.citation: f"{standard.title} ({standard.kind})" for standard in data.standards},
        "rules": rules,
        "changes": _changes(data),
        "ids": [finding.fingerprint for finding in findings],
        "subjects": [list(subject) for subject in subjects],
        "columns": columns,
        "tags": [[[clean(key), clean(value)] for key, value in pairs] for pairs in tags],
        "rest": {place: rest for place, rest in enumerate(whole) if rest},
        "strings": strings.texts,
    }


COLUMNS = ("rule", "verdict", "severity", "status", "region", "name", "message", "kind", "scope", "first", "last")


def _row(finding: Finding) -> dict[str, str]:
    return {
        "rule": finding.rule,
        "verdict": str(standing(finding)),
        "severity": finding.severity,
        "status": finding.status,
        "region": finding.region,
        "name": finding.name if finding.name not in finding.resource else "",
        "message": told(finding),
        "kind": finding.kind,
        "scope": finding.in_scope,
        "first": finding.first_seen,
        "last": finding.last_seen,
    }


def _rest(finding: Finding, data: ReportData, rule: Mapping[str, Any]) -> dict[str, Any]:
    """Give what few findings have: an acceptance, a verdict that no longer counts, what their rule says otherwise."""
    verdict = standing(finding)
    rare = {
        "was": str(finding.verdict) if verdict is not finding.verdict else "",
        "acceptance": _acceptance(finding, data),
    }
    own = {name: getattr(finding, name) for name in ("title", "hipaa", "hipaa_proposed", "category")}
    differs = {name: value for name, value in own.items() if value != rule.get(name)}
    return {name: value for name, value in rare.items() if value} | differs


def _acceptance(finding: Finding, data: ReportData) -> list[str] | None:
    given = finding.acceptance
    if not given:
        return None
    state = why_not_accepted(finding, data.as_of) or "in force"
    return [state, *(str(given.get(name) or "") for name in ("reason", "owner", "until")), record(given)]


def _rule(rule: RuleInfo, counted: Figures) -> dict[str, Any]:
    tally = counted.rules.get(rule.id)
    names = ("title", "severity", "kind", "category", "hipaa", "hipaa_proposed", "related", "remedy_kind", "remedy")
    why = [" ".join(part.split()) for part in rule.why.split("\n\n") if part.strip()]
    score = str(tally.score) if tally and tally.score.of else ""
    return {"why": why, "score": score, **{name: getattr(rule, name) for name in names}}


def _changes(data: ReportData) -> dict[str, list[str]]:
    """Give the ids of the changes of each resource, `account ARN`."""
    found: dict[str, list[str]] = {}
    for change in data.drift.changes if data.drift else ():
        found.setdefault(f"{change.account} {change.resource}", []).append(change.id)
    return found


def _steps(plan: Plan | None) -> dict[str, list[tuple[str, ...]]]:
    """Give for each fingerprint the plan's steps that mend it: what they do, by what, risk, downtime and cost."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for step in plan.steps if plan else ():
        told_step = (
            clean(step.title),
            FORMS[step.form],
            step.risk,
            clean(step.downtime or NO_DOWNTIME),
            clean(step.cost),
        )
        for mended in step.mends:
            found.setdefault(mended.fingerprint, []).append(told_step)
    return found


def _detail(
    finding: Finding, data: ReportData, calls: Calls, steps: Mapping[str, Sequence[tuple[str, ...]]]
) -> dict[str, Any]:
    whole = {
        "part": finding.part,
        "facts": [tuple(read) for read in reads(finding, calls, VALUE_LIMIT)],
        "notes": finding.notes,
        "members": finding.members,
        "missing": [tuple(lack) for lack in lacks(finding)],
        "remedy": made_out(finding.remedy) if finding.remedy else "",
        "steps": steps.get(finding.fingerprint, ()),
        "course": [(each.since, each.until, each.verdict) for each in data.courses.get(finding.fingerprint, ())],
    }
    return {name: value for name, value in whole.items() if value not in ("", (), [])}


def _documents(
    resources: Sequence[Resource], subjects: Sequence[Subject], calls: Calls
) -> Iterator[tuple[int, list[Any]]]:
    """Give the documents of each subject, by the order of the subjects: worst first."""
    seen: dict[Subject, list[Resource]] = {}
    for resource in resources:
        seen.setdefault((resource.account, resource.arn), []).append(resource)
    for number, subject in enumerate(subjects):
        if subject in seen:
            yield number, [[each.kind, each.region, _sections(each, calls)] for each in seen[subject]]


def _sections(resource: Resource, calls: Calls) -> list[Any]:
    parts: Iterable[tuple[str, Section]] = resource.sections.items()
    return [[name, calls.get((resource.kind, name), ""), *_section(section)] for name, section in parts]


def _section(section: Section) -> tuple[str, Any]:
    """Give why there is nothing to show, and else what there is."""
    if section.state is SectionState.OK:
        return "", section.doc
    if section.state is SectionState.UNSEEN and section.gap:
        return f"not seen: {clean(gap_text(section.gap))}", None
    return {"absent": "not configured", "skipped": "not asked: it does not apply"}.get(section.state, "not seen"), None
