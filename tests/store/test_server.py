"""PostgreSQL by its URL: who one is comes from the URL or libpq's environment, and what goes wrong is one line."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy.engine import make_url

from scanner.store import Store, StoreError, migrations
from scanner.store.server import shown
from tests.store.nights import finding, key, night, run
from tests.store.olden import ask, schema_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECRET = "hunter2@:/%"


def said(url: str) -> str:
    with pytest.raises(StoreError) as caught:
        Store.open(url)
    message = str(caught.value)
    assert "\n" not in message
    assert "hunter2" not in message
    return message


@pytest.fixture
def guarded(postgres_server: str) -> Iterator[str]:
    """A database whose owner must give a password, at a URL that gives none."""
    if "host=" not in postgres_server:
        pytest.skip("the server is not our own")
    name = f"guarded_{secrets.token_hex(4)}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE guarded LOGIN PASSWORD '{SECRET}'")
        connection.execute(f"CREATE DATABASE {name} OWNER guarded")
        yield make_url(postgres_server).set(username="guarded", database=name).render_as_string()
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
        connection.execute("DROP ROLE guarded")


def test_the_password_comes_from_the_environment_a_file_or_the_url(
    guarded: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "none"))
    assert "set PGPASSWORD or ~/.pgpass, or mend [store] url" in said(guarded)
    monkeypatch.setenv("PGPASSWORD", "wrong")
    assert "does not know this user and password" in said(guarded)
    monkeypatch.setenv("PGPASSWORD", SECRET)
    with Store.open(guarded) as store:
        run(store, night(0), [finding("FAIL")], [key()])
    monkeypatch.delenv("PGPASSWORD")
    file = tmp_path / "pgpass"
    file.write_text("*:*:*:guarded:" + SECRET.replace(":", "\\:"))
    file.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(file))
    with Store.open(guarded) as store:
        assert len(store.findings()) == 1
    monkeypatch.delenv("PGPASSFILE")
    spelled = make_url(guarded).set(password=SECRET).render_as_string(hide_password=False)
    with Store.open(spelled) as store:
        assert store._where == shown(make_url(spelled))  # noqa: SLF001
        assert "hunter2" not in store._where  # noqa: SLF001
    assert "does not know" in said(f"{guarded}&password=hunter2")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://ann:hunter2@127.0.0.1:1/phiward", "the database server cannot be reached"),
        ("postgres://ann:hunter2@127.0.0.1:1/phiward", "the database server cannot be reached"),
        ("postgresql://127.0.0.1:1/phiward?password=hunter2&sslpassword=hunter2", "cannot be reached"),
        ("postgresql://ann:p@ss:hunter2@127.0.0.1:1/phiward", "this is no database URL; write postgresql://user@host"),
        ("postgresql://ann:hunter2@host:port/phiward", "%40 stands for @"),
        ("postgresql+psycopg2://ann:hunter2@host/phiward", "through psycopg alone; write postgresql://"),
        ("postgresql+asyncpg://ann:hunter2@host/phiward", "through psycopg alone; write postgresql://"),
        ("postgresql://ann:hunter2@127.0.0.1:1/phiward?nonsense=1", "does not know what the URL asks for"),
    ],
)
def test_what_a_url_lacks_is_said_without_its_password(url: str, expected: str) -> None:
    assert expected in said(url)


def test_a_database_that_is_not_there(postgres_server: str) -> None:
    url = make_url(postgres_server).set(database="nowhere").render_as_string(hide_password=False)
    assert "there is no such database on the server; make it (CREATE DATABASE)" in said(url)


def test_a_missing_driver_is_named(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "psycopg", None)
    assert said(postgres_url).endswith("the driver for PostgreSQL is missing; install phiward[postgres]")


def test_tables_of_another_program(postgres_url: str) -> None:
    ask(postgres_url, "CREATE TABLE songs (title text)")
    assert "belongs to another program" in said(postgres_url)


def test_a_newer_database(postgres_url: str) -> None:
    Store.open(postgres_url).close()
    ask(postgres_url, "UPDATE meta SET value = '99'")
    assert f"a newer phiward wrote this database (schema 99, this one knows {migrations.newest()})" in said(
        postgres_url
    )


def test_a_schema_where_one_may_not_create(postgres_url: str) -> None:
    """As of version 15 only its owner may write in `public`."""
    ask(postgres_url, "CREATE ROLE reader LOGIN")
    try:
        url = make_url(postgres_url).set(username="reader").render_as_string()
        assert "no schema" in said(url) or "may not do this" in said(url)
    finally:
        ask(postgres_url, "DROP ROLE reader")


def test_who_may_only_read_reads(postgres_url: str) -> None:
    with Store.open(postgres_url) as store:
        run(store, night(0), [finding("FAIL")], [key()])
    reading = postgres_url.replace("options=", "options=-cdefault_transaction_read_only%3Don%20")
    with Store.open(reading) as store:
        assert len(store.findings()) == 1
        assert store.verify() == []
        with pytest.raises(StoreError, match="the database server only reads; name the one that writes"):
            store.begin(night(1))
    with Store.open(postgres_url) as store:
        store.begin(night(1))


def test_no_table_is_changed_under_a_scan(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store.open(postgres_url) as store:
        store.begin(night(0))
        monkeypatch.setitem(migrations.STEPS, migrations.newest() + 1, lambda _: None)
        assert "a scan is being written here, and this phiward must change the tables" in said(postgres_url)
    Store.open(postgres_url).close()


def test_text_is_ordered_by_bytes_whatever_the_server_thinks(postgres_url: str) -> None:
    Store.open(postgres_url).close()
    columns = [column for described in schema_of(postgres_url).values() for column in described]
    texts = [column for column in columns if " VARCHAR" in column or " TEXT" in column]
    assert len(texts) > 50
    assert [column for column in texts if 'COLLATE "C"' not in column] == []
    names = ["a", "B", "_", "ä", "10", "9"]
    for name in names:
        ask(postgres_url, f"INSERT INTO accounts (account, head) VALUES ('{name}', '')")  # noqa: S608
    found = [row[0] for row in ask(postgres_url, "SELECT account FROM accounts ORDER BY account")]
    assert found == sorted(names)
    words = "SELECT x FROM unnest(ARRAY['a', 'B']) AS x ORDER BY x"
    assert ask(postgres_url, words) == [("a",), ("B",)], "the server of the tests orders as people do"
