"""The auditor's PDF: everything a reviewer must see on paper, and all findings attached as JSON."""

from __future__ import annotations

import hashlib
import io
import warnings
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from reports import json_report
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
from reports.pages import context, environment, resource
from reports.words import clean, fit_arn
from scanner.model.finding import Finding, Verdict

if TYPE_CHECKING:
    from reports.view import ReportData, RuleInfo

ATTACHMENT = "phiward-findings.json"
ROWS = 1000
FINDING_ROWS = 650
SMALL_TABLE = 120
VALUE_LIMIT = 160
FACTS = 6
MISSING_EXTRA = (
    "the PDF needs WeasyPrint, which is not installed: install phiward with its extra, `uv tool install 'phiward[pdf]'`"
)
MISSING_PANGO = (
    "the PDF needs Pango, which is not on this machine: on Debian or Ubuntu "
    "`apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core`"
)


class PdfError(RuntimeError):
    """What draws the PDF is not installed; the message says how to bring it."""


class Attached(NamedTuple):
    """The file that a PDF carries: all that the pages tell, for programs."""

    name: str
    description: str
    text: bytes


def render(data: ReportData) -> bytes:
    """Give the PDF: profile PDF/A-3a (not validated by a validator), tagged, the same bytes for the same data.

    Raises:
        PdfError: WeasyPrint or Pango is missing.
    """
    text = json_report.render(data).encode()
    return draw(html(data), data.as_of, Attached(ATTACHMENT, "All findings, as JSON", text))


def draw(page: str, moment: datetime, attached: Attached) -> bytes:
    """Print a page of ours as PDF/A-3a with a file attached; `moment` is that of its content.

    Raises:
        PdfError: WeasyPrint or Pango is missing.
    """
    weasyprint = _weasyprint()
    attachment = weasyprint.Attachment(
        string=attached.text,
        name=attached.name,
        description=attached.description,
        relationship="Data",
        created=moment,
        modified=moment,
    )
    drawn = weasyprint.HTML(string=page, url_fetcher=_refuse)
    rules = resource("report.pdf.css") + resource("trend.pdf.css")
    style = weasyprint.CSS(string=rules, url_fetcher=_refuse)
    out = io.BytesIO()
    with warnings.catch_warnings(), _fonts_stamped(moment):
        # WeasyPrint leaves the file of its colour profile to the garbage collector.
        warnings.filterwarnings("ignore", "unclosed file .*sRGB2014", ResourceWarning)
        drawn.write_pdf(
            out,
            stylesheets=[style],
            attachments=[attachment],
            pdf_variant="pdf/a-3a",
            pdf_identifier=hashlib.sha256(attached.text).digest()[:16],
            finisher=_finish,
        )
    return out.getvalue()


def _weasyprint() -> Any:
    try:
        import weasyprint
    except ImportError as error:
        raise PdfError(MISSING_EXTRA) from error
    except OSError as error:
        raise PdfError(MISSING_PANGO) from error
    return weasyprint


def _finish(_document: Any, made: Any) -> None:
    """Name the attachment once: WeasyPrint lists it twice among the associated files."""
    made.catalog["AF"][:] = list(dict.fromkeys(made.catalog["AF"]))


def _refuse(url: str, *_: Any, **__: Any) -> Any:
    raise ValueError(f"a report fetches nothing, not even {url}")


@contextmanager
def _fonts_stamped(moment: datetime) -> Iterator[None]:
    """Stamp fonts with the scan's moment, where HarfBuzz's subsetter is missing and fontTools would say now."""
    from fontTools.ttLib.tables import _h_e_a_d as head  # type: ignore[import-untyped]

    now = head.timestampNow
    seconds = int((moment - datetime(1904, 1, 1, tzinfo=UTC)).total_seconds())
    head.timestampNow = lambda: seconds
    try:
        yield
    finally:
        head.timestampNow = now


def html(data: ReportData) -> str:
    """Give the page that is printed."""
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
            attachment=ATTACHMENT,
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
