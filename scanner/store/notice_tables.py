"""The table of who was told what, in words that SQLite and PostgreSQL share; no seal depends on it."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table, UniqueConstraint

from scanner.store.schedule_tables import metadata
from scanner.store.types import PROSE, WORDS

__all__ = ["metadata", "notices"]

# What a channel is told, once for each key (a scan's id, or a failure of a day). `state` is waiting, sending, told, or
# quiet where it was nothing; `claim` is who is sending it, `after` the moment from which another may; `at` and `sent`
# are when it was noted and told.
notices = Table(
    "notices",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("channel", WORDS, nullable=False),
    Column("key", WORDS, nullable=False),
    Column("state", WORDS, nullable=False),
    Column("at", WORDS, nullable=False),
    Column("claim", WORDS, nullable=False),
    Column("after", WORDS, nullable=False),
    Column("sent", WORDS, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("said", PROSE, nullable=False),
    Column("body", PROSE, nullable=False),
    UniqueConstraint("channel", "key"),
    Index("notices_state", "state"),
)
