"""One opened database: its transactions, its locks, and its errors in plain words."""

from __future__ import annotations

import time
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self, TypeVar

from scanner.engine.drift import Normaliser
from scanner.store.errors import StoreError, collided, spoken
from scanner.store.locks import PRUNER, REMEDY, WRITER, Lock
from scanner.store.opening import open_engine, prepare
from scanner.store.writing import ScanLock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import TracebackType

    from sqlalchemy import Connection, Engine

T = TypeVar("T")

PLAIN = Normaliser({}, "")
"""Compares everything."""

READS: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
WRITES: dict[str, Any] = {"isolation_level": "READ COMMITTED"}
"""What PostgreSQL is told: who reads sees one moment, as in SQLite; who writes takes locks and sees what is so then."""

TRIES = 5


class Session:
    """An opened database; use it in a `with` statement."""

    def __init__(self, engine: Engine, where: str, file: Path | None, normaliser: Callable[[], Normaliser]) -> None:
        """Hold an opened engine; see `open`."""
        self._engine = engine
        self._where = where
        self._make_normaliser = normaliser
        server = engine.dialect.name == "postgresql"
        self._readers = engine.execution_options(**READS if server else {})
        self._writers = engine.execution_options(writes=True, **WRITES if server else {})
        self._lock = ScanLock(engine, file, where, WRITER)
        self._prune_lock = Lock(engine, file, where, PRUNER)
        self._remedy_lock = Lock(engine, file, where, REMEDY)

    @classmethod
    def open(cls, url: str, normaliser: Normaliser | Callable[[], Normaliser] | None = None) -> Self:
        """Open the database at a URL (`sqlite:///./phiward.db`, `postgresql://...`) or a path, making it if need be.

        `normaliser` says what of a section is compared between nights; without one, all of it. A function is asked for
        it when one is needed.

        Raises:
            StoreError: it is damaged, foreign, of a newer phiward, or cannot be written.
        """
        engine, where, file = open_engine(url)
        try:
            with spoken(where):
                prepare(engine, where)
        except BaseException:
            engine.dispose()
            raise
        made = normaliser or PLAIN
        return cls(engine, where, file, made if callable(made) else lambda: made)

    @cached_property
    def _normaliser(self) -> Normaliser:
        return self._make_normaliser()

    def __enter__(self) -> Self:
        """Use the store."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Let go of the database and of its locks."""
        self._lock.release()
        self._prune_lock.release()
        self._remedy_lock.release()
        self._engine.dispose()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with spoken(self._where), self._readers.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with spoken(self._where), self._writers.begin() as connection:
            yield connection

    def _write(self, act: Callable[[Connection], T]) -> T:
        """Do something in one transaction, and again where the server broke it off because another was in the way."""
        for left in reversed(range(TRIES)):
            try:
                with self._writing() as connection:
                    return act(connection)
            except StoreError as error:
                if not left or not collided(error):
                    raise
            time.sleep(0.05 * (TRIES - left))
        raise AssertionError
