"""Paths into the answers of AWS, compiled once.

`a.b` is a member; `a[]` goes over a list (what follows is taken of each element, nested lists are flattened, elements
without it are left out); `a[Key=text]` is the first element whose `Key` is `text`; `a[0]` is one element.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from enum import Enum
from functools import cache
from typing import Any, NamedTuple


class _Missing(Enum):
    MISSING = "missing"

    def __repr__(self) -> str:
        return "MISSING"

    def __bool__(self) -> bool:
        return False


MISSING = _Missing.MISSING
"""What a path yields when the document has nothing there. It is not `None`, which a document may hold."""

Getter = Callable[[Any], Any]


class Step(NamedTuple):
    """One step: `member`, `each`, `where` (argument: key and text) or `at` (argument: position)."""

    verb: str
    argument: Any


_TOKEN = re.compile(r"\.?([^.\[\]]+)|\[\]|\[([A-Za-z0-9_:-]+)=([^\]]*)\]|\[(\d+)\]")


def steps(path: str) -> tuple[Step, ...]:
    """Split a path into steps.

    Raises:
        ValueError: the text is no path.
    """
    found: list[Step] = []
    position = 0
    while position < len(path):
        match = _TOKEN.match(path, position)
        if match is None:
            message = f"{path!r} is no path (at character {position})"
            raise ValueError(message)
        member, key, text, index = match.groups()
        if member is not None:
            found.append(Step("member", member))
        elif key is not None:
            found.append(Step("where", (key, text)))
        elif index is not None:
            found.append(Step("at", int(index)))
        else:
            found.append(Step("each", None))
        position = match.end()
    return tuple(found)


@cache
def getter(path: str) -> Getter:
    """Compile a path into a function of a document; an empty path is the document itself.

    Raises:
        ValueError: the text is no path.
    """
    todo = steps(path)
    if all(step.verb == "member" for step in todo):
        return _members([step.argument for step in todo])

    def get(document: Any) -> Any:
        return _walk(document, todo, 0)

    return get


def _members(names: Sequence[str]) -> Getter:
    if len(names) == 1:
        only = names[0]

        def one(document: Any) -> Any:
            return document.get(only, MISSING) if isinstance(document, dict) else MISSING

        return one

    def many(document: Any) -> Any:
        for name in names:
            if not isinstance(document, dict):
                return MISSING
            document = document.get(name, MISSING)
        return document

    return many


def _walk(value: Any, todo: Sequence[Step], position: int) -> Any:
    for place in range(position, len(todo)):
        verb, argument = todo[place]
        if verb == "member":
            value = value.get(argument, MISSING) if isinstance(value, dict) else MISSING
        elif not isinstance(value, list | tuple):
            return MISSING
        elif verb == "at":
            value = value[argument] if argument < len(value) else MISSING
        elif verb == "where":
            key, text = argument
            value = next((item for item in value if isinstance(item, dict) and item.get(key) == text), MISSING)
        else:
            return _over(value, todo, place + 1)
        if value is MISSING:
            return MISSING
    return value


def _over(items: Sequence[Any], todo: Sequence[Step], position: int) -> list[Any]:
    rest = todo[position:]
    nested = any(step.verb == "each" for step in rest)
    found: list[Any] = []
    for item in items:
        value = _walk(item, todo, position)
        if value is MISSING:
            continue
        if nested:
            found.extend(value)
        else:
            found.append(value)
    return found


def split(path: str) -> tuple[str, str]:
    """Split `section.rest[].of` into the section's name and the rest."""
    match = re.match(r"([A-Za-z_][A-Za-z0-9_]*)\.?(.*)", path, re.DOTALL)
    if match is None:
        message = f"{path!r} names no section"
        raise ValueError(message)
    return match.group(1), match.group(2)
