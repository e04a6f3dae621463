"""Opens the database that a URL names: the file with its rights, the pragmas of SQLite, the schema."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import StaticPool

from scanner.store.errors import StoreError
from scanner.store.migrations import migrate, newest, version
from scanner.store.server import NAMES, server_engine, shown

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Engine

SERVER = "postgresql://user@host:5432/phiward (in a password, %40 stands for @, %3A for :, %2F for /)"
PRAGMAS = ("busy_timeout=30000", "foreign_keys=ON", "journal_mode=WAL", "synchronous=FULL")


def open_engine(url: str) -> tuple[Engine, str, Path | None]:
    """Open the database of a URL or a plain path; give the engine, the place for messages, and SQLite's file.

    Raises:
        StoreError: the URL is malformed, names an unknown database, or its file cannot be written.
    """
    parsed = _parse(url)
    where = shown(parsed)
    if parsed.get_backend_name() in NAMES:
        return server_engine(parsed), where, None
    name = parsed.database or ":memory:"
    file = None if name == ":memory:" else Path(name)
    if file is not None:
        where = str(file)
        _make_file(file)
    options: dict[str, Any] = {} if file else {"poolclass": StaticPool, "connect_args": {"check_same_thread": False}}
    engine = create_engine(parsed, **options)
    event.listen(engine, "connect", _connected)
    event.listen(engine, "begin", _begin)
    return engine, where, file


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url if "://" in url else f"sqlite:///{url}")
    except (ArgumentError, ValueError):  # the second for a port that is no number; what it was may be a password
        scheme = url.partition(":")[0]
        example = SERVER if scheme.startswith(NAMES) else "sqlite:///./phiward.db"
        raise StoreError(f"{scheme}: this is no database URL; write {example}") from None
    if parsed.get_backend_name() not in {"sqlite", *NAMES}:
        raise StoreError(f"{parsed.drivername}: phiward stores in sqlite and postgresql only; change [store] url")
    return parsed


def _make_file(file: Path) -> None:
    """Make the file readable for its owner alone before SQLite would make it readable for all."""
    try:
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    except FileNotFoundError:
        raise StoreError(f"{file}: the folder does not exist; make it, or name another in [store] url") from None
    except IsADirectoryError:
        raise StoreError(f"{file}: this is a folder; name a file in [store] url") from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise StoreError(
            f"{file}: the database cannot be written ({reason}); allow it, or name another place in [store] url"
        ) from None


def _connected(dbapi: Any, _record: object) -> None:
    dbapi.isolation_level = None  # SQLAlchemy begins and ends the transactions, see `_begin`
    for pragma in PRAGMAS:
        dbapi.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def prepare(engine: Engine, where: str) -> None:
    """Bring the database to this version's schema.

    Raises:
        StoreError: it is another program's database, or a newer phiward's.
    """
    with engine.connect() as connection:
        current = version(connection, where) == newest()
    if not current:
        with engine.execution_options(writes=True).begin() as connection:
            migrate(connection, where)
