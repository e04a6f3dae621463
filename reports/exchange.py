"""What the forms for other tools share: who is told what of a finding, when, and in which words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from reports.ci import said
from reports.evidence import reads
from reports.figures import RESOLVED, accepted, current, standing
from reports.remedy import made_out
from reports.words import clean
from scanner.model.finding import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reports.evidence import Calls, Read
    from reports.matrix import Line
    from reports.view import ReportData, RuleInfo
    from scanner.model.finding import Finding

LAW = "HIPAA Security Rule (45 CFR Part 164 Subpart C)"
ADVERSE = frozenset({Verdict.FAIL, Verdict.UNKNOWN, Verdict.ERROR})
ASSESSED = "assessed"
LONGEST_VALUE = 1000
ARN_PARTS = 6


def counts(finding: Finding) -> bool:
    """Say whether a report counts it: what is resolved and told by what was before is shown and not counted."""
    return bool(current([finding]))


def counts_as(finding: Finding) -> Verdict | None:
    """Give the verdict that a report counts it by; None where it counts it not."""
    return standing(finding) if counts(finding) else None


def verdict(finding: Finding) -> Verdict:
    """Give the verdict to tell: the one it counts by; what is gone applies no longer."""
    return counts_as(finding) or Verdict.SKIP


def is_accepted(finding: Finding, as_of: datetime) -> bool:
    """Say whether it is a failure that counts, with an acceptance in force."""
    return counts_as(finding) is Verdict.FAIL and accepted(finding, as_of)


def message(finding: Finding) -> str:
    """Give its message in one line; of what is not known, that it is not."""
    text = said(finding).strip() or clean(finding.title).strip() or finding.rule
    return f"resolved: {text}" if finding.status == RESOLVED else text


def instant(text: str, otherwise: datetime) -> datetime:
    """Read a moment of RFC 3339 or a day; other text gives `otherwise`."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return otherwise
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def partition(finding: Finding) -> str:
    """Give the AWS partition of what was judged: that of its ARN, else that of its Region."""
    parts = finding.resource.split(":", ARN_PARTS - 1)
    if len(parts) == ARN_PARTS and parts[0] == "arn" and parts[1] in PARTITIONS:
        return parts[1]
    starts = {"us-gov-": "aws-us-gov", "cn-": "aws-cn", "us-iso-": "aws-us-iso", "us-isob-": "aws-us-iso-b"}
    return next((name for start, name in starts.items() if finding.region.startswith(start)), "aws")


PARTITIONS: Mapping[str, str] = {
    "aws": "us-east-1",
    "aws-cn": "cn-north-1",
    "aws-us-gov": "us-gov-west-1",
    "aws-us-iso": "us-iso-east-1",
    "aws-us-iso-b": "us-isob-east-1",
}
"""The partitions and the Region that holds what is global in each."""


def remedy(finding: Finding, rule: RuleInfo | None) -> str:
    """Give the remedy of a finding that stands: the one made out for it, else its rule's; empty where there is none."""
    if counts_as(finding) not in ADVERSE:
        return ""
    return (made_out(finding.remedy) if finding.remedy else "") or (rule.remedy if rule else "")


def facts(finding: Finding, calls: Calls) -> list[Read]:
    """Say the evidence, with nothing in it that a reader would obey; long values are cut."""
    tame = tuple(msgspec.structs.replace(each, value=_tame(each.value)) for each in finding.evidence)
    return reads(msgspec.structs.replace(finding, evidence=tame), calls, LONGEST_VALUE)


def _tame(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {_tame(key): _tame(each) for key, each in value.items()}
    return [_tame(each) for each in value] if isinstance(value, list | tuple | set | frozenset) else value


def acceptance(finding: Finding) -> dict[str, str]:
    """Give the words of an acceptance, whether or not it is still in force; those that are empty are left out."""
    names = ("reason", "owner", "until", "by", "at", "addressable_reason", "equivalent_measure")
    given = finding.acceptance or {}
    return {name: clean(str(given[name])) for name in names if given.get(name)}


def missing(finding: Finding) -> list[dict[str, str]]:
    """Give what could not be learned: call, permission, state, error."""
    return [
        {
            name: clean(str(getattr(gap, name)))
            for name in ("call", "permission", "state", "error", "message")
            if getattr(gap, name)
        }
        for gap in finding.missing
    ]


def restricted(data: ReportData) -> str:
    """Say what the report is restricted to; empty where it is the whole of its scan."""
    return clean(data.restricted.words)


def part(data: ReportData) -> str:
    """Name the part of the scan that is told, in words that stay the same from night to night; empty for all of it."""
    return clean(msgspec.structs.replace(data.restricted, since=None, unknown=0).words)


def known_rules(data: ReportData) -> dict[str, RuleInfo]:
    """Give the rules by id."""
    return {rule.id: rule for rule in data.rules}


def citation_state(line: Line) -> str:
    """Say whether anything of a citation was assessed; else why not: organisational, no rule, nothing to assess."""
    if line.public.score.of or line.proposed.score.of:
        return ASSESSED
    return line.state if line.rules else line.proposed_state or line.state


def bare(values: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what says nothing: None, empty text, empty lists and maps."""
    return {name: value for name, value in values.items() if value is not None and value not in ("", [], {}, ())}


def cut(text: str, longest: int) -> str:
    """Cut text at a number of characters, showing that it was cut."""
    return text if len(text) <= longest else text[: longest - 1] + "…"
