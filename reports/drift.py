"""Drift in a terminal: what changed, worst first, by whom, what it turned, and what could not be looked at again."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from reports import changes as words
from reports import drift_data
from reports.terminal import INDENT, SEVERITY, WIDE
from reports.words import clean, plural, shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from rich.console import RenderableType

    from reports.view import DriftView
    from scanner.model.change import Change
    from scanner.model.resource import Coverage

COMPACT = frozenset({"low", "info"})
FEWEST = 12
"""The columns that a name or a value keeps, however narrow the terminal is."""


def render(view: DriftView, width: int = 80) -> str:
    """Give all of it as plain text, `width` columns wide."""
    console = Console(file=io.StringIO(), width=width, color_system=None, force_terminal=False, legacy_windows=False)
    with console.capture() as captured:
        show(view, console, show_suppressed=True)
    return "\n".join(line.rstrip() for line in captured.get().splitlines()) + "\n"


FORMATS: Mapping[str, Callable[[DriftView], str]] = {
    "table": render,
    "json": drift_data.render_json,
    "csv": drift_data.render_csv,
}


def show(view: DriftView, console: Console, *, limit: int | None = 40, show_suppressed: bool = False) -> None:
    """Print what changed: at most `limit` changes, the worst; without a limit the small ones are told in full too."""
    found = words.ordered(view.changes)
    console.print(_first_line(view, console.width))
    for part in _changes(view, found[:limit], console.width, whole=limit is None):
        console.print(part)
    if limit is not None and len(found) > limit:
        console.print(Text(f"\n… and {len(found) - limit:,} more: -v tells them all, --format json holds them"))
    for part in (*_unseen(view), *_suppressed(view, whole=show_suppressed)):
        console.print(part)


def _first_line(view: DriftView, width: int) -> RenderableType:
    total = words.counts(view.changes)
    since = f" since {view.older.as_of:%Y-%m-%d %H:%M} UTC ({words.older(view)})"
    said = Text.assemble((plural(total.total, "change") if total.total else "No change", "bold"), since)
    some = Text(", ").join(
        Text(f"{count:,} {severity}", SEVERITY[severity]) for severity, count in total.severity.items() if count
    )
    if total.total:
        said.append(": " if len(said) + len(some) + 2 <= width else ":\n")
        said.append_text(some)
    if not view.complete:
        said.append("\nThe later scan is incomplete: what it could not see is not compared", "italic")
    return said


def _changes(view: DriftView, found: Sequence[Change], width: int, *, whole: bool) -> Iterator[RenderableType]:
    for severity, some in words.groups(found):
        yield Text()
        for place, change in enumerate(some):
            if severity in COMPACT and not whole:
                yield _line(view, change, width, first=not place)
            else:
                if place:
                    yield Text()
                yield _block(view, change, width, first=not place)


def _badge(change: Change, *, first: bool) -> tuple[str, str]:
    return (f"{change.severity.upper() if first else '':<{INDENT}}", SEVERITY[change.severity])


def _place(view: DriftView, change: Change) -> str:
    return clean(f"{view.account_label(change.account)} {change.region}")


def _block(view: DriftView, change: Change, width: int, *, first: bool) -> RenderableType:
    room = width - INDENT
    place, kind = _place(view, change), clean(change.kind)
    left = max(room - len(place) - len(kind) - 3, FEWEST)
    head = Text.assemble(
        _badge(change, first=first), (place, "dim"), f"  {kind} ", (words.resource(change, left), "bold")
    )
    said = (
        words.told(change, max((room - len(change.path)) // 2 - 4, 2 * FEWEST)),
        words.members(change),
        words.by(change.attribution),
    )
    lines = [_indented(Text(line)) for line in said if line]
    turned = words.turned(change)
    if turned:
        lines.append(_indented(Text(turned, "bold" if change.direction == "worse" else "green")))
    return Group(_hanging(head), *lines)


def _line(view: DriftView, change: Change, width: int, *, first: bool) -> RenderableType:
    """Give a change in one line, or in two where one would have to be cut; the actor only where there is room."""
    kind = clean(change.kind.removeprefix("AWS::") if width >= WIDE else change.kind.rpartition(":")[2])
    place = _place(view, change)
    room = max(width - INDENT - len(place) - len(kind) - 5, 2 * FEWEST)
    name = words.resource(change, max(room * 2 // 5, FEWEST + 2))
    room -= len(name)
    told = words.told(change, 0)
    if len(told) > room:
        told = words.told(change, FEWEST)
    if len(told) > room:
        return _two_lines(change, place, kind, width, first=first)
    actor = words.who(change.attribution)
    more = [part for part in (f"by {actor}" if actor else "", words.turned(change)) if part]
    tail = "".join(f"  {part}" for part in more)
    if len(told) + len(tail) > room:
        tail = ""
    line = Text.assemble(_badge(change, first=first), (place, "dim"), f"  {kind} {name}  ", shorten(told, room))
    line.append(tail, "dim")
    line.truncate(width, overflow="ellipsis")
    line.no_wrap = True
    return line


def _two_lines(change: Change, place: str, kind: str, width: int, *, first: bool) -> RenderableType:
    left = max(width - INDENT - len(place) - len(kind) - 3, FEWEST)
    head = Text.assemble(_badge(change, first=first), (place, "dim"), f"  {kind} {words.resource(change, left)}")
    said = words.told(change, max((width - INDENT - len(change.path)) // 2 - 4, 2 * FEWEST))
    return Group(_hanging(head), _indented(Text(said, "dim")))


def _unseen(view: DriftView) -> Iterator[RenderableType]:
    """Give what the later look could not see, with the missing permission: none of it is a removal."""
    gone = words.unseen(view.changes)
    if gone or view.holes:
        yield Text("\nNot compared, because it could not be looked at again", "bold")
    for change in gone:
        yield _hanging(Text.assemble((_place(view, change), "dim"), f"  {words.again(change)}"), 0)
        yield _indented(Text(clean(change.why)))
    for text, places in _holes(view).items():
        yield _hanging(Text(text), 0)
        yield _indented(Text(", ".join(places), "dim"))


def _holes(view: DriftView) -> dict[str, list[str]]:
    told = {(change.account, change.region, change.kind) for change in words.unseen(view.changes)}
    found: dict[str, list[str]] = {}
    for entry in sorted(view.holes, key=_hole_order):
        if entry.listing and (entry.account, entry.region, entry.kind) in told:
            continue
        place = clean(f"{view.account_label(entry.account)} {entry.region}")
        places = found.setdefault(words.hole(entry), [])
        if place not in places:
            places.append(place)
    return found


def _hole_order(entry: Coverage) -> tuple[str, ...]:
    return entry.operation, entry.kind, entry.account, entry.region


def _suppressed(view: DriftView, *, whole: bool) -> Iterator[RenderableType]:
    """Count what is no change by its reason, or name each with its reason."""
    if not view.suppressed:
        return
    yield Text(f"\nLeft out, for it is no change: {len(view.suppressed):,}", "bold")
    for reason, count in words.reasons(view):
        yield _hanging(Text.assemble(f"{count:>{INDENT - 2},}  ", clean(reason)))
        if whole:
            some = (item for item in view.suppressed if item.reason == reason)
            for item in sorted(some, key=lambda item: (item.account, item.region, item.kind, item.resource, item.path)):
                place = clean(f"{view.account_label(item.account)} {item.region}")
                name = clean(f"{item.kind} {item.resource} {item.path}").strip()
                yield _indented(Text.assemble((place, "dim"), f"  {name}"))


def _indented(body: Text, by: int = INDENT) -> RenderableType:
    body.overflow = "fold"
    return Padding(body, (0, 0, 0, by), expand=False)


def _hanging(body: Text, by: int = INDENT) -> RenderableType:
    """Let further lines of a text begin under its second column."""
    grid = Table.grid(padding=0)
    if by:
        grid.add_column(width=by, no_wrap=True)
    grid.add_column(ratio=1, overflow="fold")
    grid.add_row(*(body.divide([by]) if by else [body]))
    return grid
