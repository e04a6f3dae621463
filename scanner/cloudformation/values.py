"""Values in three states: known, not known until the stack is made, or left out; and texts that must not be shown."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scanner.model.planned import UNKNOWN, unknown


class Confidential(str):
    """A text that holds the value of a parameter with NoEcho: it is redacted before it is kept."""

    __slots__ = ()


class _NoValue:
    """What `AWS::NoValue` stands for: the property or element is left out."""

    def __repr__(self) -> str:
        return "AWS::NoValue"


NO_VALUE = _NoValue()


def is_unknown(value: Any) -> bool:
    """Say whether a value is not known until the stack is made."""
    return isinstance(value, Mapping) and UNKNOWN in value


def reason(value: Any) -> str:
    """Say why it is not."""
    return str(value[UNKNOWN])


def first_unknown(value: Any) -> Any:
    """Give the first unknown at any depth, or None."""
    return next((item for item in walk(value) if is_unknown(item)), None)


def walk(value: Any) -> Iterator[Any]:
    """Go over a value and all that it holds."""
    yield value
    if isinstance(value, Mapping):
        for item in value.values():
            yield from walk(item)
    elif isinstance(value, list):
        for item in value:
            yield from walk(item)


def text_of(value: Any) -> str:
    """Write a scalar as CloudFormation does: booleans in lower case."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def joined(pieces: Sequence[Any], between: str = "") -> Any:
    """Join scalars to a text: unknown where one of them is, confidential where one of them is."""
    for piece in pieces:
        if is_unknown(piece):
            return dict(piece)
        if isinstance(piece, Mapping | list) or piece is NO_VALUE:
            return unknown("it is made of something that is no text")
    text = between.join(text_of(piece) for piece in pieces)
    return Confidential(text) if any(isinstance(piece, Confidential) for piece in pieces) else text


def as_json(value: Any) -> Any:
    """Write a value as JSON text: unknown where it holds something unknown."""
    gap = first_unknown(value)
    if gap is not None:
        return dict(gap)
    if value is NO_VALUE:
        return unknown("it is made of something that is left out")
    text = json.dumps(value, separators=(",", ":"))
    return Confidential(text) if any(isinstance(item, Confidential) for item in walk(value)) else text
