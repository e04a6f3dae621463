"""Acceptances end: by their day, or because another value fails than was accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from scanner.engine.accepted import CHANGED, EXPIRED
from scanner.model.finding import Evidence
from scanner.run import CLEAN, VIOLATION, exit_code
from scanner.store import Store
from tests.store.nights import ACCOUNT, DENIED, FIRST, KEY, finding, key, listing, night, noisy, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scanner.model.finding import Finding

NAME = finding("FAIL").fingerprint


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with Store.open(store_url, noisy("meta.Used")) as opened:
        yield opened


def open_to(cidr: str, used: int = 0) -> Finding:
    read = (Evidence("cidr", cidr, f"{KEY} meta.Cidr"), Evidence("used", used, f"{KEY} meta.Used"))
    return finding("FAIL", evidence=read, message=f"open to {cidr}")


def accept(store: Store, until: str = "2026-11-30", reason: str = "the partner cannot yet") -> None:
    store.accept(NAME, reason=reason, owner="ann", until=until, by="bob", at=FIRST)


def scan(store: Store, number: int, *given: Finding, **changes: Any) -> Finding:
    return run(store, night(number, **changes), given, [key()])["k1", ""]


def told(found: Finding) -> tuple[str, str | None, bool]:
    return found.status, (found.acceptance or {}).get("lapsed"), found.accepted


def test_an_unchanged_value_stays_accepted_whatever_is_volatile(store: Store) -> None:
    scan(store, 0, open_to("10.0.0.0/8"))
    accept(store)
    for number in range(1, 10):
        assert told(scan(store, number, open_to("10.0.0.0/8", used=number))) == ("still", "", True)
    assert [each.action for each in store.acceptance_log()] == ["accept"]


def test_another_value_reopens_the_finding_once_and_says_why(store: Store) -> None:
    scan(store, 0, open_to("10.0.0.0/8"))
    accept(store)
    assert told(scan(store, 1, open_to("10.0.0.0/8"))) == ("still", "", True)
    why = f"{CHANGED} (cidr)"
    found = scan(store, 2, open_to("0.0.0.0/0"))
    assert told(found) == ("reopened", why, False)
    assert (found.verdict, found.first_seen) == ("FAIL", "2026-11-21T02:00:00Z")
    assert exit_code([found], "low") == VIOLATION
    later = scan(store, 3, open_to("0.0.0.0/0"))
    assert told(later) == ("still", why, False)
    assert exit_code([later], "low") == CLEAN
    assert told(scan(store, 4, open_to("10.0.0.0/8"))) == ("still", why, False)
    (given,) = store.acceptances()
    assert (given.lapsed, given.lapsed_in) == (why, night(2).id)
    events = [(each.action, each.by, each.words) for each in store.acceptance_log()][1:]
    assert events == [("lapse", "phiward", f"{why}: open to 0.0.0.0/0")]
    assert store.verify() == []


def test_the_day_after_the_last_reopens_the_finding(store: Store) -> None:
    scan(store, 0, open_to("10.0.0.0/8"))
    accept(store, until="2026-11-23")
    assert told(scan(store, 2, open_to("10.0.0.0/8"))) == ("still", "", True)
    found = scan(store, 3, open_to("10.0.0.0/8"))
    assert told(found) == ("reopened", EXPIRED, False)
    assert found.acceptance is not None
    assert found.acceptance["expired"] is True
    assert exit_code([found], "low") == VIOLATION
    assert told(scan(store, 4, open_to("10.0.0.0/8"))) == ("still", EXPIRED, False)
    assert store.acceptance_log()[-1].words == f"{EXPIRED}: accepted until 2026-11-23"


def test_accepting_again_takes_the_value_of_now(store: Store) -> None:
    scan(store, 0, open_to("10.0.0.0/8"))
    accept(store)
    scan(store, 1, open_to("0.0.0.0/0"))
    accept(store, reason="for the fair")
    (shown,) = store.findings()
    assert (shown.status, shown.accepted) == ("reopened", True)
    assert told(scan(store, 2, open_to("0.0.0.0/0"))) == ("still", "", True)
    assert told(scan(store, 3, open_to("10.0.0.0/8"))) == ("reopened", f"{CHANGED} (cidr)", False)
    assert [each.action for each in store.acceptance_log()] == ["accept", "lapse", "accept", "lapse"]


def test_old_scans_keep_what_was_true_then(store: Store) -> None:
    def reasons() -> list[str | None]:
        found = [store.findings(night(number).id)[0] for number in range(len(store.scans()))]
        return [str(each.acceptance["reason"]) if each.acceptance and each.accepted else None for each in found]

    scan(store, 0, open_to("a"))
    scan(store, 1, open_to("a"))
    accept(store, reason="one")
    assert reasons() == [None, "one"]
    shown = [scan(store, 2, open_to("a")), scan(store, 3, open_to("b"))]
    assert reasons() == [None, "one", "one", None]
    assert [store.findings(night(number).id)[0] for number in (2, 3)] == shown
    accept(store, reason="two")
    scan(store, 4, open_to("b"))
    assert reasons() == [None, "one", "one", "two", "two"]
    store.revoke(NAME, by="eve", at=FIRST)
    scan(store, 5, open_to("b"))
    assert reasons() == [None, "one", "one", "two", None, None]
    assert [store.findings(night(number).id)[0].status for number in (2, 3, 4)] == ["still", "reopened", "still"]


def test_what_was_not_seen_to_fail_lets_nothing_lapse(store: Store) -> None:
    scan(store, 0, open_to("a"))
    accept(store, until="2026-11-22")
    hidden = run(store, night(2), [], [], [listing("denied")])["k1", ""]
    assert (hidden.status, hidden.accepted) == ("unseen", False)
    run(store, night(3, rules=("other",)), [], [key()])
    assert scan(store, 4, finding("UNKNOWN", missing=(DENIED,))).status == "unseen"
    assert [each.action for each in store.acceptance_log()] == ["accept"]
    assert told(scan(store, 5, open_to("a"))) == ("reopened", EXPIRED, False)


def test_a_failure_that_comes_back_as_it_was_accepted_is_accepted(store: Store) -> None:
    scan(store, 0, open_to("a"))
    accept(store)
    assert scan(store, 1, finding("PASS")).status == "resolved"
    assert told(scan(store, 2, open_to("a"))) == ("reopened", "", True)
    assert scan(store, 3, finding("PASS")).status == "resolved"
    assert told(scan(store, 4, open_to("b"))) == ("reopened", f"{CHANGED} (cidr)", False)


def test_the_seals_do_not_depend_on_acceptances(tmp_path: Path) -> None:
    heads = []
    for decides in (False, True):
        with Store.open(f"sqlite:///{tmp_path / str(decides)}.db") as store:
            scan(store, 0, open_to("a"))
            if decides:
                accept(store)
            scan(store, 1, open_to("b"))
            heads.append([(seal.account, seal.head) for seal in store.seals()])
            assert [each.status for each in store.history(NAME)] == ["new", "still"]
            assert store.verify() == []
    assert heads[0] == heads[1]
    assert heads[0][0][0] == ACCOUNT
