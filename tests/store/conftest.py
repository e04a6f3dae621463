"""The database of a test: a SQLite file, and then again a PostgreSQL server's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from scanner.store import Store
from scanner.store.tables import metadata
from tests.postgres import hang_up, schema_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SQLITE, POSTGRESQL = "sqlite", "postgresql"


@pytest.fixture(params=[SQLITE, POSTGRESQL])
def database(request: pytest.FixtureRequest) -> str:
    """Say in which database a test runs."""
    name: str = request.param
    return name


@pytest.fixture
def store_url(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give an empty store; on a server its tables are there already."""
    if database == SQLITE:
        return f"sqlite:///{tmp_path / 'phiward.db'}"
    url: str = request.getfixturevalue("emptied")
    return url


@pytest.fixture
def bare_url(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give a database without any table."""
    if database == SQLITE:
        return f"sqlite:///{tmp_path / 'bare.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture(scope="session")
def tables(postgres_database: str) -> Iterator[str]:
    """Make the tables of a store once for a worker: that takes longer than most tests."""
    with schema_in(postgres_database) as url:
        Store.open(url).close()
        yield url


@pytest.fixture
def emptied(tables: str) -> Iterator[str]:
    """Give a store on a server, and empty it afterwards, whoever still writes in it."""
    yield tables
    names = [table.name for table in metadata.sorted_tables if table.name not in {"meta", "migrations"}]
    with psycopg.connect(tables, autocommit=True) as connection:
        hang_up(connection)
        connection.execute(f"TRUNCATE {', '.join(names)} RESTART IDENTITY")
        connection.execute("SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'"
                           " AND relnamespace = current_schema()::regnamespace")  # fmt: skip


@pytest.fixture
def store_file(tmp_path: Path) -> Path:
    return tmp_path / "phiward.db"


@pytest.fixture
def stores(store_url: str) -> Iterator[tuple[Store, Store]]:
    with Store.open(store_url) as one, Store.open(store_url) as two:
        yield one, two


@pytest.fixture
def beside(stores: tuple[Store, Store], database: str) -> tuple[Store, Store]:
    if database == SQLITE:
        pytest.skip("beside SQLite one scan is written at a time")
    return stores
