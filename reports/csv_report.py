"""The findings as a table for spreadsheets: one row each, with nothing in a cell that a spreadsheet would run.

Every cell stands in quotes, so that a spreadsheet that separates by other marks than commas finds none in a name.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from reports.figures import ordered, why_not_accepted
from reports.json_report import encode, finding_document
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
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001  spreadsheets take the wide forms too


def render(data: ReportData) -> str:
    """Give the table, worst first, with lines ended as RFC 4180 has it; of a part of a scan each row says so."""
    out = io.StringIO(newline="")
    rows = csv.writer(out, quoting=csv.QUOTE_ALL)
    rows.writerow(COLUMNS)
    for finding in ordered(data.findings):
        row = _row(finding, data)
        rows.writerow([inert(clean(row[column])) for column in COLUMNS])
    return out.getvalue()


def inert(cell: str) -> str:
    """Put an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) or cell.lstrip().startswith(FORMULA) else cell


def _row(finding: Finding, data: ReportData) -> dict[str, str]:
    values: dict[str, Any] = finding_document(finding)
    acceptance = finding.acceptance or {}
    special = {
        "scan": data.scan,
        "as_of": moment(data.as_of),
        "account_name": data.account_label(finding.account),
        "hipaa": _joined(finding.hipaa),
        "hipaa_proposed": _joined(finding.hipaa_proposed),
        "aliases": _joined(finding.aliases),
        "missing": _joined(gap.permission or gap.call for gap in finding.missing),
        "evidence": encode(values["evidence"]).decode() if finding.evidence else "",
        "accepted_until": str(acceptance.get("until") or ""),
        "accepted_by": str(acceptance.get("owner") or ""),
        "accepted_because": str(acceptance.get("reason") or ""),
        "not_accepted": why_not_accepted(finding, data.as_of),
        "restricted": data.restricted.words,
    }
    return {column: special[column] if column in special else str(values[column]) for column in COLUMNS}


def _joined(values: Iterable[str]) -> str:
    return "; ".join(values)
