"""What the two page renderings, HTML and PDF, have in common: the template environment and the figures put in words."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from reports import charts, drift_page, life, trend_page, vpn
from reports.figures import SCOPES, VERDICTS, WORST_FIRST, Figures, Tally
from reports.gaps import accepted_gaps, gap_groups, permissions
from reports.hipaa import compiled
from reports.matrix import by_section, covered, matrix
from reports.method import method_of
from reports.words import clean, day, moment, plural, shorten, value_text
from scanner.model.finding import Verdict

if TYPE_CHECKING:
    from jinja2 import Environment

    from reports.view import ReportData


TREND_ROWS = 14


def resource(name: str) -> str:
    """Read a file beside the templates."""
    return (resources.files("reports") / "templates" / name).read_text(encoding="utf-8")


@cache
def environment() -> Environment:
    """Make the template environment: everything is escaped, and control characters are made visible."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_plain,
    )
    made.filters |= {
        "day": day,
        "block": block,
        "plural": plural,
        "value": value_text,
        "moment": moment,
        "by_section": by_section,
        "shorten": shorten,
    }
    return made


def _plain(value: Any) -> Any:
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def block(text: str) -> Markup:
    """Escape text that keeps its lines, such as a policy."""
    return Markup("\n").join(escape(clean(line)) for line in text.splitlines())


def context(data: ReportData, counted: Figures) -> dict[str, Any]:
    """Give the templates all they print."""
    lines = matrix(data, counted)
    return {
        "data": data,
        "counted": counted,
        "total": counted.total,
        "severities": [_severity(severity, counted.total) for severity in WORST_FIRST],
        "accounts": [_account(account.id, account.name, tally) for account, tally in counted.accounts],
        "worst_first": WORST_FIRST,
        "trend": charts.trend(data.trend),
        "trend_rows": list(reversed(data.trend))[:TREND_ROWS],
        "gaps": gap_groups(data),
        "accepted_gaps": accepted_gaps(data),
        "unanswered": sum(not entry.ok for entry in data.coverage),
        "permissions": permissions(data),
        "matrix": lines,
        "matrix_covered": covered(lines),
        "matrix_compiled": compiled(),
        "rules": [_rule(rule, counted) for rule in data.rules],
        "method": [(heading, " ".join(text.split())) for heading, text in method_of(data.coverage).items()],
        "verdicts": VERDICTS,
        "scopes": [(words, counted.scopes[scope]) for scope, words in SCOPES.items()],
        "vpn": list(vpn.lines(data)),
        "vpn_windows": vpn.windows(data),
        "course": trend_page.section(data),
        "only": data.restricted.words,
        "drift": drift_page.section(data),
        "fates": life.sentence(life.fates(data, data.life)) if data.life else "",
        "paces": life.rows(data.life) if data.life else [],
        "FAIL": Verdict.FAIL,
        "UNKNOWN": Verdict.UNKNOWN,
        "ERROR": Verdict.ERROR,
        "SKIP": Verdict.SKIP,
        "as_of": f"{data.as_of:%Y-%m-%d %H:%M} UTC",
        "period": _period(data),
    }


def _severity(severity: str, total: Tally) -> dict[str, Any]:
    most = max(sum(total.against[name].values()) for name in WORST_FIRST)
    fail, unknown, error = (total.of(severity, verdict) for verdict in (Verdict.FAIL, Verdict.UNKNOWN, Verdict.ERROR))
    parts = ((severity, fail), ("unknown", unknown), ("ink", error))
    return {"name": severity, "fail": fail, "unknown": unknown, "error": error, "bar": charts.bar(parts, most)}


def _account(id: str, name: str, tally: Tally) -> dict[str, Any]:
    verdicts = tally.verdicts
    colours = {"pass": Verdict.PASS, "fail": Verdict.FAIL, "unknown": Verdict.UNKNOWN, "ink": Verdict.ERROR}
    parts = [(colour, verdicts[verdict]) for colour, verdict in colours.items()]
    return {"id": id, "name": name, "tally": tally, "score": tally.score, "bar": charts.bar(parts, tally.score.of)}


def _rule(rule: Any, counted: Figures) -> dict[str, Any]:
    tally = counted.rules.get(rule.id)
    said = str(tally.score) if tally and tally.score.of else ("applies to nothing here" if tally else "not judged")
    fails = tally.score.of - tally.score.passed if tally else 0
    return {"info": rule, "score": said, "open": fails, "paragraphs": _paragraphs(rule.why)}


def _paragraphs(text: str) -> list[str]:
    return [" ".join(part.split()) for part in text.split("\n\n") if part.strip()]


def _period(data: ReportData) -> str:
    if data.started is None or data.finished is None:
        return ""
    minutes, seconds = divmod(int((data.finished - data.started).total_seconds()), 60)
    return f"{data.started:%Y-%m-%d %H:%M:%S} to {data.finished:%H:%M:%S} UTC ({minutes} min {seconds} s)"
