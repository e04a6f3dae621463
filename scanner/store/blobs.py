"""Content by its name: each canonical JSON document is kept once, compressed, under its SHA-256."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import zstandard
from sqlalchemy import select

from scanner.engine.normalise import canonical, digest
from scanner.store.errors import StoreError
from scanner.store.tables import blobs
from scanner.store.writing import insert_missing

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from sqlalchemy import Connection

CHUNK = 500


def chunks(items: Iterable[Any], size: int = CHUNK) -> Iterator[list[Any]]:
    """Cut into lists short enough for one statement."""
    known = list(items)
    for start in range(0, len(known), size):
        yield known[start : start + size]


class Drawer:
    """Collects content to be kept; `flush` writes what is not there yet."""

    def __init__(self) -> None:
        """Start empty."""
        self._waiting: dict[str, bytes] = {}

    def put(self, value: Any) -> str:
        """Name a JSON value (or a structure of them) by its content, and keep it for the flush."""
        content = canonical(value)
        name = digest(content)
        self._waiting[name] = content
        return name

    def keep(self, name: str, content: bytes) -> None:
        """Keep content that is named already."""
        self._waiting[name] = content

    def flush(self, connection: Connection, wanted: Collection[str] | None = None) -> None:
        """Write the new content, of these names if they are given: the rest is known to be there."""
        if wanted is not None:
            self._waiting = {name: content for name, content in self._waiting.items() if name in wanted}
        known: set[str] = set()
        for names in chunks(self._waiting):
            known.update(connection.execute(select(blobs.c.hash).where(blobs.c.hash.in_(names))).scalars())
        press = zstandard.ZstdCompressor(level=3)
        rows = [
            {"hash": name, "content": press.compress(content)}
            for name, content in self._waiting.items()
            if name not in known
        ]
        insert_missing(connection, blobs, rows)
        self._waiting.clear()


def fetch(connection: Connection, names: Iterable[str]) -> dict[str, bytes]:
    """Give the content of each name.

    Raises:
        StoreError: some is missing, or is not what its name says.
    """
    found: dict[str, bytes] = {}
    wanted = set(names)
    for some in chunks(wanted):
        for name, packed in connection.execute(select(blobs.c.hash, blobs.c.content).where(blobs.c.hash.in_(some))):
            found[name] = unpack(name, packed)
    if len(found) < len(wanted):
        name = min(wanted - set(found))
        raise StoreError(f"the database lacks the content {name[:16]}: restore it from a backup; see `phiward verify`")
    return found


def fetch_json(connection: Connection, names: Iterable[str]) -> dict[str, Any]:
    """Give the document of each name; see `fetch`."""
    return {name: msgspec.json.decode(content) for name, content in fetch(connection, names).items()}


def unpack(name: str, packed: bytes) -> bytes:
    """Unpack content and hold it to its name.

    Raises:
        StoreError: it is not what its name says.
    """
    try:
        content = zstandard.ZstdDecompressor().decompress(packed)
    except zstandard.ZstdError:
        content = b""
    if digest(content) != name:
        raise StoreError(
            f"the database's content {name[:16]} was changed: restore it from a backup; see `phiward verify`"
        )
    return content


def seal_of(lines: Sequence[str]) -> str:
    """Give one SHA-256 for lines in any order."""
    return digest("\n".join(sorted(lines)).encode())
