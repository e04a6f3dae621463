"""All the arithmetic of the reports: what is counted, and out of how many.

A *check* is one rule on one resource, by its worst part: a security group open in five ways is one failed check. A
score says how many of the checks that apply have passed; what could not be learned counts against it. Checks that do
not apply (SKIP) count neither way. An accepted risk is still a failed check.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from reports.view import Account, ReportData
from scanner.engine.accepted import EXPIRED
from scanner.model.finding import Finding, Verdict
from scanner.model.rule import SEVERITIES

if TYPE_CHECKING:
    from datetime import datetime

WORST_FIRST: tuple[str, ...] = tuple(reversed(SEVERITIES))
RANK: Mapping[str, int] = {severity: rank for rank, severity in enumerate(SEVERITIES)}
AGAINST = (Verdict.ERROR, Verdict.FAIL, Verdict.UNKNOWN)
VERDICTS = (Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN, Verdict.ERROR, Verdict.SKIP)
TIERS = {Verdict.ERROR: 0, Verdict.FAIL: 1, Verdict.UNKNOWN: 1, Verdict.PASS: 2, Verdict.SKIP: 3}
RESOLVED, UNSEEN = "resolved", "unseen"


SCOPES = {"yes": "holds PHI", "unknown": "may hold PHI: not said", "no": "said to hold none"}
"""Whether what was judged holds PHI, as `[scope]` of config.toml says, in words."""


class Score(NamedTuple):
    """So many of so many."""

    passed: int
    of: int

    def __str__(self) -> str:
        """Say `n of m`."""
        return f"{self.passed:,} of {self.of:,}"


class Check(msgspec.Struct, frozen=True):
    """One rule on one resource: the worst verdict of its parts, and the highest severity among those."""

    rule: str
    account: str
    region: str
    kind: str
    key: str
    verdict: Verdict
    severity: str
    accepted: bool
    hipaa: tuple[str, ...]
    hipaa_proposed: tuple[str, ...]
    in_scope: str = "unknown"


class Tally(msgspec.Struct, frozen=True):
    """Checks counted by verdict, and those that count against the score by severity."""

    verdicts: Mapping[Verdict, int]
    against: Mapping[str, Mapping[Verdict, int]]
    accepted: int = 0

    @property
    def score(self) -> Score:
        """How many passed, of those that apply."""
        return Score(self.verdicts[Verdict.PASS], sum(self.verdicts.values()) - self.verdicts[Verdict.SKIP])

    def of(self, severity: str, verdict: Verdict = Verdict.FAIL) -> int:
        """Count the checks of a severity and a verdict."""
        return self.against[severity][verdict]


class Figures(msgspec.Struct, frozen=True):
    """The figures of a report, computed once for all renderings."""

    checks: Sequence[Check]
    total: Tally
    accounts: Sequence[tuple[Account, Tally]]
    rules: Mapping[str, Tally]
    statuses: Mapping[str, int]
    scopes: Mapping[str, Tally]


def standing(finding: Finding) -> Verdict:
    """Give the verdict that counts: what was not seen again is not known, whatever it was before."""
    return Verdict.UNKNOWN if finding.status == UNSEEN and finding.verdict is not Verdict.ERROR else finding.verdict


def current(findings: Iterable[Finding]) -> list[Finding]:
    """Leave out what is resolved, unless it is told by what holds now."""
    gone = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.ERROR)
    return [finding for finding in findings if finding.status != RESOLVED or finding.verdict not in gone]


def resolved(findings: Iterable[Finding]) -> list[Finding]:
    """Give what was resolved since the scan before."""
    return [finding for finding in findings if finding.status == RESOLVED]


def accepted(finding: Finding, as_of: datetime) -> bool:
    """Say whether an acceptance is in force: not revoked, its last day not past, its value still the accepted one."""
    return bool(finding.acceptance) and not why_not_accepted(finding, as_of)


def why_not_accepted(finding: Finding, as_of: datetime) -> str:
    """Say why an acceptance is in force no longer; empty where it is, or where there is none."""
    given = finding.acceptance or {}
    until = str(given.get("until") or "")[:10]
    if given.get("revoked"):
        return "acceptance revoked"
    if given.get("lapsed"):
        return str(given["lapsed"])
    return EXPIRED if given.get("expired") or (until and until < as_of.date().isoformat()) else ""


def record(acceptance: Mapping[str, Any]) -> str:
    """Give the record that an addressable specification asks for (45 CFR 164.306(d)(3)(ii)(B)), if it was made."""
    why, instead = (str(acceptance.get(name) or "") for name in ("addressable_reason", "equivalent_measure"))
    if not why:
        return ""
    return f"45 CFR 164.306(d)(3): not reasonable and appropriate because {why}. Equivalent measure: {instead}"


def order(finding: Finding) -> tuple[int, int, int, str, str, str, str, str, str]:
    """Sort worst first: errors, then failed and unknown by severity, then the rest; stable in everything."""
    verdict = standing(finding)
    place = (finding.account, finding.region, finding.resource, finding.part, finding.fingerprint)
    return (TIERS[verdict], -RANK[finding.severity], -verdict.rank, finding.rule, *place)


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """Give the findings worst first."""
    return sorted(findings, key=order)


def figures(data: ReportData) -> Figures:
    """Count everything."""
    found = _checks(data)
    by_account, by_rule = defaultdict(list), defaultdict(list)
    for check in found:
        by_account[check.account].append(check)
        by_rule[check.rule].append(check)
    return Figures(
        checks=found,
        total=tally(found),
        accounts=[(account, tally(by_account[account.id])) for account in _accounts(data, by_account)],
        rules={rule: tally(checks) for rule, checks in sorted(by_rule.items())},
        statuses=Counter(finding.status for finding in data.findings),
        scopes={scope: tally(check for check in found if check.in_scope == scope) for scope in SCOPES},
    )


def tally(checks: Iterable[Check]) -> Tally:
    """Count checks."""
    verdicts: dict[Verdict, int] = dict.fromkeys(VERDICTS, 0)
    against = {severity: dict.fromkeys(AGAINST, 0) for severity in WORST_FIRST}
    accepted_ones = 0
    for check in checks:
        verdicts[check.verdict] += 1
        accepted_ones += check.accepted
        if check.verdict in AGAINST:
            against[check.severity][check.verdict] += 1
    return Tally(verdicts, against, accepted_ones)


def _accounts(data: ReportData, seen: Iterable[str]) -> list[Account]:
    known = {account.id for account in data.accounts}
    return [*data.accounts, *(Account(digits) for digits in sorted(set(seen) - known))]


def _checks(data: ReportData) -> list[Check]:
    parts: dict[tuple[str, ...], list[Finding]] = defaultdict(list)
    for finding in current(data.findings):
        parts[finding.rule, finding.account, finding.region, finding.kind, finding.key].append(finding)
    return [_worst(parts[place], data.as_of) for place in sorted(parts)]


def _worst(parts: Sequence[Finding], as_of: datetime) -> Check:
    one = parts[0]
    if len(parts) == 1:
        verdict = standing(one)
        taken = verdict is Verdict.FAIL and accepted(one, as_of)
        return _check(one, verdict, one.severity, accepted=taken)
    verdict = max((standing(part) for part in parts), key=lambda verdict: verdict.rank)
    worst = [part for part in parts if standing(part) is verdict]
    severity = max((part.severity for part in worst), key=RANK.__getitem__)
    taken = verdict is Verdict.FAIL and all(accepted(part, as_of) for part in worst)
    return _check(one, verdict, severity, accepted=taken)


def _check(one: Finding, verdict: Verdict, severity: str, *, accepted: bool) -> Check:
    return Check(
        rule=one.rule,
        account=one.account,
        region=one.region,
        kind=one.kind,
        key=one.key,
        verdict=verdict,
        severity=severity,
        accepted=accepted,
        hipaa=one.hipaa,
        hipaa_proposed=one.hipaa_proposed,
        in_scope=one.in_scope,
    )
