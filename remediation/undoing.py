"""Takes steps back, the last one first, and looks whether things are again as they were."""

from __future__ import annotations

from collections.abc import Sequence

from remediation import journal as words
from remediation.applying import FAILED, SurpriseError, Told, Work
from remediation.hands import StepError
from remediation.world import rounds, state_of
from scanner.model.plan import PlanError, Step


def rollback(work: Work, steps: Sequence[Step]) -> None:
    """Bring the former state back for steps that were carried out and can be undone.

    What has changed since, or has no way back, is skipped and said.

    Raises:
        PlanError: the plan is not the one that was carried out.
        SurpriseError: a call was refused, or the former state did not come back; nothing further was begun.
    """
    approval = work.journal.approval()
    if approval is not None and approval.hash != work.journal.plan.hash:
        raise PlanError(f"plan {work.journal.plan.id} is not what was carried out: it was altered since")
    done = [step for step in reversed(steps) if work.journal.state(step.id).state in {"done", "undoing", "open"}]
    for step in done:
        if not step.undo:
            work.tell(Told(step, "skipped", f"there is no way back: {step.lasting}"))
    try:
        for wave in reversed(rounds(list(reversed([step for step in done if step.undo])), work.wave)):
            _wave(wave, work)
    except SurpriseError as error:
        work.journal.note(words.STOPPED, why=str(error))
        raise


def _wave(wave: Sequence[Step], work: Work) -> None:
    work.look(wave)
    begun = [step for step in wave if _undo(step, work)]
    if not begun:
        return
    work.look(begun)
    for step in begun:
        states = [state_of(each, work.world.findings, step) for each in step.mends]
        if "fails" not in states:
            why = f"step {step.id} ({step.title}, {step.name}) was undone, but its finding {', '.join(states)}"
            work.journal.note(FAILED, step.id, why=why)
            raise SurpriseError(f"{why}; look at the resource: nothing further was begun")
        work.journal.note(words.UNDONE, step.id)
        work.tell(Told(step, "undone"))


def _undo(step: Step, work: Work) -> bool:
    """Make the operations that undo a step, unless things are as before already, or as nobody left them."""
    states = [state_of(each, work.world.findings, step) for each in step.mends]
    before = work.journal.state(step.id)
    if before.state != "undoing" and all(state == "fails" for state in states):
        work.journal.note(words.UNDONE, step.id, why="it is as before already")
        work.tell(Told(step, "undone", "it is as before already"))
        return False
    if "unknown" in states:
        work.tell(Told(step, "skipped", "how it stands now cannot be learned"))
        return False
    work.journal.note(words.UNDOING, step.id, resumed=before.state == "undoing")

    def note(number: int, what: str) -> None:
        work.journal.note(words.UNDO_CALLING if what == "began" else words.UNDO_CALLED, step.id, number=number)

    done = before.calls if before.state == "undoing" and before.calls < len(step.undo) else 0
    try:
        work.hands.write(step, step.undo, note, done, again=before.state == "undoing")
    except StepError as error:
        work.journal.note(FAILED, step.id, why=str(error))
        raise SurpriseError(f"step {step.id} ({step.title}, {step.name}) cannot be undone: {error}") from error
    return True
