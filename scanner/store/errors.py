"""What the store says when it cannot go on: one line with what, where and how to mend it."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

if TYPE_CHECKING:
    from collections.abc import Iterator


class StoreError(Exception):
    """The store cannot be used as asked; the message is one line for the user."""


UNWRITABLE = "the database or its folder cannot be written; allow it, or name another place in [store] url"
FULL = "there is no room left on the disk; make room, then try again"
NO_TABLE = "the database lacks a table; restore it from a backup, or move it away and scan anew"
NO_COLUMN = "the database lacks a column; restore it from a backup, or move it away and scan anew"
LOCKED = "another process is writing to the database; wait until it is done, then try again"
UNREACHABLE = "the database server cannot be reached; check [store] url and that the server runs"
GONE = "the database server ended the session; when it runs again, go on with `phiward scan --resume`"
BUSY = "the database server has no session left; wait, or raise its max_connections"
WHO = "the database server does not know this user and password; set PGPASSWORD or ~/.pgpass, or mend [store] url"
FORBIDDEN = "the database user may not do this; grant it the right, or name another user in [store] url"
READ_ONLY = "the database server only reads; name the one that writes in [store] url"
DAMAGED = "the database is damaged; restore it from a backup, or move it away and scan anew"
NO_DATABASE = "there is no such database on the server; make it (CREATE DATABASE), or name another one in [store] url"

SQLITE = (
    ("not a database", "this is no phiward database; name another one in [store] url, or move the file away"),
    ("malformed", DAMAGED),
    ("readonly", UNWRITABLE),
    ("unable to open", UNWRITABLE),
    ("locked", LOCKED),
    ("full", FULL),
    ("disk i/o", "the disk does not answer; check it, then try again"),
    ("no such table", NO_TABLE),
    ("no such column", NO_COLUMN),
)
"""Words in what SQLite says, and what they mean."""

CONNECTING = (
    ("password", WHO),
    ("authentication failed", WHO),
    ("no pg_hba.conf entry", FORBIDDEN),
    ("too many", BUSY),
    ("connection slots", BUSY),
    ("database system", UNREACHABLE),  # it is starting up, or shutting down
    ("database", NO_DATABASE),
    ("role", WHO),
)
"""Words in why PostgreSQL let nobody in, which come without a code."""

SQLSTATES = {
    "08": GONE,
    "23": "another process wrote the same at the same time; try again",
    "25006": READ_ONLY,
    "28": WHO,
    "3D": NO_DATABASE,
    "40": "others write the same at the same time; try again",
    "42501": FORBIDDEN,
    "42703": NO_COLUMN,
    "42P01": NO_TABLE,
    "53100": FULL,
    "53200": "the database server is out of memory; give it more, or run fewer scans at once",
    "53300": BUSY,
    "55P03": LOCKED,
    "57014": "the database server broke the statement off; raise its statement_timeout",
    "57P": GONE,
    "58": "the database server's disk does not answer; check it, then try again",
    "XX": DAMAGED,
}
"""Beginnings of PostgreSQL's codes (its manual's appendix A), and what they mean; the longest one holds."""

COLLISIONS = ("40001", "40P01")
"""PostgreSQL's codes for transactions that were in each other's way: the same again may well do."""


@contextmanager
def spoken(where: str) -> Iterator[None]:
    """Turn what a database raises into a `StoreError` about `where`.

    Raises:
        StoreError: the database raised.
    """
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        said = " ".join(str(getattr(error, "orig", None) or error).split())
        meaning = _meaning(error, said)
        told = f"{meaning} ({said})" if meaning else f"the database refused: {said}"
        raise StoreError(f"{where}: {told}") from error


def _meaning(error: Exception, said: str) -> str:
    origin = getattr(error, "orig", None) or error
    if isinstance(origin, sqlite3.Error):
        return next((meaning for word, meaning in SQLITE if word in said.lower()), "")
    code = _code(origin)
    if code:
        return next((SQLSTATES[code[:length]] for length in (5, 3, 2) if code[:length] in SQLSTATES), "")
    words = said.lower()
    if "connection failed" in words or "resolve host" in words or "timeout expired" in words:
        told = words.rpartition("fatal:" if "fatal:" in words else "failed:")[2]
        return next((meaning for word, meaning in CONNECTING if word in told), UNREACHABLE)
    if "connection option" in words:
        return "PostgreSQL does not know what the URL asks for; change [store] url"
    return GONE if "connection" in words else ""


def _code(error: object) -> str:
    return getattr(error, "sqlstate", None) or ""


def collided(error: StoreError) -> bool:
    """Say whether the database broke a transaction off because another was in the way."""
    return _code(getattr(error.__cause__, "orig", None)) in COLLISIONS
