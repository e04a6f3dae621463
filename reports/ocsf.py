"""OCSF 1.5.0: every finding as an event of the class Compliance Finding (2003), with the profile `cloud`.

Source: Open Cybersecurity Schema Framework, as py-ocsf-models has it. An event passes the library's models before it is
written; `cloud` and `compliance.status`, which the schema has and the library's Compliance Finding has not, are added.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from reports.ci import FRESH, json_text
from reports.evidence import calls_of
from reports.exchange import (
    ADVERSE,
    LAW,
    acceptance,
    bare,
    counts_as,
    facts,
    instant,
    is_accepted,
    known_rules,
    message,
    missing,
    partition,
    remedy,
    restricted,
    verdict,
)
from reports.extras import needed
from reports.figures import RESOLVED, ordered, why_not_accepted
from reports.words import clean
from scanner.model.finding import Finding, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from reports.evidence import Calls
    from reports.view import ReportData, RuleInfo

FORM, PACKAGE = "ocsf", "py-ocsf-models"
CLASS = 2003
RULE, AWS_ACCOUNT = 1, 10
SEVERITY = {
    "info": (1, "Informational"), "low": (2, "Low"), "medium": (3, "Medium"), "high": (4, "High"),
    "critical": (5, "Critical"),
}  # fmt: skip
ACTIVITY = {"new": (1, "Create"), RESOLVED: (3, "Close")}
# 2, `Warning`, is "did not yield a result due to missing information".
COMPLIANCE = {
    Verdict.PASS: (1, "Pass"), Verdict.FAIL: (3, "Fail"), Verdict.UNKNOWN: (2, "Warning"),
    Verdict.ERROR: (0, "Unknown"), Verdict.SKIP: (99, "Not applicable"),
}  # fmt: skip


class Library(NamedTuple):
    """What is used of py-ocsf-models."""

    event: Any
    cloud: Any
    version: str


def render(data: ReportData) -> str:
    """Give the events as a JSON array, worst first.

    Raises:
        reports.extras.ExtraError: py-ocsf-models is missing.
    """
    library = _library()
    rules, calls = known_rules(data), calls_of(data)
    return json_text(
        [_event(finding, rules.get(finding.rule), calls, data, library) for finding in ordered(data.findings)]
    )


def _library() -> Library:
    event = needed("py_ocsf_models.events.findings.compliance_finding", FORM, PACKAGE).ComplianceFinding
    cloud = needed("py_ocsf_models.objects.cloud", FORM, PACKAGE).Cloud
    return Library(event, cloud, needed("py_ocsf_models", FORM, PACKAGE).OCSF_VERSION)


def _event(finding: Finding, rule: RuleInfo | None, calls: Calls, data: ReportData, library: Library) -> dict[str, Any]:
    activity, doing = ACTIVITY.get(finding.status, (2, "Update"))
    status, stands = _status(finding, data.as_of)
    weight, heavy = SEVERITY[finding.severity if verdict(finding) in ADVERSE else "info"]
    text = message(finding)
    values = {
        "activity_id": activity, "activity_name": doing,
        "category_name": "Findings", "category_uid": 2, "class_name": "Compliance Finding", "class_uid": CLASS,
        "type_uid": CLASS * 100 + activity, "type_name": f"Compliance Finding: {doing}",
        "time": _epoch(data.as_of),
        "message": text,
        "severity_id": weight, "severity": heavy,
        "status_id": status, "status": stands, "status_code": str(verdict(finding)),
        "status_detail": _detail(finding, text, data.as_of),
        "metadata": _metadata(finding, data, library.version),
        "finding_info": _info(finding, rule, calls, data),
        "compliance": _compliance(finding, rule),
        "resources": [_resource(finding, data)],
        "evidences": [_evidence(read._asdict()) for read in facts(finding, calls)],
        "remediation": bare({"desc": remedy(finding, rule)}),
        "unmapped": _rest(finding, data),
    }  # fmt: skip
    made: dict[str, Any] = library.event.model_validate(bare(values)).model_dump(mode="json", exclude_none=True)
    made["compliance"]["status"] = COMPLIANCE[verdict(finding)][1]
    cloud = {"provider": "AWS", "region": finding.region, "account": _account(finding, data)}
    return made | {"cloud": library.cloud.model_validate(cloud).model_dump(mode="json", exclude_none=True)}


def _epoch(when: datetime) -> int:
    """Give milliseconds since 1970, as the schema's `timestamp_t`."""
    return int(when.timestamp()) * 1000


def _status(finding: Finding, as_of: datetime) -> tuple[int, str]:
    """Say where the work on it stands; phiward knows only what is new, accepted and resolved."""
    if finding.status == RESOLVED:
        return 4, "Resolved"
    if is_accepted(finding, as_of):
        return 3, "Suppressed"
    fresh = finding.status in FRESH and verdict(finding) in ADVERSE
    return (1, "New") if fresh else (0, "Unknown")


def _detail(finding: Finding, text: str, as_of: datetime) -> str:
    given = acceptance(finding)
    if not given:
        return text
    if not is_accepted(finding, as_of):
        return f"{text} ({why_not_accepted(finding, as_of) or 'an acceptance is on record'})"
    return f"{text} (risk accepted by {given.get('owner', '')} until {given.get('until', '')})"


def _metadata(finding: Finding, data: ReportData, version: str) -> dict[str, Any]:
    return {
        "version": version,
        "profiles": ["cloud"],
        "product": {"name": "phiward", "vendor_name": "phiward", "version": data.version},
        "event_code": finding.rule,
        "uid": f"{data.scan}/{finding.fingerprint}",
        "correlation_uid": data.scan,
    }


def _info(finding: Finding, rule: RuleInfo | None, calls: Calls, data: ReportData) -> dict[str, Any]:
    first, last = instant(finding.first_seen, data.as_of), instant(finding.last_seen, data.as_of)
    analytic = {
        "type_id": RULE, "type": "Rule", "uid": finding.rule, "name": clean(finding.title),
        "category": finding.category, "desc": rule.scope if rule else "", "version": data.version,
    }  # fmt: skip
    return bare({
        "uid": finding.fingerprint,
        "title": clean(finding.title),
        "desc": rule.why if rule else "",
        "analytic": bare(analytic),
        "created_time": _epoch(first),
        "first_seen_time": _epoch(first),
        "last_seen_time": _epoch(last),
        "modified_time": _epoch(data.as_of),
        "data_sources": sorted({read.call for read in facts(finding, calls) if read.call}),
        "types": [finding.category],
    })  # fmt: skip


def _compliance(finding: Finding, rule: RuleInfo | None) -> dict[str, Any]:
    """Give the citations of public sources only; phiward's own mapping is in `unmapped`."""
    standards = [LAW] if finding.hipaa else [f"phiward rules: {finding.category}"]
    status = COMPLIANCE[verdict(finding)][0]
    weight, heavy = SEVERITY[finding.severity]
    check = {
        "uid": finding.rule, "name": clean(finding.title), "desc": rule.scope if rule else "", "severity": heavy,
        "severity_id": weight, "standards": standards, "status_id": status,
    }  # fmt: skip
    return bare({
        "standards": standards,
        "requirements": [f"45 CFR {citation}" for citation in finding.hipaa],
        "control": clean(finding.title),
        "status_id": status,
        "category": finding.category,
        "checks": [bare(check)],
    })  # fmt: skip


def _account(finding: Finding, data: ReportData) -> dict[str, Any]:
    label = clean(data.account_label(finding.account))
    return {"name": label, "uid": finding.account, "type": "AWS Account", "type_id": AWS_ACCOUNT}


def _resource(finding: Finding, data: ReportData) -> dict[str, Any]:
    name = clean(finding.name)
    owner = {"account": _account(finding, data), "name": finding.account, "uid": finding.account, "type_id": 0}
    tags = [f"{clean(key)}:{clean(value)}" for key, value in sorted((finding.tags or {}).items())]
    return bare({
        "uid": clean(finding.resource), "name": name, "type": finding.kind, "region": finding.region,
        "cloud_partition": partition(finding), "owner": owner, "labels": tags,
        "data": bare({"key": clean(finding.key), "part": clean(finding.part), "in_scope": finding.in_scope}),
    })  # fmt: skip


def _evidence(read: Mapping[str, str]) -> dict[str, Any]:
    return {"name": read["fact"], "data": bare({name: read[name] for name in ("value", "path", "call", "resource")})}


def _rest(finding: Finding, data: ReportData) -> dict[str, Any]:
    names = ("verdict", "status", "severity", "in_scope")
    return {name: str(getattr(finding, name)) for name in names} | bare({
        "counts_as": str(counts_as(finding) or ""),
        "account": finding.account,
        "hipaa_proposed": list(finding.hipaa_proposed),
        "aliases": list(finding.aliases),
        "missing": missing(finding),
        "acceptance": acceptance(finding),
        "restricted": restricted(data),
    })  # fmt: skip
