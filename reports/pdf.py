"""The auditor's PDF: everything a reviewer must see on paper, and all findings attached as JSON."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from reports.attachments import FINDINGS_JSON, attachments
from reports.budget import Budget, Cut
from reports.evidence import Calls, calls_of, reads, told
from reports.figures import (
    AGAINST,
    RESOLVED,
    accepted,
    figures,
    ordered,
    record,
    resolved,
    standing,
    why_not_accepted,
)
from reports.pages import context, environment
from reports.printing import Attached, draw
from reports.words import clean, fit_arn
from scanner.model.finding import Finding, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reports.view import ReportData, RuleInfo

ROWS = 1000
FINDING_ROWS = 650
SMALL_TABLE = 120
VALUE_LIMIT = 160
FACTS = 6


def render(data: ReportData) -> bytes:
    """Give the PDF: profile PDF/A-3a (not validated by a validator), tagged, the same bytes for the same data.

    Raises:
        reports.printing.PdfError: WeasyPrint or Pango is missing.
    """
    files = attachments(data)
    return draw(html(data, files), data.as_of, *files)


def html(data: ReportData, files: Sequence[Attached] = ()) -> str:
    """Give the page that is printed; it names the files that are attached."""
    page, budget = context(data, figures(data)), Budget(ROWS)
    budget.left -= len(data.standards) + len(data.accounts)
    if page["course"]:
        budget.left -= sum(len(page["course"][name]) for name in ("rows", "accounts", "standards", "oldest"))
    calls = calls_of(data)
    wanted = [found for found in ordered(data.findings) if standing(found) in AGAINST and found.status != RESOLVED]
    risks = [found for found in ordered(data.findings) if found.acceptance and found.status != RESOLVED]
    causes, shown = budget.take(page["gaps"], SMALL_TABLE), budget.take(wanted, FINDING_ROWS)
    changes = budget.take(page["drift"]["changes"] if page["drift"] else [], SMALL_TABLE)
    return (
        environment()
        .get_template("report.pdf.html.j2")
        .render(
            **page,
            attachment=FINDINGS_JSON,
            files=files or attachments(data),
            causes=causes,
            changes=changes,
            groups=_groups(data, shown.rows, calls),
            groups_left_out=shown.left_out,
            risks=_cut(budget.take(risks, SMALL_TABLE), data),
            solved=_cut(budget.take(resolved(ordered(data.findings)), SMALL_TABLE), data),
            stock=budget.take(_stock(data), SMALL_TABLE),
            rule_rows=budget.take(page["rules"]),
        )
    )


def _groups(data: ReportData, findings: Sequence[Finding], calls: Calls) -> list[dict[str, Any]]:
    """Group findings by severity, then rule; errors first, as they are phiward's own fault."""
    rules = {rule.id: rule for rule in data.rules}
    found: dict[str, dict[str, list[Finding]]] = defaultdict(lambda: defaultdict(list))
    for finding in findings:
        tier = "error" if standing(finding) is Verdict.ERROR else finding.severity
        found[tier][finding.rule].append(finding)
    return [
        {
            "name": name,
            "title": "Errors of phiward itself" if name == "error" else f"Severity: {name}",
            "count": sum(len(members) for members in by_rule.values()),
            "rules": [_rule(data, rules.get(rule), members, calls) for rule, members in by_rule.items()],
        }
        for name, by_rule in found.items()
    ]


def _rule(data: ReportData, rule: RuleInfo | None, members: Sequence[Finding], calls: Calls) -> dict[str, Any]:
    first = members[0]
    return {
        "id": first.rule,
        "title": first.title,
        "why": " ".join(rule.why.split()) if rule else "",
        "remedy_kind": rule.remedy_kind if rule else "",
        "remedy": rule.remedy if rule and any(finding.verdict is Verdict.FAIL for finding in members) else "",
        "hipaa": first.hipaa,
        "proposed": first.hipaa_proposed,
        "rows": [_row(data, finding, calls) for finding in members],
    }


def _row(data: ReportData, finding: Finding, calls: Calls) -> dict[str, Any]:
    facts = reads(finding, calls, VALUE_LIMIT)
    given = finding.acceptance or {}
    arn = clean(finding.resource)
    return {
        "finding": finding,
        "verdict": str(standing(finding)),
        "account": data.account_label(finding.account),
        "name": "" if clean(finding.name) in arn else finding.name,
        "resource": fit_arn(arn, VALUE_LIMIT),
        "said": told(finding),
        "facts": facts[:FACTS],
        "facts_left_out": len(facts) - len(facts[:FACTS]),
        "accepted": accepted(finding, data.as_of),
        "not_accepted": why_not_accepted(finding, data.as_of),
        "reason": str(given.get("reason") or ""),
        "owner": str(given.get("owner") or ""),
        "until": str(given.get("until") or ""),
        "record": record(given),
    }


def _cut(part: Cut[Finding], data: ReportData) -> Cut[dict[str, Any]]:
    return Cut([_row(data, finding, {}) for finding in part.rows], part.left_out)


def _stock(data: ReportData) -> list[tuple[str, list[int], int]]:
    """Count resources by kind: a figure for each account, and the sum."""
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for entry in data.inventory:
        counts[entry.kind][entry.account] += entry.count
    return [
        (kind, [by_account[account.id] for account in data.accounts], sum(by_account.values()))
        for kind, by_account in sorted(counts.items())
    ]
