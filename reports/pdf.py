"""The auditor's PDF: everything a reviewer must see on paper; all findings and all coverage are attached."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from reports import pdf_findings, pdf_summary, remediation_page
from reports.attachments import FINDINGS_JSON, attachments
from reports.budget import Budget
from reports.controls import controls
from reports.figures import figures, ordered, resolved
from reports.pages import context, environment
from reports.printing import Attached, draw
from reports.spoken import spoken
from scanner.engine.packs import ADVISORY
from scanner.model.finding import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reports.figures import Figures
    from reports.view import ReportData

ROWS = 1100
SMALL_TABLE = 100
COVER_ACCOUNTS = 12


def render(data: ReportData) -> bytes:
    """Give the PDF: profile PDF/A-3a (not validated by a validator), tagged, the same bytes for the same data.

    Raises:
        reports.printing.PdfError: WeasyPrint or Pango is missing.
    """
    files = attachments(data)
    return draw(html(data, files), data.as_of, *files)


def html(data: ReportData, files: Sequence[Attached] = ()) -> str:
    """Give the page that is printed; it names the files that are attached."""
    counted = figures(data)
    page, budget = context(data, counted), Budget(ROWS)
    budget.left -= len(data.standards) + 2 * len(data.accounts)
    if page["course"]:
        budget.left -= sum(len(page["course"][name]) for name in ("rows", "accounts", "standards", "oldest"))
    parts = _parts(data, counted, page, budget)
    made = environment().get_template("report.pdf.html.j2")
    return made.render(**page, **parts, attachment=FINDINGS_JSON, files=files or attachments(data), spoken=spoken)


def _parts(data: ReportData, counted: Figures, page: Mapping[str, Any], budget: Budget) -> dict[str, Any]:
    """Give what the page prints besides the context of all pages, the most important rows first."""
    changes = page["drift"]["changes"] if page["drift"] else []
    plan = remediation_page.section(data.plan) if data.plan is not None else ""
    budget.left -= plan.count("<tr>")
    sections = controls(data, counted)
    return {
        "rule_set": pdf_summary.rule_set(data),
        "told_period": pdf_summary.period(data),
        "cover_accounts": data.accounts[:COVER_ACCOUNTS],
        "summary": pdf_summary.summary(data, counted, page),
        "causes": budget.take(page["gaps"], SMALL_TABLE),
        "taken_gaps": budget.take(page["accepted_gaps"], SMALL_TABLE // 2),
        "unknown_rules": budget.take(_unknown(data, counted), SMALL_TABLE // 2),
        "not_run": _not_run(data),
        "mapped": _mapped(data),
        "sections": sections,
        "anchors": {section.number: f"s-{place}" for place, section in enumerate(sections, 1)},
        "chapter": pdf_findings.chapter(data, budget),
        "changes": budget.take(changes, SMALL_TABLE),
        "actors": _actors(changes),
        "risks": pdf_findings.rows(budget.take(pdf_findings.risks(data), SMALL_TABLE), data),
        "plan": plan,
        "solved": pdf_findings.rows(budget.take(resolved(ordered(data.findings)), SMALL_TABLE), data),
        "stock": budget.take(_stock(data), SMALL_TABLE),
        "rule_rows": budget.take(page["rules"]),
    }


def _unknown(data: ReportData, counted: Figures) -> list[tuple[str, str, int]]:
    """Give the rules of which checks could not be assessed: id, title, how many; most first."""
    titles = {rule.id: rule.title for rule in data.rules}
    found = Counter(check.rule for check in counted.checks if check.verdict in {Verdict.UNKNOWN, Verdict.ERROR})
    return [(rule, titles.get(rule, rule), count) for rule, count in sorted(found.items(), key=lambda x: (-x[1], x[0]))]


def _mapped(data: ReportData) -> dict[str, int]:
    """Count the rules by whose mapping to the Security Rule they carry."""
    public = sum(bool(rule.hipaa) for rule in data.rules)
    own = sum(bool(rule.hipaa_proposed) and not rule.hipaa for rule in data.rules)
    return {"public": public, "own": own, "none": len(data.rules) - public - own}


def _not_run(data: ReportData) -> list[tuple[str, list[str]]]:
    """Give the rules that were not run, by the reason."""
    advice = [rule.id for rule in data.not_run if rule.category == ADVISORY]
    others = [rule.id for rule in data.not_run if rule.category != ADVISORY]
    why = (
        ("advice, which runs only where its pack is named", advice),
        ("not asked for, or newer than the scan", others),
    )
    return [(reason, sorted(rules)) for reason, rules in why if rules]


def _actors(changes: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, int, str]]:
    """Give who changed how much: the name, how, the number of changes, the worst severity; changes come worst first."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for change in changes:
        found[change["who"] or "nobody known", change["how"]].append(change["severity"])
    rows = [(who, how, len(severities), severities[0]) for (who, how), severities in found.items()]
    return sorted(rows, key=lambda row: (-row[2], row[0], row[1]))


def _stock(data: ReportData) -> list[tuple[str, list[int], int]]:
    """Count resources by kind: a figure for each account, and the sum."""
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for entry in data.inventory:
        counts[entry.kind][entry.account] += entry.count
    return [
        (kind, [by_account[account.id] for account in data.accounts], sum(by_account.values()))
        for kind, by_account in sorted(counts.items())
    ]
