"""The tables of what runs by the clock, in words that SQLite and PostgreSQL share; no seal depends on them."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Text, UniqueConstraint

from scanner.store.tables import metadata

__all__ = ["job_runs", "metadata", "schedule_jobs"]

# When each job is due next: a moment in UTC, ISO 8601.
schedule_jobs = Table(
    "schedule_jobs",
    metadata,
    Column("job", String, primary_key=True),
    Column("cron", String, nullable=False),
    Column("next", String, nullable=False),
)

# Every time a job was due, once. `state` is waiting, running or ended; `scan` the id that its scan bears; `began` is
# the first try's moment, `after` the moment before which the next one does not begin; `code` the exit code.
job_runs = Table(
    "job_runs",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("job", String, nullable=False),
    Column("due", String, nullable=False),
    Column("state", String, nullable=False),
    Column("outcome", String, nullable=False),
    Column("scan", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("after", String, nullable=False),
    Column("began", String, nullable=False),
    Column("ended", String, nullable=False),
    Column("code", Integer),
    Column("said", Text, nullable=False),
    UniqueConstraint("job", "due"),
    Index("job_runs_state", "state"),
)
