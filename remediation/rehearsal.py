"""The rehearsal: a plan's steps carried out in the twin, collected and judged again, each with what that showed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import zip_longest

import msgspec

from remediation.custodian import Custodian
from remediation.hands import Hands, StepError
from remediation.staging import Ran, Scene, Stage, judged, services, shown, suspects
from remediation.twin.building import build, concerned, names_in
from remediation.twin.looking import Eyes
from remediation.twin.site import Site
from remediation.world import World, kinds_of, places_of, rounds, state_of, worsened
from scanner.demo import DemoServer
from scanner.engine.registry import kinds, with_roots
from scanner.model.finding import Finding
from scanner.model.plan import Outcome, Plan, Rehearsal, Step, WriteCall
from scanner.model.resource import Resource, Snapshot

READS = ("Get", "List", "Describe", "Head", "Batch", "Search", "Lookup", "AssumeRole", "Select", "Generate")


_SEED = 31212
"""Not the demo's: an id that moto chose for the twin must not be one that the account's things already have."""


def rehearse(plan: Plan, scene: Scene, at: str, versions: Mapping[str, str]) -> Rehearsal:
    """Rehearse a plan: build the twin, run each step there, and say of each what that showed.

    Raises:
        OSError: the twin's server does not start.
    """
    runnable = [step for step in plan.steps if step.runs]
    outcomes = {
        step.id: Outcome(step=step.id, verdict="manual", why="a person or code carries it out")
        for step in plan.steps if not step.runs
    }  # fmt: skip
    left, alone = runnable, False
    while left:
        found = _performance(left, scene, alone=alone)
        outcomes |= found
        following = [step for step in left if step.id not in found]
        if len(following) == len(left):
            why = "another step of the plan does it too, and nothing takes that back"
            outcomes |= {step.id: Outcome(step=step.id, verdict="not-provable", why=why) for step in left}
            break
        left, alone = following, True
    return Rehearsal(
        plan=plan.id, hash=plan.hash, at=at, versions=dict(versions),
        outcomes=tuple(outcomes[step.id] for step in plan.steps),
    )  # fmt: skip


def _performance(steps: Sequence[Step], scene: Scene, *, alone: bool) -> dict[str, Outcome]:
    """Build a twin and run steps there, in rounds as they would be applied, and take them back at the end.

    Those that find their work done by another, or whose effect cannot be told from another's, have no outcome: they are
    run `alone` in the next twin, one at a time in each account, each taken back before the next.
    """
    from scanner.demo.moto_gaps import extended

    wanted = list(_wanted(steps, scene.snapshot))
    with DemoServer() as server:
        server.set_clock(scene.snapshot.as_of)
        server.seed_random(_SEED)
        site = Site(server.url)
        building = partial(scene.tick, "building the twin") if scene.tick else None
        twin = build(site, concerned(wanted, scene.snapshot.resources), building)
        world = World(
            Eyes(site, scene.redactor, scene.snapshot.as_of).look, scene.judge, scene.rules, scene.snapshot.as_of
        )
        targets = set(scene.snapshot.targets)
        world.refresh(places_of(steps, scene.rules, targets), kinds_of(steps, scene.rules))
        with Custodian(server.url) as custodian:
            stage = Stage(scene, server, twin, world, Hands(site, custodian), extended())
            ready = [step for step in steps if shown(step, stage)]
            waves = _one_by_one(ready) if alone else rounds(ready)
            for number, wave in enumerate(waves):
                if scene.tick:
                    scene.tick("rehearsing", number, len(waves))
                _round(wave, stage, alone=alone)
                if alone:
                    _take_back(wave, stage)
            if not alone:
                _look_round(stage)
                _take_back(ready, stage)
        return stage.outcomes


def _one_by_one(steps: Sequence[Step]) -> list[list[Step]]:
    """Give each account one step at a time."""
    queues: dict[str, list[Step]] = defaultdict(list)
    for step in steps:
        queues[step.account].append(step)
    return [[step for step in wave if step is not None] for wave in zip_longest(*queues.values())]


def _take_back(steps: Sequence[Step], stage: Stage) -> None:
    """Undo steps, the last first, and say of each whether its finding is back."""
    wrong: dict[str, str] = {}
    begun = [step for step in reversed(steps) if step.undo and step.id in stage.ran]
    for step in begun:
        try:
            stage.hands.write(step, _in_twin(step, stage).undo, lambda *_: None, again=True)
        except StepError as error:
            wrong[step.id] = " ".join(str(error).split())
    if begun:
        _look_again(begun, stage)
    for step in begun:
        if step.id in stage.outcomes:
            states = {state_of(each, stage.world.findings, step) for each in step.mends}
            said = wrong.get(step.id) or ("proved" if "fails" in states else f"its finding {', '.join(sorted(states))}")
            stage.outcomes[step.id] = msgspec.structs.replace(stage.outcomes[step.id], undone=said)


def _wanted(steps: Sequence[Step], snapshot: Snapshot) -> Iterator[Resource]:
    """Give what the steps touch, what their findings were read from, and what they name."""
    names: dict[str, set[str]] = defaultdict(set)
    for step in steps:
        read = (each.resource for mended in step.mends for each in mended.before if each.resource)
        said = names_in([step.policy, [call.parameters for call in (*step.writes, *step.undo)]])
        names[step.account] |= {step.resource, *step.resources, *read, *said}
    for resource in snapshot.resources:
        if names[resource.account] & {resource.arn, resource.id}:
            yield resource


def _round(wave: Sequence[Step], stage: Stage, *, alone: bool) -> None:
    """Run the steps of a round, look again, and judge each by what changed; further afield only where it is `alone`."""
    ran = [found for step in wave if (found := _run(step, stage)) is not None]
    if not ran:
        return
    stage.ran |= {each.step.id: each for each in ran}
    before = _look_again([each.step for each in ran], stage, ran if alone else ())
    blamed, unclear = _blamed(before, ran, stage)
    for each in ran:
        if each.step.id not in unclear:
            stage.outcomes[each.step.id] = judged(each, blamed.get(each.step.id, []), stage)


def _look_round(stage: Stage) -> None:
    """Look at everything in the services that were written to: what is worse there, which no round looked at?

    Where it cannot be told which step did it, those that may have are left without an outcome.
    """
    ran = list(stage.ran.values())
    if not ran:
        return
    before = _look_again([each.step for each in ran], stage, ran)
    blamed, unclear = _blamed(before, ran, stage)
    for each in ran:
        if each.step.id in unclear:
            stage.outcomes.pop(each.step.id, None)
        elif each.step.id in blamed and each.step.id in stage.outcomes:
            stage.outcomes[each.step.id] = judged(each, blamed[each.step.id], stage)


def _blamed(
    before: Mapping[str, Finding], ran: Sequence[Ran], stage: Stage
) -> tuple[dict[str, list[Finding]], set[str]]:
    """Say what each step made worse, and of which steps that cannot be told."""
    blamed: dict[str, list[Finding]] = defaultdict(list)
    unclear: set[str] = set()
    for finding in worsened(before, stage.world.findings):
        these = suspects(finding, ran)
        if any(finding.rule in each.step.brings for each in these):
            continue
        if len(these) > 1:
            unclear |= {each.step.id for each in these}
        for each in these:
            blamed[each.step.id].append(finding)
    return dict(blamed), unclear


def _run(step: Step, stage: Stage) -> Ran | None:
    """Run a step in the twin; nothing is given where its work is done already, or where moto cannot do it."""
    if all(state_of(each, stage.world.findings, step) != "fails" for each in step.mends):
        return None
    stage.server.forget_calls()
    matched, error = 0, ""
    try:
        matched = stage.hands.do(_in_twin(step, stage), lambda *_: None)
    except StepError as said:
        error = " ".join(str(said).split())
    lacked = sorted({f"{each.service}.{each.operation}" for each in stage.server.unserved()})
    if lacked:
        why = f"moto lacks {', '.join(lacked)}"
        stage.outcomes[step.id] = Outcome(step=step.id, verdict="not-provable", why=why)
        return None
    calls = [call for call in stage.server.calls() if not call.operation.startswith(READS)]
    return Ran(step, calls, matched, error)


def _look_again(steps: Sequence[Step], stage: Stage, ran: Sequence[Ran] = ()) -> Mapping[str, Finding]:
    """Look at what steps concern, and at all kinds of the services in which something was written."""
    written = {call.service for each in ran for call in each.calls}
    known = kinds()
    also = with_roots(kind for name, kind in known.items() if name in stage.world.kinds and services(kind) & written)
    places = places_of(steps, stage.scene.rules, stage.scene.snapshot.targets)
    return stage.world.refresh(places, kinds_of(steps, stage.scene.rules) | also)


def _in_twin(step: Step, stage: Stage) -> Step:
    """Say a step in the twin's ids; nothing else of it differs."""
    pairs = stage.twin.site.pairs

    def said(calls: Iterable[WriteCall]) -> tuple[WriteCall, ...]:
        return tuple(msgspec.structs.replace(call, parameters=pairs.made(call.parameters)) for call in calls)

    return msgspec.structs.replace(step, policy=pairs.made(step.policy), writes=said(step.writes), undo=said(step.undo))
