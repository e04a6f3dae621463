"""The parts of OSCAL assessment results that come from single findings: inventory, observations, risks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import NAMESPACE_URL, uuid5

from reports.exchange import (
    ADVERSE,
    acceptance,
    bare,
    counts_as,
    facts,
    instant,
    is_accepted,
    message,
    missing,
    partition,
    remedy,
    verdict,
)
from reports.figures import RESOLVED, UNSEEN, record, why_not_accepted
from reports.words import clean, moment
from scanner.model.finding import Finding, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reports.evidence import Calls, Read
    from reports.view import ReportData, RuleInfo

SPACE = "urn:phiward:oscal"
_MARKS = re.compile(r"([\\`*\[\]<>{}])")


def identity(*names: str) -> str:
    """Give the UUID (version 5) of a thing: the same for the same names."""
    return str(uuid5(NAMESPACE_URL, clean("/".join((SPACE, *names)))))


def prop(name: str, value: str, kind: str = "") -> dict[str, str]:
    """Make a property of phiward's own namespace; `kind` is its class."""
    token = re.sub(r"[^A-Za-z0-9.-]+", "-", kind).strip("-.")
    made = {"name": name, "ns": SPACE, "value": " ".join(clean(value).split()) or "-"}
    return made | ({"class": token if token[0].isalpha() else f"n{token}"} if token else {})


def props(values: Mapping[str, str]) -> list[dict[str, str]]:
    """Make properties; those without a value are left out."""
    return [prop(name, value) for name, value in values.items() if value.strip()]


def prose(text: str) -> str:
    """Write text as OSCAL's Markdown, in one line, with no markup in it."""
    return _MARKS.sub(r"\\\1", clean(text)).strip() or "-"


def line(text: str) -> str:
    """Write text as a title: as `prose`, spaces made one."""
    return " ".join(prose(text).split())


def tool(data: ReportData) -> dict[str, Any]:
    """Give phiward as the component that assessed."""
    return {
        "uuid": identity("tool", data.version),
        "type": "software",
        "title": "phiward",
        "description": "Asks AWS with read-only permissions and judges what it is answered by rules.",
        "props": [prop("version", data.version)],
        "status": {"state": "operational"},
    }


def risky(finding: Finding) -> bool:
    """Say whether it failed, was not learned, or was resolved since the scan before."""
    return counts_as(finding) in ADVERSE or finding.status == RESOLVED


class Parts(NamedTuple):
    """What makes the parts of single findings."""

    data: ReportData
    calls: Calls
    rules: Mapping[str, RuleInfo]

    def items(self) -> list[dict[str, Any]]:
        """Give what was judged, each resource once."""
        found = {self._item(finding): finding for finding in self.data.findings}
        return [
            {
                "uuid": uuid,
                "description": prose(f"{finding.kind} {finding.name}"),
                "props": props({
                    "account": finding.account, "region": finding.region, "kind": finding.kind,
                    "arn": finding.resource, "partition": partition(finding), "in-scope": finding.in_scope,
                }),
            }
            for uuid, finding in sorted(found.items())
        ]  # fmt: skip

    def _item(self, finding: Finding) -> str:
        return identity("resource", finding.account, finding.region, finding.kind, finding.resource)

    def observed(self, finding: Finding) -> str:
        """Give the identifier of a finding's observation in this scan."""
        return identity("observation", self.data.scan, finding.fingerprint)

    def risked(self, finding: Finding) -> str:
        """Give the identifier of a finding's risk, the same in every scan."""
        return identity("risk", finding.fingerprint)

    def _origin(self) -> dict[str, Any]:
        return {"actors": [{"type": "tool", "actor-uuid": identity("tool", self.data.version)}]}

    def observation(self, finding: Finding) -> dict[str, Any]:
        """Say what was seen; of what was not seen again, when it last was."""
        when = instant(finding.last_seen, self.data.as_of) if finding.status == UNSEEN else self.data.as_of
        past = finding.status in {RESOLVED, UNSEEN}
        kind = "historic" if past else "finding" if verdict(finding) in ADVERSE else "control-objective"
        lacks = {f"missing-{n}": gap.get("permission") or gap.get("call", "") for n, gap in enumerate(missing(finding))}
        return bare({
            "uuid": self.observed(finding),
            "title": line(finding.title),
            "description": prose(message(finding)),
            "props": props({
                "verdict": str(verdict(finding)), "counted": "yes" if counts_as(finding) else "no",
                "severity": finding.severity, "status": finding.status, "rule": finding.rule,
                "category": finding.category, "fingerprint": finding.fingerprint, "part": finding.part,
                "kind": finding.kind, "key": finding.key,
                "account": finding.account, "region": finding.region,
                "accepted": "yes" if is_accepted(finding, self.data.as_of) else "no", **lacks,
            }),
            "methods": ["TEST"],
            "types": [kind],
            "origins": [self._origin()],
            "subjects": [{"subject-uuid": self._item(finding), "type": "inventory-item", "title": line(finding.name)}],
            "relevant-evidence": [_evidence(read) for read in facts(finding, self.calls)],
            "collected": moment(when),
        })  # fmt: skip

    def risk(self, finding: Finding) -> dict[str, Any]:
        """Give the risk of a finding that is `risky`."""
        status = self._status(finding)
        given = acceptance(finding)
        rule = self.rules.get(finding.rule)
        accepted = status == "deviation-approved"
        until = instant(given.get("until", "")[:10] + "T23:59:59Z", self.data.as_of)
        facet = {"name": "severity", "system": SPACE, "value": finding.severity}
        return bare({
            "uuid": self.risked(finding),
            "title": line(finding.title),
            "description": prose(message(finding)),
            "statement": prose(rule.why if rule and rule.why else finding.title),
            "props": props({
                "verdict": str(verdict(finding)), "severity": finding.severity, "first-seen": finding.first_seen,
                "fingerprint": finding.fingerprint, "not-accepted": why_not_accepted(finding, self.data.as_of),
            }),
            "status": status,
            "origins": [self._origin()],
            "characterizations": [{"origin": self._origin(), "facets": [facet]}],
            "deadline": moment(until) if accepted else None,
            "remediations": self._remedies(finding),
            "risk-log": self._log(finding, given) if accepted else None,
            "related-observations": [{"observation-uuid": self.observed(finding)}],
        })  # fmt: skip

    def _status(self, finding: Finding) -> str:
        if finding.status == RESOLVED:
            return "closed"
        if is_accepted(finding, self.data.as_of):
            return "deviation-approved"
        return "open" if verdict(finding) is Verdict.FAIL else "investigating"

    def _remedies(self, finding: Finding) -> list[dict[str, Any]]:
        rule = self.rules.get(finding.rule)
        text = remedy(finding, rule)
        kind = rule.remedy_kind if rule and rule.remedy_kind else "Remedy"
        steps = "\n\n".join(prose(each) for each in text.splitlines() if each.strip())
        made = {"uuid": identity("remedy", finding.fingerprint), "lifecycle": "recommendation", "title": line(kind)}
        return [made | {"description": steps}] if text else []

    def _log(self, finding: Finding, given: Mapping[str, str]) -> dict[str, Any]:
        words = f"Accepted by {given.get('owner', '')} until {given.get('until', '')}: {given.get('reason', '')}"
        entry = {
            "uuid": identity("acceptance", finding.fingerprint, given.get("at", "")),
            "title": "Risk accepted",
            "description": prose(words),
            "start": moment(instant(given.get("at", ""), self.data.as_of)),
            "status-change": "deviation-approved",
            "remarks": prose(record(given)) if record(given) else "",
        }
        return {"entries": [bare(entry)]}


def _evidence(read: Read) -> dict[str, Any]:
    return {
        "description": prose(f"{read.fact} = {read.value}"),
        "props": props({"path": read.path, "call": read.call, "resource": read.resource}) or [prop("fact", read.fact)],
    }
