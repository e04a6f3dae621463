"""Content by its name: each canonical JSON document is kept once, compressed, under its SHA-256."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import msgspec
import zstandard
from sqlalchemy import ARRAY, String, any_, bindparam, func, select

from scanner.engine.normalise import canonical, digest
from scanner.store.errors import StoreError
from scanner.store.tables import blobs
from scanner.store.writing import AT_ONCE, insert_missing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Column, ColumnElement, Connection

CHUNK = 500
MANY = 5000


def chunks(items: Iterable[Any], size: int = CHUNK) -> Iterator[list[Any]]:
    """Cut into lists short enough for one statement."""
    known = list(items)
    for start in range(0, len(known), size):
        yield known[start : start + size]


class Drawer:
    """Collects content to be kept, and writes what is not there yet, some of it at a time."""

    def __init__(self, connection: Connection) -> None:
        """Start empty; write with the connection, in its transaction."""
        self._connection = connection
        self._waiting: dict[str, bytes] = {}
        self._alone = connection.dialect.name == "sqlite"

    def put(self, value: Any) -> str:
        """Name a JSON value (or a structure of them) by its content, and keep it."""
        content = canonical(value)
        name = digest(content)
        self.keep(name, content)
        return name

    def keep(self, name: str, content: bytes) -> None:
        """Keep content that is named already."""
        self._waiting[name] = content
        if self._alone and len(self._waiting) >= AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Write what waits; beside others who write the same, all of it in one order, for they wait for each other."""
        query = select(blobs.c.hash).where(among(self._connection, blobs.c.hash, self._waiting))
        known = set(self._connection.execute(query).scalars())
        press = zstandard.ZstdCompressor(level=3)
        rows = ((name, press.compress(content)) for name, content in self._waiting.items() if name not in known)
        insert_missing(self._connection, blobs, ("hash", "content"), rows)
        self._waiting.clear()


def among(connection: Connection, column: Column[str], names: Iterable[str]) -> ColumnElement[bool]:
    """Say that a column is one of some names; a statement is the same for any number of them."""
    if connection.dialect.name == "postgresql":
        return column == any_(bindparam(None, list(names), ARRAY(String)))
    given = func.json_each(msgspec.json.encode(list(names)).decode()).table_valued("value")
    return column.in_(select(given.c.value))


def fetch(connection: Connection, names: Iterable[str]) -> dict[str, bytes]:
    """Give the content of each name.

    Raises:
        StoreError: some is missing, or is not what its name says.
    """
    found: dict[str, bytes] = {}
    wanted = set(names)
    press = zstandard.ZstdDecompressor()
    for some in chunks(sorted(wanted), MANY):
        query = select(blobs.c.hash, blobs.c.content).where(among(connection, blobs.c.hash, some))
        for name, packed in connection.execute(query).all():
            found[name] = unpack(name, packed, press)
    if len(found) < len(wanted):
        name = min(wanted - set(found))
        raise StoreError(f"the database lacks the content {name[:16]}: restore it from a backup; see `phiward verify`")
    return found


def fetch_json(connection: Connection, names: Iterable[str]) -> dict[str, Any]:
    """Give the document of each name; see `fetch`."""
    return {name: msgspec.json.decode(content) for name, content in fetch(connection, names).items()}


def unpack(name: str, packed: bytes, press: zstandard.ZstdDecompressor) -> bytes:
    """Unpack content and hold it to its name.

    Raises:
        StoreError: it is not what its name says.
    """
    try:
        content = press.decompress(packed)
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


class Sealing:
    """Makes what `seal_of` gives from lines that come in order, keeping none."""

    def __init__(self) -> None:
        """Start without lines."""
        self._sum = hashlib.sha256()
        self._between = b""

    def add(self, line: str) -> None:
        """Add a line that is sorted behind the one before."""
        self._sum.update(self._between + line.encode())
        self._between = b"\n"

    def name(self) -> str:
        """Give the SHA-256."""
        return self._sum.hexdigest()
