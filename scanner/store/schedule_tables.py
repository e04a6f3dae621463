"""The tables of what runs by the clock, in words that SQLite and PostgreSQL share; no seal depends on them."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table, UniqueConstraint

from scanner.store.tables import metadata
from scanner.store.types import PROSE, WORDS

__all__ = ["job_runs", "metadata", "schedule_jobs"]

# When each job is due next: a moment in UTC, ISO 8601.
schedule_jobs = Table(
    "schedule_jobs",
    metadata,
    Column("job", WORDS, primary_key=True),
    Column("cron", WORDS, nullable=False),
    Column("next", WORDS, nullable=False),
)

# Every time a job was due, once. `state` is waiting, running or ended; `scan` the id that its scan bears; `began` is
# the first try's moment, `after` the moment before which the next one does not begin; `code` the exit code.
job_runs = Table(
    "job_runs",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("job", WORDS, nullable=False),
    Column("due", WORDS, nullable=False),
    Column("state", WORDS, nullable=False),
    Column("outcome", WORDS, nullable=False),
    Column("scan", WORDS, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("after", WORDS, nullable=False),
    Column("began", WORDS, nullable=False),
    Column("ended", WORDS, nullable=False),
    Column("code", Integer),
    Column("said", PROSE, nullable=False),
    UniqueConstraint("job", "due"),
    Index("job_runs_state", "state"),
)
