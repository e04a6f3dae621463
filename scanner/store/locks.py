"""Locks that one process at a time holds on a store: one for who writes a scan, one for who applies a plan."""

from __future__ import annotations

import fcntl
import os
from threading import Lock as Latch
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from scanner.store.errors import StoreError
from scanner.store.migrations import LOCK, WRITES

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection, Engine

HELD = """
SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND granted AND pid = pg_backend_pid()
AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND classid = 0 AND objid = :key
"""
PATIENT = "SELECT set_config(name, '0', false) FROM pg_settings WHERE name = 'idle_session_timeout'"


class Purpose(NamedTuple):
    """What a lock is for: its key in PostgreSQL, its file's ending beside SQLite's, what who comes second is told.

    In PostgreSQL those share a `shared` one who keep to themselves by other means.
    """

    key: int
    ending: str
    refusal: str
    shared: bool = False


WRITER = Purpose(WRITES, ".lock", "another scan is writing here{}; wait until it is done, then try again", shared=True)
PRUNER = WRITER._replace(shared=False)
REMEDY = Purpose(LOCK + 2, ".remedy.lock", "a plan is being applied here{}; wait until that has ended, then try again")


class Lock:
    """A lock that one holder at a time has; a killed process leaves it free, once its heirs have ended too.

    A child process that inherits `descriptor` is such an heir.
    """

    def __init__(self, engine: Engine, file: Path | None, where: str, purpose: Purpose) -> None:
        """Know what to lock; nothing is locked yet."""
        self._engine = engine
        self._file = file and (real := file.resolve()).with_name(real.name + purpose.ending)
        self._where = where
        self._purpose = purpose
        self._latch = Latch()
        self._holder = ""
        self._descriptor: int | None = None
        self._session: Connection | None = None

    @property
    def held(self) -> bool:
        """Say whether it was taken here."""
        return self._latch.locked()

    @property
    def descriptor(self) -> int | None:
        """Give what a child process must inherit to hold the lock too: the locked file, or the server's socket.

        The socket is for keeping, not for use, and holds the lock only where this process dies without releasing it.
        """
        if self._session is None:
            return self._descriptor
        driver = self._session.connection.driver_connection
        return int(driver.fileno()) if driver is not None else None

    def take(self, holder: str) -> None:
        """Take the lock; `holder` is what others are told of who has it, such as `process 12`.

        Raises:
            StoreError: it is taken, here or by another process.
        """
        if not self._latch.acquire(blocking=False):
            raise self.refused(self._holder)
        self._holder = holder
        try:
            if self._file is not None:
                self._descriptor = self._locked_file(self._file, holder)
            elif self._engine.dialect.name == "postgresql":
                self._session = self._locked_session()
        except BaseException:
            self._latch.release()
            raise

    def _locked_file(self, path: Path, holder: str) -> int:
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise self._unlockable(path, error) from None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, holder.encode(), 0)
        except BlockingIOError:
            other = " ".join(os.pread(descriptor, 256, 0).decode("utf-8", "replace").split())
            os.close(descriptor)
            raise self.refused(other) from None
        except OSError as error:
            os.close(descriptor)
            raise self._unlockable(path, error) from None
        return descriptor

    def _locked_session(self) -> Connection:
        session = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        try:
            session.execute(text(PATIENT))
            take = "pg_try_advisory_lock_shared" if self._purpose.shared else "pg_try_advisory_lock"
            taken = session.execute(text(f"SELECT {take}(:key)"), {"key": self._purpose.key}).scalar()
        except BaseException:
            session.close()
            raise
        if not taken:
            session.close()
            raise self.refused("")
        return session

    def refused(self, holder: str) -> StoreError:
        """Say that `holder` has it."""
        told = self._purpose.refusal.format(f" ({holder})" if holder else "")
        return StoreError(f"{self._where}: {told}")

    def _unlockable(self, path: Path, error: OSError) -> StoreError:
        reason = (error.strerror or str(error)).lower()
        return StoreError(f"{path}: the lock cannot be written ({reason}); allow it in the folder")

    def prove(self) -> None:
        """Make sure that a lock that was taken is still held: a server forgets it with the session.

        Raises:
            StoreError: it is lost.
        """
        if self._session is None:
            return
        try:
            held = self._session.execute(text(HELD), {"key": self._purpose.key}).scalar()
        except SQLAlchemyError:
            held = 0
        if not held:
            raise StoreError(
                f"{self._where}: the database server dropped the session and with it the lock; begin again"
            )

    def release(self) -> None:
        """Give the lock back, if it was taken; who inherited the file has it until it ends."""
        descriptor, session = self._descriptor, self._session
        self._descriptor = self._session = None
        try:
            if descriptor is not None:
                os.close(descriptor)
            if session is not None:
                self._end(session)
        finally:
            if self._latch.locked():
                self._latch.release()

    def _end(self, session: Connection) -> None:
        try:
            session.execute(text("SELECT pg_advisory_unlock_all()"))
        except SQLAlchemyError:
            session.invalidate()  # a session that the server dropped has no lock
        finally:
            session.close()
