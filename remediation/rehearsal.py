"""The rehearsal: a plan's steps carried out in the twin, collected and judged again, each with what that showed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import msgspec

from remediation.custodian import Custodian
from remediation.hands import Hands, StepError
from remediation.twin.building import Twin, build, concerned
from remediation.twin.looking import look
from remediation.twin.site import Site
from remediation.world import Judge, World, kinds_of, places_of, rounds, state_of, worsened
from scanner.demo import DemoServer
from scanner.demo.server import Served
from scanner.engine.redact import Redactor
from scanner.engine.registry import kinds, with_roots
from scanner.model.finding import Finding
from scanner.model.kind import Kind
from scanner.model.plan import Outcome, Plan, Read, Rehearsal, Step
from scanner.model.resource import Resource, Snapshot
from scanner.model.rule import Rule

READS = ("Get", "List", "Describe", "Head", "Batch", "Search", "Lookup", "AssumeRole", "Select", "Generate")
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
class _Stage:
    """A twin in use."""

    scene: Scene
    server: DemoServer
    twin: Twin
    world: World
    hands: Hands
    fake: frozenset[str]
    outcomes: dict[str, Outcome] = field(default_factory=dict)


def rehearse(plan: Plan, scene: Scene, at: str, versions: Mapping[str, str]) -> Rehearsal:
    """Rehearse a plan: build the twin, run each step there, and say of each what that showed.

    Raises:
        OSError: the twin's server does not start.
    """
    runnable = [step for step in plan.steps if step.runs]
    outcomes = {
        step.id: Outcome(step=step.id, verdict="manual", why="nobody's machine carries it out")
        for step in plan.steps if not step.runs
    }  # fmt: skip
    left = runnable
    while left:
        shown = _performance(left, scene)
        outcomes |= shown
        following = [step for step in left if step.id not in shown]
        if len(following) == len(left):
            break
        left = following
    return Rehearsal(
        plan=plan.id, hash=plan.hash, at=at, versions=dict(versions),
        outcomes=tuple(outcomes[step.id] for step in plan.steps),
    )  # fmt: skip


def _performance(steps: Sequence[Step], scene: Scene) -> dict[str, Outcome]:
    """Build a twin and run steps there; those that find their work done by another are left for the next twin."""
    from scanner.demo.moto_gaps import extended

    wanted = list(_wanted(steps, scene.snapshot))
    with DemoServer() as server:
        server.set_clock(scene.snapshot.as_of)
        site = Site(server.url)
        building = partial(scene.tick, "building the twin") if scene.tick else None
        twin = build(site, concerned(wanted, scene.snapshot.resources), building)
        looking = partial(_look, site, scene)
        world = World(looking, scene.judge, scene.rules, scene.snapshot.as_of)
        targets = set(scene.snapshot.targets)
        world.refresh(places_of(steps, scene.rules, targets), kinds_of(steps, scene.rules))
        with Custodian(server.url) as custodian:
            stage = _Stage(scene, server, twin, world, Hands(site, custodian), extended())
            ready = [step for step in steps if _shown(step, stage)]
            waves = rounds(ready)
            for number, wave in enumerate(waves):
                if scene.tick:
                    scene.tick("rehearsing", number, len(waves))
                _round(wave, stage)
        return stage.outcomes


def _look(site: Site, scene: Scene, places: Iterable[tuple[str, str]], wanted: Mapping[str, type[Kind]]) -> Snapshot:
    return look(site, places, wanted, scene.redactor, scene.snapshot.as_of)


def _wanted(steps: Sequence[Step], snapshot: Snapshot) -> Iterator[Resource]:
    """Give what the steps touch and what their findings were read from."""
    names: dict[str, set[str]] = defaultdict(set)
    for step in steps:
        read = (each.resource for mended in step.mends for each in mended.before if each.resource)
        names[step.account] |= {step.resource, *step.resources, *read}
    for resource in snapshot.resources:
        if resource.arn in names[resource.account]:
            yield resource


def _shown(step: Step, stage: _Stage) -> bool:
    """Say whether the twin shows what a step mends, as the account does; if not, keep why."""
    for mended in step.mends:
        now = stage.world.findings.get(mended.fingerprint)
        if now is not None and state_of(mended, stage.world.findings, step) == "fails":
            continue
        reasons = [
            why for (account, _, kind, name), why in stage.twin.lacking.items()
            if account == step.account and kind == step.kind and name in step.resource
        ]  # fmt: skip
        why = (
            f"the twin cannot hold it: {reasons[0]}"
            if reasons
            else f"the twin does not show it: {_unlike(step, stage)}"
        )
        stage.outcomes[step.id] = Outcome(step=step.id, verdict="not-provable", why=f"{mended.rule}: the twin {why}")
        return False
    return True


def _unlike(step: Step, stage: _Stage) -> str:
    """Say in which facts the twin differs from what a verdict was read from."""
    found = []
    for mended in step.mends:
        near = [
            each for each in stage.world.findings.values()
            if each.rule == mended.rule and each.resource == step.resource
        ]  # fmt: skip
        there = {(each.fact, each.resource): each.value for finding in near for each in finding.evidence}
        found += [
            f"{read.fact} is {_brief(there[read.fact, read.resource])}, not {_brief(read.value)}"
            for read in mended.before
            if (read.fact, read.resource) in there and there[read.fact, read.resource] != read.value
        ]
        found += [f"{near[0].verdict}: {near[0].message}"] if near and not found else []
    return "; ".join(found[:3]) or "the resource is not there"


def _brief(value: Any) -> str:
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= 60 else text[:57] + "..."  # noqa: PLR2004


def _round(wave: Sequence[Step], stage: _Stage) -> None:
    """Run the steps of a round, look again, and judge each by what changed."""
    ran: dict[str, tuple[Step, list[Served], int, str]] = {}
    for step in wave:
        if all(state_of(each, stage.world.findings, step) != "fails" for each in step.mends):
            continue  # an earlier step mended it already: a twin of its own shows what it does
        stage.server.forget_calls()
        matched, error = 0, ""
        try:
            matched = stage.hands.do(_in_twin(step, stage), lambda *_: None)
        except StepError as said:
            error = " ".join(str(said).split())
        lacked = stage.server.unserved()
        if lacked:
            names = ", ".join(sorted({f"{each.service}.{each.operation}" for each in lacked}))
            why = f"moto lacks {names}"
            stage.outcomes[step.id] = Outcome(step=step.id, verdict="not-provable", why=why)
            continue
        ran[step.id] = (step, stage.server.calls(), matched, error)
    if not ran:
        return
    steps = [step for step, *_ in ran.values()]
    written = {call.service for _, calls, *_ in ran.values() for call in calls if _writes(call)}
    known = kinds()
    also = with_roots(kind for name, kind in known.items() if name in stage.world.kinds and _services(kind) & written)
    places = places_of(steps, stage.scene.rules, stage.scene.snapshot.targets)
    before = stage.world.refresh(places, kinds_of(steps, stage.scene.rules) | also)
    worse = worsened(before, stage.world.findings)
    for step, calls, matched, error in ran.values():
        stage.outcomes[step.id] = _judged(step, calls, (matched, error), _blamed(step, steps, worse), stage)


def _in_twin(step: Step, stage: _Stage) -> Step:
    """Say a step in the twin's ids; nothing else of it differs."""
    pairs = stage.twin.site.pairs
    writes = tuple(
        msgspec.structs.replace(call, parameters=pairs.made(call.parameters)) for call in step.writes
    )  # fmt: skip
    return msgspec.structs.replace(step, policy=pairs.made(step.policy), writes=writes)


def _writes(call: Served) -> bool:
    return not call.operation.startswith(READS)


def _services(kind: type[Kind]) -> set[str]:
    return {operation.partition(".")[0] for call in kind.calls.values() for operation in call.operations}


def _blamed(step: Step, wave: Sequence[Step], worse: Sequence[Finding]) -> list[Finding]:
    """Choose what worsened by this step: on what it touched; elsewhere in the account, what no other step touched."""
    touched = {arn: each.id for each in wave for arn in (*each.resources, each.resource)}
    return [
        finding for finding in worse
        if finding.account == step.account and finding.rule not in step.brings
        and touched.get(finding.resource, step.id) == step.id
    ]  # fmt: skip


def _judged(
    step: Step, calls: Sequence[Served], ran: tuple[int, str], worse: Sequence[Finding], stage: _Stage
) -> Outcome:
    matched, error = ran
    names = tuple(dict.fromkeys(f"{call.service}.{call.operation}" for call in calls if _writes(call)))
    findings = stage.world.findings
    states = {each.rule: state_of(each, findings, step) for each in step.mends}
    read = {
        (each.fact, each.resource): Read(each.fact, each.value, each.resource)
        for mended in step.mends for finding in findings.values()
        if finding.rule == mended.rule and finding.resource == step.resource for each in finding.evidence
    }  # fmt: skip
    fake = _fakes(step, names, stage)
    given: dict[str, Any] = {"step": step.id, "calls": names, "fake": fake, "after": tuple(read.values())}
    if error:
        return Outcome(verdict="refuted", why=f"it failed: {error}", **given)
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
    if worse:
        said = "; ".join(f"{each.rule} on {each.name}: {each.message}" for each in worse[:3])
        return Outcome(verdict="refuted", why=f"it makes something else worse: {said}", **given)
    return Outcome(verdict="proved-on-fake" if fake else "proved", **given)


def _fakes(step: Step, names: Sequence[str], stage: _Stage) -> tuple[str, ...]:
    """Name the operations of phiward's own extension of moto on which a proof stands: written, or read by the rules."""
    read = set()
    for mended in step.mends:
        rule = stage.scene.rules[mended.rule]
        facts = {each.fact for each in mended.before if not each.resource}
        for kind in rule.judged():
            sections = {name for fact in facts if fact in kind.facts for name in kind.facts[fact].sections}
            read |= {op for name in sections if name in kind.calls for op in kind.calls[name].operations}
    return tuple(sorted((set(names) | read) & stage.fake))
