"""The lives of findings over nights: only what was seen to be mended is resolved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from scanner.model.gap import Gap
from scanner.store import Store
from tests.store.nights import ACCOUNT, BUCKET, DENIED, KEY, REGION, finding, key, listing, night, run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.finding import Finding


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with Store.open(store_url) as opened:
        yield opened


def day(number: int) -> str:
    return f"2026-11-{21 + number}T02:00:00Z"


def one(told: dict[tuple[str, str], Finding], part: str = "") -> tuple[str, str]:
    found = told["k1", part]
    return (str(found.verdict), found.status)


def test_a_failure_is_new_then_still_then_resolved_then_reopened(store: Store) -> None:
    told = [
        run(store, night(number), [finding(verdict)], [key()])
        for number, verdict in enumerate(("FAIL", "FAIL", "PASS", "PASS", "FAIL", "FAIL"))
    ]
    assert [one(each) for each in told] == [
        ("FAIL", "new"),
        ("FAIL", "still"),
        ("PASS", "resolved"),
        ("PASS", "still"),
        ("FAIL", "reopened"),
        ("FAIL", "still"),
    ]
    assert [each["k1", ""].first_seen for each in told] == [day(0), day(0), day(0), day(2), day(0), day(0)]
    assert [each["k1", ""].last_seen for each in told] == [day(0), day(1), day(1), day(3), day(4), day(5)]


def test_a_part_that_no_longer_fails_is_told_once(store: Store) -> None:
    run(store, night(0), [finding("FAIL", part="web"), finding("FAIL", part="db")], [key()])
    told = run(store, night(1), [finding("FAIL", part="db")], [key()])
    assert one(told, "web") == ("SKIP", "resolved")
    assert told["k1", "web"].message == "no longer so: FAIL of web"
    assert told["k1", "web"].evidence == ()
    assert one(told, "db") == ("FAIL", "still")
    later = run(store, night(2), [finding("FAIL", part="db")], [key()])
    assert ("k1", "web") not in later
    back = run(store, night(3), [finding("FAIL", part="db"), finding("FAIL", part="web")], [key()])
    assert one(back, "web") == ("FAIL", "reopened")


def test_a_resource_gone_from_a_whole_listing_is_resolved(store: Store) -> None:
    run(store, night(0), [finding("FAIL")], [key()])
    told = run(store, night(1), [], [])
    assert one(told) == ("SKIP", "resolved")
    assert told["k1", ""].message == "the resource is gone: FAIL of k1"
    assert told["k1", ""].last_seen == day(0)


@pytest.mark.parametrize("state", ["denied", "throttled", "partial", "error"])
def test_a_resource_that_could_not_be_listed_is_unseen_until_it_is_seen(store: Store, state: str) -> None:
    run(store, night(0), [finding("FAIL")], [key()])
    run(store, night(1), [finding("FAIL")], [key()])
    for number in (2, 3):
        told = run(store, night(number), [], [], [listing(state)])
        assert one(told) == ("FAIL", "unseen")
        assert (told["k1", ""].first_seen, told["k1", ""].last_seen) == (day(0), day(1))
        assert told["k1", ""].missing[0].permission == "kms:ListKeys"
    assert one(run(store, night(4), [finding("FAIL")], [key()])) == ("FAIL", "still")


def test_a_resource_that_was_gone_behind_a_denied_listing_is_resolved_when_the_listing_is_whole(store: Store) -> None:
    run(store, night(0), [finding("FAIL")], [key()])
    run(store, night(1), [], [], [listing("denied")])
    told = run(store, night(2), [], [])
    assert one(told) == ("SKIP", "resolved")
    assert told["k1", ""].last_seen == day(0)


@pytest.mark.parametrize("verdict", ["UNKNOWN", "ERROR"])
def test_a_failure_whose_facts_are_hidden_is_unseen_not_resolved(store: Store, verdict: str) -> None:
    run(store, night(0), [finding("FAIL"), finding("FAIL", part="web")], [key()])
    told = run(store, night(1), [finding(verdict, missing=(DENIED,))], [key()])
    assert one(told) == (verdict, "unseen")
    assert one(told, "web") == ("FAIL", "unseen")
    assert told["k1", "web"].missing == (DENIED,)
    told = run(store, night(2), [finding("PASS")], [key()])
    assert one(told) == ("PASS", "resolved")
    assert one(told, "web") == ("SKIP", "resolved")
    assert told["k1", "web"].last_seen == day(0)


def test_a_failing_part_beside_something_missing_hides_the_other_parts(store: Store) -> None:
    run(store, night(0), [finding("FAIL", part="db"), finding("FAIL", part="web")], [key()])
    told = run(store, night(1), [finding("FAIL", part="db", missing=(Gap(message="half an answer"),))], [key()])
    assert one(told, "db") == ("FAIL", "still")
    assert one(told, "web") == ("FAIL", "unseen")


def test_an_unknown_that_never_failed_is_new_then_still(store: Store) -> None:
    told = [run(store, night(number), [finding("UNKNOWN")], [key()]) for number in (0, 1)]
    assert [one(each) for each in told] == [("UNKNOWN", "new"), ("UNKNOWN", "still")]
    assert one(run(store, night(2), [finding("FAIL")], [key()])) == ("FAIL", "new")


def test_a_scan_of_another_rule_changes_nothing(store: Store) -> None:
    run(store, night(0), [finding("FAIL")], [key()])
    told = run(store, night(1, rules=("kms_key_policy",)), [finding("PASS", rule="kms_key_policy")], [key()])
    assert [(item.rule, item.status) for item in told.values()] == [("kms_key_policy", "new")]
    assert [item.rule for item in store.findings()] == ["kms_key_policy"]
    assert one(run(store, night(2), [finding("FAIL")], [key()])) == ("FAIL", "still")


def test_a_scan_of_another_kind_changes_nothing(store: Store) -> None:
    run(store, night(0), [finding("FAIL")], [key()])
    told = run(store, night(1, kinds=(BUCKET,)), [], [], [listing(kind=BUCKET)])
    assert told == {}
    assert one(run(store, night(2), [finding("FAIL")], [key()])) == ("FAIL", "still")


def test_a_scan_of_another_region_changes_nothing(store: Store) -> None:
    both = ((ACCOUNT, REGION), (ACCOUNT, "eu-west-2"))
    far = finding("FAIL", "k2", region="eu-west-2")
    run(store, night(0, targets=both), [finding("FAIL"), far], [key(), key("k2", region="eu-west-2")])
    told = run(store, night(1), [], [])
    assert list(told) == [("k1", "")]
    assert one(told) == ("SKIP", "resolved")
    far = finding("FAIL", "k2", region="eu-west-2")
    told = run(store, night(2, targets=both), [far], [key("k2", region="eu-west-2")])
    assert {name: item.status for name, item in told.items()} == {("k2", ""): "still"}


def test_accounts_live_apart(store: Store) -> None:
    other = "444455556666"
    run(store, night(0), [finding("FAIL")], [key()])
    info = night(1, targets=((other, REGION),))
    told = run(store, info, [finding("FAIL", "k9", account=other)], [key("k9", account=other)])
    assert {name: item.status for name, item in told.items()} == {("k9", ""): "new"}
    assert [item.account for item in store.findings()] == [other]
    newest = store.newest(ACCOUNT)
    assert newest is not None
    assert newest.id == night(0).id


def test_a_finding_given_twice_counts_by_its_worst(store: Store) -> None:
    told = run(store, night(0), [finding("PASS"), finding("FAIL"), finding("SKIP")], [key()])
    assert one(told) == ("FAIL", "new")


def test_every_night_can_be_read_as_it_was_told(store: Store) -> None:
    script: tuple[tuple[Any, Any, Any], ...] = (
        ([finding("FAIL"), finding("FAIL", part="web", tags={"Owner": "ann"})], [key()], None),
        ([finding("FAIL"), finding("UNKNOWN", part="")], [key()], None),
        ([], [], [listing("denied")]),
        ([finding("PASS")], [key()], None),
        ([finding("FAIL", message="otherwise")], [key()], None),
    )
    told = [run(store, night(number), *each) for number, each in enumerate(script)]
    for number, each in enumerate(told):
        read = {(item.key, item.part): item for item in store.findings(night(number).id)}
        assert read == each
    assert {(item.key, item.part): item for item in store.findings()} == told[-1]


def test_history_tells_each_time(store: Store) -> None:
    for number, verdict in enumerate(("FAIL", "FAIL", "UNKNOWN", "PASS", "PASS")):
        run(store, night(number), [finding(verdict)], [key()])
    run(store, night(5, rules=("other",)), [], [key()])
    told = store.history(finding("FAIL").fingerprint)
    assert [(each.verdict, each.status, each.since, each.until, each.current) for each in told] == [
        ("FAIL", "new", day(0), day(1), False),
        ("UNKNOWN", "unseen", day(2), day(2), False),
        ("PASS", "resolved", day(3), day(4), True),
    ]
    assert [each.message for each in told] == ["FAIL of k1", "UNKNOWN of k1", "PASS of k1"]
    assert told[0].scan == night(0).id
    assert store.history("0" * 32) == []


def test_a_listing_that_is_not_whole_is_unknown_and_then_gone(store: Store) -> None:
    hole = finding("UNKNOWN", KEY, part="listing")
    run(store, night(0), [hole], [], [listing("denied")])
    told = run(store, night(1), [finding("PASS")], [key()])
    assert {name: item.status for name, item in told.items()} == {("k1", ""): "new"}
