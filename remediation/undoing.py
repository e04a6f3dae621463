"""Takes steps back, the last one first, and looks whether things are again as they were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from remediation import journal as words
from remediation.applying import FRESH, GONE, SurpriseError, Told, Work
from remediation.documents import replaced
from remediation.hands import StepError
from remediation.journal import StepState
from remediation.world import rounds
from scanner.model.finding import Finding
from scanner.model.plan import Step


def rollback(work: Work, steps: Sequence[Step]) -> None:
    """Bring the former state back for steps that were carried out and can be undone.

    What has changed since, or has no way back, is skipped and said.

    Raises:
        PlanError: the plan is not the one that was carried out.
        SurpriseError: a call was refused, or the former state did not come back; nothing further was begun.
    """
    journal = work.journal
    journal.unaltered()
    order = journal.order()
    begun = [step for step in steps if journal.state(step.id).state in {"done", "undoing", "open"}]
    begun.sort(key=lambda step: order[step.id])
    going = {step.id for step in begun}
    able: list[Step] = []
    for step in reversed(begun):
        if not step.undo:
            work.tell(Told(step, "skipped", f"there is no way back: {step.lasting}"))
        elif other := _bound(step, going, work):
            _skip(step, f"step {other} would be taken back with it: roll back both", work)
        else:
            able.insert(0, step)
    try:
        for wave in reversed(rounds(able, work.wave)):
            _wave(wave[::-1], work)
    except BaseException as error:
        journal.note(words.STOPPED, why=str(error) or type(error).__name__)
        raise


def _wave(wave: Sequence[Step], work: Work) -> None:
    before = work.look(wave, within=FRESH)
    ran: list[Step] = []
    try:
        for step in wave:
            if _is_undoable(step, work):
                _undo(step, work)
                ran.append(step)
    except SurpriseError:
        if ran:
            _settle(ran, before, work)
        raise
    wrong = _settle(ran, before, work) if ran else ""
    if wrong:
        raise SurpriseError(wrong)


def _settle(ran: Sequence[Step], before: Mapping[str, Finding], work: Work) -> str:
    """Look at what was undone, note its end, and say what did not come back; nothing where all did."""
    after = work.look_until(ran, lambda step: _is_back(step, work))
    work.standing.rebase(ran, before, after, work.journal)
    complaint = ""
    for step in ran:
        if _is_back(step, work):
            work.journal.note(words.UNDONE, step.id)
            work.tell(Told(step, "undone"))
            continue
        states = ", ".join(sorted(set(work.states(step))))
        why = f"step {step.id} ({step.title}, {step.name}) was undone, but its finding {states}"
        work.journal.note(words.FAILED, step.id, why=why)
        complaint = complaint or f"{why}; look at the resource: nothing further was begun"
    return complaint


def _is_back(step: Step, work: Work) -> bool:
    """Say whether a step's finding fails as before; or what was read is as before, and something else mends it."""
    return "fails" in work.states(step) or work.standing.is_back(step, work.world.findings)


def _is_undoable(step: Step, work: Work) -> bool:
    """Say whether a step is to be undone; say loudly why not."""
    states, now = set(work.states(step)), work.journal.state(step.id)
    if "unknown" in states:
        return _skip(step, "how it stands now cannot be learned", work)
    if states == {"gone"}:
        return _skip(step, GONE, work)
    if _is_half(step, now):
        return True
    drifted = work.standing.drift(step, work.world.findings)
    if states == {"fails"} and not drifted:
        work.journal.note(words.UNDONE, step.id, why="it is as before already")
        work.tell(Told(step, "undone", "it is as before already"))
        return False
    changed = work.standing.changed(step, work.world.findings)
    if changed or states == {"fails"}:
        return _skip(step, f"it has changed since it was carried out: {changed or drifted}", work)
    whole = _overwritten(step, work)
    return not whole or _skip(step, f"{whole} has changed since, and would be written back whole as it was", work)


def _overwritten(step: Step, work: Work) -> str:
    """Name what undoing a step would write over that is not as the step left it; nothing where all of it is."""
    left = next((
        each.body.get("documents") or {} for each in reversed(work.journal.entries)
        if each.step == step.id and each.event == words.ENDED
    ), {})  # fmt: skip
    now = work.documents(step)
    same = all(now.get(arn, {}).get(name) == digest for arn, some in left.items() for name, digest in some.items())
    return "" if same else ", ".join(sorted(replaced(step)))


def _bound(step: Step, going: set[str], work: Work) -> str:
    """Name a step that stays done and would be taken back too, for both write the same setting as a whole."""
    return next((
        other.id for other in work.standing.sharing([step])
        if other.id not in going and work.journal.state(other.id).state == "done" and replaced(other) & replaced(step)
    ), "")  # fmt: skip


def _is_half(step: Step, now: StepState) -> bool:
    """Say whether some of several operations may have been made, whatever shows of them."""
    if now.state == "open":
        return now.began > 0 and max(len(step.writes), len(step.resources)) > 1
    return now.state == "undoing" and now.began > 0 and now.calls < len(step.undo) > 1


def _skip(step: Step, why: str, work: Work) -> bool:
    work.journal.note(words.UNDO_SKIPPED, step.id, why=why)
    work.tell(Told(step, "skipped", why))
    return False


def _undo(step: Step, work: Work) -> None:
    """Make the operations that undo a step."""
    before = work.journal.state(step.id)
    resumed = before.state == "undoing"
    work.journal.note(words.UNDOING, step.id, resumed=resumed)

    def note(number: int, what: str) -> None:
        work.journal.note(words.UNDO_CALLING if what == "began" else words.UNDO_CALLED, step.id, number=number)

    done = before.calls if resumed and before.calls < len(step.undo) else 0
    try:
        work.hands.write(step, step.undo, note, done, again=True)
    except StepError as error:
        work.journal.note(words.FAILED, step.id, why=str(error))
        raise SurpriseError(f"step {step.id} ({step.title}, {step.name}) cannot be undone: {error}") from error
