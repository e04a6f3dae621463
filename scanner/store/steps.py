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
    inspect,
    select,
    text,
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


def fifth(connection: Connection) -> None:
    """Know which scan began last in each account; in PostgreSQL compare text by bytes, and number without waiting."""
    connection.execute(text("ALTER TABLE accounts ADD COLUMN scan INTEGER NOT NULL DEFAULT 0"))
    connection.execute(text(f"UPDATE accounts SET scan = {_LAST.format('seals', 'seals.account')}"))  # noqa: S608
    looked = _LAST.format("visits JOIN places ON places.id = visits.place", "places.account")
    connection.execute(text(f"UPDATE accounts SET scan = {looked} WHERE scan < {looked}"))  # noqa: S608  our own names
    if connection.dialect.name != "postgresql":
        return
    for table in inspect(connection).get_table_names():
        changes = [f'ALTER COLUMN "{name}" TYPE {of} COLLATE "C"' for name, of in _words(connection, table)]
        if table in {"sections", "verdicts"}:
            changes.append("ALTER COLUMN id TYPE BIGINT")
            connection.execute(text(f"ALTER SEQUENCE {table}_id_seq AS BIGINT"))
        if changes:
            connection.execute(text(f"ALTER TABLE {table} {', '.join(changes)}"))
    for table, sequence in (("places", "place_numbers"), ("resources", "resource_numbers")):
        connection.execute(text(f"CREATE SEQUENCE {sequence}"))
        last = f"SELECT max(id) AS last FROM {table}"  # noqa: S608  our own names
        connection.execute(text(f"SELECT setval('{sequence}', last) FROM ({last}) AS known WHERE last > 0"))  # noqa: S608


def sixth(connection: Connection) -> None:
    """Know who was told what."""
    kinds = {"prose": Text(), "words": String()}
    if connection.dialect.name == "postgresql":
        kinds = {"prose": Text(collation="C"), "words": String(collation="C")}
    told = Table(
        "notices",
        MetaData(),
        Column("seq", Integer, primary_key=True),
        *(Column(name, kinds["words"], nullable=False) for name in "channel key state at claim after sent".split()),
        Column("tries", Integer, nullable=False),
        *(Column(name, kinds["prose"], nullable=False) for name in ("said", "body")),
        UniqueConstraint("channel", "key"),
        Index("notices_state", "state"),
    )
    told.create(connection)


_LAST = "COALESCE((SELECT MAX(scan) FROM {} WHERE {} = accounts.account), 0)"


def _words(connection: Connection, table: str) -> list[tuple[str, str]]:
    """Give the columns of text, and their types, of a table in PostgreSQL."""
    columns = {each["name"]: each["type"] for each in inspect(connection).get_columns(table)}
    texts = {name: of for name, of in columns.items() if isinstance(of, String) and not of.collation}
    return [(name, of.compile(connection.dialect)) for name, of in texts.items()]
