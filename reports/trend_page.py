"""The trend on the pages, HTML and PDF: charts, and the numbers in tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from reports import plots
from reports.charts import Series
from reports.figures import WORST_FIRST
from reports.html_packing import link
from reports.life import days, paces
from reports.trend import trend
from reports.words import fit_arn, plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reports.figures import Score
    from reports.trend import Course, Row, Trend
    from reports.view import ReportData
    from scanner.engine.lives import Life

ROWS = 14
DASHES = {"critical": "", "high": "7 2", "medium": "4 2", "low": "2 2", "info": "1 2"}


def section(data: ReportData) -> dict[str, Any] | None:
    """Give what the templates print of the trend; None where there is no history."""
    found = trend(data)
    if found is None:
        return None
    first, last = found.rows[0], found.rows[-1]
    severities = [name for name in WORST_FIRST if any(row.severities[name] for row in found.rows)]
    return {
        "since": f"{first.as_of:%Y-%m-%d %H:%M} UTC",
        "scans": plural(len(found.rows) + found.left_out, "scan"),
        "left_out": found.left_out,
        "compared": len(found.rows) > 1,
        "began": first,
        "first": first.score,
        "last": last.score,
        "fates": found.fates,
        "severities": severities,
        "charts": _charts(data, found, severities) if len(found.rows) > 1 else [],
        "rows": list(reversed(found.rows))[:ROWS],
        "more": max(len(found.rows) - ROWS, 0),
        "accounts": [_course(course) for course in found.accounts],
        "standards": [_course(course) for course in found.standards],
        "oldest": [_oldest(data, life) for life in found.oldest],
    }


def _charts(data: ReportData, found: Trend, severities: list[str]) -> list[tuple[str, Markup]]:
    first, last = found.rows[0], found.rows[-1]
    named = {"first": f"{first.as_of:%Y-%m-%d}", "last": f"{last.as_of:%Y-%m-%d}"}
    failed = ", ".join(f"{name} from {first.severities[name]:,} to {last.severities[name]:,}" for name in severities)
    worst = plots.Plot("t-severity", "Failed checks by severity", f"{failed}. {_BESIDE}", **named)
    turned = plots.Plot(
        "t-fates",
        "Findings opened and resolved",
        f"{found.fates.new + found.fates.reopened:,} new or reopened, {found.fates.resolved:,} resolved. {_BESIDE}",
        f"{found.rows[1].as_of:%Y-%m-%d}",
        named["last"],
    )
    shares = plots.Plot(
        "t-shares",
        "Checks passed and calls answered",
        f"Checks passed from {first.score} to {last.score}; calls answered from {first.answered} to {last.answered}. "
        f"{_BESIDE}",
        **named,
    )
    drawn = [
        (worst.title, plots.lines(worst, [_severity(found, name) for name in severities])),
        (turned.title, _turned(turned, found.rows[1:])),
        (shares.title, plots.lines(shares, _shares(found), percent=True)),
    ]
    return [(title, drawing) for title, drawing in (*drawn, _resolving(data)) if drawing]


_BESIDE = "The table below holds the numbers."


def _severity(found: Trend, name: str) -> Series:
    return Series(name, name, [row.severities[name] for row in found.rows], DASHES[name])


def _turned(plot: plots.Plot, rows: Sequence[Row]) -> Markup:
    fates = [row.fates for row in rows if row.fates]
    return plots.up_and_down(
        plot,
        Series("opened", "fail", [each.new + each.reopened for each in fates]),
        Series("resolved", "pass", [each.resolved for each in fates]),
    )


def _shares(found: Trend) -> list[Series]:
    passed = [share(row.score) for row in found.rows]
    answered = [share(row.answered) for row in found.rows]
    return [Series("passed", "pass", passed), Series("answered", "unknown", answered, "5 3")]


def share(score: Score) -> int:
    """Give a score in whole percents, rounded down: a hundred is all of them."""
    return 100 * score.passed // score.of if score.of else 0


def _resolving(data: ReportData) -> tuple[str, Markup]:
    title = "Mean time to resolve"
    known = [pace for pace in paces(data.life) if pace.resolved] if data.life else []
    if not known:
        return title, Markup()
    told = "; ".join(f"{pace.severity} {days(pace.mean_days)} of {pace.resolved:,} resolved" for pace in known)
    bars = [
        (pace.severity, pace.severity, pace.mean_days or 0, f"{days(pace.mean_days)}, {pace.resolved:,} resolved")
        for pace in known
    ]
    return title, plots.lying(plots.Plot("t-resolve", title, told), bars)


def _course(course: Course) -> dict[str, Any]:
    shares = [each.passed / each.of if each is not None and each.of else None for each in course.scores]
    return {
        "id": course.id,
        "title": course.title,
        "first": course.first,
        "last": course.last,
        "spark": plots.spark(shares),
        "change": _change(course),
    }


def _change(course: Course) -> str:
    """Say how the checks that did not pass went, in number: what a score hides whose denominator grew."""
    first, last = course.first, course.last
    if first is None or last is None:
        return ""
    more = (last.of - last.passed) - (first.of - first.passed)
    return "as before" if not more else f"{abs(more):,} {'more' if more > 0 else 'fewer'} not passed"


def _oldest(data: ReportData, life: Life) -> dict[str, Any]:
    known = next((finding for finding in data.findings if finding.fingerprint == life.fingerprint), None)
    return {
        "severity": life.severity,
        "rule": life.rule,
        "title": known.title if known else life.rule,
        "resource": fit_arn(known.resource, 60) if known else "",
        "link": link(known.account, known.resource) if known else "",
        "account": data.account_label(life.account),
        "since": f"{life.opened:%Y-%m-%d}",
        "days": days(life.days(data.as_of)),
    }
