"""`remediate rehearse`, `approve`, `apply`, `verify`, `rollback`."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.cli.output import answer, console
from scanner.cli.remedies.ground import Chosen, journal_of, judging, read_plan
from scanner.cli.remedies.writing import live_look, reading, writers
from scanner.cli.wire import Clock, UsageError, Wiring
from scanner.run import CLEAN, VIOLATION

if TYPE_CHECKING:
    from rich.console import Console

    from remediation.applying import Told, Work
    from scanner.model.plan import Plan, Rehearsal, Step

MARKS = {
    "done": ("✔", "green"),
    "already": ("✔", "dim"),
    "skipped": ("!", "yellow"),
    "undone": ("↶", "cyan"),
    "would": ("·", ""),
}


def rehearse(wiring: Wiring, path: Path | None, *, as_json: bool, quiet: bool) -> int:
    """Rehearse a plan in a twin, keep what that showed, and say it; exit 1 when a step is refuted.

    Raises:
        PlanError: there is no such plan.
        UsageError: what the rehearsal needs is not installed, or the scan is not in the store any more.
    """
    from remediation.journal import REHEARSED
    from remediation.rehearsal import Scene
    from remediation.rehearsal import rehearse as perform

    plan = read_plan(path)
    _installed(plan)
    say = console(quiet=quiet or as_json)
    with wiring.store() as store:
        snapshot = store.snapshot(plan.scan)
        with _progress(say) as tick:
            scene = Scene(snapshot, wiring.known_rules(), judging(wiring), wiring.redactor(), tick)
            shown = perform(plan, scene, f"{Clock().now():%Y-%m-%dT%H:%M:%SZ}", _versions())
        import msgspec

        journal_of(store, plan).note(REHEARSED, **msgspec.to_builtins(shown))
    if as_json:
        answer(msgspec.json.format(msgspec.json.encode(shown, order="sorted"), indent=2))
    elif not quiet:
        _say_rehearsal(plan, shown)
    return VIOLATION if shown.refuted else CLEAN


def _installed(plan: Plan) -> None:
    from importlib.util import find_spec

    from remediation.custodian import MISSING

    if find_spec("moto") is None:
        raise UsageError(
            "a rehearsal needs moto: install phiward with the extra `demo`, as in `uv tool install 'phiward[demo]'`"
        )
    if find_spec("c7n") is None and any(step.form == "custodian" for step in plan.steps):
        raise UsageError(MISSING)


def _versions() -> dict[str, str]:
    found = {}
    for name in ("phiward", "moto", "c7n", "boto3"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _say_rehearsal(plan: Plan, shown: Rehearsal) -> None:
    from collections import Counter

    from reports.remediation_text import show

    say = console(error=False)
    show(say, plan, shown)
    steps = {step.id: step for step in plan.steps}
    proved = {rule for each in shown.outcomes if each.verdict.startswith("proved") for rule in steps[each.step].rules}
    counts = Counter(each.verdict for each in shown.outcomes)
    told = ", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items()))
    say.print(f"rehearsed: {told}; remedies of {len(proved)} rules proved", soft_wrap=True, markup=False)
    if shown.refuted:
        without = " ".join(f"--without {each.step}" for each in shown.refuted[:5])
        say.print(f"a plan with a refuted step cannot be approved; plan again {without}", soft_wrap=True, markup=False)


def approve(wiring: Wiring, path: Path | None, *, reason: str, until: str, by: str, revoke: bool) -> None:
    """Approve a plan that was rehearsed, until a day, or take the approval back.

    Raises:
        PlanError: there is no such plan; it was not rehearsed as it is, or a step was refuted.
        UsageError: the reason is missing, or the day is none, past, or too far.
    """
    from remediation.journal import APPROVED, REVOKED
    from scanner.model.plan import PlanError

    plan, name = read_plan(path), by or getpass.getuser()
    if not reason.strip():
        raise UsageError("approving needs --reason: why this may be done" if not revoke else "revoking needs --reason")
    with wiring.store() as store:
        journal = journal_of(store, plan, name)
        if revoke:
            journal.note(REVOKED, reason=reason)
            console().print(f"the approval of plan {plan.id} is taken back", markup=False)
            return
        shown = journal.rehearsal()
        if shown is None:
            raise PlanError(f"plan {plan.id} was not rehearsed as it is now; run `phiward remediate rehearse`")
        refuted = [each["step"] for each in shown["outcomes"] if each["verdict"] == "refuted"]
        if refuted:
            raise PlanError(
                f"plan {plan.id} has {len(refuted)} refuted steps ({', '.join(refuted[:5])}): it cannot be approved; "
                "plan again --without them"
            )
        end = _until(until, wiring.config.remediation.approval_days)
        journal.note(APPROVED, reason=reason, until=f"{end:%Y-%m-%dT%H:%M:%SZ}", steps=len(plan.steps))
    said = f"approved by {name} until {end:%Y-%m-%d %H:%M} UTC: plan {plan.id}, {plan.hash[:16]}"
    console().print(f"{said}; next: `phiward remediate apply --dry-run`", markup=False, soft_wrap=True)


def _until(text: str, days: int) -> datetime:
    now = Clock().now()
    if not text:
        return now + timedelta(days=days)
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"--until {text}: no day; give one such as {now + timedelta(days=days):%Y-%m-%d}") from error
    end = datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=now.tzinfo)
    if not now < end <= now + timedelta(days=days + 1):
        raise UsageError(
            f"--until {text}: an approval holds for up to {days} days from today ([remediation] approval_days)"
        )
    return end


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
    wiring: Wiring, path: Path | None, chosen: Chosen, act: Callable[[Work, list[Step]], None], *,
    wave: int = 0, canary: bool = False,
) -> int:  # fmt: skip
    from remediation.applying import SurpriseError, Work
    from remediation.custodian import Custodian
    from remediation.hands import Hands
    from remediation.undoing import rollback as take_back
    from remediation.world import World

    plan = read_plan(path)
    steps = chosen.picked(plan, wiring)
    telling = Telling()
    with wiring.store() as store, store.remedying(plan.id) as lock:
        journal = journal_of(store, plan)
        if act is not take_back:
            journal.approved()
        reader = reading(wiring)
        access = writers(wiring, reader, sorted({step.account for step in steps if step.runs}))
        with Custodian(held=(lock,) if lock is not None else ()) as custodian:
            world = World(live_look(wiring, reader), judging(wiring), wiring.known_rules(), Clock().now())
            targets = store.snapshot(plan.scan).targets
            size = wave or wiring.config.remediation.wave
            work = Work(journal, world, Hands(access, custodian), targets, telling, wave=size, canary=canary)
            try:
                act(work, steps)
            except SurpriseError as error:
                console(error=False).print(f"stopped: {error}", style="bold red", markup=False, soft_wrap=True)
                return VIOLATION
    return telling.summed(quiet=False)


class Telling:
    """Says what became of each step as it becomes known, and sums it up."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.told: list[Told] = []
        self.say = console(error=False)

    def __call__(self, what: Told) -> None:
        """Say what became of a step."""
        self.told.append(what)
        mark, style = MARKS[what.what]
        why = f": {what.why}" if what.why else ""
        step = what.step
        said = f"{mark} {step.id} {what.what:8} {step.account} {step.region} {step.title} ({step.name}){why}"
        self.say.print(said, style=style, markup=False, soft_wrap=True)

    def summed(self, *, quiet: bool) -> int:
        """Sum it up, and give the exit code."""
        counts = {what: sum(each.what == what for each in self.told) for what in MARKS}
        said = ", ".join(f"{count} {what}" for what, count in counts.items() if count) or "nothing was to be done"
        if not quiet:
            self.say.print(said, markup=False, soft_wrap=True)
        return VIOLATION if counts["skipped"] else CLEAN


def verify(wiring: Wiring, path: Path | None, *, as_json: bool) -> int:
    """Judge again what a plan has done; exit 1 when a finding that was mended fails again or cannot be judged.

    Raises:
        PlanError: there is no such plan.
    """
    from remediation.journal import VERIFIED
    from remediation.world import World, kinds_of, places_of, state_of

    plan = read_plan(path)
    with wiring.store() as store:
        journal = journal_of(store, plan)
        done = [step for step in plan.steps if journal.state(step.id).state == "done"]
        world = World(live_look(wiring, reading(wiring)), judging(wiring), wiring.known_rules(), Clock().now())
        if done:
            targets = store.snapshot(plan.scan).targets
            world.refresh(places_of(done, world.rules, targets), kinds_of(done, world.rules))
        states = {step.id: {each.rule: state_of(each, world.findings, step) for each in step.mends} for step in done}
        journal.note(VERIFIED, states=states)
    bad = {"fails", "unknown"}
    broken = [step for step in done if bad & set(states[step.id].values())]
    if as_json:
        import msgspec

        answer(msgspec.json.format(msgspec.json.encode({"plan": plan.id, "steps": states}), indent=2))
        return VIOLATION if broken else CLEAN
    say = console(error=False)
    for step in broken:
        said = ", ".join(f"{rule} {state}" for rule, state in states[step.id].items())
        say.print(f"✘ {step.id} {step.account} {step.region} {step.name}: {said}", markup=False, soft_wrap=True)
    say.print(f"{len(done) - len(broken)} of {len(done)} steps hold", markup=False)
    return VIOLATION if broken else CLEAN


@contextmanager
def _progress(say: Console) -> Iterator[Callable[[str, int, int], None] | None]:
    """Show how far the rehearsal is; nothing where nobody looks."""
    if not say.is_terminal or say.quiet:
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("[bold]{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=say, transient=True) as bar:
        task = bar.add_task("building the twin", total=None)

        def tick(what: str, done: int, total: int) -> None:
            bar.update(task, description=what, completed=done, total=total)

        yield tick
