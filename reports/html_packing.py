"""Packs what the HTML page holds: JSON, compressed and in characters that mean nothing to any parser."""

from __future__ import annotations

import base64
import gzip
from typing import TYPE_CHECKING, Any

import msgspec

from reports.words import encoded as encode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

BLOCK = 256_000
"""How many bytes of JSON are packed together, about: what a browser unpacks in a blink."""


def pack(content: bytes) -> str:
    """Compress and write in base64; the same content gives the same text."""
    return base64.b64encode(gzip.compress(content, compresslevel=6, mtime=0)).decode("ascii")


def link(account: str, arn: str) -> str:
    """Name a resource as the page's script does, which has it from JSON."""
    named: str = msgspec.json.decode(encode(f"{account}/{arn}"))
    return named


class Strings:
    """Names texts by number, each once."""

    def __init__(self) -> None:
        """Start empty."""
        self._known: dict[str, int] = {}

    def __call__(self, text: str) -> int:
        """Give the number of a text."""
        return self._known.setdefault(text, len(self._known))

    @property
    def texts(self) -> list[str]:
        """Give the texts in the order of their numbers."""
        return list(self._known)


def blocks(parts: Iterable[tuple[int, Any]], limit: int = 0) -> Iterator[tuple[str, list[int]]]:
    """Pack numbered values together, some per block, and say which; end before all the blocks have `limit` characters.

    Each block is a JSON object of the values by number. Only one block is in memory unpacked.
    """
    spent, size = 0, 0
    waiting: list[tuple[int, bytes]] = []
    for number, value in parts:
        content = encode(value)
        if waiting and size + len(content) > BLOCK:
            packed = _block(waiting)
            spent += len(packed)
            if limit and spent > limit:
                return
            yield packed, [each for each, _ in waiting]
            waiting, size = [], 0
        waiting.append((number, content))
        size += len(content)
    if waiting:
        packed = _block(waiting)
        if not limit or spent + len(packed) <= limit:
            yield packed, [each for each, _ in waiting]


def _block(parts: list[tuple[int, bytes]]) -> str:
    return pack(b"{" + b",".join(b'"%d":%b' % part for part in parts) + b"}")
