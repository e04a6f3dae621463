"""The overview of the HTML page: what to look at first, what is new, and the findings to read without a script."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from reports.evidence import told
from reports.figures import RANK, RESOLVED, Figures, current, ordered, standing
from reports.words import fit_arn, plural
from scanner.model.finding import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reports.figures import Check
    from reports.view import ReportData

RISKS = 8
TOP = 50
NEWS = (
    ("new", "new", "verdict=FAIL,UNKNOWN,ERROR&status=new"),
    ("reopened", "came back", "verdict=any&status=reopened"),
    ("resolved", "resolved", "verdict=any&status=resolved"),
    ("unseen", "not seen again", "verdict=any&status=unseen"),
)


def risks(data: ReportData, counted: Figures) -> list[dict[str, Any]]:
    """Give the rules that fail worst: by severity, then by how many checks and what holds PHI."""
    rules = {rule.id: rule for rule in data.rules}
    failed: dict[str, list[Check]] = defaultdict(list)
    for check in counted.checks:
        if check.verdict is Verdict.FAIL and not check.accepted:
            failed[check.rule].append(check)
    rows = [_risk(rule, rules[rule].title if rule in rules else rule, some) for rule, some in failed.items()]
    rows.sort(key=lambda row: (-RANK[row["severity"]], -row["phi"], -row["count"], row["rule"]))
    return rows[:RISKS]


def _risk(rule: str, title: str, checks: Sequence[Check]) -> dict[str, Any]:
    worst = max((check.severity for check in checks), key=RANK.__getitem__)
    return {
        "rule": rule,
        "title": title,
        "severity": worst,
        "count": len(checks),
        "phi": sum(check.in_scope == "yes" for check in checks),
        "accounts": plural(len({check.account for check in checks}), "account"),
    }


def news(data: ReportData) -> list[tuple[int, str, str]]:
    """Count the findings that are not as they were in the scan before, with the query that lists them."""
    telling = {Verdict.FAIL, Verdict.UNKNOWN, Verdict.ERROR}
    counts = Counter(
        finding.status for finding in data.findings if finding.status != "new" or standing(finding) in telling
    )
    return [(counts[status], words, query) for status, words, query in NEWS if counts[status]]


def top(data: ReportData) -> list[dict[str, str]]:
    """Give the worst findings as rows, for a reader without a script."""
    telling = (Verdict.ERROR, Verdict.FAIL, Verdict.UNKNOWN)
    open_now = [each for each in current(data.findings) if standing(each) in telling and each.status != RESOLVED]
    return [
        {
            "severity": finding.severity,
            "verdict": str(standing(finding)),
            "title": finding.title,
            "rule": finding.rule,
            "said": told(finding),
            "resource": fit_arn(finding.resource, 80),
            "account": data.account_label(finding.account),
            "region": finding.region,
            "since": finding.first_seen[:10],
        }
        for finding in ordered(open_now)[:TOP]
    ]
