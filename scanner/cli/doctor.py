"""`phiward doctor`: looks whether a scan would work here, changes nothing, and says how to mend what would not."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from scanner.cli.doctor_line import Line, State, ok, wrong
from scanner.cli.output import answer, console
from scanner.cli.wire import UsageError, Wiring
from scanner.model.exits import CLEAN, VIOLATION

WIDTH = 80
STATE, CHECK = 8, 13
COLOURS = {State.OK: "green", State.WARN: "yellow", State.MEND: "bold red", State.UNKNOWN: "dim"}
SAID_SHORT = 6
"""So many rules are named in the table; the JSON names all."""


def run_doctor(path: Path | None, store: str, accounts: Sequence[str], *, as_json: bool) -> int:
    """Look at everything, tell, and give the exit code: 1 where there is something to mend.

    Raises:
        UsageError: --config names no file.
    """
    if path is not None and not path.is_file():
        raise UsageError(f"{path}: there is no such file; name another with --config")
    lines = []
    for line in _looked(path, store, accounts):
        lines.append(line)
        if not as_json:
            _show(line)
    counts = Counter(line.state for line in lines)
    if as_json:
        _answer_json(lines)
    else:
        console().print(_summary(counts))
    return VIOLATION if counts[State.MEND] else CLEAN


def _looked(path: Path | None, store: str, accounts: Sequence[str]) -> Iterator[Line]:
    from scanner.cli.doctor_aws import on_aws
    from scanner.cli.doctor_here import here

    wiring, found = _wiring(path, store)
    yield from found
    yield from here(wiring)
    yield from on_aws(wiring, accounts)


def _wiring(path: Path | None, store: str) -> tuple[Wiring, list[Line]]:
    """Read config.toml as a scan would; where it is wrong, go on with what can be read."""
    from scanner.cli.scanning import make_judge
    from scanner.engine.packs import UnknownPackError
    from scanner.engine.registry import UnknownNameError
    from scanner.engine.settings import Config, ConfigError

    try:
        wiring = Wiring.find(path, store)
    except ConfigError as error:
        plain = Config()
        rest = Line(State.WARN, "config", "what follows is said by the defaults, not by config.toml")
        return Wiring(plain, store_url=store or plain.store.url), [wrong("config", error), rest]
    try:
        rules = wiring.rules()
        make_judge(wiring, rules)
    except (ConfigError, UsageError, UnknownNameError, UnknownPackError) as error:
        return wiring, [wrong("config", error)]
    there = Path(wiring.name).is_file()
    said = f"{wiring.name}: {len(rules)} rules" if there else f"no config.toml, the defaults hold: {len(rules)} rules"
    return wiring, [ok("config", said)]


def _show(line: Line) -> None:
    from rich.text import Text

    margin = " " * (STATE + CHECK)
    room = WIDTH - len(margin)
    rows = textwrap.wrap(_said(line), room, break_on_hyphens=False) or [""]
    rows += [f"-> {row}" if not number else f"   {row}"
             for number, row in enumerate(textwrap.wrap(line.mend, room - 3, break_on_hyphens=False))]  # fmt: skip
    text = Text(f"{line.state:<{STATE}}", style=COLOURS[line.state])
    text.append(f"{line.check:<{CHECK}}", style="default not bold")
    text.append(f"\n{margin}".join(rows), style="default not bold")
    console(error=False).print(text, soft_wrap=True)


def _said(line: Line) -> str:
    where = f"{line.account}: " if line.account else ""
    if not line.rules:
        return f"{where}{line.said}"
    more = len(line.rules) - SAID_SHORT
    named = ", ".join(line.rules[:SAID_SHORT]) + (f" and {more} more" if more > 0 else "")
    count = f"{len(line.rules)} rule{'s' if len(line.rules) > 1 else ''} would be UNKNOWN"
    return f"{where}{line.said}: {count} ({named})"


def _summary(counts: Counter[State]) -> str:
    if not counts[State.MEND] and not counts[State.WARN] and not counts[State.UNKNOWN]:
        return "all is well"
    words = {State.MEND: "to mend", State.WARN: "to know", State.UNKNOWN: "not to be told"}
    return ", ".join(f"{counts[state]} {word}" for state, word in words.items() if counts[state])


def _answer_json(lines: Sequence[Line]) -> None:
    import msgspec

    document = {
        "schema": "phiward/1",
        "well": all(line.state is not State.MEND for line in lines),
        "checks": [line.document for line in lines],
    }
    answer(msgspec.json.format(msgspec.json.encode(document), indent=2))
