"""The stretches of time in which findings failed, read from the intervals of their verdicts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.engine.lives import Turnover, paces, turnover
from scanner.store import Store
from tests.store.nights import ACCOUNT, DENIED, FIRST, ROTATION, finding, key, listing, night, run

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scanner.engine.lives import Life

NAME = finding("FAIL").fingerprint


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with Store.open(store_url) as opened:
        yield opened


def nights(store: Store, script: Sequence[str]) -> None:
    """Play one verdict a night; `hidden` is a listing that was denied, `gone` a resource that is there no more."""
    for number, said in enumerate(script):
        if said in {"hidden", "gone"}:
            run(store, night(number), [], [], [listing("denied" if said == "hidden" else "ok")])
        elif said == "other":
            run(store, night(number, rules=("other",)), [], [key()])
        else:
            missing = (DENIED,) if said in {"UNKNOWN", "ERROR"} else ()
            run(store, night(number), [finding(said, message=f"{said} {number}", missing=missing)], [key()])


def stretches(lives: Sequence[Life]) -> list[tuple[int, int | None, int]]:
    def number(moment: datetime | None) -> int | None:
        return None if moment is None else (moment - FIRST).days

    return [((life.opened - FIRST).days, number(life.resolved), life.reopened) for life in lives]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("PASS SKIP UNKNOWN", []),
        ("FAIL", [(0, None, 0)]),
        ("FAIL FAIL PASS PASS", [(0, 2, 0)]),
        ("PASS FAIL SKIP", [(1, 2, 0)]),
        ("FAIL PASS FAIL FAIL", [(0, 1, 0), (2, None, 1)]),
        ("FAIL PASS FAIL gone PASS FAIL", [(0, 1, 0), (2, 3, 1), (5, None, 2)]),
        ("FAIL UNKNOWN ERROR PASS", [(0, 3, 0)]),
        ("FAIL hidden hidden FAIL hidden", [(0, None, 0)]),
        ("FAIL hidden gone", [(0, 2, 0)]),
        ("FAIL other other PASS", [(0, 3, 0)]),
        ("UNKNOWN FAIL UNKNOWN", [(1, None, 0)]),
    ],
)
def test_a_stretch_ends_only_by_being_resolved(
    store: Store, script: str, expected: list[tuple[int, int | None, int]]
) -> None:
    nights(store, script.split())
    assert stretches(store.lives()) == expected


def test_a_life_says_whose_it_is(store: Store) -> None:
    nights(store, ["FAIL", "PASS"])
    (life,) = store.lives()
    assert (life.fingerprint, life.rule, life.severity, life.account) == (NAME, ROTATION, "medium", ACCOUNT)


def test_the_severity_is_that_of_the_last_failure(store: Store) -> None:
    run(store, night(0), [finding("FAIL", severity="low")], [key()])
    run(store, night(1), [finding("FAIL", severity="critical")], [key()])
    run(store, night(2), [finding("UNKNOWN", severity="medium")], [key()])
    assert [life.severity for life in store.lives()] == ["critical"]
    assert [life.severity for life in store.lives(night(0).id)] == ["low"]


def test_parts_and_resources_live_apart(store: Store) -> None:
    run(store, night(0), [finding("FAIL", part="a"), finding("FAIL", part="b"), finding("FAIL", "k2")], [key()])
    run(store, night(1), [finding("FAIL", part="b")], [key()])
    found = {(life.fingerprint == finding("FAIL", part="b").fingerprint): life.resolved for life in store.lives()}
    assert found[True] is None
    assert found[False] is not None
    assert turnover(store.lives(), night(1).as_of) == Turnover(resolved=2)
    assert paces(store.lives(), night(1).as_of)["medium"].mean_days == 1.0


def test_an_acceptance_neither_ends_nor_opens_a_stretch(store: Store) -> None:
    nights(store, ["FAIL"])
    store.accept(NAME, reason="r", owner="o", until="2026-11-22", by="b", at=FIRST)
    for number in range(1, 4):
        run(store, night(number), [finding("FAIL", message="FAIL 0")], [key()])
    assert store.findings()[0].acceptance is not None
    assert stretches(store.lives()) == [(0, None, 0)]


def test_what_the_retention_forgot_is_known_as_far_as_it_is_kept(store: Store) -> None:
    nights(store, ["FAIL", "FAIL", "PASS", "FAIL", "FAIL"])
    before = stretches(store.lives())
    assert before == [(0, 2, 0), (3, None, 1)]
    store.prune(0, now=night(4).as_of + timedelta(hours=1))
    assert [life.resolved for life in store.lives()] == [None]
    assert store.lives()[0].opened == FIRST


def test_an_empty_store_has_no_lives(store: Store) -> None:
    assert store.lives() == []


def reckoned(script: Sequence[str]) -> list[tuple[int, int | None, int]]:
    """Tell the stretches from the script itself."""
    found: list[tuple[int, int | None, int]] = []
    opened: int | None = None
    for number, said in enumerate(script):
        if said == "FAIL" and opened is None:
            opened = number
        elif said in {"PASS", "SKIP", "gone"} and opened is not None:
            found.append((opened, number, len(found)))
            opened = None
    return [*found, (opened, None, len(found))] if opened is not None else found


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from("FAIL PASS SKIP UNKNOWN ERROR hidden gone other".split()), min_size=1, max_size=9))
def test_any_history_gives_its_stretches(script: list[str]) -> None:
    with Store.open("sqlite://") as store:
        nights(store, script)
        for number in range(len(script)):
            assert stretches(store.lives(night(number).id)) == reckoned(script[: number + 1])
