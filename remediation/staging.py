"""A twin in use for a rehearsal, and what a step that was run there showed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec

from remediation.hands import Hands
from remediation.twin.building import Twin
from remediation.world import Judge, World, holds, state_of
from scanner.demo import DemoServer
from scanner.demo.server import Served
from scanner.engine.normalise import builtin
from scanner.engine.redact import Redactor
from scanner.engine.registry import kinds
from scanner.model.finding import Finding, Verdict
from scanner.model.kind import Kind
from scanner.model.plan import Mended, Outcome, Read, Step
from scanner.model.resource import Snapshot
from scanner.model.rule import Rule

Tick = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Scene:
    """What a rehearsal needs: the snapshot that was planned from, the rules, how to judge and to redact."""

    snapshot: Snapshot
    rules: Mapping[str, type[Rule]]
    judge: Judge
    redactor: Redactor
    tick: Tick | None = None


@dataclass
class Stage:
    """A twin in use."""

    scene: Scene
    server: DemoServer
    twin: Twin
    world: World
    hands: Hands
    fake: frozenset[str]
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    ran: dict[str, Ran] = field(default_factory=dict)
    kinds: dict[str, type[Kind]] = field(init=False)

    def __post_init__(self) -> None:
        """Know of what kind each resource is, by its ARN."""
        known = kinds()
        self.kinds = {each.arn: known[each.kind] for each in self.scene.snapshot.resources if each.kind in known}


class Ran(NamedTuple):
    """A step that was run: what it wrote, how many resources matched, what went wrong."""

    step: Step
    calls: Sequence[Served]
    matched: int
    error: str


def shown(step: Step, stage: Stage) -> bool:
    """Say whether the twin shows what a step mends, as the account does; if not, keep why."""
    for mended in step.mends:
        now = stage.world.findings.get(mended.fingerprint)
        if now is not None and now.verdict is Verdict.FAIL and not _differing(mended, now):
            continue
        reasons = [
            why for (account, _, kind, name), why in stage.twin.lacking.items()
            if account == step.account and kind == step.kind and name in step.resource
        ]  # fmt: skip
        why = f"cannot hold it: {reasons[0]}" if reasons else f"does not show it: {_unlike(step, stage)}"
        stage.outcomes[step.id] = Outcome(step=step.id, verdict="not-provable", why=f"{mended.rule}: the twin {why}")
        return False
    return True


def _unlike(step: Step, stage: Stage) -> str:
    """Say in which facts the twin differs from what a verdict was read from."""
    found = []
    for mended in step.mends:
        near = [
            each for each in stage.world.findings.values()
            if each.rule == mended.rule and each.resource == step.resource
        ]  # fmt: skip
        found += [said for finding in near for said in _differing(mended, finding)]
        found += [f"{near[0].verdict}: {near[0].message}"] if near and not found else []
    return "; ".join(found[:3]) or "the resource is not there"


def _differing(mended: Mended, finding: Finding) -> list[str]:
    """Say which facts a finding of the twin was read from that have another value than in the account."""
    there = {(each.fact, each.resource): builtin(each.value) for each in finding.evidence}
    return [
        f"{read.fact} is {_brief(there[read.fact, read.resource])}, not {_brief(read.value)}"
        for read in mended.before
        if (read.fact, read.resource) in there and there[read.fact, read.resource] != read.value
    ]


def _brief(value: Any) -> str:
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= 60 else text[:57] + "..."  # noqa: PLR2004


def suspects(finding: Finding, ran: Sequence[Ran]) -> list[Ran]:
    """Choose the steps that may have made a finding worse.

    Those that touched its resource; else those that wrote in its service; else all of its account.
    """
    here = [each for each in ran if each.step.account == finding.account]
    names = {finding.resource, *finding.members}
    touched = [each for each in here if names & {*each.step.resources, each.step.resource}]
    its = services(kinds()[finding.kind])
    wrote = [each for each in here if its & {call.service for call in each.calls}]
    return touched or wrote or here


def services(kind: type[Kind]) -> set[str]:
    """Name the services that a kind is read from."""
    return {operation.partition(".")[0] for call in kind.calls.values() for operation in call.operations}


def judged(ran: Ran, worse: Sequence[Finding], stage: Stage) -> Outcome:
    """Say what a step showed: `worse` is what it made worse."""
    step, matched = ran.step, ran.matched
    names = tuple(dict.fromkeys(f"{call.service}.{call.operation}" for call in ran.calls))
    findings = stage.world.findings
    states = {each.rule: state_of(each, findings, step) for each in step.mends}
    read = {
        (each.fact, each.resource): Read(each.fact, each.value, each.resource)
        for mended in step.mends for finding in findings.values()
        if finding.rule == mended.rule and finding.resource == step.resource for each in finding.evidence
    }  # fmt: skip
    fake = _fakes(step, names, stage)
    given: dict[str, Any] = {"step": step.id, "calls": names, "fake": fake, "after": tuple(read.values())}
    if ran.error:
        return Outcome(verdict="refuted", why=f"it failed: {ran.error}", **given)
    still = [rule for rule, state in states.items() if state == "fails"]
    if still:
        what = (
            f"{matched} resource{'s' if matched != 1 else ''} matched"
            if step.form == "custodian"
            else "every call was answered"
        )
        return Outcome(verdict="refuted", why=f"no error, {what}, and it still fails: {', '.join(still)}", **given)
    unclear = [rule for rule, state in states.items() if state == "unknown"]
    if unclear:
        return Outcome(verdict="not-provable", why=f"the twin cannot say afterwards: {', '.join(unclear)}", **given)
    lost = [f"{rule} {state}" for rule, state in states.items() if not holds(state, step)]
    if lost:
        return Outcome(verdict="refuted", why=f"nothing passes afterwards: {', '.join(lost)}", **given)
    if worse:
        said = "; ".join(f"{each.rule} on {each.name}: {each.message}" for each in worse[:3])
        return Outcome(verdict="refuted", why=f"it makes something else worse: {said}", **given)
    return Outcome(verdict="proved-on-fake" if fake else "proved", **given)


def _fakes(step: Step, names: Sequence[str], stage: Stage) -> tuple[str, ...]:
    """Name the operations of phiward's own extension of moto on which a proof stands: written, or read by the rules."""
    read = set()
    for mended in step.mends:
        rule = stage.scene.rules[mended.rule]
        for each in mended.before:
            other = stage.kinds.get(each.resource)
            for kind in [other] if other else rule.judged():
                sections = kind.facts[each.fact].sections if each.fact in kind.facts else ()
                read |= {op for name in sections if name in kind.calls for op in kind.calls[name].operations}
    return tuple(sorted((set(names) | read) & stage.fake))
