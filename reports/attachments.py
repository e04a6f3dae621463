"""What the auditor's PDF carries for programs: all findings as JSON and CSV, all coverage as CSV."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import msgspec

from reports import csv_report, json_report
from reports.csv_report import inert
from reports.printing import Attached
from reports.words import clean
from scanner.model.resource import Coverage

if TYPE_CHECKING:
    from reports.view import ReportData

FINDINGS_JSON = "phiward-findings.json"
FINDINGS_CSV = "phiward-findings.csv"
COVERAGE_CSV = "phiward-coverage.csv"


def attachments(data: ReportData) -> tuple[Attached, ...]:
    """Give the files, each with its name, what it holds and its bytes."""
    return (
        Attached(FINDINGS_JSON, "All findings, coverage and figures, as JSON", json_report.render(data).encode()),
        Attached(FINDINGS_CSV, "All findings, as a table (CSV)", csv_report.render(data).encode()),
        Attached(COVERAGE_CSV, "Every call of the scan and what came of it, as a table (CSV)", coverage(data).encode()),
    )


def coverage(data: ReportData) -> str:
    """Give every call as a table: account, Region, kind, operation, its state, and what was refused."""
    out = io.StringIO(newline="")
    rows = csv.writer(out, quoting=csv.QUOTE_ALL)
    rows.writerow(Coverage.__struct_fields__)
    for entry in sorted(data.coverage, key=msgspec.structs.astuple):
        cells = msgspec.to_builtins(entry)
        rows.writerow([inert(clean(str(cells[name]))) for name in Coverage.__struct_fields__])
    return out.getvalue()
