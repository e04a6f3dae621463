"""Canonical documents: the same thing gives the same bytes, and so the same hash."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

NORMALISER_VERSION = 2
"""Goes up when what is compared changes by code; what changes by tables is seen by their content."""

_ENCODER = msgspec.json.Encoder(order="sorted")
AS_IS = frozenset({bool, int, float, type(None)})
"""The types of values that are plain already and hold no others."""

FEW = 4
"""In longer lists it pays to see whether all items are of one type."""

_HALF = re.compile("[\ud800-\udfff]")


def plain(value: Any) -> Any:
    """Turn an answer of an SDK into plain JSON values: moments to ISO 8601 in UTC, bytes to base64.

    Streams are read by the adapter before; `ResponseMetadata` is not part of an answer.
    """
    if isinstance(value, str):
        return whole(value)
    if isinstance(value, dict):
        return {whole(str(key)): plain(item) for key, item in value.items() if key != "ResponseMetadata"}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, datetime):
        moment = value if value.tzinfo else value.replace(tzinfo=UTC)
        return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def whole(text: str) -> str:
    r"""Write half of a surrogate pair, which no encoding knows, as the six letters `\ud800`.

    Where AWS cuts a text in the middle of a character, half of it is left.
    """
    return text if text.isascii() else _HALF.sub(lambda half: f"\\u{ord(half.group()):04x}", text)


def canonical(value: Any) -> bytes:
    """Encode a plain value as JSON with sorted keys."""
    return _ENCODER.encode(value)


def digest(data: bytes) -> str:
    """Name content by its SHA-256, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def builtin(value: Any) -> Any:
    """Turn a fact's value into plain JSON values, leaving out what a structure has by default."""
    kind = type(value)
    if kind in AS_IS:
        return value
    write = _WRITERS.get(kind)
    if write is None:
        write = _WRITERS[kind] = _writer(kind)
    return write(value)


def _writer(kind: type) -> Callable[[Any], Any]:
    """Give the function that writes the values of a type."""
    if issubclass(kind, msgspec.Struct):
        given = msgspec.structs.fields(kind)
        # a name is told whatever it is
        return partial(
            _members,
            tuple((field.name, msgspec.NODEFAULT if field.name == "name" else field.default) for field in given),
        )
    known = ((str, _text), (int | float, _same), (datetime, _in_utc), (dict, _table), (set | frozenset, _sorted))
    for base, write in (*known, (list | tuple, _list)):
        if issubclass(kind, base):
            return write
    return _to_json if hasattr(kind, "to_json") else str


def _text(value: str) -> str:
    return value if value.isascii() else whole(value)


def _same(value: float) -> float:
    return value


@lru_cache(maxsize=1 << 13)
def _in_utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _table(value: dict[Any, Any]) -> dict[str, Any]:
    return {str(key): builtin(item) for key, item in value.items()}


def _list(value: Iterable[Any]) -> list[Any]:
    if isinstance(value, list | tuple) and len(value) > FEW:
        kinds = set(map(type, value))
        if len(kinds) == 1:  # one writer for all
            kind = kinds.pop()
            return list(value) if kind in AS_IS else list(map(_WRITERS.get(kind) or _writer(kind), value))
    return [item if type(item) in AS_IS else builtin(item) for item in value]


def _sorted(value: Iterable[Any]) -> list[Any]:
    return sorted(_list(value), key=canonical)


def _members(fields: tuple[tuple[str, Any], ...], value: msgspec.Struct) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, default in fields:
        item = getattr(value, name)
        if default is msgspec.NODEFAULT or item != default:
            found[name] = item if type(item) in AS_IS else builtin(item)
    return found


def _to_json(value: Any) -> Any:
    return value.to_json()


_WRITERS: dict[type, Callable[[Any], Any]] = {}
