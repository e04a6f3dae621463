"""Baselines: who approved which scan, and what keeps it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from scanner.store import Store, StoreError
from tests.store.nights import FIRST, finding, key, night, run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.store import Baseline

WORDS = {"by": "ann", "reason": "after the audit"}


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with Store.open(store_url) as opened:
        for number in range(4):
            run(opened, night(number), [finding("FAIL")], [key()])
        yield opened


def approve(store: Store, number: int, name: str = "production", **words: str) -> Baseline:
    return store.approve_baseline(name, night(number).id, at=FIRST + timedelta(days=number), **(WORDS | words))


def shown(given: list[Baseline]) -> list[tuple[str, int, str, bool]]:
    return [(each.name, each.version, each.scan, each.superseded) for each in given]


def test_a_scan_is_approved_by_somebody_for_a_reason(store: Store) -> None:
    given = approve(store, 1)
    assert store.baseline("production") == given
    assert (given.scan, given.as_of, given.version) == (night(1).id, "2026-11-22T02:00:00Z", 1)
    assert (given.by, given.reason, given.at, given.superseded) == (
        "ann", "after the audit", "2026-11-22T02:00:00Z", False,
    )  # fmt: skip


def test_approving_again_supersedes_and_the_log_keeps_all(store: Store) -> None:
    approve(store, 0)
    approve(store, 0, "staging")
    approve(store, 2, by="bob", reason="new partner")
    assert shown(store.baselines()) == [
        ("production", 1, night(0).id, True),
        ("production", 2, night(2).id, False),
        ("staging", 1, night(0).id, False),
    ]
    assert store.baseline("production").scan == night(2).id
    removed = store.prune_baselines(by="eve", at=FIRST, reason="tidy")
    assert shown(removed) == [("production", 1, night(0).id, True)]
    assert len(store.baselines()) == 2
    assert store.prune_baselines(by="eve", at=FIRST) == []
    assert approve(store, 3).version == 3
    log = [(each.action, each.by, each.name, each.version, each.scan, each.words) for each in store.baseline_log()]
    assert log == [
        ("approve", "ann", "production", 1, night(0).id, "after the audit"),
        ("approve", "ann", "staging", 1, night(0).id, "after the audit"),
        ("approve", "bob", "production", 2, night(2).id, "new partner"),
        ("prune", "eve", "production", 1, night(0).id, "tidy"),
        ("approve", "ann", "production", 3, night(3).id, "after the audit"),
    ]
    assert store.verify() == []


def test_only_the_named_baseline_is_pruned(store: Store) -> None:
    for name in ("production", "staging"):
        approve(store, 0, name)
        approve(store, 1, name)
    assert shown(store.prune_baselines("staging", by="eve", at=FIRST)) == [("staging", 1, night(0).id, True)]
    assert [each.name for each in store.baselines()] == ["production", "production", "staging"]


def test_a_baseline_that_is_not_there_is_said(store: Store) -> None:
    with pytest.raises(StoreError, match=r"^no baseline is named prod; there is none yet \(`phiward baseline approve`"):
        store.baseline("prod")
    approve(store, 0)
    approve(store, 0, "staging")
    with pytest.raises(StoreError, match=r"^no baseline is named prod; there are: production, staging "):
        store.baseline("prod")
    with pytest.raises(StoreError, match="no baseline is named prod"):
        store.prune_baselines("prod", by="eve", at=FIRST)


@pytest.mark.parametrize(
    ("name", "words", "said"),
    [
        ("", {}, "'' names no baseline; use up to 63 letters"),
        ("a b", {}, "'a b' names no baseline"),
        ("../x", {}, "names no baseline"),
        ("production", {"by": " "}, "approving a baseline needs its by; say it in words"),
        ("production", {"reason": ""}, "approving a baseline needs its reason; say it in words"),
    ],
)
def test_a_baseline_needs_its_words(store: Store, name: str, words: dict[str, str], said: str) -> None:
    with pytest.raises(StoreError, match=said):
        approve(store, 0, name, **words)
    assert store.baselines() == []
    assert store.baseline_log() == []


def test_only_a_finished_scan_is_a_baseline(store: Store) -> None:
    store.begin(night(4))
    with pytest.raises(StoreError, match=f"scan {night(4).id} was not finished, so it is no baseline"):
        approve(store, 4)
    with pytest.raises(StoreError, match=f"there is no scan {night(9).id}"):
        approve(store, 9)


def test_the_retention_keeps_what_a_baseline_in_force_stands_on(store: Store) -> None:
    later = datetime.fromisoformat("2040-01-01T00:00:00Z")
    approve(store, 0)
    approve(store, 1)
    assert store.prune(0, now=later) == [night(0).id]
    assert store.snapshot(store.baseline("production").scan).resources[0].id == "k1"
    assert shown(store.baselines())[0] == ("production", 1, night(0).id, True)
    with pytest.raises(StoreError, match="is older than the retention"):
        approve(store, 0)
    approve(store, 3)
    assert store.prune(0, now=later) == [night(1).id, night(2).id]
    assert store.verify() == []
