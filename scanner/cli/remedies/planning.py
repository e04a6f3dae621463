"""`remediate plan` and `remediate report`."""

from __future__ import annotations

import secrets
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reports.words import plural
from scanner.cli.data import chosen_scan
from scanner.cli.output import answer, console
from scanner.cli.remedies.ground import PLAN, Chosen, ground_of, managed_by, read_plan
from scanner.cli.wire import Clock, UsageError, Wiring

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from remediation.planning import Steps
    from scanner.model.finding import Finding
    from scanner.model.plan import Plan, Rehearsal
    from scanner.model.resource import Snapshot
    from scanner.store import Store

SUFFIXES = {"html": "html", "pdf": "pdf", "markdown": "md", "json": "json"}


def make_plan(
    wiring: Wiring, scan: str, chosen: Chosen, without: tuple[str, ...], out: Path | None, *, as_json: bool, quiet: bool
) -> None:
    """Plan the remedies of a stored scan's failures, write the plan, and show it.

    Raises:
        UsageError: there is no such scan, or an option names what there is not.
        PlanError: the plan cannot be written, or `without` names no step of it.
        GivenError: a state of Terraform cannot be read.
    """
    from remediation.files import write

    with wiring.store() as store:
        made = planned(wiring, store, scan, chosen)
    left = {made.step(text).id for text in without}
    if left:
        import msgspec

        steps = tuple(step for step in made.steps if step.id not in left)
        made = msgspec.structs.replace(made, steps=steps, left_out={**made.left_out, "--without": len(left)})
    if not made.steps:
        raise UsageError("nothing to plan: no failure of this scan is chosen; `phiward findings` lists them")
    write(made, out or PLAN)
    if as_json:
        answer((out or PLAN).read_bytes())
    elif not quiet:
        from reports.remediation_text import show

        show(console(error=False), made, file=str(out or PLAN))
    console(quiet=quiet or as_json).print(
        f"written: {out or PLAN}, {plural(len(made.steps), 'step')}; next: `phiward remediate rehearse`", soft_wrap=True
    )


def planned(wiring: Wiring, store: Store, scan: str, chosen: Chosen) -> Plan:
    """Make the plan for a stored scan."""
    from remediation.planning import steps_for
    from scanner.engine.registry import kinds

    info = chosen_scan(store, scan)
    snapshot, known = store.snapshot(info.id), kinds()
    ground = ground_of(wiring, snapshot, managed_by(wiring, snapshot, known))
    choice = chosen.choice(wiring)
    found = steps_for(store.findings(info.id), ground, choice)
    now = Clock().now()
    asked: dict[str, Any] = {
        "severity": choice.severity, "rules": list(choice.rules), "accounts": list(choice.accounts),
        "limit": choice.limit, "exclude_tags": [list(tag) for tag in choice.exclude_tags],
    }  # fmt: skip
    return _plan(f"plan-{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}", now, snapshot, found, asked)


def told_plan(wiring: Wiring, snapshot: Snapshot, findings: Sequence[Finding]) -> Plan:
    """Make the plan that a report tells of: of these findings, the same every time, and nothing to approve.

    States of Terraform are not read, so no step is a change in code.
    """
    from remediation.planning import Choice, steps_for

    found = steps_for(findings, ground_of(wiring, snapshot), Choice())
    return _plan(f"of scan {snapshot.id}", snapshot.as_of, snapshot, found, {})


def _plan(id: str, made: datetime, snapshot: Snapshot, found: Steps, asked: dict[str, Any]) -> Plan:
    from scanner.model.plan import Plan

    return Plan(
        id=id, scan=snapshot.id, as_of=f"{snapshot.as_of:%Y-%m-%dT%H:%M:%SZ}", made_at=f"{made:%Y-%m-%dT%H:%M:%SZ}",
        phiward=version("phiward"), accounts=dict(snapshot.names), chosen=asked,
        left_out=dict(sorted(found.left_out.items())), steps=tuple(found.steps),
    )  # fmt: skip


def report(wiring: Wiring, path: Path | None, format: str, out: Path | None, *, quiet: bool) -> None:
    """Write a plan in another form, with what its rehearsal and its journal say.

    Raises:
        PlanError: there is no such plan.
        UsageError: it cannot be written there.
    """
    plan = read_plan(path)
    if format == "custodian":
        from remediation.export import export

        folder = out or Path(f"{(path or PLAN).stem}-custodian")
        files = export(plan, folder)
        console(quiet=quiet).print(f"written: {len(files)} files below {folder}", soft_wrap=True)
        return
    from remediation.journal import EXPECTED

    with wiring.store() as store:
        events = [each for each in store.remedy_log(plan.id) if each.event != EXPECTED or format == "json"]
        rehearsal = shown(store, plan)
    told = [
        {"at": each.at, "event": each.event, "step": each.step, "by": each.by, "body": each.body} for each in events
    ]
    if format == "table":
        from reports.remediation_text import show

        show(console(error=False), plan, rehearsal, told, file=str(path or PLAN))
        return
    answer(_rendered(format, plan, rehearsal, told), out)
    if out is not None:
        console(quiet=quiet).print(f"written: {out}", soft_wrap=True)


def _rendered(format: str, plan: Plan, rehearsal: Rehearsal | None, told: list[dict[str, Any]]) -> str | bytes:
    if format == "json":
        import msgspec

        body = {"plan": plan, "hash": plan.hash, "rehearsal": rehearsal, "journal": told}
        return msgspec.json.format(msgspec.json.encode(body, order="sorted"), indent=2)
    from reports import remediation_markdown, remediation_page

    if format == "markdown":
        return remediation_markdown.render(plan, rehearsal, told)
    if format == "pdf":
        return remediation_page.render_pdf(plan, rehearsal, told)
    return remediation_page.render(plan, rehearsal, told)


def shown(store: Store, plan: Plan) -> Rehearsal | None:
    """Give the newest rehearsal of this very plan, if there was one."""
    import msgspec

    from remediation.journal import REHEARSED
    from scanner.model.plan import Rehearsal

    found = [each for each in store.remedy_log(plan.id) if each.event == REHEARSED and each.hash == plan.hash]
    return msgspec.convert(found[-1].body, Rehearsal) if found else None
