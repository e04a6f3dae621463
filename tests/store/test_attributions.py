"""Attributions: kept beside the scans, asked for again while the logs lag, never guessed from an earlier change."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from scanner.model.change import Action, Attribution, Change, Confidence
from scanner.store import Store, StoreError
from scanner.store.attributions import TRIES
from tests.store.nights import ACCOUNT, FIRST, KEY, REGION, key, night, run

if TYPE_CHECKING:
    from collections.abc import Iterator

NOBODY = Attribution(confidence=Confidence.NONE, why="the log holds no event yet")


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with Store.open(store_url) as opened:
        for number in range(4):
            run(opened, night(number), [], [key()])
        yield opened


def change(number: int, path: str = "turn.KeyRotationEnabled", **changes: Any) -> Change:
    given: dict[str, Any] = {
        "account": ACCOUNT, "region": REGION, "kind": KEY, "resource": "arn:k1", "key": "k1", "name": "k1",
        "action": Action.CHANGED, "path": path, "seen": FIRST + timedelta(days=number),
    }  # fmt: skip
    return Change(**(given | changes))


def by(who: str, confidence: Confidence = Confidence.HIGH, at: str = "2026-11-21T03:00:00Z") -> Attribution:
    return Attribution(
        confidence=confidence, actor=f"arn:aws:iam::{ACCOUNT}:user/{who}", actor_type="IAMUser", source_ip="192.0.2.7",
        channel="console", event="DisableKeyRotation", event_id="e1", at=at, why="the event names the key",
    )  # fmt: skip


def test_what_was_learned_is_read_back_whole(store: Store) -> None:
    given = [(change(1), by("ann")), (change(1, "meta.Description"), NOBODY)]
    store.keep_attributions(night(1).id, given)
    assert store.attributions(night(1).id) == {what.id: who for what, who in given}
    assert store.attributions(night(2).id) == {}
    store.keep_attributions(night(2).id, [])
    assert store.verify() == []


def test_what_was_not_found_is_asked_again_for_some_nights(store: Store) -> None:
    far = change(1, region="eu-west-2")
    for tried in range(TRIES):
        store.keep_attributions(night(1).id, [(change(1), NOBODY), (change(1, "x"), NOBODY), (far, NOBODY)])
        last = tried == TRIES - 1
        assert store.pending_attributions() == (
            [] if last else [(night(1).id, ACCOUNT, REGION), (night(1).id, ACCOUNT, "eu-west-2")]
        )
    store.keep_attributions(night(1).id, [(change(1), by("ann"))])
    assert store.attributions(night(1).id)[change(1).id].who == "ann"


def test_what_was_found_is_no_longer_pending(store: Store) -> None:
    store.keep_attributions(night(2).id, [(change(2), NOBODY)])
    store.keep_attributions(night(1).id, [(change(1), NOBODY)])
    assert [scan for scan, _, _ in store.pending_attributions()] == [night(1).id, night(2).id]
    store.keep_attributions(night(1).id, [(change(1), by("ann", Confidence.LOW))])
    assert [scan for scan, _, _ in store.pending_attributions()] == [night(2).id]


def test_a_surer_answer_stands(store: Store) -> None:
    for given, stands in (
        (by("ann", Confidence.MEDIUM), "ann"),
        (NOBODY, "ann"),
        (by("bob", Confidence.LOW), "ann"),
        (by("eve", Confidence.HIGH), "eve"),
        (by("ann", Confidence.MEDIUM), "eve"),
    ):
        store.keep_attributions(night(1).id, [(change(1), given)])
        assert store.attributions(night(1).id)[change(1).id].who == stands
    assert store.pending_attributions() == []


def test_between_two_scans_the_last_change_counts(store: Store) -> None:
    where = (ACCOUNT, REGION, KEY, "k1", "turn.KeyRotationEnabled")
    other = (*where[:4], "meta.Description")
    store.keep_attributions(night(1).id, [(change(1), by("ann")), (change(1, other[4]), by("eve"))])
    store.keep_attributions(night(2).id, [(change(2), by("bob"))])
    found = store.attributed_between(night(0).id, night(3).id)
    assert {place: who.who for place, who in found.items()} == {where: "bob", other: "eve"}
    assert {place: who.who for place, who in store.attributed_between(night(0).id, night(1).id).items()} == {
        where: "ann",
        other: "eve",
    }
    assert list(store.attributed_between(night(1).id, night(2).id)) == [where]
    assert store.attributed_between(night(2).id, night(3).id) == {}


def test_an_earlier_actor_is_not_named_for_a_later_change(store: Store) -> None:
    store.keep_attributions(night(1).id, [(change(1), by("ann"))])
    store.keep_attributions(night(3).id, [(change(3), NOBODY)])
    (found,) = store.attributed_between(night(0).id, night(3).id).values()
    assert found == NOBODY


def test_of_two_actions_in_one_night_the_later_event_counts(store: Store) -> None:
    early, late = by("ann", at="2026-11-22T01:00:00Z"), by("bob", at="2026-11-22T01:30:00Z")
    for given in ([early, late], [late, early]):
        actions = (Action.REMOVED, Action.ADDED) if given[0] is early else (Action.ADDED, Action.REMOVED)
        pairs = [(change(1, action=action), who) for action, who in zip(actions, given, strict=True)]
        store.keep_attributions(night(1).id, pairs)
        (found,) = store.attributed_between(night(0).id, night(1).id).values()
        assert found.who == "bob"


def test_a_forgotten_scan_is_asked_for_no_more(store: Store) -> None:
    store.keep_attributions(night(1).id, [(change(1), NOBODY)])
    store.keep_attributions(night(3).id, [(change(3), NOBODY)])
    assert len(store.prune(0, now=datetime.fromisoformat("2040-01-01T00:00:00Z"))) == 3
    assert store.pending_attributions() == [(night(3).id, ACCOUNT, REGION)]
    for act in (
        lambda: store.attributions(night(1).id),
        lambda: store.keep_attributions(night(1).id, [(change(1), NOBODY)]),
        lambda: store.attributed_between(night(1).id, night(3).id),
    ):
        with pytest.raises(StoreError, match="is older than the retention"):
            act()
    with pytest.raises(StoreError, match="there is no scan"):
        store.attributions("20200101T000000Z-0000")
    assert store.verify() == []
