"""SARIF 2.1.0: what failed and what could not be assessed, as results that keep their identity over the nights.

Source: OASIS, Static Analysis Results Interchange Format 2.1.0 (errata 01); GitHub documentation, "SARIF support for
code scanning", for the properties `security-severity`, `precision` and `tags`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from reports.ci import Places, json_text, said, spot, uri
from reports.evidence import told
from reports.exchange import part, restricted
from reports.figures import RESOLVED, accepted, ordered, standing, why_not_accepted
from reports.view import RuleInfo
from reports.words import clean, gap_text, moment
from scanner.model.finding import Verdict
from scanner.model.gap import GapState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from reports.view import ReportData
    from scanner.model.finding import Finding
    from scanner.model.resource import Coverage

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
KEY = "phiward/v1"
LEVEL = {"critical": "error", "high": "error", "medium": "warning", "low": "note", "info": "note"}
# GitHub calls over 9.0 critical, 7.0 to 8.9 high, 4.0 to 6.9 medium, 0.1 to 3.9 low; 0.0 is no severity.
SCORE = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.0", "info": "0.0"}
MOST_TAGS = 20
LONGEST = 1024


def render(data: ReportData, places: Places | None = None) -> str:
    """Give the log: one run, its rules by id, its results worst first."""
    rules = _rules(data)
    index = {rule.id: number for number, rule in enumerate(rules)}
    found = [finding for finding in ordered(data.findings) if _told(finding)]
    run = {
        "tool": {"driver": {"name": "phiward", "version": data.version, "rules": [_rule(rule) for rule in rules]}},
        "automationDetails": {"id": _category(data) + data.scan},
        "invocations": [_invocation(data)],
        "results": [_result(finding, index, data.as_of, places) for finding in found],
    }
    if data.restricted.words:
        run["properties"] = {"restricted": restricted(data)}
    return json_text({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _category(data: ReportData) -> str:
    """Give what GitHub tells runs apart by: a part is another run, so that it closes no alert of the whole."""
    told = part(data)
    return f"phiward/{quote(told, safe=' =,')}/" if told else "phiward/"


def _told(finding: Finding) -> bool:
    return finding.status == RESOLVED or standing(finding) not in {Verdict.PASS, Verdict.SKIP}


def _rules(data: ReportData) -> list[RuleInfo]:
    known = {rule.id: rule for rule in data.rules}
    for finding in data.findings:
        if finding.rule not in known:
            known[finding.rule] = RuleInfo(
                id=finding.rule, title=finding.title, severity=finding.severity, category=finding.category
            )
    return [rule for _, rule in sorted(known.items())]


def _rule(rule: RuleInfo) -> dict[str, Any]:
    about = "\n\n".join(part for part in (rule.why, f"Judged: {rule.scope}" if rule.scope else "") if part)
    more = {
        "category": rule.category,
        "kind": rule.kind,
        "hipaa_proposed": list(rule.hipaa_proposed),
        "sources": list(rule.sources),
        "aliases": list(rule.aliases),
    }
    return {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in rule.id.split("_")),
        "shortDescription": {"text": _cut(rule.title)},
        "fullDescription": {"text": _cut(" ".join((about or rule.title).split()))},
        "help": _help(rule, about or rule.title),
        "defaultConfiguration": {"level": LEVEL[rule.severity]},
        "properties": {
            "tags": [rule.category, *(f"HIPAA {citation}" for citation in rule.hipaa)][:MOST_TAGS],
            "precision": "high",
            "security-severity": SCORE[rule.severity],
            **{name: value for name, value in more.items() if value},
        },
    }


def _help(rule: RuleInfo, about: str) -> dict[str, str]:
    if not rule.remedy:
        return {"text": about, "markdown": about}
    head = f"Remedy ({rule.remedy_kind})" if rule.remedy_kind else "Remedy"
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", rule.remedy)), default=0))
    return {
        "text": f"{about}\n\n{head}:\n{rule.remedy}",
        "markdown": f"{about}\n\n**{head}**\n\n{fence}\n{rule.remedy}\n{fence}",
    }


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _result(finding: Finding, index: Mapping[str, int], as_of: datetime, places: Places | None) -> dict[str, Any]:
    kind = _kind(finding)
    more = {
        name: getattr(finding, name) for name in ("severity", "category", "status", "account", "region", "in_scope")
    }
    more |= {name: clean(getattr(finding, name)) for name in ("part", "first_seen", "last_seen")}
    return {
        "ruleId": finding.rule,
        "ruleIndex": index[finding.rule],
        "kind": kind,
        # Section 3.27.10: of any kind but `fail` the level is `none`.
        "level": LEVEL[finding.severity] if kind == "fail" else "none",
        "message": {"text": message(f"{clean(finding.name)}: {said(finding)}")},
        "locations": [_location(finding, places)],
        "partialFingerprints": {KEY: finding.fingerprint},
        "baselineState": _baseline(finding, as_of),
        "suppressions": _suppressions(finding, as_of),
        "properties": {name: value for name, value in more.items() if value},
    }


def _kind(finding: Finding) -> str:
    """Give section 3.27.9's word: `open` is what there was not enough information to decide."""
    verdict = standing(finding)
    if finding.status == RESOLVED:
        return "notApplicable" if verdict is Verdict.SKIP else "pass"
    return "fail" if verdict is Verdict.FAIL else "open"


def message(text: str) -> str:
    """Escape a message: braces are placeholders (section 3.11.5), `[text](target)` is a link (3.11.6)."""
    return text.replace("{", "{{").replace("}", "}}").replace("](", "] (")


def _location(finding: Finding, places: Places | None) -> dict[str, Any]:
    where = spot(finding, places)
    logical = {"name": clean(finding.name), "fullyQualifiedName": clean(finding.resource), "kind": "resource"}
    return {
        "physicalLocation": {"artifactLocation": {"uri": uri(where.path)}, "region": {"startLine": where.line}},
        "logicalLocations": [logical],
    }


def _baseline(finding: Finding, as_of: datetime) -> str:
    """Say how a result differs from the scan before; one whose acceptance lapsed was there, and is `updated`."""
    if finding.status == "reopened":
        return "updated" if why_not_accepted(finding, as_of) else "new"
    return {"new": "new", RESOLVED: "absent"}.get(finding.status, "unchanged")


def _suppressions(finding: Finding, as_of: datetime) -> list[dict[str, Any]]:
    if standing(finding) is not Verdict.FAIL or finding.status == RESOLVED or not accepted(finding, as_of):
        return []
    given = finding.acceptance or {}
    more = {name: clean(str(given[name])) for name in ("owner", "until") if given.get(name)}
    reason = clean(str(given.get("reason") or "no reason was given"))
    return [{"kind": "external", "status": "accepted", "justification": reason, "properties": more}]


def _invocation(data: ReportData) -> dict[str, Any]:
    errors = [finding for finding in ordered(data.findings) if standing(finding) is Verdict.ERROR]
    told_errors = [
        _notice("error", f"{finding.rule} on {clean(finding.resource)}: {told(finding)}") for finding in errors
    ]
    lacks = [_notice("warning", _lack(entry)) for entry in _lacking(data.coverage)]
    lacks += [_notice("note", f"only {restricted(data)}")] if data.restricted.words else []
    times = {"startTimeUtc": data.started, "endTimeUtc": data.finished}
    return {
        "executionSuccessful": data.complete and not errors,
        **{name: moment(when) for name, when in times.items() if when},
        "toolExecutionNotifications": [*told_errors, *lacks],
    }


def _notice(level: str, text: str) -> dict[str, Any]:
    return {"level": level, "message": {"text": message(text)}}


def _lacking(coverage: Sequence[Coverage]) -> list[Coverage]:
    return sorted(
        (entry for entry in coverage if not entry.ok),
        key=lambda entry: (entry.account, entry.region, entry.kind, entry.operation),
    )


def _lack(entry: Coverage) -> str:
    mend = f"; allow {entry.permission}" if entry.gap.state is GapState.DENIED and entry.permission else ""
    return clean(f"{entry.operation} in {entry.account}, {entry.region}: {gap_text(entry.gap)}{mend}")
