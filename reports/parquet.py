"""The findings as an Apache Parquet file: the columns of the CSV, typed, for pandas, DuckDB, Athena.

Beside them `counts_as`, the verdict that a report counts a finding by, and `accepted`. Names are as in the other forms,
with control characters made visible; nothing is put before what a spreadsheet would run, because none reads Parquet.
"""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from reports.csv_report import COLUMNS
from reports.evidence import calls_of
from reports.exchange import acceptance, counts_as, facts, is_accepted, restricted
from reports.extras import needed
from reports.figures import ordered, why_not_accepted
from reports.json_report import SCHEMA
from reports.words import clean, moment

if TYPE_CHECKING:
    from reports.evidence import Calls
    from reports.view import ReportData
    from scanner.model.finding import Finding

FORM, PACKAGE = "parquet", "pyarrow"
MOMENTS = frozenset({"as_of", "first_seen", "last_seen"})
LISTS = frozenset({"hipaa", "hipaa_proposed", "aliases", "missing"})
FACT = ("fact", "value", "path", "call", "resource")
ADDED = ("counts_as", "accepted")


def render(data: ReportData) -> bytes:
    """Give the file: one row each finding, worst first; the same bytes for the same data and pyarrow.

    Raises:
        reports.extras.ExtraError: pyarrow is missing.
    """
    arrow = needed("pyarrow", FORM, PACKAGE)
    writer = needed("pyarrow.parquet", FORM, PACKAGE)
    calls = calls_of(data)
    rows = [_row(finding, data, calls) for finding in ordered(data.findings)]
    table = arrow.Table.from_pylist(rows, schema=_schema(arrow, data))
    out = io.BytesIO()
    writer.write_table(table, out, compression="zstd")
    return out.getvalue()


def _schema(arrow: Any, data: ReportData) -> Any:
    text = arrow.string()
    types = {
        **dict.fromkeys(MOMENTS, arrow.timestamp("us", tz="UTC")),
        **dict.fromkeys(LISTS, arrow.list_(text)),
        "evidence": arrow.list_(arrow.struct([(name, text) for name in FACT])),
        "accepted_until": arrow.date32(),
        "accepted": arrow.bool_(),
    }
    about = {"schema": SCHEMA, "scan": data.scan, "as_of": moment(data.as_of), "phiward": data.version}
    about |= {"restricted": restricted(data)} if restricted(data) else {}
    return arrow.schema([(name, types.get(name, text)) for name in (*COLUMNS, *ADDED)], metadata=about)


def _row(finding: Finding, data: ReportData, calls: Calls) -> dict[str, Any]:
    """Give a row; of what is not there, null."""
    given = acceptance(finding)
    special = {
        "scan": data.scan,
        "as_of": data.as_of,
        "account_name": data.account_label(finding.account),
        "missing": [gap.permission or gap.call for gap in finding.missing],
        "evidence": [{name: getattr(read, name) for name in FACT} for read in facts(finding, calls)],
        "first_seen": _moment(finding.first_seen),
        "last_seen": _moment(finding.last_seen),
        "accepted_until": _day(given.get("until", "")),
        "accepted_by": given.get("owner"),
        "accepted_because": given.get("reason"),
        "not_accepted": why_not_accepted(finding, data.as_of) or None,
        "restricted": restricted(data) or None,
        "counts_as": counts_as(finding),
        "accepted": is_accepted(finding, data.as_of),
    }
    return {name: _plain(special[name] if name in special else getattr(finding, name)) for name in (*COLUMNS, *ADDED)}


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return clean(str(value))
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
