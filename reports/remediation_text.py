"""A plan in a terminal: what there is to do, what it risks, what the rehearsal showed, step by step in order."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console, Group
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from reports.remediation_view import (
    DONE,
    FORMS,
    ID,
    NO_DOWNTIME,
    VERDICTS,
    Line,
    Place,
    Seen,
    View,
    lines,
    reversal,
    tally,
    worst,
)
from reports.terminal import SEVERITY, WIDE
from reports.words import clean, day, fit_arn, plural, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from rich.console import RenderableType

    from scanner.model.plan import Plan, Rehearsal, Step

RISK = {"high": "bold red", "medium": "yellow", "low": "dim"}
VERDICT = {
    "refuted": "bold red",
    "not-provable": "yellow",
    "proved-on-fake": "cyan",
    "proved": "green",
    "manual": "dim",
    "not-rehearsed": "italic",
}
STEPS = 30
CHANGES = 4
TOLD = 3
"""The steps of a runbook that are told here."""
INDENT = 6
FEWEST = 12
LEAST = 48


def render(
    plan: Plan, rehearsal: Rehearsal | None = None, events: Sequence[Mapping[str, Any]] = (), *, width: int = 80
) -> str:
    """Give the plan as plain text, `width` columns wide."""
    console = Console(file=io.StringIO(), width=width, color_system=None, force_terminal=False, legacy_windows=False)
    with console.capture() as captured:
        show(console, plan, rehearsal, events)
    return "\n".join(line.rstrip() for line in captured.get().splitlines()) + "\n"


def show(
    console: Console,
    plan: Plan,
    rehearsal: Rehearsal | None = None,
    events: Sequence[Mapping[str, Any]] = (),
    *,
    limit: int | None = STEPS,
    file: str = "the plan's file",
) -> None:
    """Print the plan: all the counts, then at most `limit` steps; `file` is where the others are."""
    view = View(plan, rehearsal, events)
    console.print(_summary(view))
    if view.seen:
        console.print(_accounts(view))
    left = len(view.seen) if limit is None else limit
    for place in view.places:
        if left > 0:
            console.print(_head(place, console.width))
            _steps(console, view, place.seen[:left])
        left -= len(place.seen)
    if left < 0:
        console.print(Text(f"\n… and {plural(-left, 'more step')}, which {clean(file)} holds."))
    console.print(_last(view))


def _summary(view: View) -> RenderableType:
    plan = view.plan
    counts = tally(view.seen)
    head = Text.assemble(
        (plural(len(view.seen), "step"), "bold"),
        f" for {plural(view.findings, 'finding')} in {plural(len(view.accounts), 'account')}, "
        f"from the scan of {day(clean(plan.as_of))}",
    )
    grid = Table.grid(padding=(0, 2, 0, 0))
    rows: tuple[tuple[str, str, Mapping[str, str], Mapping[str, str]], ...] = (
        ("How", "form", DONE, {}),
        ("Risk", "risk", {}, RISK),
        ("Rehearsal", "verdict", VERDICTS, VERDICT),
    )
    for title, name, names, styles in rows:
        said = [
            Text(f"{count:,} {clean(names.get(key, key))}", styles.get(key, "")) for key, count in counts[name].items()
        ]
        if said:
            grid.add_row(Text(title, "dim"), Text(", ").join(said))
    notes = [Text(view.note, "italic")] if view.note else []
    notes += [Text(clean(said)) for said in view.news]
    if view.refuted:
        numbers = ", ".join(str(each.number) for each in view.refuted)
        many = "steps" if len(view.refuted) > 1 else "step"
        notes.append(Text(f"This plan cannot be approved: {many} {numbers} refuted. Leave out or mend.", "bold red"))
    body = Group(head, Text(), grid, *([Text(), *notes] if notes else []))
    return Panel(
        body,
        title=f"plan {clean(plan.id)} · scan {clean(plan.scan)}",
        title_align="left",
        padding=(1, 2),
        box=box.ROUNDED,
    )


def _accounts(view: View) -> RenderableType:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    table.add_column("Account", ratio=1, overflow="fold")
    for name in ("Steps", "By machine", "By hand", "High risk", "Proved", "Refuted"):
        table.add_column(name, justify="right")
    for account, seen in view.accounts:
        name = view.label(account)
        who = Text(clean(name))
        if name != account:
            who.append(f" {clean(account)}", "dim")
        machine = sum(each.step.runs for each in seen)
        figures = (
            (len(seen), ""),
            (machine, ""),
            (len(seen) - machine, ""),
            (sum(each.step.risk == "high" for each in seen), RISK["high"]),
            (sum(each.verdict in {"proved", "proved-on-fake"} for each in seen), VERDICT["proved"]),
            (sum(each.verdict == "refuted" for each in seen), VERDICT["refuted"]),
        )
        table.add_row(who, *(Text(f"{count:,}", style if count else "dim") for count, style in figures))
    return table


def _head(place: Place, width: int) -> RenderableType:
    name = place.label if place.label == place.account else f"{place.label} {place.account}"
    said = clean(f"{name}  {place.region}")
    count = plural(len(place.seen), "step")
    return Text.assemble("\n", (shorten(said, max(width - len(count) - 2, FEWEST)), "bold underline"), f"  {count}")


def _steps(console: Console, view: View, seen: Sequence[Seen]) -> None:
    for each in seen:
        console.print(Text())
        console.print(_wide(view, each, console.width) if console.width >= WIDE else _narrow(view, each, console.width))


def _narrow(view: View, seen: Seen, width: int) -> RenderableType:
    room = width - INDENT
    return Group(
        Padding.indent(Group(_title(seen), _resource(seen.step, room)), INDENT) if room < LEAST else _first(seen, room),
        Padding.indent(Group(*_changes(seen.step, room), *_runbook(seen.step), *_terms(view, seen)), INDENT),
    )


def _first(seen: Seen, room: int) -> RenderableType:
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(width=INDENT - 1, no_wrap=True, justify="right")
    grid.add_column(ratio=1, overflow="fold")
    grid.add_row(Text(f"{seen.number}", "bold"), Group(_title(seen), _resource(seen.step, room)))
    return grid


def _wide(view: View, seen: Seen, width: int) -> RenderableType:
    right = (width - INDENT) * 2 // 5
    left = width - INDENT - right - 3
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(width=INDENT - 1, no_wrap=True, justify="right")
    grid.add_column(width=left, overflow="fold")
    grid.add_column(width=right, overflow="fold")
    what = (_title(seen), _resource(seen.step, left), *_changes(seen.step, left), *_runbook(seen.step))
    grid.add_row(Text(f"{seen.number}", "bold"), Group(*what), Group(*_terms(view, seen)))
    return grid


def _title(seen: Seen) -> Text:
    title = Text(clean(seen.step.title), "bold")
    return Text.assemble(title, "  ", (clean(seen.step.id[:ID]), "dim"))


def _resource(step: Step, room: int) -> Text:
    kind = clean(step.kind.removeprefix("AWS::").lstrip(":"))
    left = max(room - len(kind) - 1, FEWEST)
    name, arn = clean(step.name), clean(step.resource)
    said = fit_arn(arn, left) if not name or len(name) > left else name
    more = f" and {len(step.resources) - 1:,} more" if len(step.resources) > 1 else ""
    return Text.assemble((kind + " ", "dim"), said, (more, "dim"))


def _changes(step: Step, room: int) -> Iterator[Text]:
    found = lines(step)
    for line in found[:CHANGES]:
        yield _change(line, room)
    if len(found) > CHANGES:
        yield Text(f"… and {plural(len(found) - CHANGES, 'more change')}", "dim")


def _change(line: Line, room: int) -> Text:
    if not line.what:
        return Text(f"→ {line.after}")
    what = clean(line.what)
    each = max((room - len(what) - 4) // 2, 2 * FEWEST)
    after = clean(line.after)
    said = Text.assemble((f"{what}  ", ""), (shorten(clean(line.before), each), "dim"))
    return said.append(" → ").append(
        after if len(line.before) + len(after) + len(what) < 3 * room else shorten(after, 2 * each)
    )


def _runbook(step: Step) -> Iterator[RenderableType]:
    if not step.runbook:
        return
    grid = _pairs((f"{number}.", Text(clean(said))) for number, said in enumerate(step.runbook[:TOLD], 1))
    yield grid
    if len(step.runbook) > TOLD:
        yield Text(f"… and {plural(len(step.runbook) - TOLD, 'more step')} of the runbook", "dim")


def _pairs(rows: Iterable[tuple[str, Text]]) -> RenderableType:
    """Set words in front of texts that wrap beneath themselves."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(ratio=1, overflow="fold")
    for name, said in rows:
        grid.add_row(name, said)
    return grid


def _terms(view: View, seen: Seen) -> Iterator[RenderableType]:
    """Give what carrying it out means, and what is known of it."""
    step = seen.step
    severity = worst(step)
    risk = (f"{clean(step.risk)} risk", RISK.get(step.risk, ""))
    yield Text.assemble((severity, SEVERITY[severity]), f" · {FORMS[step.form]} · ", risk)
    yield _pairs((name, said) for name, said in _told(view, seen) if said)


def _told(view: View, seen: Seen) -> Iterator[tuple[str, Text]]:
    step = seen.step
    back, by = reversal(step)
    yield "Downtime", Text(clean(step.downtime or NO_DOWNTIME))
    yield "Reversible", Text(clean(f"{back}: {by}"))
    yield "Cost", Text(clean(step.cost))
    yield "After", Text(clean(view.names(step.follows)))
    yield "Terraform", Text(clean(step.managed_by))
    verdict = Text(VERDICTS[seen.verdict], VERDICT[seen.verdict])
    yield "Rehearsal", verdict.append(f": {clean(seen.why)}" if seen.why else "", "none")
    yield "Journal", Text(clean(seen.event), "bold")


def _last(view: View) -> RenderableType:
    said = [f"{plural(count, 'finding')} without a step: {clean(why)}" for why, count in view.plan.left_out.items()]
    some = [Text(f"\n{said[0]}"), *map(Text, said[1:])] if said else []
    return Group(*some, Text(f"\nHash of the plan, which an approval binds: {view.hash}", "dim"))
