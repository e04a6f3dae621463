"""`remediate rehearse`, `approve` and `verify`."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.cli.output import answer, console
from scanner.cli.remedies.ground import journal_of, judging, read_plan
from scanner.cli.remedies.writing import live_look, reading
from scanner.cli.wire import Clock, UsageError, Wiring
from scanner.model.exits import CLEAN, VIOLATION

if TYPE_CHECKING:
    from rich.console import Console

    from scanner.model.plan import Plan


def rehearse(wiring: Wiring, path: Path | None, *, as_json: bool, quiet: bool) -> int:
    """Rehearse a plan in a twin, keep what that showed, and say it; exit 1 when a step is refuted.

    Raises:
        PlanError: there is no such plan.
        UsageError: what the rehearsal needs is not installed, or the scan is not in the store any more.
    """
    from remediation.journal import REHEARSED
    from remediation.rehearsal import rehearse as perform
    from remediation.staging import Scene

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
        from scanner.cli.remedies.saying import say_rehearsal

        say_rehearsal(plan, shown)
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
                f"plan {plan.id} cannot be approved: the rehearsal refuted {', '.join(refuted)}; "
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
        if not done:
            raise UsageError(f"nothing of plan {plan.id} is carried out, or all was taken back: nothing to verify")
        world = World(live_look(wiring, reading(wiring)), judging(wiring), wiring.known_rules(), Clock().now())
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
