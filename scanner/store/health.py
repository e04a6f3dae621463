"""Looks whether a database can be used, and changes nothing in it: no table is made, none brought to a newer schema."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, func, select, text
from sqlalchemy.engine import make_url

from scanner.store.errors import spoken
from scanner.store.locks import WRITER
from scanner.store.migrations import WRITES, newest, version
from scanner.store.opening import open_engine
from scanner.store.tables import scans

OTHERS = """
SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND granted AND pid <> pg_backend_pid()
AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND classid = 0 AND objid = :key
"""
READ_ONLY = "SELECT current_setting('transaction_read_only') = 'on'"
MAY_WRITE = "SELECT has_table_privilege('scans', 'INSERT')"


@dataclass(frozen=True)
class Health:
    """What was found of a database.

    `file` is SQLite's. `schema` is 0 where there are no tables yet, `known` what this phiward writes. `writable` is
    whether a scan could be kept. `writer` names who writes a scan right now, as it calls itself. `scans` are kept.
    """

    where: str
    file: Path | None
    schema: int
    known: int
    writable: bool
    writer: str = ""
    scans: int = 0


def file_of(url: str) -> Path | None:
    """Name the file of SQLite's database; None for a server, and for a database in memory."""
    plain = "://" not in url
    if not plain and not url.startswith("sqlite"):
        return None
    name = make_url(f"sqlite:///{url}" if plain else url).database
    return Path(name) if name and name != ":memory:" else None


def examine(url: str) -> Health:
    """Look at a database that is there; for SQLite, see `file_of`, the file must be.

    Raises:
        StoreError: it does not open, is another program's or a newer phiward's.
    """
    engine, where, file = open_engine(url)
    try:
        with spoken(where), engine.connect() as connection:
            schema = version(connection, where)
            kept = _kept(connection, schema) if schema else 0
            writer = _writer_of_file(file) if file else _writers_of_server(connection)
            writable = _writable(connection, schema=schema) if file is None else _writable_file(file)
        return Health(where, file, schema, newest(), writable, writer, kept)
    finally:
        engine.dispose()


def _kept(connection: Connection, schema: int) -> int:
    counted = select(func.count()).select_from(scans)
    if schema == newest():  # what an older one lacks is not asked for
        counted = counted.where(scans.c.pruned.is_(False))
    return int(connection.execute(counted).scalar_one())


def _writable_file(file: Path) -> bool:
    """Say whether SQLite could write: it makes files beside the database too."""
    return os.access(file, os.W_OK) and os.access(file.resolve().parent, os.W_OK)


def _writable(connection: Connection, *, schema: int) -> bool:
    if connection.dialect.name != "postgresql":
        return True
    if connection.execute(text(READ_ONLY)).scalar():
        return False
    return not schema or bool(connection.execute(text(MAY_WRITE)).scalar())


def _writer_of_file(file: Path) -> str:
    """Say who holds the lock of writers; it is asked for and given back at once."""
    real = file.resolve()
    with suppress(OSError):
        descriptor = os.open(real.with_name(real.name + WRITER.ending), os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return " ".join(os.pread(descriptor, 256, 0).decode("utf-8", "replace").split()) or "another process"
        finally:
            os.close(descriptor)
    return ""


def _writers_of_server(connection: Connection) -> str:
    if connection.dialect.name != "postgresql":
        return ""
    count = connection.execute(text(OTHERS), {"key": WRITES}).scalar()
    return f"{count} {'process' if count == 1 else 'processes'}" if count else ""
