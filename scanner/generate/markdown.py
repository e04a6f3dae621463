"""The few forms of Markdown that the generated pages use."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

GENERATED = "<!-- Generated from the declarations by `make docs`. Change those, not this file. -->"
INLINE = 100
"""Characters of a value that stay in the line; a longer one gets a block of its own."""

LONG = 12
"""Items of a list that are written out; of a longer one the first and the last are."""


def page(title: str, *blocks: str) -> str:
    """Put a page together: the title, the mark that it is generated, and the blocks that are not empty."""
    return "\n\n".join([f"# {title}", GENERATED, *(block for block in blocks if block)]) + "\n"


def section(title: str, *blocks: str, level: int = 2) -> str:
    """Put a section together; without content there is none."""
    said = [block for block in blocks if block]
    return "\n\n".join([f"{'#' * level} {title}", *said]) if said else ""


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table; without rows there is none."""
    lines = [_row(row) for row in rows]
    return "\n".join([_row(head), "|" + "---|" * len(head), *lines]) if lines else ""


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def items(lines: Iterable[str]) -> str:
    """Write a list."""
    return "\n".join(f"- {line}" for line in lines)


def code(text: str) -> str:
    """Set text as code."""
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def codes(texts: Iterable[str]) -> str:
    """Set several texts as code, joined by commas."""
    return ", ".join(code(text) for text in texts)


def fenced(text: str, language: str = "", indent: int = 0) -> str:
    """Set lines as a block of code."""
    lines = [f"```{language}", *text.splitlines(), "```"]
    return "\n".join(" " * indent + line for line in lines)


def plain(text: str) -> str:
    """Keep text from being read as Markdown or HTML, but for what already stands as code in it."""
    parts = text.split("`")
    return "`".join(
        part if number % 2 else part.replace("*", "\\*").replace("<", "\\<") for number, part in enumerate(parts)
    )


def compact(value: Any) -> str:
    """Write a plain value as JSON in one line."""
    return json.dumps(value, ensure_ascii=False, default=str)


def folded(value: Any, indent: int = 0) -> str:
    """Write a plain value as JSON, opened up only where a line would get long."""
    short = compact(value)
    if len(short) + indent <= INLINE or not isinstance(value, dict | list) or not value:
        return short
    inner = " " * (indent + 2)
    if isinstance(value, dict):
        lines = [f"{inner}{compact(name)}: {folded(item, indent + 2)}" for name, item in value.items()]
    else:
        lines = [inner + folded(item, indent + 2) for item in value]
        if len(lines) > LONG:
            lines = [*lines[:3], f"{inner}... and {len(lines) - 4} more", lines[-1]]
    first, last = "{}" if isinstance(value, dict) else "[]"
    return "\n".join([first, ",\n".join(lines), " " * indent + last])


def entry(name: str, value: Any, indent: int) -> str:
    """Write `name: value` as an entry of a list, the value in a block of its own where it is long."""
    bullet = f"{' ' * indent}- {code(name)}:"
    short = compact(value)
    if len(short) <= INLINE:
        return f"{bullet} {code(short)}"
    written = value if isinstance(value, str) else folded(value)
    return f"{bullet}\n\n{fenced(written, indent=indent + 2)}\n"


def plural(count: int, one: str, many: str = "") -> str:
    """Count in words."""
    return f"{count} {one if count == 1 else many or one + 's'}"
