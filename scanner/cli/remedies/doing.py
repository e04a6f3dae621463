"""`remediate apply` and `rollback`."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.cli.output import console
from scanner.cli.remedies.ground import Chosen, ground_of, journal_of, judging, read_plan
from scanner.cli.remedies.saying import place
from scanner.cli.remedies.writing import live_look, reading, writers
from scanner.cli.wire import Clock, UsageError, Wiring
from scanner.model.exits import CLEAN, VIOLATION

if TYPE_CHECKING:
    from remediation.applying import Told, Work
    from remediation.journal import Journal
    from scanner.model.plan import Plan, Step

PAUSES: Sequence[float] = (2.0, 5.0, 10.0)
"""Seconds before another look, where a change does not show yet: AWS promises no more than that it will."""

MARKS = {
    "done": ("✔", "green"),
    "already": ("✔", "dim"),
    "skipped": ("!", "yellow"),
    "undone": ("↶", "cyan"),
    "would": ("·", ""),
}
WORDS = {"would": "would do"} | {what: what for what in MARKS if what != "would"}


def apply(wiring: Wiring, path: Path | None, chosen: Chosen, *, dry: bool, wave: int, canary: bool) -> int:
    """Carry out an approved plan, or with `dry` say what would be; exit 1 when something was skipped or stopped.

    Raises:
        PlanError: the plan is not approved as it is.
        UsageError: there are no credentials that may write, or they are the scanner's.
    """
    from remediation.applying import apply as carry_out
    from remediation.applying import dry_run

    return _under_way(wiring, path, chosen, dry_run if dry else carry_out, wave=wave, canary=canary)


def rollback(wiring: Wiring, path: Path | None, chosen: Chosen) -> int:
    """Take back what a plan did, the last step first; exit 1 when something could not be.

    Raises:
        PlanError: there is no such plan, or it was altered.
        UsageError: there are no credentials that may write, or they are the scanner's.
    """
    from remediation.undoing import rollback as take_back

    return _under_way(wiring, path, chosen, take_back)


def _under_way(
    wiring: Wiring, path: Path | None, chosen: Chosen, act: Callable[[Work, Sequence[Step]], None], *,
    wave: int = 0, canary: bool = False,
) -> int:  # fmt: skip
    from remediation.applying import SurpriseError, Work
    from remediation.custodian import Custodian
    from remediation.hands import Hands
    from remediation.undoing import rollback as take_back
    from remediation.world import World

    plan = read_plan(path)
    steps: Sequence[Step] = chosen.picked(plan, wiring)
    telling = Telling(plan)
    with wiring.store() as store, store.remedying(plan.id) as lock:
        journal = journal_of(store, plan)
        if act is not take_back:
            journal.approved()
            steps = _to_do(steps, journal, chosen.limit)
        reader = reading(wiring)
        access = writers(wiring, reader, sorted({step.account for step in steps if step.runs}))
        targets = store.snapshot(plan.scan).targets
        with Custodian(held=(lock,) if lock is not None else ()) as custodian:
            world = World(live_look(wiring, reader), judging(wiring), wiring.known_rules(), Clock().now())
            work = Work(
                journal, world, Hands(access, custodian), targets, telling, wiring.config.remediation.wave, canary,
                time.sleep, PAUSES, lambda seen: ground_of(wiring, seen, partial=True),
            )  # fmt: skip
            work.wave = wave or work.wave
            try:
                act(work, steps)
            except SurpriseError as error:
                console(error=False).print(f"stopped: {error}", style="bold red", markup=False, soft_wrap=True)
                return VIOLATION
    return telling.summed(quiet=False)


def _to_do(steps: Sequence[Step], journal: Journal, limit: int) -> list[Step]:
    """Give the steps that are not done yet, at most `limit`; those that were skipped before come last.

    Raises:
        UsageError: a policy is among them, and Custodian is not installed.
    """
    from importlib.util import find_spec

    from remediation.applying import OVER
    from remediation.custodian import MISSING

    found = [step for step in steps if step.runs and journal.state(step.id).state not in OVER]
    if limit:
        last = sorted(found, key=lambda step: journal.state(step.id).state == "skipped")
        first = {step.id for step in last[:limit]}
        found = [step for step in found if step.id in first]
    if find_spec("c7n") is None and any(step.form == "custodian" for step in found):
        raise UsageError(MISSING)
    return found


class Telling:
    """Says what became of each step as it becomes known, and sums it up."""

    def __init__(self, plan: Plan) -> None:
        """Begin with nothing."""
        self.plan = plan
        self.told: list[Told] = []
        self.say = console(error=False)

    def __call__(self, what: Told) -> None:
        """Say what became of a step."""
        self.told.append(what)
        mark, style = MARKS[what.what]
        why = f": {what.why}" if what.why else ""
        step = what.step
        said = f"{mark} {step.id} {WORDS[what.what]:8} {place(self.plan, step)}  {step.title} ({step.name}){why}"
        self.say.print(said, style=style, markup=False, soft_wrap=True)

    def summed(self, *, quiet: bool) -> int:
        """Sum it up, and give the exit code."""
        counts = {what: sum(each.what == what for each in self.told) for what in MARKS}
        said = ", ".join(f"{count} {WORDS[what]}" for what, count in counts.items() if count)
        said = said or "nothing was to be done"
        if not quiet:
            self.say.print(said, markup=False, soft_wrap=True)
        return VIOLATION if counts["skipped"] else CLEAN
