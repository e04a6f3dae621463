"""Carries out an approved plan: each step only if what it stands on is unchanged, each call in the journal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from remediation import journal as words
from remediation.documents import Digests, present
from remediation.hands import Hands, StepError
from remediation.journal import Journal
from remediation.planning import Ground
from remediation.remaking import otherwise
from remediation.standing import Standing
from remediation.world import Place, World, holds, kinds_of, places_of, rounds, state_of, worsened
from scanner.model.finding import Finding
from scanner.model.plan import PlanError, Step
from scanner.model.resource import Snapshot

WAVE = 20
"""How many steps at most are carried out before what they did is looked at."""

FRESH = 10.0
"""Seconds: what was looked at after the wave before is not looked at again before the next one begins."""

NOTHING = "Custodian's own look finds nothing there to change"
GONE = "what it is about is not there any more"
OVER = frozenset({"done", "undone"})


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

    `targets` are the places that were scanned. `tell` is given what became of each step, as it becomes known. Where a
    change does not show yet, `pause` is called with each of `pauses` (seconds) before another look. `ground` gives what
    steps are made out anew from.
    """

    journal: Journal
    world: World
    hands: Hands
    targets: Sequence[Place]
    tell: Callable[[Told], None]
    wave: int = WAVE
    canary: bool = True
    pause: Callable[[float], None] | None = None
    pauses: Sequence[float] = ()
    ground: Callable[[Snapshot], Ground] | None = None
    standing: Standing = field(init=False)
    _seen: Ground | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        """Take what each verdict stood on from the plan, or from the journal where our own steps changed it."""
        self.standing = Standing.of(self.journal.plan, self.journal.entries)

    def look(self, steps: Sequence[Step], *, within: float = 0) -> Mapping[str, Finding]:
        """Look again at what steps concern, and at what others on the same resources do; give the verdicts now.

        What was looked at `within` so many seconds is not looked at again.
        """
        around = [*steps, *self.standing.sharing(steps)]
        places = places_of(around, self.world.rules, self.targets)
        self.world.refresh(places, kinds_of(around, self.world.rules), within=within)
        self._seen = None
        return self.world.findings

    def look_until(self, steps: Sequence[Step], shows: Callable[[Step], bool]) -> Mapping[str, Finding]:
        """Look until what each step did shows, or patience ends: AWS may take a moment."""
        found = self.look(steps)
        for seconds in self.pauses if self.pause is not None else ():
            if all(shows(step) for step in steps):
                break
            self.pause(seconds)  # type: ignore[misc]  # there is one, or there are no pauses
            found = self.look(steps)
        return found

    def states(self, step: Step) -> list[str]:
        """Say how the findings of a step stand, as they were last looked at."""
        return [state_of(each, self.world.findings, step) for each in step.mends]

    def changed(self, step: Step) -> str:
        """Say in what a step that is to come would not be what was planned; nothing where it would be."""
        drifted = self.standing.drift(step, self.world.findings)
        if drifted or self.ground is None:
            return drifted
        begun = {"done", "open"}
        ours = any(self.journal.state(other.id).state in begun for other in self.standing.sharing([step]))
        return otherwise(step, self.world.findings, self.seen(self.ground), ours=ours)

    def seen(self, ground: Callable[[Snapshot], Ground]) -> Ground:
        """Give what was last looked at, as steps are made out from it."""
        self._seen = self._seen or ground(self.world.snapshot())
        return self._seen

    def documents(self, step: Step) -> Digests:
        """Give what is there of all that the undoing of a step would write over."""
        return present(step, self.seen(self.ground)) if self.ground is not None else {}


def apply(work: Work, steps: Sequence[Step]) -> None:
    """Carry steps out, in rounds; those that the journal has as done are left alone, open ones are resolved first.

    Raises:
        PlanError: the plan is not approved as it is, or no longer; another version of it was begun; its rollback was
            begun and did not end.
        SurpriseError: a step failed, did not do what it says, or made something else worse; nothing further was begun.
    """
    journal = work.journal
    approval = journal.approved()
    journal.unaltered()
    todo = [step for step in steps if step.runs and journal.state(step.id).state not in OVER]
    for step in todo:
        if journal.state(step.id).state == "undoing":
            raise PlanError(
                f"the rollback of step {step.id} ({step.title}, {step.name}) was begun and did not end; run "
                "`phiward remediate rollback` first"
            )
    journal.note(words.APPLYING, approved_by=approval.by, steps=len(steps))
    begun = [step for step in todo if journal.state(step.id).state == "open"]
    rest = [step for step in todo if journal.state(step.id).state != "open"]
    try:
        for wave in [*rounds(begun, work.wave), *rounds(rest, work.wave, canary=work.canary)]:
            journal.refresh()
            journal.approved()
            _wave(wave, work)
    except BaseException as error:
        journal.note(words.STOPPED, why=str(error) or type(error).__name__)
        raise
    journal.note(words.FINISHED)


def dry_run(work: Work, steps: Sequence[Step]) -> None:
    """Say of each step what would become of it, without changing anything, not even the journal.

    Raises:
        PlanError: the plan is not approved as it is, or no longer.
    """
    work.journal.approved()
    todo = [step for step in steps if step.runs and work.journal.state(step.id).state not in OVER]
    if todo:
        work.look(todo)
    for step in todo:
        states = set(work.states(step))
        if states == {"gone"}:
            work.tell(Told(step, "skipped", GONE))
            continue
        if states <= {"passes", "gone"}:
            work.tell(Told(step, "already"))
            continue
        why = work.changed(step)
        try:
            why = why or ("" if work.hands.dry(step) else NOTHING)
        except StepError as error:
            why = str(error)
        work.tell(Told(step, "skipped", why) if why else Told(step, "would"))


def _wave(wave: Sequence[Step], work: Work) -> None:
    work.look(wave, within=FRESH)
    ready = [step for step in wave if _is_ready(step, work)]
    ready = [step for step in ready if _dry(step, work)]
    if not ready:
        return
    before = work.world.findings
    ran: list[Step] = []
    try:
        for step in ready:
            _carry_out(step, work)
            ran.append(step)
    except SurpriseError:
        if ran:
            _settle(ran, before, work)
        raise
    worse = _settle(ran, before, work)
    if worse:
        raise SurpriseError(worse)


def _settle(ran: Sequence[Step], before: Mapping[str, Finding], work: Work) -> str:
    """Look at what steps did, note their ends, and say what is wrong with one; nothing where all is well."""
    after = work.look_until(ran, lambda step: all(holds(state, step) for state in work.states(step)))
    complaints = [said for step in ran if (said := _verified(step, work))]
    work.standing.rebase(ran, before, after, work.journal)
    brought = {rule for step in ran for rule in step.brings}
    complaints += [
        f"since these steps {each.rule} is {each.verdict} on {each.resource}: {each.message}; look, then `phiward "
        f"remediate rollback`, or make a new plan: {', '.join(step.id for step in ran)}"
        for each in worsened(before, after) if each.rule not in brought
    ]  # fmt: skip
    return complaints[0] if complaints else ""


def _is_ready(step: Step, work: Work) -> bool:
    """Say whether a step may begin: what it stands on is as it was; say loudly why not, and resolve an open one."""
    before = work.journal.state(step.id)
    states = work.states(step)
    if set(states) == {"gone"}:
        return _skip(step, GONE, work)
    if set(states) <= {"passes", "gone"}:
        why = "begun before, and it is as wanted now" if before.state == "open" else "it is as wanted already"
        if before.state == "open":
            work.standing.leave(step, work.world.findings, work.journal)
            work.journal.note(words.ENDED, step.id, why=why, documents=work.documents(step))
            work.tell(Told(step, "done", why))
            return False
        work.journal.note(words.SKIPPED, step.id, why=why, already=True)
        work.tell(Told(step, "already", why))
        return False
    changed = work.changed(step)
    if before.state == "open" and changed:
        raise SurpriseError(
            f"step {step.id} ({step.title}, {step.name}) was begun and its end is not known: it is neither as before "
            f"nor as wanted ({changed}); look at the resource, then `phiward remediate rollback`, or make a new plan"
        )
    if changed:
        return _skip(step, f"it has changed since the plan was made: {changed}", work)
    first = _awaited(step, work)
    return not first or _skip(step, f"it comes after step {first}, which is not done", work)


def _awaited(step: Step, work: Work) -> str:
    """Name a step of the plan that a machine does, that must come before, and that has not been done."""
    for first in work.journal.plan.steps:
        awaited = first.id in step.follows and first.runs and work.journal.state(first.id).state != "done"
        if awaited and {"fails", "unknown"} & set(work.states(first)):
            return first.id
    return ""


def _skip(step: Step, why: str, work: Work) -> bool:
    work.journal.note(words.SKIPPED, step.id, why=why)
    work.tell(Told(step, "skipped", why))
    return False


def _dry(step: Step, work: Work) -> bool:
    """Try a step without changing anything, and say whether there is something for it to do."""
    try:
        matched = work.hands.dry(step)
    except StepError as error:
        raise SurpriseError(
            f"step {step.id} ({step.title}, {step.name}) would fail: {error}; nothing was done"
        ) from error
    if not matched:
        return _skip(step, NOTHING, work)
    if matched > len(step.resources):
        raise SurpriseError(
            f"step {step.id} would touch {matched} resources, the plan says {len(step.resources)}; nothing was done"
        )
    return True


def _carry_out(step: Step, work: Work) -> None:
    state = work.journal.state(step.id)
    again = state.state == "open"
    work.journal.note(words.BEGAN, step.id, resumed=again)

    def note(number: int, what: str) -> None:
        work.journal.note(words.CALLING if what == "began" else words.CALLED, step.id, number=number)

    done = state.calls if again and state.calls < len(step.writes) else 0
    try:
        work.hands.do(step, note, done, again=again)
    except StepError as error:
        work.journal.note(words.FAILED, step.id, why=str(error))
        raise SurpriseError(f"step {step.id} ({step.title}, {step.name}) failed: {error}") from error


def _verified(step: Step, work: Work) -> str:
    """Say what is wrong with a step that was carried out; note its end where nothing is."""
    standing = zip(step.mends, work.states(step), strict=True)
    still = [each.rule for each, state in standing if not holds(state, step)]
    if still:
        why = f"step {step.id} ({step.title}, {step.name}) was carried out, and {', '.join(still)} does not hold yet"
        work.journal.note(words.FAILED, step.id, why=why)
        return f"{why}; look at the resource: nothing further was begun"
    work.standing.leave(step, work.world.findings, work.journal)
    work.journal.note(words.ENDED, step.id, documents=work.documents(step))
    work.tell(Told(step, "done"))
    return ""
