"""The report as one HTML file that needs nothing else: no network, no server; it works from a disk."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from reports.evidence import Calls, calls_of, lacks, reads, told
from reports.figures import RESOLVED, figures, ordered, record, standing, why_not_accepted
from reports.json_report import encode, summary
from reports.pages import context, environment, resource
from reports.remedy import made_out
from reports.words import moment

if TYPE_CHECKING:
    from reports.view import ReportData, RuleInfo
    from scanner.model.finding import Finding

VALUE_LIMIT = 2000
CLOSED = "base-uri 'none'; form-action 'none'"
UNSAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def render(data: ReportData) -> str:
    """Give the page; scripts and styles run by their hashes only, and nothing may be fetched."""
    style, script = resource("report.css") + resource("trend.css"), resource("report.js")
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            **context(data, figures(data)),
            policy=policy(style, script),
            style=Markup(style),  # noqa: S704  our own file
            script=Markup(script),  # noqa: S704  our own file
            payload=inert_json(payload(data)),
        )
    )


def policy(style: str, script: str) -> str:
    """Give the page's Content Security Policy: this style and this script, and nothing from anywhere."""
    return f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; {CLOSED}"


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def inert_json(value: Any) -> Markup:
    """Give JSON that no HTML parser takes for markup, whatever it holds."""
    text = encode(value).decode()
    for character, escape in UNSAFE.items():
        text = text.replace(character, escape)
    return Markup(text)  # noqa: S704  every character that ends or opens markup is escaped above


def payload(data: ReportData) -> dict[str, Any]:
    """Give what the page's script reads: findings worst first, and the rules and names that they refer to."""
    calls = calls_of(data)
    rules = {rule.id: _rule(rule) for rule in data.rules}
    return {
        "schema": "phiward-page/1",
        "scan": data.scan,
        "as_of": moment(data.as_of),
        "complete": data.complete,
        "summary": summary(data),
        "accounts": {account.id: account.name for account in data.accounts},
        "citations": {standard.citation: f"{standard.title} ({standard.kind})" for standard in data.standards},
        "rules": rules,
        "findings": [_finding(finding, data, calls, rules) for finding in ordered(data.findings)],
    }


def _rule(rule: RuleInfo) -> dict[str, Any]:
    why = [" ".join(part.split()) for part in rule.why.split("\n\n") if part.strip()]
    names = (
        "title",
        "kind",
        "category",
        "hipaa",
        "hipaa_proposed",
        "sources",
        "aliases",
        "related",
        "remedy_kind",
        "remedy",
    )
    return {"why": why, **{name: getattr(rule, name) for name in names}}


def _finding(finding: Finding, data: ReportData, calls: Calls, rules: dict[str, Any]) -> dict[str, Any]:
    verdict = standing(finding)
    rule = rules.get(finding.rule, {})
    whole = {
        "id": finding.fingerprint,
        "rule": finding.rule,
        "verdict": str(verdict),
        "severity": finding.severity,
        "status": finding.status,
        "was": str(finding.verdict) if verdict is not finding.verdict else "",
        "account": finding.account,
        "region": finding.region,
        "resource": finding.resource,
        "name": finding.name if finding.name not in finding.resource else "",
        "part": finding.part,
        "message": told(finding),
        "facts": [tuple(read) for read in reads(finding, calls, VALUE_LIMIT)],
        "notes": finding.notes,
        "members": finding.members,
        "missing": [tuple(lack) for lack in lacks(finding)],
        "scope": finding.in_scope if finding.in_scope != "unknown" else "",
        "first": finding.first_seen,
        "last": finding.last_seen,
        "acceptance": _acceptance(finding, data),
        "remedy": made_out(finding.remedy) if finding.remedy else "",
        "resolved": finding.status == RESOLVED,
    }
    own = {name: getattr(finding, name) for name in ("title", "kind", "hipaa", "hipaa_proposed", "category")}
    differs = {name: value for name, value in own.items() if value != rule.get(name)}
    return {name: value for name, value in whole.items() if value not in ("", (), [], None, False)} | differs


def _acceptance(finding: Finding, data: ReportData) -> list[str] | None:
    given = finding.acceptance
    if not given:
        return None
    state = why_not_accepted(finding, data.as_of) or "in force"
    return [state, *(str(given.get(name) or "") for name in ("reason", "owner", "until")), record(given)]
