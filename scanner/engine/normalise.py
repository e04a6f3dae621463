"""Canonical documents: the same thing gives the same bytes, and so the same hash."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

import msgspec

NORMALISER_VERSION = 2
"""Goes up when what is compared changes by code; what changes by tables is seen by their content."""

_ENCODER = msgspec.json.Encoder(order="sorted")
_AS_IS = frozenset({bool, int, float, type(None)})
_NUMBERS, _SETS, _LISTS = (int, float), (set, frozenset), (list, tuple)
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
    if kind in _AS_IS:
        return value
    if isinstance(value, str):
        return value if value.isascii() else whole(value)
    if isinstance(value, _LISTS):
        return [item if type(item) in _AS_IS else builtin(item) for item in value]
    if isinstance(value, msgspec.Struct):
        return _members(value)
    if isinstance(value, datetime):
        return _in_utc(value)
    if isinstance(value, dict):
        return {str(key): builtin(item) for key, item in value.items()}
    if isinstance(value, _SETS):
        return sorted((builtin(item) for item in value), key=canonical)
    if isinstance(value, _NUMBERS):
        return value
    to_json = getattr(value, "to_json", None)
    return to_json() if to_json is not None else str(value)


@lru_cache(maxsize=1 << 13)
def _in_utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _members(value: msgspec.Struct) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, default in _fields(type(value)):
        item = getattr(value, name)
        if default is msgspec.NODEFAULT or item != default:
            found[name] = item if type(item) in _AS_IS else builtin(item)
    return found


@cache
def _fields(kind: type[msgspec.Struct]) -> tuple[tuple[str, Any], ...]:
    """Give the fields with their defaults; a name is told whatever it is."""
    given = msgspec.structs.fields(kind)
    return tuple((field.name, msgspec.NODEFAULT if field.name == "name" else field.default) for field in given)
