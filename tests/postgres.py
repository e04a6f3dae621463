"""One PostgreSQL server for a whole test run, and an empty database in it for whoever asks.

The first test that asks starts the server; all workers of pytest-xdist share it. A keeper process stops it and removes
its folder as soon as the last worker has ended, in whatever way: each holds a lock on a file that dies with it.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

KEEPER = Path(__file__).with_name("postgres_keeper.py")
DEBIAN = Path("/usr/lib/postgresql")
MISSING = (
    "PostgreSQL is not installed: apt-get install -y --no-install-recommends postgresql (docs/testing.md says how), or"
    " name the folder of initdb in PHIWARD_POSTGRES_BIN"
)


def binaries() -> Path | None:
    """Find the folder of `initdb` and `pg_ctl`: the one that is named, Debian's newest, or that on the PATH."""
    named, on_path = os.environ.get("PHIWARD_POSTGRES_BIN"), shutil.which("initdb")
    of_debian = sorted(DEBIAN.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3].partition(".")[0]))
    found = Path(named) / "initdb" if named else of_debian[-1] if of_debian else on_path and Path(on_path).resolve()
    return found.parent if found and found.is_file() else None


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the URL of a server of which this user is the superuser."""
    given = os.environ.get("PHIWARD_TEST_POSTGRES")
    if given:
        yield given
        return
    own = tmp_path_factory.getbasetemp()
    with _served(own.parent if os.environ.get("PYTEST_XDIST_WORKER") else own, needed()) as url:
        yield url


def needed() -> Path:
    """Give the folder of the server's programs; without one the test is skipped, and fails where `CI` is set."""
    folder = binaries()
    if folder is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(MISSING)
    return folder


@contextmanager
def _served(shared: Path, folder: Path) -> Iterator[str]:
    """Start the server unless another worker has, and let it run as long as this one does."""
    told, lease = shared / "postgres.json", (shared / "postgres.lease").open("a")
    with lease:
        fcntl.flock(lease, fcntl.LOCK_SH)  # waits for a keeper that is stopping a server
        with (shared / "postgres.start").open("a") as start:
            fcntl.flock(start, fcntl.LOCK_EX)
            if not told.exists():
                keeper = [sys.executable, "-I", str(KEEPER), str(folder), lease.name, str(told)]
                subprocess.run(keeper, check=True, close_fds=True, timeout=120, stdin=subprocess.DEVNULL)
        yield json.loads(told.read_text())["url"]


@pytest.fixture(scope="session")
def postgres_database(postgres_server: str) -> Iterator[str]:
    """Give the URL of a database of this worker's own, empty at first."""
    name = f"phiward_{secrets.token_hex(4)}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    yield _named(postgres_server, name)
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _named(server: str, database: str) -> str:
    head, mark, query = server.partition("?")
    return f"{head.rpartition('/')[0]}/{database}{mark}{query}"


@pytest.fixture
def postgres_url(postgres_database: str) -> Iterator[str]:
    """Give the URL of an empty schema that a test has for itself."""
    with schema_in(postgres_database) as url:
        yield url


@contextmanager
def schema_in(database: str) -> Iterator[str]:
    """Make an empty schema, and give the URL that leads into it; it goes with all that is in it."""
    schema = f"test_{secrets.token_hex(4)}"
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
    yield f"{database}{'&' if '?' in database else '?'}options=-csearch_path%3D{schema}"
    with psycopg.connect(database, autocommit=True) as connection:
        hang_up(connection)
        connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(schema)))


def hang_up(connection: psycopg.Connection) -> None:
    """End all other sessions of the connection's database, and wait until they have ended."""
    connection.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )


if __name__ == "__main__":
    sys.exit(0 if os.environ.get("PHIWARD_TEST_POSTGRES") or binaries() else MISSING)
