"""The report as one JSON document, for programs; the same findings are attached to the PDF."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from reports import life, trend
from reports.figures import WORST_FIRST, Tally, figures, ordered
from reports.words import encoded, gap_text, moment

if TYPE_CHECKING:
    from reports.view import ReportData
    from scanner.engine.accepted_gaps import GapAcceptance
    from scanner.model.finding import Evidence, Finding

SCHEMA = "phiward/1"


def render(data: ReportData) -> str:
    """Give the document as indented JSON, ending with a new line."""
    return msgspec.json.format(encode(document(data)), indent=2).decode() + "\n"


def encode(value: Any) -> bytes:
    """Give compact JSON; see `reports.words.encoded`."""
    return encoded(value)


def document(data: ReportData) -> dict[str, Any]:
    """Give the document as plain values: findings worst first, every coverage entry, the summary's counts."""
    return {
        "schema": SCHEMA,
        "scan": data.scan,
        "as_of": moment(data.as_of),
        "complete": data.complete,
        "findings": [finding_document(finding) for finding in ordered(data.findings)],
        "coverage": [msgspec.to_builtins(entry) for entry in sorted(data.coverage, key=msgspec.structs.astuple)],
        "accepted_gaps": [_accepted_gap(each) for each in data.accepted_gaps],
        "summary": summary(data),
        "trend": trend.document(data),
        "restricted": restricted(data),
        "seals": dict(sorted(data.seals.items())),
        **({"incremental": data.night.document} if data.night is not None else {}),
    }


def _accepted_gap(given: GapAcceptance) -> dict[str, Any]:
    told = msgspec.to_builtins(given)
    return {"account": told.pop("account"), "call": told.pop("call"), "acceptance": told}


def restricted(data: ReportData) -> dict[str, Any]:
    """Say what is left out: all but these accounts, this owner's tag, this period."""
    given = data.restricted
    since = moment(given.since) if given.since else None
    return {
        "accounts": list(given.accounts) or None,
        "owner": given.owner or None,
        "unknown": given.unknown,
        "since": since,
    }


def finding_document(finding: Finding) -> dict[str, Any]:
    """Give one finding as plain values.

    Where a fact was read from another resource than the one judged, its path ends in `@` and that resource's ARN.
    """
    return {
        "fingerprint": finding.fingerprint,
        "rule": finding.rule,
        "title": finding.title,
        "verdict": str(finding.verdict),
        "severity": finding.severity,
        "category": finding.category,
        "status": finding.status,
        "kind": finding.kind,
        "resource": finding.resource,
        "name": finding.name,
        "account": finding.account,
        "region": finding.region,
        "part": finding.part,
        "message": finding.message,
        "evidence": evidence_documents(finding),
        "missing": [
            {"permission": gap.permission, "call": gap.call, "error": gap_text(gap)} for gap in finding.missing
        ],
        "hipaa": list(finding.hipaa),
        "hipaa_proposed": list(finding.hipaa_proposed),
        "aliases": list(finding.aliases),
        "in_scope": finding.in_scope,
        "first_seen": finding.first_seen,
        "last_seen": finding.last_seen,
        "acceptance": finding.acceptance,
        "remedy": finding.remedy,
    }


def evidence_documents(finding: Finding) -> list[dict[str, Any]]:
    """Give the facts behind a finding as plain values."""
    return [_evidence(evidence) for evidence in finding.evidence]


def _evidence(evidence: Evidence) -> dict[str, Any]:
    path = f"{evidence.path} @ {evidence.resource}" if evidence.resource else evidence.path
    return {"fact": evidence.fact, "value": evidence.value, "path": path, "redacted": evidence.redacted}


def summary(data: ReportData) -> dict[str, Any]:
    """Count checks (one rule on one resource, by its worst part), in all and by account."""
    counted = figures(data)
    return {
        **tally_document(counted.total),
        "findings": len(data.findings),
        "status": dict(sorted(counted.statuses.items())),
        "scope": {scope: tally_document(tally) for scope, tally in counted.scopes.items()},
        "gaps": sum(not entry.ok for entry in data.coverage),
        "life": life.document(data),
        "accounts": [
            {"id": account.id, "name": account.name, **tally_document(tally)} for account, tally in counted.accounts
        ],
    }


def tally_document(tally: Tally) -> dict[str, Any]:
    """Give counts as plain values."""
    return {
        "score": {"passed": tally.score.passed, "of": tally.score.of},
        "verdicts": {str(verdict): count for verdict, count in tally.verdicts.items()},
        "severities": {
            severity: {str(verdict): count for verdict, count in tally.against[severity].items()}
            for severity in WORST_FIRST
        },
        "accepted": tally.accepted,
    }
