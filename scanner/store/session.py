"""One opened database: its transactions, its locks, and its errors in plain words."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from scanner.engine.drift import Normaliser
from scanner.store.errors import spoken
from scanner.store.locks import REMEDY, WRITER, Lock
from scanner.store.opening import open_engine, prepare

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType

    from sqlalchemy import Connection, Engine


PLAIN = Normaliser({}, "")
"""Compares everything."""


class Session:
    """An opened database; use it in a `with` statement."""

    def __init__(self, engine: Engine, where: str, file: Path | None, normaliser: Normaliser) -> None:
        """Hold an opened engine; see `open`."""
        self._engine = engine
        self._where = where
        self._normaliser = normaliser
        self._lock = Lock(engine, file, where, WRITER)
        self._remedy_lock = Lock(engine, file, where, REMEDY)

    @classmethod
    def open(cls, url: str, normaliser: Normaliser | None = None) -> Self:
        """Open the database at a URL (`sqlite:///./phiward.db`, `postgresql://...`) or a path, making it if need be.

        `normaliser` says what of a section is compared between nights; without one, all of it.

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
        return cls(engine, where, file, normaliser or PLAIN)

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
        self._remedy_lock.release()
        self._engine.dispose()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with spoken(self._where), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with spoken(self._where), self._engine.execution_options(writes=True).begin() as connection:
            yield connection

    def _take_lock(self) -> None:
        with spoken(self._where):
            if not self._lock.held:
                self._lock.take(f"process {os.getpid()}")
