"""Brings a database to the schema of this version, in order, or says why it cannot."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import inspect, select, text, update

from scanner.store.errors import StoreError
from scanner.store.notice_tables import metadata
from scanner.store.records import written
from scanner.store.steps import fifth, fourth, second, sixth, third
from scanner.store.tables import meta, migrations

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Connection

STEPS: Mapping[int, Callable[[Connection], None]] = {2: second, 3: third, 4: fourth, 5: fifth, 6: sixth}
"""What turns the schema of the version before into that of the key; version 1 is the first."""

FIRST = 1
LOCK = 0x70686977
"""The key of the advisory lock in PostgreSQL: the bytes of `phiw`."""

WRITES = LOCK + 1
"""The key of the lock that those who write scans share."""


def newest() -> int:
    """Give the version of the schema that this phiward writes."""
    return max(STEPS, default=FIRST)


def version(connection: Connection, where: str) -> int:
    """Give the version of a database's schema; 0 when it is empty.

    Raises:
        StoreError: it is another program's database, or a newer phiward's.
    """
    names = set(inspect(connection).get_table_names())
    if not names:
        return 0
    found = None
    if meta.name in names:
        found = connection.execute(select(meta.c.value).where(meta.c.name == "schema")).scalar_one_or_none()
    if found is None or not found.isdigit():
        raise StoreError(f"{where}: this database belongs to another program; name another one in [store] url")
    if int(found) > newest():
        raise StoreError(
            f"{where}: a newer phiward wrote this database (schema {found}, this one knows {newest()}); update phiward"
        )
    return int(found)


def migrate(connection: Connection, where: str) -> None:
    """Bring the database to the newest schema, inside the caller's transaction.

    Raises:
        StoreError: it is another program's database, or a newer phiward's.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
    now = version(connection, where)
    if now and connection.dialect.name == "postgresql":
        _alone(connection, where)
    if now == 0:
        metadata.create_all(connection)
        connection.execute(meta.insert().values(name="schema", value=str(newest())))
        _note(connection, newest())
    for step in range(max(now, FIRST) + 1, newest() + 1) if now else ():
        STEPS[step](connection)
        connection.execute(update(meta).where(meta.c.name == "schema").values(value=str(step)))
        _note(connection, step)


def _alone(connection: Connection, where: str) -> None:
    """Let no scan be written meanwhile: it may be an older phiward's, to which this one's tables are strange."""
    if not connection.execute(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": WRITES}).scalar():
        raise StoreError(
            f"{where}: a scan is being written here, and this phiward must change the tables; wait until it is done"
        )


def _note(connection: Connection, step: int) -> None:
    connection.execute(migrations.insert().values(version=step, at=written(datetime.now(UTC))))
