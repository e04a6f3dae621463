"""Migrations: what an older version wrote is kept, and its schema ends as the new one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scanner.engine.notifying import Notice
from scanner.store import Store, StoreError, migrations
from scanner.store.notifying import Notices
from scanner.store.scheduling import Schedule
from tests.store.nights import ACCOUNT, REGION, finding, key, night, run
from tests.store.olden import ask, schema_of, write_old

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection


VERSIONS = "SELECT version FROM migrations ORDER BY version"


@pytest.fixture
def first_version(bare_url: str) -> str:
    """A database as the first version wrote it, with one night in it."""
    write_old(bare_url, 1)
    return bare_url


def test_a_database_of_the_first_version_is_read(first_version: str) -> None:
    with Store.open(first_version) as store:
        assert [(item.verdict, item.status) for item in store.findings()] == [("FAIL", "new")]
        assert [item.id for item in store.snapshot(night(0).id).resources] == ["k1"]
        assert store.verify() == []
        run(store, night(1), [finding("FAIL")], [key()])
        assert [item.status for item in store.findings()] == ["still"]


@pytest.fixture
def first_acceptances(first_version: str) -> str:
    """The same with acceptances as the first version kept them: before, beside and after the night, one of a call."""
    words = ("partner cannot yet", "ann")
    rows = (
        ("finding", finding("FAIL").fingerprint, "", *words, "2026-11-22", "bob", "2026-11-21T09:00:00Z", "why", "how"),
        ("finding", "0" * 32, "", *words, "2026-11-22", "bob", "2026-11-20T09:00:00Z", "", ""),
        ("gap", "kms.ListKeys", "111122223333", *words, "2027-01-01", "bob", "2026-11-21T02:05:00Z", "", ""),
    )
    for row in rows:
        ask(first_version, f"INSERT INTO acceptances VALUES {row}")  # noqa: S608
    ask(
        first_version,
        'INSERT INTO acceptance_log (at, "by", action, scope, subject, account, words)'
        " VALUES ('2026-11-21T09:00:00Z', 'bob', 'accept', 'finding', 'f', '', '{}')",
    )
    return first_version


def test_decisions_of_the_first_version_are_kept(first_acceptances: str) -> None:
    with Store.open(first_acceptances) as store:
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
    assert ask(first_acceptances, "SELECT since FROM acceptances ORDER BY since") == [(0,), (1,), (1,)]
    assert ask(first_acceptances, VERSIONS) == [(number,) for number in range(1, migrations.newest() + 1)]


@pytest.fixture
def second_version(bare_url: str) -> str:
    """A database as the second version wrote it, with one night, its acceptance and its baseline in it."""
    write_old(bare_url, 2)
    return bare_url


def test_a_database_of_the_second_version_learns_of_remediation(second_version: str) -> None:
    with Store.open(second_version) as store:
        assert store.verify() == []
        assert store.remedy_log() == []
        assert [(item.verdict, item.accepted) for item in store.findings()] == [("FAIL", True)]
        assert store.baseline("production").scan == night(0).id
        assert store.note_remedy("p1", "h1", "planned", at=night(0).as_of).seq == 1
        run(store, night(1), [finding("FAIL")], [key()])
        assert [item.status for item in store.findings()] == ["still"]
        assert store.verify() == []
    with Store.open(second_version) as store:
        assert [each.event for each in store.remedy_log()] == ["planned"]
    assert ask(second_version, VERSIONS) == [(number,) for number in range(2, migrations.newest() + 1)]


def test_a_database_of_the_third_version_keeps_its_log_and_takes_a_schedule(bare_url: str) -> None:
    write_old(bare_url, 3)
    with Store.open(bare_url) as store:
        assert store.verify() == []
        assert [(each.event, each.seq) for each in store.remedy_log()] == [("planned", 1)]
        assert store.note_remedy("p1", "h1", "approved", at=night(0).as_of).seq == 2
    with Schedule.open(bare_url) as schedule:
        assert (schedule.times(), schedule.runs()) == ({}, [])
        schedule.enter("nightly", "0 2 * * *", night(1).as_of)
        schedule.fire("nightly", night(1).as_of, night(2).as_of)
        assert [(each.job, each.due) for each in schedule.open_runs()] == [("nightly", night(1).as_of)]


def test_a_database_of_the_fourth_version_learns_who_was_told(bare_url: str) -> None:
    write_old(bare_url, 4)
    with Notices.open(bare_url) as book:
        assert book.note("ops", night(0).id, Notice(scans=(night(0).id,)), at=night(1).as_of)
        assert [each.scans for each in book.waiting("ops", at=night(1).as_of)] == [(night(0).id,)]


def test_a_scan_that_the_fourth_version_began_goes_on(bare_url: str) -> None:
    write_old(bare_url, 4)
    with Store.open(bare_url) as store:
        info = store.unfinished()
        assert info is not None
        assert store.places_done(info.id) == {(ACCOUNT, REGION)}
        assert ask(bare_url, "SELECT account, scan FROM accounts") == [(ACCOUNT, 2)]
        run(store, info, [finding("FAIL"), finding("FAIL", "k2")], [key(), key("k2"), key("k3", region="eu-west-2")])
        assert [(each.key, each.status) for each in store.findings()] == [("k1", "still"), ("k2", "new")]
        assert [item.id for item in store.snapshot(info.id).resources] == ["k1", "k2", "k3"]
        assert store.verify() == []


@pytest.mark.parametrize("old", [1, 2, 3, 4])
def test_an_old_schema_ends_as_the_new_one(old: int, store_url: str, bare_url: str) -> None:
    Store.open(store_url).close()
    write_old(bare_url, old)
    Store.open(bare_url).close()
    assert schema_of(bare_url) == schema_of(store_url)


def _adds(column: str) -> Callable[[Connection], None]:
    def step(connection: Connection) -> None:
        connection.exec_driver_sql(f"ALTER TABLE accounts ADD COLUMN {column} TEXT")

    return step


def _breaks(connection: Connection) -> None:
    connection.exec_driver_sql("ALTER TABLE nowhere ADD COLUMN x TEXT")


def test_steps_are_taken_in_order_and_once(first_version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations, "STEPS", {3: _adds("three"), 2: _adds("two")})
    Store.open(first_version).close()
    Store.open(first_version).close()
    assert [name.split()[0] for name in schema_of(first_version)["accounts"]][:4] == ["account", "head", "three", "two"]
    assert ask(first_version, VERSIONS) == [(1,), (2,), (3,)]


def test_a_step_that_fails_leaves_the_old_version(first_version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations, "STEPS", {2: _adds("two"), 3: _breaks})
    with pytest.raises(StoreError, match="the database lacks a table"):
        Store.open(first_version)
    monkeypatch.undo()
    with Store.open(first_version) as store:
        assert len(store.findings()) == 1
