"""What the remediate commands say of steps, one line each, as a person reads it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from reports.words import clean, plural
from scanner.cli.output import console

if TYPE_CHECKING:
    from rich.console import Console

    from scanner.model.plan import Outcome, Plan, Rehearsal, Step

WORDS = {
    "proved": "proved",
    "proved-on-fake": "proved on phiward's own extension of moto",
    "not-provable": "not provable here",
    "refuted": "refuted",
    "manual": "for a person or for code",
}
SHOWN = 12
"""How many steps of one kind are told; the report holds all."""


def place(plan: Plan, step: Step) -> str:
    """Name where a step acts: the account by its name, and the Region."""
    return f"{clean(plan.accounts.get(step.account) or step.account)} {step.region}"


def say_rehearsal(plan: Plan, shown: Rehearsal) -> None:
    """Say what a rehearsal showed: counts, what was refuted or not shown, what does not go back."""
    say = console(error=False)
    steps = {step.id: step for step in plan.steps}
    counts = Counter[str](each.verdict for each in shown.outcomes)
    for verdict, words in WORDS.items():
        if counts[verdict]:
            say.print(f"{counts[verdict]:>5}  {words}", markup=False)
    proved = {rule for each in shown.outcomes if each.verdict.startswith("proved") for rule in steps[each.step].rules}
    say.print(f"the remedies of {plural(len(proved), 'rule')} are proved", markup=False)
    _some(say, plan, "Refuted: these do not do what they say", (each for each in shown.outcomes
          if each.verdict == "refuted"), "why")  # fmt: skip
    _some(say, plan, "Not provable here", (each for each in shown.outcomes if each.verdict == "not-provable"), "why")
    _some(say, plan, "The way back did not bring everything back", (each for each in shown.outcomes
          if each.undone not in {"", "proved"}), "undone")  # fmt: skip
    refuted: Sequence[Outcome] = shown.refuted
    if refuted:
        without = " ".join(f"--without {each.step}" for each in refuted[:SHOWN])
        say.print(
            f"\na plan with a refuted step cannot be approved; plan again {without}", soft_wrap=True, markup=False
        )
    else:
        say.print("next: `phiward remediate approve --reason ...`", markup=False)


def _some(say: Console, plan: Plan, title: str, outcomes: Iterable[Outcome], what: str) -> None:
    from rich.padding import Padding
    from rich.text import Text

    found, steps = list(outcomes), {step.id: step for step in plan.steps}
    if not found:
        return
    say.print(f"\n{title}", style="bold", markup=False)
    for each in found[:SHOWN]:
        step = steps[each.step]
        say.print(
            f"  {step.id}  {place(plan, step)}  {clean(step.title)} ({clean(step.name)})", soft_wrap=True, markup=False
        )
        say.print(Padding(Text(clean(str(getattr(each, what))), "dim", overflow="fold"), (0, 0, 0, 4), expand=False))
    if len(found) > SHOWN:
        say.print(f"  … and {plural(len(found) - SHOWN, 'more step')}: `phiward remediate report`", markup=False)
