"""The steps from one version of the schema to the next, each in its own words: later versions must not change them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    func,
    select,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection


def second(connection: Connection) -> None:
    """Let decisions hold from one scan up to another, know what was accepted, and keep baselines and attributions.

    An acceptance of the first version does not say what was accepted: the next scan's value is taken for it.
    """
    first, told = MetaData(), "scope subject account reason owner until by at addressable_reason equivalent_measure"
    scans = Table("scans", first, Column("seq", Integer, primary_key=True), Column("finished", String))
    old = Table("acceptances", first, *(Column(name, Text) for name in told.split()))
    rows = [dict(row) for row in connection.execute(select(old)).mappings()]
    for row in rows:
        newest = select(func.max(scans.c.seq)).where(scans.c.finished <= row["at"])
        row |= {"since": connection.execute(newest).scalar() or 0, "value": "", "lapsed": ""}
    old.drop(connection)
    tables = _of_the_second()
    for name in ("acceptances", "baselines", "baseline_log", "attributions"):
        tables[name].create(connection)
    if rows:
        connection.execute(tables["acceptances"].insert(), rows)


def _of_the_second() -> dict[str, Table]:
    metadata = MetaData()
    Table("scans", metadata, Column("seq", Integer, primary_key=True))
    Table(
        "acceptances",
        metadata,
        *(Column(name, String, primary_key=True) for name in ("scope", "subject", "account")),
        Column("since", Integer, primary_key=True, autoincrement=False),
        Column("ended", Integer),
        Column("reason", Text, nullable=False),
        *(Column(name, String, nullable=False) for name in ("owner", "until", "by", "at")),
        *(Column(name, Text, nullable=False) for name in ("addressable_reason", "equivalent_measure")),
        *(Column(name, Text, nullable=False) for name in ("value", "lapsed")),
        Column("lapsed_in", Integer),
    )
    Table(
        "baselines",
        metadata,
        Column("name", String, primary_key=True),
        Column("version", Integer, primary_key=True, autoincrement=False),
        Column("scan", ForeignKey("scans.seq"), nullable=False),
        Column("by", String, nullable=False),
        Column("reason", Text, nullable=False),
        Column("at", String, nullable=False),
        Column("superseded", Boolean, nullable=False),
    )
    Table(
        "baseline_log",
        metadata,
        Column("id", Integer, primary_key=True),
        *(Column(name, String, nullable=False) for name in ("at", "by", "action", "name")),
        Column("version", Integer, nullable=False),
        Column("scan", String, nullable=False),
        Column("words", Text, nullable=False),
    )
    Table(
        "attributions",
        metadata,
        Column("scan", ForeignKey("scans.seq"), primary_key=True),
        Column("change", String(16), primary_key=True),
        *(Column(name, String, nullable=False) for name in ("account", "region", "kind")),
        *(Column(name, Text, nullable=False) for name in ("key", "path")),
        Column("state", String, nullable=False),
        Column("tries", Integer, nullable=False),
        Column("body", Text, nullable=False),
        Index("attributions_state", "state"),
    )
    return dict(metadata.tables)


def third(connection: Connection) -> None:
    """Keep the log of remediation."""
    log = Table(
        "remediation_log",
        MetaData(),
        Column("seq", Integer, primary_key=True),
        *(Column(name, String, nullable=False) for name in ("plan", "hash", "at", "event")),
        Column("step", Text, nullable=False),
        Column("by", String, nullable=False),
        Column("body", Text, nullable=False),
        Index("remediation_log_plan", "plan"),
        sqlite_autoincrement=True,
    )
    log.create(connection)


def fourth(connection: Connection) -> None:
    """Keep what runs by the clock: when each job is due next, and every run of it."""
    metadata = MetaData()
    Table(
        "schedule_jobs",
        metadata,
        Column("job", String, primary_key=True),
        *(Column(name, String, nullable=False) for name in ("cron", "next")),
    )
    Table(
        "job_runs",
        metadata,
        Column("seq", Integer, primary_key=True),
        *(Column(name, String, nullable=False) for name in ("job", "due", "state", "outcome", "scan")),
        Column("attempts", Integer, nullable=False),
        *(Column(name, String, nullable=False) for name in ("after", "began", "ended")),
        Column("code", Integer),
        Column("said", Text, nullable=False),
        UniqueConstraint("job", "due"),
        Index("job_runs_state", "state"),
    )
    metadata.create_all(connection)
