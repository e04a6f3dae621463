"""The findings as a table for spreadsheets: one row each, with nothing in a cell that a spreadsheet would run.

Every cell stands in quotes, so that a spreadsheet that separates by other marks than commas finds none in a name.
"""

from __future__ import annotations

import csv
import io
from functools import cache
from typing import TYPE_CHECKING

from reports.figures import ordered, why_not_accepted
from reports.json_report import encode, evidence_documents
from reports.words import clean, moment

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reports.view import ReportData
    from scanner.model.finding import Finding

COLUMNS = (
    "scan as_of fingerprint severity verdict status rule title category account account_name region kind name resource "
    "part message in_scope hipaa hipaa_proposed aliases missing evidence first_seen last_seen "
    "accepted_until accepted_by accepted_because not_accepted restricted"
).split()
REPEATED = frozenset(COLUMNS) - frozenset("fingerprint resource name part message evidence".split())
"""The columns whose cells are the same in many rows."""

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001  spreadsheets take the wide forms too


def render(data: ReportData) -> str:
    """Give the table, worst first, with lines ended as RFC 4180 has it; of a part of a scan each row says so."""
    out = io.StringIO(newline="")
    rows = csv.writer(out, quoting=csv.QUOTE_ALL)
    rows.writerow(COLUMNS)
    cell = cache(_cell)
    writers = [cell if column in REPEATED else _cell for column in COLUMNS]
    same = (data.scan, moment(data.as_of), data.restricted.words)
    for finding in ordered(data.findings):
        rows.writerow([write(text) for write, text in zip(writers, _row(finding, data, *same), strict=True)])
    return out.getvalue()


def _cell(text: str) -> str:
    return inert(clean(text))


def inert(cell: str) -> str:
    """Put an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) or cell.lstrip().startswith(FORMULA) else cell


def _row(finding: Finding, data: ReportData, scan: str, as_of: str, restricted: str) -> tuple[str, ...]:
    """Give a finding's texts in the order of the columns."""
    acceptance = finding.acceptance or {}
    return (
        scan,
        as_of,
        finding.fingerprint,
        finding.severity,
        str(finding.verdict),
        finding.status,
        finding.rule,
        finding.title,
        finding.category,
        finding.account,
        data.account_label(finding.account),
        finding.region,
        finding.kind,
        finding.name,
        finding.resource,
        finding.part,
        finding.message,
        finding.in_scope,
        _joined(finding.hipaa),
        _joined(finding.hipaa_proposed),
        _joined(finding.aliases),
        _joined(gap.permission or gap.call for gap in finding.missing),
        encode(evidence_documents(finding)).decode() if finding.evidence else "",
        finding.first_seen,
        finding.last_seen,
        str(acceptance.get("until") or ""),
        str(acceptance.get("owner") or ""),
        str(acceptance.get("reason") or ""),
        why_not_accepted(finding, data.as_of) if acceptance else "",
        restricted,
    )


def _joined(values: Iterable[str]) -> str:
    return "; ".join(values)
