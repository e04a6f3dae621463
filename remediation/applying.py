"""Carries out an approved plan: each step only if what it stands on is unchanged, each call in the journal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from remediation import journal as words
from remediation.hands import Hands, StepError
from remediation.journal import Journal
from remediation.world import Place, World, kinds_of, places_of, rounds, state_of, worsened
from scanner.engine.normalise import builtin
from scanner.model.finding import Finding, Verdict
from scanner.model.plan import Mended, Read, Step

WAVE = 20
"""How many steps at most are carried out before what they did is looked at."""

NOTHING = "Custodian's own look finds nothing there to change"
EXPECTED, FAILED = "expected", "step failed"


class SurpriseError(Exception):
    """Something is not as it should be, and nothing further is done: the message says what, and what to do."""


@dataclass(frozen=True)
class Told:
    """What became of a step: `done`, `already` (as wanted before), `skipped` (it has drifted), `undone`, or `would`."""

    step: Step
    what: str
    why: str = ""


@dataclass
class Work:
    """A plan under way: its journal, the world it is checked against, the hands that carry it out.

    `targets` are the places that were scanned. `tell` is given what became of each step, as it becomes known.
    """

    journal: Journal
    world: World
    hands: Hands
    targets: Sequence[Place]
    tell: Callable[[Told], None]
    wave: int = WAVE
    canary: bool = True
    expected: dict[str, dict[tuple[str, str], Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Take what each verdict stood on from the plan, or from the journal where our own steps changed it."""
        for step in self.journal.plan.steps:
            for mended in step.mends:
                self.expected[mended.fingerprint] = {(each.fact, each.resource): each.value for each in mended.before}
        for entry in self.journal.entries:
            if entry.event == EXPECTED:
                read = msgspec.convert(entry.body["read"], tuple[Read, ...])
                self.expected[entry.body["fingerprint"]] = {(each.fact, each.resource): each.value for each in read}

    def look(self, steps: Sequence[Step]) -> Mapping[str, Finding]:
        """Look again at what steps concern, and give the verdicts that stood before."""
        return self.world.refresh(
            places_of(steps, self.world.rules, self.targets), kinds_of(steps, self.world.rules)
        )  # fmt: skip


def apply(work: Work, steps: Sequence[Step]) -> None:
    """Carry steps out, in rounds; those that the journal has as done are left alone, open ones are resolved first.

    Raises:
        PlanError: the plan is not approved as it is, or no longer.
        SurpriseError: a step failed, did not do what it says, or made something else worse; nothing further was begun.
    """
    approval = work.journal.approved()
    work.journal.note(words.APPLYING, approved_by=approval.by, steps=len(steps))
    todo = [step for step in steps if step.runs and work.journal.state(step.id).state not in {"done", "undone"}]
    todo.sort(key=lambda step: work.journal.state(step.id).state != "open")
    try:
        for wave in rounds(todo, work.wave, canary=work.canary):
            _wave(wave, work)
    except SurpriseError as error:
        work.journal.note(words.STOPPED, why=str(error))
        raise
    work.journal.note(words.FINISHED)


def dry_run(work: Work, steps: Sequence[Step]) -> None:
    """Say of each step what would become of it, without changing anything, not even the journal.

    Raises:
        PlanError: the plan is not approved as it is, or no longer.
    """
    work.journal.approved()
    todo = [step for step in steps if step.runs and work.journal.state(step.id).state not in {"done", "undone"}]
    if todo:
        work.look(todo)
    for step in todo:
        states = {state_of(each, work.world.findings, step) for each in step.mends}
        if states <= {"passes", "gone"}:
            work.tell(Told(step, "already"))
            continue
        why = _drift(step, work)
        try:
            why = why or ("" if work.hands.dry(step) else NOTHING)
        except StepError as error:
            why = str(error)
        work.tell(Told(step, "skipped", why) if why else Told(step, "would"))


def _wave(wave: Sequence[Step], work: Work) -> None:
    work.look(wave)
    ready = [step for step in wave if _is_ready(step, work)]
    for step in ready:
        _dry(step, work)
    ready = [step for step in ready if work.journal.state(step.id).state != "skipped"]
    if not ready:
        return
    for step in ready:
        _carry_out(step, work)
    before = work.look(ready)
    worse = worsened(before, work.world.findings)
    failed = ""
    for step in ready:
        failed = failed or _verified(step, work)
    _rebase(ready, work)
    brought = {rule for step in ready for rule in step.brings}
    blamed = [each for each in worse if each.rule not in brought]
    if failed:
        raise SurpriseError(failed)
    if blamed:
        first = blamed[0]
        raise SurpriseError(
            f"since these steps {first.rule} is {first.verdict} on {first.resource}: {first.message}; look, then "
            f"`phiward remediate rollback`, or make a new plan: {', '.join(step.id for step in ready)}"
        )


def _is_ready(step: Step, work: Work) -> bool:
    """Say whether a step may begin: what it stands on is as it was; say loudly why not, and resolve an open one."""
    before = work.journal.state(step.id)
    states = [state_of(each, work.world.findings, step) for each in step.mends]
    if all(state in {"passes", "gone"} for state in states):
        why = "begun before, and it is as wanted now" if before.state == "open" else "it is as wanted already"
        if all(state == "gone" for state in states):
            return _skip(step, "what it is about is not there any more", work)
        if before.state == "open":
            work.journal.note(words.ENDED, step.id, why=why)
            work.tell(Told(step, "done", why))
            return False
        work.journal.note(words.SKIPPED, step.id, why=why, already=True)
        work.tell(Told(step, "already", why))
        return False
    changed = _drift(step, work)
    if not changed:
        return True
    if before.state == "open":
        raise SurpriseError(
            f"step {step.id} ({step.title}, {step.name}) was begun and its end is not known: it is neither as before "
            f"nor as wanted ({changed}); look at the resource, then make a new plan"
        )
    return _skip(step, f"it has changed since the plan was made: {changed}", work)


def _skip(step: Step, why: str, work: Work) -> bool:
    work.journal.note(words.SKIPPED, step.id, why=why)
    work.tell(Told(step, "skipped", why))
    return False


def _drift(step: Step, work: Work) -> str:
    """Say in what the present differs from what the plan stands on; nothing where it does not."""
    for mended in step.mends:
        now = work.world.findings.get(mended.fingerprint)
        if now is None or now.verdict is not Verdict.FAIL:
            state = state_of(mended, work.world.findings, step)
            return f"{mended.rule} {state} now"
        there = _read(mended, now)
        for fact, value in work.expected[mended.fingerprint].items():
            if fact not in there:
                return f"{fact[0]} was not read this time"
            if there[fact] != value:
                return f"{fact[0]} is {_brief(there[fact])}, was {_brief(value)}"
    return ""


def _read(mended: Mended, now: Finding) -> dict[tuple[str, str], Any]:
    """Give what a verdict was read from, as far as the plan holds it."""
    held = {(each.fact, each.resource) for each in mended.before}
    found = {(each.fact, each.resource): builtin(each.value) for each in now.evidence}
    return {fact: value for fact, value in found.items() if fact in held}


def _brief(value: Any) -> str:
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= 80 else text[:77] + "..."  # noqa: PLR2004


def _dry(step: Step, work: Work) -> None:
    try:
        matched = work.hands.dry(step)
    except StepError as error:
        raise SurpriseError(
            f"step {step.id} ({step.title}, {step.name}) would fail: {error}; nothing was done"
        ) from error
    if not matched:
        _skip(step, NOTHING, work)
    elif matched > len(step.resources):
        raise SurpriseError(
            f"step {step.id} would touch {matched} resources, the plan says {len(step.resources)}; nothing was done"
        )


def _carry_out(step: Step, work: Work) -> None:
    state = work.journal.state(step.id)
    work.journal.note(words.BEGAN, step.id, resumed=state.state == "open")

    def note(number: int, what: str) -> None:
        work.journal.note(words.CALLING if what == "began" else words.CALLED, step.id, number=number)

    done = state.calls if state.state == "open" and state.calls < len(step.writes) else 0
    try:
        work.hands.do(step, note, done, again=state.state == "open")
    except StepError as error:
        work.journal.note(FAILED, step.id, why=str(error))
        raise SurpriseError(f"step {step.id} ({step.title}, {step.name}) failed: {error}") from error


def _verified(step: Step, work: Work) -> str:
    """Say what is wrong with a step that was carried out; note its end where nothing is."""
    still = [each.rule for each in step.mends if state_of(each, work.world.findings, step) in {"fails", "unknown"}]
    if still:
        why = f"step {step.id} ({step.title}, {step.name}) was carried out, and {', '.join(still)} does not hold yet"
        work.journal.note(FAILED, step.id, why=why)
        return f"{why}; look at the resource: nothing further was begun"
    work.journal.note(words.ENDED, step.id)
    work.tell(Told(step, "done"))
    return ""


def _rebase(ran: Sequence[Step], work: Work) -> None:
    """Expect of steps that are still to come what our own steps have just changed on the same resource."""
    touched = {(step.account, arn) for step in ran for arn in (*step.resources, step.resource)}
    gone = {step.id for step in ran}
    for step in work.journal.plan.steps:
        if step.id in gone or not touched & {(step.account, arn) for arn in (*step.resources, step.resource)}:
            continue
        for mended in step.mends:
            now = work.world.findings.get(mended.fingerprint)
            if now is None:
                continue
            there = _read(mended, now)
            if there != work.expected[mended.fingerprint]:
                work.expected[mended.fingerprint] = there
                read = [Read(fact, value, resource) for (fact, resource), value in there.items()]
                work.journal.note(EXPECTED, step.id, fingerprint=mended.fingerprint, read=msgspec.to_builtins(read))
