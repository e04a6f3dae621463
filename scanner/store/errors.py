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


SAYINGS = (
    ("not a database", "this is no phiward database; name another one in [store] url, or move the file away"),
    ("malformed", "the database is damaged; restore it from a backup, or move it away and scan anew"),
    ("readonly", "the database or its folder cannot be written; allow it, or name another place in [store] url"),
    ("unable to open", "the database or its folder cannot be written; allow it, or name another place in [store] url"),
    ("locked", "another process is writing to the database; wait until it is done, then try again"),
    ("full", "there is no room left on the disk; make room, then try again"),
    ("disk i/o", "the disk does not answer; check it, then try again"),
    ("no such table", "the database lacks a table; restore it from a backup, or move it away and scan anew"),
    ("no such column", "the database lacks a column; restore it from a backup, or move it away and scan anew"),
    ("connection", "the database server cannot be reached; check [store] url and that the server runs"),
)


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
        for word, meaning in SAYINGS:
            if word in said.lower():
                raise StoreError(f"{where}: {meaning} ({said})") from error
        raise StoreError(f"{where}: the database refused: {said}") from error
