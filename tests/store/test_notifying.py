"""Who was told what: once to each channel, whichever process tells it, again where it did not arrive."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import TYPE_CHECKING

import pytest

from scanner.engine.notifying import Item, Notice
from scanner.store import Store, StoreError
from scanner.store.notifying import LEASE, Notices
from tests.store.nights import FIRST, finding, key, night, run
from tests.store.olden import ask

if TYPE_CHECKING:
    from collections.abc import Iterator

ITEM = Item(event="new", severity="high", account="111122223333", name="k1", fingerprint="f" * 32)
ONE = Notice(scans=("s1",), as_of=FIRST, counts={"new": {"high": 1}}, items=(ITEM,), seals={"111122223333": "aa"})
TWO = Notice(scans=("s2",), as_of=FIRST + timedelta(days=1))


@pytest.fixture
def book(store_url: str) -> Iterator[Notices]:
    with Notices.open(store_url) as opened:
        yield opened


def test_what_is_noted_twice_is_told_once_and_comes_back_as_it_was(book: Notices, store_url: str) -> None:
    assert book.note("ops", "s1", ONE, at=FIRST)
    with Notices.open(store_url) as other:
        assert not other.note("ops", "s1", TWO, at=FIRST)
        assert other.note("mail", "s1", TWO, at=FIRST)
        claim = book.claim("ops", at=FIRST)
        assert claim.notices == (ONE,)
        assert other.claim("ops", at=FIRST).notices == ()
        assert other.waiting("ops", at=FIRST) == []
        book.told(claim, at=FIRST)
        assert not other.note("ops", "s1", ONE, at=FIRST)
        assert other.claim("ops", at=FIRST + 2 * LEASE).notices == ()
        assert (other.last("ops"), other.last("mail")) == (FIRST, None)
        assert other.knows("ops", "s1")
        assert not other.knows("ops", "s2")


def test_what_did_not_arrive_is_sent_again_with_what_came_since(book: Notices) -> None:
    book.note("ops", "s1", ONE, at=FIRST)
    book.kept(book.claim("ops", at=FIRST), "HTTP 500")
    assert book.last("ops") is None
    book.note("ops", "s2", TWO, at=FIRST)
    assert book.waiting("ops", at=FIRST) == [ONE, TWO]
    assert book.claim("ops", at=FIRST).notices == (ONE, TWO)


def test_what_a_dead_process_was_sending_is_taken_over_and_no_earlier(book: Notices) -> None:
    book.note("ops", "s1", ONE, at=FIRST)
    dead = book.claim("ops", at=FIRST)
    assert book.claim("ops", at=FIRST + LEASE - timedelta(seconds=1)).notices == ()
    heir = book.claim("ops", at=FIRST + LEASE)
    assert heir.notices == (ONE,)
    book.kept(dead, "too late")
    assert book.waiting("ops", at=FIRST + LEASE) == [], "who lost it has no say any more"
    book.told(heir, at=FIRST + LEASE)
    assert book.last("ops") == FIRST + LEASE


def test_of_many_that_send_at_the_same_time_one_does(book: Notices, store_url: str) -> None:
    begin = Barrier(4)

    def send(number: int) -> int:
        with Notices.open(store_url) as mine:
            begin.wait(30)
            mine.note("ops", "s1", ONE, at=FIRST)
            return len(mine.claim("ops", at=FIRST + timedelta(seconds=number)).notices)

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(send, range(4))) == 1


def test_old_notices_are_forgotten_and_a_changed_one_is_said(book: Notices, store_url: str) -> None:
    book.note("ops", "s1", ONE, at=FIRST)
    book.note("ops", "s2", TWO, at=FIRST + timedelta(days=2))
    assert book.forget(FIRST + timedelta(days=1)) == 1
    assert not book.knows("ops", "s1")
    ask(store_url, "UPDATE notices SET body = '[]'")
    with pytest.raises(StoreError, match=r"notice \d+ was changed and cannot be read"):
        book.waiting("ops", at=FIRST)


def test_what_a_finding_was_before_a_scan_changed_it(book: Notices, store_url: str) -> None:
    here = [key(), key("k2"), key("k3")]
    grave = [finding("FAIL"), finding("FAIL", "k2"), finding("PASS", "k3", severity="low")]
    worse = [finding("FAIL", severity="critical"), finding("FAIL", "k2"), finding("FAIL", "k3", severity="low")]
    with Store.open(store_url) as store:
        run(store, night(0), grave, here)
        run(store, night(1), worse, here)
        run(store, night(2), worse, here)
    assert book.before(night(0).id) == {}
    assert book.before(night(1).id) == {finding("FAIL").fingerprint: "medium", finding("FAIL", "k3").fingerprint: "low"}
    assert book.before(night(2).id) == {}
    with pytest.raises(StoreError, match="there is no scan nowhere"):
        book.before("nowhere")
