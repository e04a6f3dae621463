"""GitLab's Code Quality report: what stands and is not accepted, as a JSON array.

Source: GitLab documentation, Code Quality, "Import Code Quality results from a CI/CD job": the fields, and that GitLab
itself tells what is new by comparing fingerprints with the target branch's report.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reports.ci import Places, json_text, said, spot, stands
from reports.exchange import restricted
from reports.figures import standing
from reports.words import clean
from scanner.model.finding import Verdict

if TYPE_CHECKING:
    from reports.view import ReportData
    from scanner.model.finding import Finding

SEVERITY = {"critical": "blocker", "high": "critical", "medium": "major", "low": "minor", "info": "info"}


def render(data: ReportData, places: Places | None = None) -> str:
    """Give the report; a finding without a file of its own stands at its resource's path, line 1."""
    part = {"content": {"body": f"Only {restricted(data)}."}} if data.restricted.words else {}
    return json_text([_entry(finding, places) | part for finding in stands(data)])


def _entry(finding: Finding, places: Places | None) -> dict[str, Any]:
    where = spot(finding, places)
    unknown = standing(finding) is Verdict.UNKNOWN
    return {
        "description": f"{clean(finding.title)}. {clean(finding.name)}: {said(finding)}",
        "check_name": finding.rule,
        "fingerprint": finding.fingerprint,
        "severity": "info" if unknown else SEVERITY[finding.severity],
        "location": {"path": where.path, "lines": {"begin": where.line}},
    }
