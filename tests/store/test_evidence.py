"""What the store gives as evidence is what it sealed, byte for byte."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from scanner.engine.normalise import digest
from scanner.model.resource import ABSENT, seen, unseen
from scanner.store import Store, StoreError
from scanner.store.seal import head_of
from tests.store.nights import ACCOUNT, DENIED, KEY, REGION, ROTATION, finding, key, night, run

if TYPE_CHECKING:
    from collections.abc import Iterator

ARN = key().arn


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with Store.open(store_url) as opened:
        for number in range(3):
            turn = unseen(DENIED) if number == 2 else seen({"on": number == 0})
            verdict = ("PASS", "FAIL", "UNKNOWN")[number]
            run(opened, night(number), [finding(verdict)], [key(meta=seen({"KeyId": "k1"}), turn=turn, pol=ABSENT)])
        yield opened


def test_sections_come_with_the_time_in_which_they_held(store: Store) -> None:
    newest = {(each.section, each.state, each.current) for each in store.held(night(2).id, [ACCOUNT], [(KEY, ARN)])}
    assert newest == {
        ("@", "ok", True), ("meta", "ok", True), ("pol", "absent", True),
        ("turn", "unseen", True), ("turn", "ok", False),
    }  # fmt: skip
    period = store.held(night(1).id, [ACCOUNT], [(KEY, ARN)], night(0).id)
    turns = [each for each in period if each.section == "turn"]
    assert [(each.since[0], (each.ended or ("",))[0], each.current) for each in turns] == [
        (night(0).id, night(1).id, False), (night(1).id, "", True),
    ]  # fmt: skip
    documents = dict(store.contents(each.hash for each in turns))
    assert [json.loads(documents[each.hash]) for each in turns] == [{"on": True}, {"on": False}]
    assert store.weight(documents) > 0
    assert store.held(night(1).id, ["999999999999"], [(KEY, ARN)]) == store.held(night(1).id, [ACCOUNT], []) == []


def test_verdicts_come_with_the_time_in_which_they_held(store: Store) -> None:
    told = store.told(night(2).id, [ACCOUNT], [ROTATION], night(0).id)
    assert [(each.verdict, each.since[0], (each.ended or ("",))[0]) for each in told] == [
        ("PASS", night(0).id, night(1).id), ("FAIL", night(1).id, night(2).id), ("UNKNOWN", night(2).id, ""),
    ]  # fmt: skip
    assert [each.verdict for each in store.told(night(1).id, [ACCOUNT], [ROTATION], "")] == ["FAIL"]


def test_a_record_is_what_its_seal_was_made_from(store: Store) -> None:
    for number, link in enumerate(store.chain(ACCOUNT)):
        record = store.record(night(number).id, ACCOUNT)
        assert link.head == head_of(link.previous, link.scan, link.as_of, link.content)
        assert (link.scan, link.content) == (night(number).id, digest(record.parts))
        assert record.content == link.content
        place = record.places[REGION]
        assert digest(store.section_list(night(number).id, ACCOUNT, REGION)) == place.sections
        assert digest(store.verdict_list(night(number).id, ACCOUNT)) == record.verdicts
        names = {place.coverage, place.shape, record.judged, *record.cards, *record.bodies[finding("PASS").fingerprint]}
        assert {name for name, _ in store.contents(names)} == names
    assert store.chain(ACCOUNT)[-1].head == store.seals()[0].head


def test_there_is_no_record_of_what_was_not_sealed(store: Store) -> None:
    with pytest.raises(StoreError, match="is not what was sealed"):
        store.record(night(0).id, "999999999999")
    with pytest.raises(StoreError, match="lacks the content"):
        list(store.contents(["0" * 64]))
