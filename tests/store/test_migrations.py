"""Migrations: what an older version wrote is kept, and its schema ends as the new one."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, inspect

from scanner.store import Store, StoreError, migrations
from scanner.store.scheduling import Schedule
from tests.store.nights import finding, key, night, run

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection


@pytest.fixture
def first_version(store_file: Path) -> Path:
    """A database as the first version wrote it, with one night in it."""
    return _written(store_file, 1)


def _written(file: Path, schema: int) -> Path:
    connection = sqlite3.connect(file)
    connection.executescript((Path(__file__).parent / f"version_{schema}.sql").read_text())
    connection.close()
    return file


def test_a_database_of_the_first_version_is_read(first_version: Path) -> None:
    with Store.open(str(first_version)) as store:
        assert [(item.verdict, item.status) for item in store.findings()] == [("FAIL", "new")]
        assert [item.id for item in store.snapshot(night(0).id).resources] == ["k1"]
        assert store.verify() == []
        run(store, night(1), [finding("FAIL")], [key()])
        assert [item.status for item in store.findings()] == ["still"]


@pytest.fixture
def first_acceptances(first_version: Path) -> Path:
    """The same with acceptances as the first version kept them: before, beside and after the night, one of a call."""
    words = ("partner cannot yet", "ann")
    rows = (
        ("finding", finding("FAIL").fingerprint, "", *words, "2026-11-22", "bob", "2026-11-21T09:00:00Z", "why", "how"),
        ("finding", "0" * 32, "", *words, "2026-11-22", "bob", "2026-11-20T09:00:00Z", "", ""),
        ("gap", "kms.ListKeys", "111122223333", *words, "2027-01-01", "bob", "2026-11-21T02:05:00Z", "", ""),
    )
    connection = sqlite3.connect(first_version)
    connection.executemany(f"INSERT INTO acceptances VALUES ({', '.join('?' * 10)})", rows)  # noqa: S608
    connection.execute(
        "INSERT INTO acceptance_log VALUES (1, '2026-11-21T09:00:00Z', 'bob', 'accept', 'finding', 'f', '', '{}')"
    )
    connection.commit()
    connection.close()
    return first_version


def test_decisions_of_the_first_version_are_kept(first_acceptances: Path) -> None:
    with Store.open(str(first_acceptances)) as store:
        assert store.verify() == []
        kept = {(each.scope, each.subject[:4]): each for each in store.acceptances()}
        assert set(kept) == {("finding", finding("FAIL").fingerprint[:4]), ("finding", "0000"), ("gap", "kms.")}
        assert {(each.reason, each.value, each.lapsed) for each in kept.values()} == {("partner cannot yet", "", "")}
        assert kept["finding", finding("FAIL").fingerprint[:4]].equivalent_measure == "how"
        assert [each.action for each in store.acceptance_log()] == ["accept"]
        assert store.findings()[0].accepted
        told = [run(store, night(number), [finding("FAIL")], [key()])["k1", ""] for number in (1, 2)]
        assert [(each.status, each.accepted) for each in told] == [("still", True), ("reopened", False)]
        assert next(each for each in store.acceptances() if each.lapsed).value != ""
        assert store.verify() == []
    connection = sqlite3.connect(first_acceptances)
    assert sorted(row[0] for row in connection.execute("SELECT since FROM acceptances")) == [0, 1, 1]
    assert [row[0] for row in connection.execute("SELECT version FROM migrations ORDER BY version")] == [1, 2, 3, 4]
    connection.close()


@pytest.fixture
def second_version(store_file: Path) -> Path:
    """A database as the second version wrote it, with one night, its acceptance and its baseline in it."""
    return _written(store_file, 2)


def test_a_database_of_the_second_version_learns_of_remediation(second_version: Path) -> None:
    with Store.open(str(second_version)) as store:
        assert store.verify() == []
        assert store.remedy_log() == []
        assert [(item.verdict, item.accepted) for item in store.findings()] == [("FAIL", True)]
        assert store.baseline("production").scan == night(0).id
        assert store.note_remedy("p1", "h1", "planned", at=night(0).as_of).seq == 1
        run(store, night(1), [finding("FAIL")], [key()])
        assert [item.status for item in store.findings()] == ["still"]
        assert store.verify() == []
    with Store.open(str(second_version)) as store:
        assert [each.event for each in store.remedy_log()] == ["planned"]
    connection = sqlite3.connect(second_version)
    assert [row[0] for row in connection.execute("SELECT version FROM migrations ORDER BY version")] == [2, 3, 4]
    connection.close()


def test_a_database_of_the_third_version_keeps_its_log_and_takes_a_schedule(store_file: Path) -> None:
    _written(store_file, 3)
    with Store.open(str(store_file)) as store:
        assert store.verify() == []
        assert [(each.event, each.seq) for each in store.remedy_log()] == [("planned", 1)]
        assert store.note_remedy("p1", "h1", "approved", at=night(0).as_of).seq == 2
    with Schedule.open(str(store_file)) as schedule:
        assert (schedule.times(), schedule.runs()) == ({}, [])
        schedule.enter("nightly", "0 2 * * *", night(1).as_of)
        schedule.fire("nightly", night(1).as_of, night(2).as_of)
        assert [(each.job, each.due) for each in schedule.open_runs()] == [("nightly", night(1).as_of)]


@pytest.mark.parametrize("old", [1, 2, 3])
def test_an_old_schema_ends_as_the_new_one(old: int, store_file: Path, tmp_path: Path) -> None:
    new = tmp_path / "new.db"
    Store.open(str(new)).close()
    Store.open(str(_written(store_file, old))).close()
    assert _schema(store_file) == _schema(new)


def _schema(file: Path) -> dict[str, list[str]]:
    engine = create_engine(f"sqlite:///{file}")
    looked = inspect(engine)
    found = {
        table: sorted(f"{column['name']} {column['type']} {column['nullable']}" for column in looked.get_columns(table))
        + sorted(str(index["column_names"]) for index in looked.get_indexes(table))
        + [str(looked.get_pk_constraint(table)["constrained_columns"])]
        + sorted(f"{key['constrained_columns']} {key['referred_table']}" for key in looked.get_foreign_keys(table))
        + sorted(str(unique["column_names"]) for unique in looked.get_unique_constraints(table))
        for table in looked.get_table_names()
    }
    engine.dispose()
    return found


def _adds(column: str) -> Callable[[Connection], None]:
    def step(connection: Connection) -> None:
        connection.exec_driver_sql(f"ALTER TABLE accounts ADD COLUMN {column} TEXT")

    return step


def _breaks(connection: Connection) -> None:
    connection.exec_driver_sql("ALTER TABLE nowhere ADD COLUMN x TEXT")


def test_steps_are_taken_in_order_and_once(first_version: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations, "STEPS", {3: _adds("three"), 2: _adds("two")})
    Store.open(str(first_version)).close()
    Store.open(str(first_version)).close()
    connection = sqlite3.connect(first_version)
    columns = [row[1] for row in connection.execute("PRAGMA table_info(accounts)")]
    assert columns[-2:] == ["two", "three"]
    assert [row[0] for row in connection.execute("SELECT version FROM migrations ORDER BY version")] == [1, 2, 3]
    connection.close()


def test_a_step_that_fails_leaves_the_old_version(first_version: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations, "STEPS", {2: _adds("two"), 3: _breaks})
    with pytest.raises(StoreError, match="the database lacks a table"):
        Store.open(str(first_version))
    monkeypatch.undo()
    with Store.open(str(first_version)) as store:
        assert len(store.findings()) == 1
