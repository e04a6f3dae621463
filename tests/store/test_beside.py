"""Scanners beside each other: in PostgreSQL two may write at once, each its own accounts; never one account twice."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, text

from scanner.store import Store, StoreError, replay, seal
from scanner.store.tables import accounts
from tests.store.beside import OF_ONE, OF_OTHER, OTHER, THIRD, finish, write
from tests.store.conftest import SQLITE
from tests.store.nights import ACCOUNT, FIRST, REGION, finding, key, listing, night, same

if TYPE_CHECKING:
    from sqlalchemy import Connection


def test_two_scans_of_different_accounts_are_written_at_once(beside: tuple[Store, Store]) -> None:
    one, two = beside
    for number in range(2):
        first, second = night(2 * number, targets=OF_ONE), night(2 * number + 1, targets=OF_OTHER)
        one.begin(first)
        two.begin(second)
        write(two, second, *(f"k{some}" for some in range(20)))
        write(one, first, *(f"k{some}" for some in range(20)))
        told = [*finish(two, second), *finish(one, first)]
        assert {each.status for each in told} == {"still" if number else "new"}
    assert [bool(info.finished) for info in one.scans()] == [True] * 4
    for store, info in ((one, night(2, targets=OF_ONE)), (two, night(3, targets=OF_OTHER))):
        (account, region), = info.targets  # fmt: skip
        things = [key(f"k{some}", account=account, region=region) for some in range(20)]
        assert same(store.snapshot(info.id), things, [listing(account=account, region=region)])
    assert [each.scan for each in one.seals()] == [night(2).id, night(3).id]
    assert one.verify() == []


def test_the_same_account_twice_is_refused_in_one_line(stores: tuple[Store, Store], database: str) -> None:
    one, two = stores
    one.begin(night(0, targets=(*OF_ONE, *OF_OTHER)))
    with pytest.raises(StoreError, match="another scan is writing here") as caught:
        two.begin(night(1, targets=((THIRD, REGION), *OF_OTHER)))
    assert "\n" not in str(caught.value)
    if database != SQLITE:
        assert f"(scan {night(0).id}, in account {OTHER})" in str(caught.value)
    assert [info.id for info in two.scans()] == [night(0).id]
    write(one, night(0, targets=(*OF_ONE, *OF_OTHER)))
    finish(one, night(0, targets=(*OF_ONE, *OF_OTHER)))
    two.begin(night(1, targets=((THIRD, REGION), *OF_OTHER)))


def test_the_same_scan_is_not_resumed_beside_itself(stores: tuple[Store, Store], database: str) -> None:
    one, two = stores
    one.begin(night(0))
    assert (two.unfinished() is None) == (database != SQLITE)
    with pytest.raises(StoreError, match="another scan is writing here"):
        two.begin(night(0))


def test_each_broken_off_scan_is_resumed_in_turn(store_url: str, database: str) -> None:
    infos = [night(0, targets=OF_ONE), night(1, targets=OF_OTHER), night(2, targets=((THIRD, REGION),))]
    for info in infos:
        with Store.open(store_url) as store:
            store.begin(info)
    with Store.open(store_url) as store:
        resumed = []
        while (broken := store.unfinished()) is not None:
            store.begin(broken)
            write(store, broken)
            finish(store, broken)
            resumed.append(broken.id)
        assert resumed == [info.id for info in reversed(infos)]
        assert store.verify() == []


def test_no_scan_is_pruned_away_while_others_write(stores: tuple[Store, Store]) -> None:
    one, two = stores
    one.begin(night(0))
    with pytest.raises(StoreError, match="another scan is writing here"):
        two.prune()
    with pytest.raises(StoreError, match="another scan is writing here"):
        one.prune()
    write(one, night(0))
    finish(one, night(0))
    assert two.prune() == []


def test_what_is_finished_while_one_verifies_is_no_tampering(
    beside: tuple[Store, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = beside
    one.begin(night(0))
    write(one, night(0))
    finish(one, night(0))
    one.begin(night(1))
    write(one, night(1))
    looked, told = replay.verdict_digests, []

    def meanwhile(connection: Connection, account: str) -> dict[int, str]:
        told.extend(finish(one, night(1)))
        return looked(connection, account)

    monkeypatch.setattr(seal, "verdict_digests", meanwhile)
    assert two.verify() == []
    assert [each.status for each in told] == ["still"]


def test_a_risk_accepted_while_another_account_was_finished_is_accepted(beside: tuple[Store, Store]) -> None:
    one, two = beside
    words: dict[str, Any] = {
        "reason": "until the partner can",
        "owner": "ann",
        "until": "2027-01-31",
        "by": "bob",
        "at": FIRST,
    }
    for number in range(2):
        one.begin(night(2 * number, targets=OF_ONE))
        two.begin(night(2 * number + 1, targets=OF_OTHER))
        write(two, night(2 * number + 1, targets=OF_OTHER))
        finish(two, night(2 * number + 1, targets=OF_OTHER))
        if number:
            two.accept(finding("FAIL").fingerprint, **words)
        write(one, night(2 * number, targets=OF_ONE))
        told = finish(one, night(2 * number, targets=OF_ONE))
        assert [each.accepted for each in told] == [bool(number)]
    assert [each.accepted for each in one.findings(night(2).id)] == [True]


def test_two_who_decide_at_once_come_one_after_the_other(beside: tuple[Store, Store]) -> None:
    one, _ = beside
    one.begin(night(0))
    write(one, night(0))
    finish(one, night(0))
    words: dict[str, Any] = {"reason": "until the partner can", "owner": "ann", "until": "2027-01-31", "at": FIRST}
    failed: list[BaseException] = []

    def decide(store: Store, by: str) -> None:
        try:
            for _ in range(8):
                store.accept(finding("FAIL").fingerprint, **words, by=by)
                store.approve_baseline("production", night(0).id, by=by, reason="as agreed", at=FIRST)
        except BaseException as error:  # noqa: BLE001  told by the test
            failed.append(error)

    deciding = [threading.Thread(target=decide, args=(store, by)) for store, by in zip(beside, "ab", strict=True)]
    for thread in deciding:
        thread.start()
    for thread in deciding:
        thread.join()
    assert failed == []
    assert len(one.acceptances()) == 1
    assert len(one.acceptance_log()) == 16
    assert [each.version for each in one.baselines()] == list(range(1, 17))


def test_who_is_broken_off_for_another_tries_again(beside: tuple[Store, Store]) -> None:
    """Two lock two rows in the opposite order; the server breaks one of them off."""
    one, _ = beside
    one.begin(night(0, targets=(*OF_ONE, *OF_OTHER)))
    both, tries = threading.Barrier(2), [0, 0]

    def cross(which: int) -> None:
        def act(connection: Connection) -> None:
            tries[which] += 1
            connection.execute(text("SET LOCAL deadlock_timeout = '10ms'"))
            for number, account in enumerate((ACCOUNT, OTHER) if which else (OTHER, ACCOUNT)):
                connection.execute(select(accounts).where(accounts.c.account == account).with_for_update())
                if number == 0 and tries[which] == 1:
                    both.wait(20)

        beside[which]._write(act)  # noqa: SLF001

    crossing = [threading.Thread(target=cross, args=(which,)) for which in range(2)]
    for thread in crossing:
        thread.start()
    for thread in crossing:
        thread.join()
    assert sorted(tries) == [1, 2]


def test_many_writers_and_a_reader_never_disagree(beside: tuple[Store, Store], store_url: str) -> None:
    """Four scanners write the same contents in other orders, so that they wait for each other, while one verifies."""
    failed: list[BaseException] = []
    done = threading.Event()

    def scanner(number: int) -> None:
        account = f"{number:012}"
        try:
            with Store.open(store_url) as store:
                for round_ in range(3):
                    info = night(10 * round_ + number, targets=((account, REGION),))
                    store.begin(info)
                    names = [f"k{some}-{round_}" for some in range(30)]
                    write(store, info, *(reversed(names) if number % 2 else names))
                    finish(store, info)
        except BaseException as error:  # noqa: BLE001  told by the test
            failed.append(error)

    def reader() -> None:
        try:
            while not done.is_set():
                assert beside[0].verify() == []
        except BaseException as error:  # noqa: BLE001  told by the test
            failed.append(error)

    writers = [threading.Thread(target=scanner, args=(number,)) for number in range(4)]
    watching = threading.Thread(target=reader)
    for thread in (*writers, watching):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    watching.join()
    assert failed == []
    assert len(beside[0].scans()) == 12
    assert len(beside[0].seals()) == 4
    assert beside[0].verify() == []
