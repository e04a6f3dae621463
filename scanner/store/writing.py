"""The lock of who writes a scan, and the numbers that two who write at the same time must not both give.

Beside SQLite one scan is written at a time. In PostgreSQL scans of different accounts are written beside each other:
each holds a lock of its own, by which others see that it lives, and says in the accounts' rows which scan began last.
"""

from __future__ import annotations

from importlib import import_module
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, text

from scanner.store.errors import StoreError
from scanner.store.locks import Lock
from scanner.store.migrations import LOCK

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Sequence as Ordered

    from sqlalchemy import Column, Connection, Sequence, Table

SCANS = LOCK + 3
"""The first half of the keys of the scans' locks; the second is a scan's number."""

BEGINNING = LOCK + 4
"""The key by which those that begin a scan come one after the other."""

DECIDING = LOCK + 5
"""The same of those that decide: accept, revoke, approve, or let an acceptance lapse."""

LIVES = """
SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND granted AND classid = :scans
AND objid = :scan AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


class ScanLock(Lock):
    """The lock of who writes a scan; take it first, then hold the scan by its number."""

    scan = 0
    """The number of the scan that is held."""

    def hold(self, scan: int) -> None:
        """Hold a scan, in place of the one before; in PostgreSQL others see by this that it is being written.

        Raises:
            StoreError: another process writes it.
        """
        if self._session is not None and self.scan != scan:
            if self.scan:
                self._ask("SELECT pg_advisory_unlock(:scans, :scan)", self.scan)
            if not self._ask("SELECT pg_try_advisory_lock(:scans, :scan)", scan):
                self.scan = 0
                raise self.refused("")
        self.scan = scan

    def _ask(self, statement: str, scan: int) -> Any:
        assert self._session is not None  # noqa: S101  asked for by `hold` alone
        return self._session.execute(text(statement), {"scans": SCANS, "scan": scan}).scalar()

    def lives(self, connection: Connection, scan: int) -> bool:
        """Say whether another process writes a scan; beside SQLite nobody else does who has the lock."""
        if connection.dialect.name != "postgresql" or (self.held and self.scan == scan):
            return False
        return bool(connection.execute(text(LIVES), {"scans": SCANS, "scan": scan}).scalar())

    def keep(self) -> None:
        """See that a lock that was taken is held; where the server dropped the session, take it again.

        Raises:
            StoreError: another process has taken it since.
        """
        try:
            self.prove()
        except StoreError:
            scan, holder = self.scan, self._holder
            self.release()
            self.take(holder)
            self.hold(scan)

    def release(self) -> None:
        """Give the lock back, if it was taken."""
        self.scan = 0
        super().release()


def take_turn(connection: Connection, key: int) -> None:
    """Keep the others waiting until the end of the transaction, as SQLite does anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


def numbers(connection: Connection, column: Column[int], sequence: Sequence, count: int) -> list[int]:
    """Give numbers that no row bears."""
    if connection.dialect.name == "postgresql":
        query = select(sequence.next_value()).select_from(func.generate_series(1, count))
        return list(connection.execute(query).scalars())
    last = connection.execute(select(func.max(column))).scalar() or 0
    return list(range(last + 1, last + 1 + count))


AT_ONCE = 1000
"""How many rows go to the database at once."""


def insert(connection: Connection, table: Table, columns: Ordered[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Insert rows, each with a value for every column, a bounded number at a time."""
    _insert(connection, table.insert(), columns, rows)


def insert_missing(
    connection: Connection, table: Table, columns: Ordered[str], rows: Iterable[tuple[Any, ...]]
) -> None:
    """Insert the rows that are not there yet, in the order of their first columns: so two do not wait for each other.

    The first columns are the table's key.
    """
    _insert(connection, upserting(connection)(table).on_conflict_do_nothing(), columns, sorted(rows))


def upserting(connection: Connection) -> Any:
    """Give the insert of the database's dialect, which knows of rows that are there; only that one is loaded."""
    return import_module(f"sqlalchemy.dialects.{connection.dialect.name}").insert


def _insert(connection: Connection, statement: Any, columns: Ordered[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Give the rows to the driver as they are: there are too many to make each a mapping first."""
    waiting = iter(rows)
    some = list(islice(waiting, AT_ONCE))
    if not some:
        return
    made: Any = statement.inline().compile(dialect=connection.dialect, column_keys=list(columns))
    placed = itemgetter(*(columns.index(name) for name in made.positiontup)) if made.positional else None
    while some:
        given: list[Any] = [placed(row) if placed else dict(zip(columns, row, strict=True)) for row in some]
        connection.exec_driver_sql(str(made), given)
        some = list(islice(waiting, AT_ONCE))
