"""Databases as older versions wrote them, and a plain look into any database."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Integer, MetaData, Table, create_engine, event, func, inspect, select, text
from sqlalchemy.pool import StaticPool


def engine_of(url: str) -> Engine:
    return create_engine(url.replace("postgresql://", "postgresql+psycopg://"))


def write_old(url: str, schema: int) -> None:
    """Write a database as a version of the schema had it; a server is given what SQLite was, in its own types."""
    script = (Path(__file__).parent / f"version_{schema}.sql").read_text()
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            connection.executescript(script)
        return
    source = create_engine("sqlite://", poolclass=StaticPool)
    driver = source.raw_connection().driver_connection
    assert driver is not None
    driver.executescript(script)
    tables = MetaData()
    event.listen(tables, "column_reflect", _in_general)
    tables.reflect(source)
    target = engine_of(url)
    with source.connect() as read, target.begin() as write:
        for table in tables.sorted_tables:
            table.create(write)
            if rows := [dict(row) for row in read.execute(table.select()).mappings()]:
                write.execute(table.insert(), rows)
            for key in table.primary_key if len(table.primary_key) == 1 else ():
                if isinstance(key.type, Integer):
                    sequence = func.pg_get_serial_sequence(table.name, key.name)
                    write.execute(select(func.setval(sequence, func.max(key))))
    source.dispose()
    target.dispose()


def _in_general(_inspector: object, _table: Table, column: dict[str, Any]) -> None:
    column["type"] = column["type"].as_generic()


def ask(url: str, statement: str) -> list[tuple[Any, ...]]:
    """Carry out one statement, and give the rows that it answers."""
    engine = engine_of(url)
    with engine.begin() as connection:
        found = connection.execute(text(statement))
        rows = [tuple(row) for row in found] if found.returns_rows else []
    engine.dispose()
    return rows


def schema_of(url: str) -> dict[str, list[str]]:
    """Describe all tables, and in PostgreSQL the sequences."""
    engine = engine_of(url)
    looked = inspect(engine)
    found = {
        table: sorted(f"{column['name']} {column['type']} {column['nullable']}" for column in looked.get_columns(table))
        + sorted(str(index["column_names"]) for index in looked.get_indexes(table))
        + [str(looked.get_pk_constraint(table)["constrained_columns"])]
        + sorted(f"{key['constrained_columns']} {key['referred_table']}" for key in looked.get_foreign_keys(table))
        + sorted(str(unique["column_names"]) for unique in looked.get_unique_constraints(table))
        for table in looked.get_table_names()
    }
    if engine.dialect.name == "postgresql":
        found["sequences"] = sorted(name for name in looked.get_sequence_names() if name.endswith("numbers"))
    engine.dispose()
    return found
