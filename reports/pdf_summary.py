"""The auditor's PDF at a glance: its cover's facts, and the one page that sums it up."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from markupsafe import Markup

from reports import charts, life
from reports.controls import graded
from reports.figures import RANK, WORST_FIRST
from reports.gaps import permissions
from reports.spoken import spoken
from reports.words import clean, shorten
from scanner.model.finding import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reports.figures import Check, Figures
    from reports.view import ReportData, RuleInfo

RISKS = 10
CHANGES = 3
TITLE, PLACES, PLACE = 76, 2, 17
PERMISSIONS = 6


class Risk(NamedTuple):
    """A rule whose checks failed and whose risk nobody accepted, and where."""

    rule: str
    title: str
    severity: str
    failed: int
    phi: int
    where: str


def rule_set(data: ReportData) -> str:
    """Name the rules and their versions by one SHA-256: of each rule's id and the digest of its file, sorted."""
    lines = sorted(f"{rule.id} {rule.digest}" for rule in data.rules)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def period(data: ReportData) -> str:
    """Say from when to when the report speaks of changes."""
    if data.drift is None:
        return f"one scan, of {data.as_of:%Y-%m-%d %H:%M} UTC: there is none before to compare with"
    return f"{data.drift.older.as_of:%Y-%m-%d %H:%M} to {data.as_of:%Y-%m-%d %H:%M} UTC"


def summary(data: ReportData, counted: Figures, page: Mapping[str, Any]) -> dict[str, Any]:
    """Give what the summary's page prints; `page` is the context of the pages."""
    found = risks(data, counted)
    return {
        "standards": [_standard(each) for each in graded(data, counted)],
        "chart": _chart(page),
        "course": _course(page["course"]),
        "risks": found[:RISKS],
        "more_risks": len(found) - RISKS,
        "fates": _fates(data),
        "changes": page["drift"]["changes"][:CHANGES] if page["drift"] else [],
        "permissions": permissions(data)[:PERMISSIONS],
        "more_permissions": max(len(permissions(data)) - PERMISSIONS, 0),
        "organisational": sum(each.organisational for each in data.standards),
    }


def _standard(each: Any) -> dict[str, Any]:
    verdicts, score = each.both.verdicts, each.both.score
    unknown = verdicts[Verdict.UNKNOWN] + verdicts[Verdict.ERROR]
    parts = (("pass", score.passed), ("fail", verdicts[Verdict.FAIL]), ("unknown", unknown))
    told = f"{each.title}: {score} checks passed, {verdicts[Verdict.FAIL]} failed, {unknown} not known"
    return {"graded": each, "bar": spoken(charts.bar(parts, score.of), told) if score.of else ""}


def _chart(page: Mapping[str, Any]) -> Markup:
    """Give the first chart of the trend, with letters that can be read though it is drawn smaller here."""
    course = page["course"]
    drawing = spoken(course["charts"][0][1] if course and course["charts"] else page["trend"])
    return drawing.replace(Markup('font-size="10"'), Markup('font-size="12"'))


def _course(course: Mapping[str, Any] | None) -> list[tuple[str, str, str]]:
    """Give the numbers beside the chart: what is counted, then, now."""
    if not course or not course["compared"]:
        return []
    now, then = course["rows"][0], course["began"]
    named = [(f"Failed, {name}", then.severities[name], now.severities[name]) for name in course["severities"]]
    unknown = ("Not known", then.verdicts["UNKNOWN"], now.verdicts["UNKNOWN"])
    counts = [(name, f"{first:,}", f"{last:,}") for name, first, last in (*named, unknown)]
    return [("Passed", str(then.score), str(now.score)), *counts]


def _fates(data: ReportData) -> life.Fates | None:
    return life.fates(data, data.life) if data.life else None


def risks(data: ReportData, counted: Figures) -> list[Risk]:
    """Give the rules that failed without an acceptance: the most severe first, then those of what holds PHI."""
    rules: dict[str, RuleInfo] = {rule.id: rule for rule in data.rules}
    found: dict[str, list[Check]] = defaultdict(list)
    for check in counted.checks:
        if check.verdict is Verdict.FAIL and not check.accepted:
            found[check.rule].append(check)
    made = [_risk(data, rule, rules.get(rule), checks) for rule, checks in found.items()]
    return sorted(made, key=lambda risk: (-RANK[risk.severity], -risk.phi, -risk.failed, risk.rule))


def _risk(data: ReportData, rule: str, info: RuleInfo | None, checks: Sequence[Check]) -> Risk:
    severity = next(name for name in WORST_FIRST if any(check.severity == name for check in checks))
    worst = [check for check in checks if check.severity == severity]
    labels = [clean(data.account_label(name)) for name, _ in Counter(check.account for check in worst).most_common()]
    more = f" and {len(labels) - PLACES} more" if len(labels) > PLACES else ""
    title = shorten(clean(info.title if info else rule), TITLE)
    where = ", ".join(shorten(label, PLACE) for label in labels[:PLACES]) + more
    return Risk(rule, title, severity, len(worst), sum(check.in_scope == "yes" for check in worst), where)
