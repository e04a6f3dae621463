"""The gate: what two worlds differ in by their verdicts, and what of it stops a pipeline."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

import msgspec

from scanner.model.finding import Finding, Verdict
from scanner.model.given import Origin
from scanner.model.rule import SEVERITIES

Key = tuple[str, str, str, str, str]
"""Rule, account, Region, address or key, part: what a violation is known by in both worlds."""

Addressed = Callable[[Finding], str]
DECIDED = frozenset({Verdict.PASS, Verdict.FAIL, Verdict.SKIP})


class Gate(msgspec.Struct, kw_only=True):
    """What a change would bring about.

    `new` are violations that were not there or were less severe, `fixed` those that go, `kept` those that stay;
    `accepted` are new ones that somebody accepted. `doubts` are what was decided before and cannot be after, and
    our own errors. `origins` say where a finding's resource is written, by fingerprint. `problems` make the answer
    incomplete: a failed plan.
    """

    name: str
    new: Sequence[Finding] = ()
    fixed: Sequence[Finding] = ()
    kept: Sequence[Finding] = ()
    accepted: Sequence[Finding] = ()
    doubts: Sequence[Finding] = ()
    judged: int = 0
    origins: Mapping[str, Origin] = {}
    problems: Sequence[str] = ()
    notes: Sequence[str] = ()


def compared(name: str, before: Iterable[Finding], after: Iterable[Finding], address: Addressed | None = None) -> Gate:
    """Compare two worlds' findings; a resource is the same by its address, where it has one, else by its key."""
    known, found = _by_key(before, address), _by_key(after, address)
    told = {key[:4] for key, each in known.items() if each.verdict in DECIDED}
    gate = Gate(name=name, judged=len({(each.rule, each.resource) for each in found.values()}))
    failing = {key: each for key, each in found.items() if each.verdict is Verdict.FAIL and _stands(each)}
    gate.new = [each for key, each in failing.items() if not _as_bad(known.get(key), each)]
    gate.kept = [each for key, each in failing.items() if _as_bad(known.get(key), each)]
    gate.fixed = [
        each
        for key, each in known.items()
        if each.verdict is Verdict.FAIL and _stands(each) and key not in failing and not _hidden(found, key)
    ]
    gate.doubts = [
        each
        for key, each in found.items()
        if each.verdict is Verdict.ERROR
        or (each.verdict is Verdict.UNKNOWN and _was_decided(known.get(key), key, told))
    ]
    for one in gate.new:
        one.status = "new"
    for one in gate.kept:
        one.status = "still"
    return gate


def _by_key(findings: Iterable[Finding], address: Addressed | None) -> dict[Key, Finding]:
    """Give the findings by what they are known by; of the members of a class the worst counts."""
    found: dict[Key, Finding] = {}
    for each in findings:
        key = _key(each, address)
        if key not in found or _weight(each) > _weight(found[key]):
            found[key] = each
    return found


def _weight(finding: Finding) -> tuple[int, int]:
    return finding.verdict.rank, SEVERITIES.index(finding.severity)


def _key(finding: Finding, address: Addressed | None) -> Key:
    where = address(finding) if address is not None else ""
    return finding.rule, finding.account, finding.region, where or finding.key, finding.part


def _stands(finding: Finding) -> bool:
    return finding.category != "advisory" and finding.status not in {"unseen", "resolved"}


def _as_bad(before: Finding | None, now: Finding) -> bool:
    if before is None or before.verdict is not Verdict.FAIL or not _stands(before):
        return False
    return SEVERITIES.index(before.severity) >= SEVERITIES.index(now.severity)


def _hidden(found: Mapping[Key, Finding], key: Key) -> bool:
    """Say whether the same rule cannot tell of the same resource any more: then nothing is known to be fixed."""
    whole = found.get((*key[:4], ""))
    return whole is not None and whole.verdict in {Verdict.UNKNOWN, Verdict.ERROR}


def _was_decided(before: Finding | None, key: Key, told: Collection[tuple[str, ...]]) -> bool:
    """Say whether the rule told of the resource before: what is new in the plan is no doubt of its own."""
    return before.verdict in DECIDED if before is not None else key[:4] in told


def accept(gate: Gate) -> None:
    """Set apart what is new and accepted, in force."""
    gate.accepted = [each for each in gate.new if each.accepted]
    gate.new = [each for each in gate.new if not each.accepted]


def stops(gate: Gate, fail_on: str) -> list[Finding]:
    """Give what stops the pipeline: new violations at or above a severity, the weightiest first."""
    least = SEVERITIES.index(fail_on)
    found = [each for each in gate.new if SEVERITIES.index(each.severity) >= least]
    return sorted(found, key=lambda each: (-SEVERITIES.index(each.severity), each.rule, each.resource, each.part))


def unclear(gate: Gate, fail_on: str) -> list[Finding]:
    """Give what was decided before and is in doubt after, at or above a severity."""
    least = SEVERITIES.index(fail_on)
    return [each for each in gate.doubts if SEVERITIES.index(each.severity) >= least]
