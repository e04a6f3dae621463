"""Where a key stands in a TOML text."""

from __future__ import annotations

import re


def line_of(text: str, keys: list[str]) -> int:
    """Find the line of a key in a TOML text, or of the first table below it, or of the nearest above it; from 1.

    The tables of an array are known by their number: `["drift", "ignore", "0", "reason"]`.
    """
    best, within, table = 1, 0, list[str]()
    arrays: dict[tuple[str, ...], int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[\[?([^\]]+)\]\]?", line)
        key = re.match(r"\s*((?:\"[^\"]*\"|'[^']*'|[A-Za-z0-9_.-])+)\s*=", line)
        if header:
            here = table = _numbered(_parts(header.group(1)), arrays, is_array=line.lstrip().startswith("[["))
        elif key:
            here = [*table, *_parts(key.group(1))]
        else:
            continue
        if keys[: len(here)] == here:
            best = number
            if len(here) == len(keys):
                return number
        if header and here[: len(keys)] == keys:
            within = within or number
    return within or best


def _numbered(parts: list[str], arrays: dict[tuple[str, ...], int], *, is_array: bool) -> list[str]:
    """Put the numbers into a header of which a part is an array of tables; count on where it begins the next one."""
    found: list[str] = []
    for place, part in enumerate(parts, 1):
        found.append(part)
        if is_array and place == len(parts):
            arrays[tuple(found)] = arrays.get(tuple(found), -1) + 1
        if tuple(found) in arrays:
            found.append(str(arrays[tuple(found)]))
    return found


def _parts(text: str) -> list[str]:
    """Split a dotted key of TOML, whose parts may stand in quotes."""
    return [part.strip().strip("\"'") for part in re.findall(r'"[^"]*"|\'[^\']*\'|[^.]+', text)]
