"""Acceptances end: by their day, or because another value fails than was accepted."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.engine.accepted import CHANGED, EXPIRED
from scanner.model.exits import CLEAN, VIOLATION
from scanner.model.finding import Evidence
from scanner.run import exit_code
from scanner.store import Store, StoreError
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


SAID = ("a", "b", "PASS", "UNKNOWN", "gone")


def saying(said: str) -> list[Finding]:
    return [] if said == "gone" else [open_to(said) if said in {"a", "b"} else finding(said)]


def decide(store: Store, what: str, number: int) -> None:
    try:
        if what == "revoke":
            store.revoke(NAME, by="eve", at=FIRST)
        else:
            accept(store, until=f"{FIRST + timedelta(days=number + int(what)):%Y-%m-%d}")
    except StoreError as error:
        assert "is not accepted" in str(error) or "no finding has the fingerprint" in str(error)  # noqa: PT017


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.tuples(st.sampled_from(SAID), st.lists(st.sampled_from(["revoke", "0", "1", "9"]), max_size=2)),
        min_size=1,
        max_size=8,
    )
)
def test_whatever_is_decided_each_scan_stays_as_it_was_shown_before_the_next(
    script: list[tuple[str, list[str]]],
) -> None:
    with Store.open("sqlite://") as store:
        shown = {}
        for number, (said, decisions) in enumerate(script):
            told = run(store, night(number), saying(said), [key()] if said != "gone" else [])
            assert store.findings() == list(told.values())
            for what in decisions:
                decide(store, what, number)
            shown[number] = store.findings()
        for number, findings in shown.items():
            assert store.findings(night(number).id) == findings
        lapses = [each for each in store.acceptance_log() if each.action == "lapse"]
        assert len(lapses) <= len([each for each in store.acceptance_log() if each.action == "accept"])
        assert store.verify() == []
