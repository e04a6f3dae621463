"""Where a key stands in a TOML text."""

from __future__ import annotations

import re


def line_of(text: str, keys: list[str]) -> int:
    """Find the line of a key in a TOML text, or of the first table below it, or of the nearest above it; from 1."""
    best, within, table = 1, 0, list[str]()
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[\[?([^\]]+)\]\]?", line)
        key = re.match(r"\s*((?:\"[^\"]*\"|'[^']*'|[A-Za-z0-9_.-])+)\s*=", line)
        if header:
            here = table = _parts(header.group(1))
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


def _parts(text: str) -> list[str]:
    """Split a dotted key of TOML, whose parts may stand in quotes."""
    return [part.strip().strip("\"'") for part in re.findall(r'"[^"]*"|\'[^\']*\'|[^.]+', text)]
