"""How far the accounts of a group are built alike: in a terminal, and as one JSON document."""

from __future__ import annotations

import io
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import msgspec
from rich import box
from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from reports.words import clean, moment, plural, shorten, value_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from scanner.engine.parity.result import Difference, Parity, Reading, Row

SCHEMA = "phiward/parity/1"
INDENT = 4
UNKNOWN, ABSENT, LIKE_MODEL = "?", "-", "="
PROPERTY = 3
"""In the matrix the property has one third of the width, the accounts share the rest."""
SORTS = {"missing": "yellow", "more": "cyan", "other": "bold", "tie": "magenta"}


def render(parity: Parity, width: int = 80) -> str:
    """Give the comparison as plain text, `width` columns wide."""
    console = Console(file=io.StringIO(), width=width, color_system=None, force_terminal=False, legacy_windows=False)
    with console.capture() as captured:
        show(parity, console)
    return "\n".join(line.rstrip() for line in captured.get().splitlines()) + "\n"


def show(parity: Parity, console: Console) -> None:
    """Print the comparison: what differs slot by slot, the matrix, what is allowed and what could not be seen."""
    console.print(_head(parity))
    open_ones = [one for one in parity.differences if not one.reason]
    for part in _slots(parity, open_ones):
        console.print(part)
    if parity.rows:
        console.print(_matrix(parity, console.width))
        console.print(Text(f"{LIKE_MODEL} as the model   {ABSENT} not there   {UNKNOWN} could not be learned", "dim"))
    for part in (*_allowed(parity), *_gaps(parity)):
        console.print(part)


def _who(parity: Parity, account: str) -> str:
    return clean(parity.accounts[account] or account)


def _head(parity: Parity) -> RenderableType:
    model = _who(parity, parity.blueprint) if parity.blueprint else ""
    against = f"against the blueprint {model}" if model else "by the majority of each property"
    about = Text(f"{plural(len(parity.accounts), 'account')} compared {against}, {parity.compared:,} properties")
    counts = dict.fromkeys(parity.accounts, 0)
    for one in parity.differences:
        counts[one.account] += not one.reason
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    for account, number in counts.items():
        unknown = len(parity.gaps(account))
        said = plural(number, "difference") if number else "no difference"
        said = "the blueprint" if account == parity.blueprint else said
        doubt = f", {plural(unknown, 'gap')}" if unknown else ""
        seen = f"as of {parity.as_of[account]:%Y-%m-%d %H:%M} UTC" if account in parity.as_of else ""
        table.add_row(Text(_who(parity, account), "bold"), Text(account, "dim"), Text(said + doubt), Text(seen, "dim"))
    return Group(Text(f"Group {clean(parity.group)}", "bold"), about, Text(), table)


def _slots(parity: Parity, found: list[Difference]) -> Iterator[RenderableType]:
    by_slot: dict[str, list[Difference]] = defaultdict(list)
    for one in found:
        by_slot[one.slot].append(one)
    for slot, ones in by_slot.items():
        accounts = {one.account for one in ones}
        yield Group(
            Text(),
            Text.assemble((clean(slot), "bold"), (f"  in {len(accounts)} of {len(parity.accounts)} cells", "dim")),
        )
        for said, who in _together(parity, ones).items():
            line = Text.assemble((f"{', '.join(who)}: ", ""), (clean(said[1]), SORTS[said[0]]))
            yield Padding(line, (0, 0, 0, INDENT))


def _together(parity: Parity, ones: list[Difference]) -> dict[tuple[str, str], list[str]]:
    """Put accounts of which the same is said into one line."""
    lines: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in ones:
        lines[one.sort, one.said].append(_who(parity, one.account))
    return lines


def _matrix(parity: Parity, width: int) -> RenderableType:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold", expand=True)
    table.add_column("Property", ratio=max(1, len(parity.accounts) // 2), overflow="fold")
    for account in parity.accounts:
        table.add_column(_who(parity, account), ratio=1, overflow="fold")
    each = max(6, width * (PROPERTY - 1) // PROPERTY // max(1, len(parity.accounts)))
    last = ""
    for row in parity.rows:
        if row.fact and row.slot != last:
            table.add_row(Text(clean(row.slot), "bold"))
        named = Text(f"  {clean(row.fact)}") if row.fact else Text(clean(row.slot), "bold")
        last = row.slot
        table.add_row(named, *(_cell(parity, row, account, each) for account in parity.accounts))
    return table


def _cell(parity: Parity, row: Row, account: str, width: int) -> Text:
    reading = row.readings[account]
    if reading.state != "is":
        return Text(
            UNKNOWN if reading.state == "unknown" else ABSENT, "italic" if reading.state == "unknown" else "dim"
        )
    if not row.fact and reading.values == (0,):
        return Text(ABSENT, "yellow" if row.golden else "dim")
    alike = row.golden is not None and reading.values == row.golden
    if alike and parity.blueprint and account != parity.blueprint:
        return Text(LIKE_MODEL, "dim")
    return Text(_values(row, reading, width), "dim" if alike else "bold")


def _values(row: Row, reading: Reading, width: int) -> str:
    if not row.fact and reading.values == (1,):
        return "there"
    return shorten(", ".join(value_text(value) for value in reading.values), width * 2)


def _allowed(parity: Parity) -> Iterator[RenderableType]:
    found = [one for one in parity.differences if one.reason]
    if found:
        yield Text("\nAllowed to differ", "bold")
    for one in found:
        line = f"{_who(parity, one.account)}: {clean(one.part)}: {clean(one.said)} ({clean(one.reason)})"
        yield Padding(Text(line), (0, 0, 0, INDENT))


def _gaps(parity: Parity) -> Iterator[RenderableType]:
    for account in parity.accounts:
        gaps = parity.gaps(account)
        if gaps:
            yield Text(f"\nNot known of {_who(parity, account)}", "bold")
        for gap in gaps:
            yield Padding(Text(clean(str(gap))), (0, 0, 0, INDENT))
    if parity.left_out:
        yield Text(f"\nNot collected in any account: {', '.join(parity.left_out)}", "dim")


def render_json(parity: Parity) -> str:
    """Give the comparison as indented JSON, ending with a new line."""
    return msgspec.json.format(msgspec.json.encode(document(parity), enc_hook=str), indent=2).decode() + "\n"


def document(parity: Parity) -> dict[str, Any]:
    """Give the comparison as plain values: differences with their sentences, the matrix, what could not be seen."""
    return {
        "schema": SCHEMA,
        "group": parity.group,
        "blueprint": parity.blueprint or None,
        "accounts": parity.accounts,
        "alike": parity.alike,
        "compared": parity.compared,
        "differences": [{**msgspec.to_builtins(one), "part": one.part, "said": one.said} for one in parity.differences],
        "matrix": [msgspec.to_builtins(row) for row in parity.rows],
        "gaps": {account: msgspec.to_builtins(parity.gaps(account)) for account in parity.accounts},
        "not_collected": list(parity.left_out),
        "as_of": {account: moment(seen) for account, seen in parity.as_of.items()},
    }
