"""ASFF, the AWS Security Finding Format (schema 2018-10-08): requests for Security Hub's BatchImportFindings.

The form is a JSON array of requests, each of at most one hundred findings of one account and one Region, because an
account may import its own findings only, into the Region that the product's ARN names.

Source: AWS Security Hub API reference, BatchImportFindings and AwsSecurityFinding (lengths, required fields, values);
Security Hub user guide, "Types taxonomy for ASFF"; Security Hub partner guide, guidelines for BatchImportFindings
(a hundred findings and 6 MB to a request, 240 KB to a finding).
"""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from reports.asff_types import asff_type
from reports.ci import json_text
from reports.exchange import (
    ADVERSE,
    PARTITIONS,
    acceptance,
    bare,
    counts_as,
    cut,
    instant,
    is_accepted,
    known_rules,
    message,
    partition,
    remedy,
    restricted,
    verdict,
)
from reports.figures import RESOLVED, ordered, why_not_accepted
from reports.words import clean, gap_text, moment
from scanner.model.finding import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from reports.view import ReportData, RuleInfo
    from scanner.model.finding import Finding

SCHEMA = "2018-10-08"
BATCH, BATCH_BYTES, BYTES = 100, 6_000_000, 240_000
ID, TITLE, DESCRIPTION, TEXT, FIELD, REQUIREMENTS = 512, 256, 1024, 512, 2048, 32
FIELD_OF_LARGE = 128
REASONS = 10
CHECKS = "Software and Configuration Checks"
HIPAA = f"{CHECKS}/Industry and Regulatory Standards/HIPAA Controls (USA)"
BEST_PRACTICE = f"{CHECKS}/AWS Security Best Practices"
# WARNING: "some information is missing". NOT_AVAILABLE: it could not be performed, or is not applicable.
COMPLIANCE = {
    Verdict.PASS: "PASSED", Verdict.FAIL: "FAILED", Verdict.UNKNOWN: "WARNING", Verdict.ERROR: "NOT_AVAILABLE",
    Verdict.SKIP: "NOT_AVAILABLE",
}  # fmt: skip
LABEL = {"info": "INFORMATIONAL", "low": "LOW", "medium": "MEDIUM", "high": "HIGH", "critical": "CRITICAL"}


class Request(NamedTuple):
    """The findings of one request, with the account and Region to import them into."""

    account: str
    region: str
    findings: list[dict[str, Any]]


def render(data: ReportData) -> str:
    """Give the requests as a JSON array."""
    return json_text([{"Findings": request.findings} for request in requests(data)])


def requests(data: ReportData, region: str = "") -> Iterator[Request]:
    """Give the findings in requests, by account and Region, worst first within these; `region` is for all of them."""
    rules = known_rules(data)
    places: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for finding in ordered(data.findings):
        home = region or _home(finding, data)
        places[finding.account, home].append(_fitting(_finding(finding, rules.get(finding.rule), data, home)))
    for (account, home), found in sorted(places.items()):
        yield from (Request(account, home, batch) for batch in _batches(found))


def _batches(findings: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    room = BATCH_BYTES
    for finding in findings:
        size = _size(finding)
        if batch and (len(batch) == BATCH or size > room):
            yield batch
            batch, room = [], BATCH_BYTES
        batch.append(finding)
        room -= size
    yield batch


def _size(finding: Mapping[str, Any]) -> int:
    """Count the bytes of a finding as boto3 sends it, other letters than ASCII as escapes; and a comma."""
    return len(json.dumps(finding)) + 2


def _fitting(finding: dict[str, Any]) -> dict[str, Any]:
    """Cut the product's fields of a finding that is too large; the others cannot make it so."""
    if _size(finding) <= BYTES:
        return finding
    fields = {name: cut(value, FIELD_OF_LARGE) for name, value in finding["ProductFields"].items()}
    return finding | {"ProductFields": fields}


def _home(finding: Finding, data: ReportData) -> str:
    """Give the Region to import into: its own; for what is global the partition's main one, if it is looked at."""
    if finding.region not in {"", "global"}:
        return finding.region
    main = PARTITIONS[partition(finding)]
    return main if main in data.regions or not data.regions else min(data.regions)


def _finding(finding: Finding, rule: RuleInfo | None, data: ReportData, home: str) -> dict[str, Any]:
    product = f"arn:{partition(finding)}:securityhub:{home}:{finding.account}:product/{finding.account}/default"
    first, last = instant(finding.first_seen, data.as_of), instant(finding.last_seen, data.as_of)
    label = LABEL[finding.severity if verdict(finding) in ADVERSE else "info"]
    advice = remedy(finding, rule)
    return bare({
        "SchemaVersion": SCHEMA,
        "Id": f"phiward/{finding.fingerprint}",
        "ProductArn": product,
        "ProductName": "phiward",
        "CompanyName": "phiward",
        "GeneratorId": cut(f"phiward/{finding.rule}", ID),
        "AwsAccountId": finding.account,
        "FirstObservedAt": moment(first),
        "LastObservedAt": moment(last),
        "CreatedAt": moment(first),
        "UpdatedAt": moment(data.as_of),
        "FindingProviderFields": {
            "Severity": {"Label": label, "Original": finding.severity},
            "Types": [HIPAA if finding.hipaa else BEST_PRACTICE],
        },
        "Title": cut(clean(finding.title).strip() or finding.rule, TITLE),
        "Description": cut(message(finding), DESCRIPTION),
        "Remediation": bare({"Recommendation": bare({"Text": _advice(advice, finding)})}),
        "ProductFields": _fields(finding, data),
        "Resources": [_resource(finding)],
        "Compliance": _compliance(finding),
        "Workflow": {"Status": _workflow(finding, data.as_of)},
        "RecordState": "ARCHIVED" if verdict(finding) is Verdict.SKIP else "ACTIVE",
        "Note": _note(finding, data.as_of),
    })  # fmt: skip


def _advice(text: str, finding: Finding) -> str:
    """Cut a remedy where it is too long, and say where the whole of it is."""
    more = f"…\nThe whole of it: phiward explain {finding.fingerprint}"
    return text if len(text) <= TEXT else text[: TEXT - len(more)] + more


def _resource(finding: Finding) -> dict[str, Any]:
    kind = asff_type(finding.kind)
    region = "" if finding.region == "global" else finding.region
    arn = cut(clean(finding.resource).strip() or finding.fingerprint, ID)
    return bare({"Type": kind, "Id": arn, "Partition": partition(finding), "Region": region})


def _compliance(finding: Finding) -> dict[str, Any]:
    """Give the citations of public sources only; phiward's own mapping is among the product's fields."""
    reasons = [
        bare({"ReasonCode": str(gap.state).upper().replace(" ", "_"), "Description": cut(_why(gap), DESCRIPTION)})
        for gap in finding.missing[:REASONS]
    ]
    return bare({
        "Status": COMPLIANCE[verdict(finding)],
        "RelatedRequirements": [f"HIPAA Security Rule 45 CFR {one}" for one in finding.hipaa][:REQUIREMENTS],
        "StatusReasons": reasons,
    })  # fmt: skip


def _why(gap: Any) -> str:
    need = f"; it needs {gap.permission}" if gap.permission else ""
    return clean(f"{gap.call}: {gap_text(gap)}{need}").strip()


def _workflow(finding: Finding, as_of: datetime) -> str:
    if is_accepted(finding, as_of):
        return "SUPPRESSED"
    return "RESOLVED" if finding.status == RESOLVED or verdict(finding) is Verdict.PASS else "NEW"


def _note(finding: Finding, as_of: datetime) -> dict[str, str]:
    """Say by whom a risk is accepted; the moment is that of the acceptance."""
    if not is_accepted(finding, as_of):
        return {}
    given = acceptance(finding)
    text = f"Risk accepted by {given.get('owner', '')} until {given.get('until', '')}: {given.get('reason', '')}"
    at = instant(given.get("at", ""), as_of)
    return {"Text": cut(text, TEXT), "UpdatedBy": given.get("by") or "phiward", "UpdatedAt": moment(at)}


def _fields(finding: Finding, data: ReportData) -> Mapping[str, str]:
    values = {
        "Verdict": str(finding.verdict),
        "CountsAs": str(counts_as(finding) or "not counted"),
        "Status": finding.status,
        "Scan": data.scan,
        "Version": data.version,
        "AccountName": clean(data.account_label(finding.account)).strip(),
        "Category": finding.category,
        "Kind": finding.kind,
        "Region": finding.region,
        "Name": clean(finding.name).strip(),
        "Key": clean(finding.key).strip(),
        "Part": clean(finding.part).strip(),
        "InScope": finding.in_scope,
        "HipaaProposed": ", ".join(finding.hipaa_proposed),
        "Aliases": ", ".join(finding.aliases),
        "NotAccepted": clean(why_not_accepted(finding, data.as_of)),
        "Restricted": restricted(data),
    }
    return {f"phiward/{name}": cut(value, FIELD) for name, value in values.items() if value}
