"""What differs between two scans: once, by what was last known, and never because somebody could not look."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from scanner.engine.drift import Comparer, Normaliser
from scanner.model.canon import Canon
from scanner.model.change import Action, Change, Suppressed
from scanner.model.resource import ABSENT, SKIPPED, Resource, seen, unseen
from scanner.store import Store, StoreError
from tests.store.nights import ACCOUNT, BUCKET, DENIED, FIRST, KEY, REGION, key, listing, night, run

if TYPE_CHECKING:
    from collections.abc import Iterator

CANONS = {
    KEY: Canon(kind=KEY, volatile={"meta.Used": "a counter"}),
    BUCKET: Canon(kind=BUCKET, members="hosts", individual=("meta.Id",)),
}
NORMALISER = Normaliser(CANONS, "test")
VERSIONS = {"versions": {"phiward": "0.1.0", "normaliser": "test"}}


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with Store.open(store_url, NORMALISER) as opened:
        yield opened


def nights(store: Store, *some: list[Resource], **more: Any) -> None:
    for number, resources in enumerate(some):
        run(store, night(number, **VERSIONS), [], resources, [listing(), listing(kind=BUCKET)], **more)


def compared(store: Store, older: int, newer: int, **how: Any) -> list[Change]:
    found = Comparer(NORMALISER).compare(store.between(night(older).id, night(newer).id, **how))
    return [each for each in found if isinstance(each, Change)]


def told(changes: list[Change]) -> list[tuple[str, str, Any, Any]]:
    return [(f"{each.key} {each.path}".strip(), str(each.action), each.before, each.after) for each in changes]


def test_a_change_is_told_in_its_night_alone(store: Store) -> None:
    old, new = key(meta=seen({"On": True, "Used": 1})), key(meta=seen({"On": False, "Used": 2}))
    nights(store, [old], [old], [new], [new])
    assert [told(compared(store, n, n + 1)) for n in range(3)] == [[], [("k1 meta.On", "changed", True, False)], []]
    assert told(compared(store, 0, 3)) == [("k1 meta.On", "changed", True, False)]


def test_what_came_and_went(store: Store) -> None:
    nights(store, [key("k1"), key("k2")], [key("k2"), key("k3")])
    assert sorted(told(compared(store, 0, 1))) == [("k1", "removed", None, None), ("k3", "added", None, None)]


def test_what_came_and_went_in_between_is_no_change(store: Store) -> None:
    nights(store, [key("k1")], [key("k1"), key("k2")], [key("k1")])
    assert told(compared(store, 0, 2)) == []


def test_noise_alone_is_given_only_on_demand(store: Store) -> None:
    nights(store, [key(meta=seen({"Used": 1}))], [key(meta=seen({"Used": 2}))])
    pair = (night(0).id, night(1).id)
    assert list(store.between(*pair)) == []
    found = list(Comparer(NORMALISER, explain=True).compare(store.between(*pair, every=True)))
    assert [(each.path, each.reason) for each in found if isinstance(each, Suppressed)] == [("meta.Used", "a counter")]


def test_what_a_listing_hid_is_unseen_once_and_never_removed(store: Store) -> None:
    run(store, night(0, **VERSIONS), [], [key("k1"), key("k2")])
    run(store, night(1, **VERSIONS), [], [key("k1")], [listing("denied")])
    run(store, night(2, **VERSIONS), [], [], [listing("denied")])
    (first,) = compared(store, 0, 1)
    assert (first.action, first.kind, first.name) == (Action.UNSEEN, KEY, f"1 of {KEY}")
    assert "kms.ListKeys" in first.why
    assert [each.name for each in compared(store, 1, 2)] == [f"1 of {KEY}"]


def test_what_changed_while_nobody_could_look_is_told_when_it_is_seen(store: Store) -> None:
    old, new = key(meta=seen({"On": True})), key(meta=seen({"On": False}))
    run(store, night(0, **VERSIONS), [], [old])
    run(store, night(1, **VERSIONS), [], [key(meta=unseen(DENIED))])
    run(store, night(2, **VERSIONS), [], [], [listing("throttled")])
    run(store, night(3, **VERSIONS), [], [new])
    assert told(compared(store, 0, 1)) == []
    (change,) = compared(store, 2, 3)
    assert (change.path, change.before, change.after) == ("meta.On", True, False)
    assert change.since == FIRST
    assert change.seen == FIRST + timedelta(days=3)


def test_what_was_not_looked_for_is_no_change(store: Store) -> None:
    both = [listing(), listing(kind=BUCKET)]
    bucket = [key("b1", kind=BUCKET), key("b2", kind=BUCKET)]
    run(store, night(0, **VERSIONS), [], [key(meta=seen(1), turn=seen(2)), *bucket], both)
    run(store, night(1, **VERSIONS), [], [key(meta=seen(1))])
    assert compared(store, 0, 1) == []
    run(store, night(2, **VERSIONS), [], [key(meta=seen(1), turn=seen(3)), bucket[0]], both)
    assert sorted(told(compared(store, 1, 2))) == [("b2", "removed", None, None), ("k1 turn", "changed", 2, 3)]


def test_another_place_that_was_not_visited_is_no_change(store: Store) -> None:
    there = key("far", region="us-east-1")
    places = ((ACCOUNT, REGION), (ACCOUNT, "us-east-1"))
    run(
        store, night(0, targets=places, **VERSIONS), [], [key(), there], [listing(), listing(region="us-east-1")]
    )  # fmt: skip
    run(store, night(1, **VERSIONS), [], [key()])
    assert compared(store, 0, 1) == []


@pytest.mark.parametrize(
    ("before", "after", "paths"),
    [
        (ABSENT, seen({"a": 1, "b": 2}), ["pol added"]),
        (seen({"a": 1, "b": 2}), ABSENT, ["pol removed"]),
        (seen({}), ABSENT, []),
        (SKIPPED, seen({"a": 1}), []),
        (seen({"a": 1}), SKIPPED, []),
        (ABSENT, unseen(DENIED), []),
    ],
)
def test_the_states_of_a_section(store: Store, before: Any, after: Any, paths: list[str]) -> None:
    nights(store, [key(meta=seen(1), pol=before)], [key(meta=seen(1), pol=after)])
    assert [f"{each.path} {each.action}" for each in compared(store, 0, 1)] == paths


def test_tags_are_compared_and_those_of_aws_are_not(store: Store) -> None:
    def tagged(tags: dict[str, str] | None) -> Resource:
        made = key()
        made.tags = tags
        return made

    nights(
        store, [tagged({"data": "phi", "aws:x": "1"})], [tagged({"data": "none", "aws:x": "2"})], [tagged(None)]
    )  # fmt: skip
    assert told(compared(store, 0, 1)) == [("k1 tags.data", "changed", "phi", "none")]
    assert told(compared(store, 1, 2)) == []


@pytest.mark.parametrize(("now", "value"), [({"data": "none"}, "none"), ({}, None)])
def test_tags_that_changed_while_they_were_denied_are_told_when_they_are_seen(
    store: Store, now: dict[str, str], value: str | None
) -> None:
    sides: list[Resource] = []
    for tags in ({"data": "phi"}, None, now):
        made = key()
        made.tags = tags
        sides.append(made)
    nights(store, *([each] for each in sides))
    assert compared(store, 0, 1) == []
    (change,) = compared(store, 1, 2)
    assert (change.path.partition(".")[0], change.after, change.since) == ("tags", value, night(0).as_of)


def test_a_member_that_goes_after_its_tags_were_denied_was_one_of_its_class(store: Store) -> None:
    lost = member("i1", "a", "i1")
    lost.tags = None
    first = [member("i1", "a"), member("i2", "a")]
    for each in first:
        each.tags = {"group": "web"}
    nights(store, first, [lost, first[1]], [first[1]])
    assert compared(store, 1, 2) == []


def member(id: str, image: str, group: str = "web") -> Resource:
    made = key(id, kind=BUCKET, meta=seen({"Id": id, "Image": image}))
    made.identity = group
    return made


def test_members_of_a_class_come_and_go(store: Store) -> None:
    nights(store, [member("i1", "a"), member("i2", "a")], [member("i3", "a"), member("i4", "a"), member("i5", "a")])
    assert compared(store, 0, 1) == []


def test_a_member_that_differs_is_one_change_of_its_class(store: Store) -> None:
    nights(store, [member("i1", "a"), member("i2", "a")], [member("i1", "a"), member("i3", "b")])
    (change,) = compared(store, 0, 1)
    assert told([change]) == [("web meta.Image", "changed", "a", "b")]
    assert (change.members, change.why) == (("i3",), "1 of 2 hosts")


def test_a_class_that_appears_is_no_change_of_its_own(store: Store) -> None:
    nights(store, [member("i1", "a")], [member("i1", "a"), member("i9", "z", "batch")])
    assert compared(store, 0, 1) == []


def test_a_member_whose_tags_were_denied_stays_in_its_class(store: Store) -> None:
    lost = member("i1", "a", "i1")
    lost.tags = None
    nights(store, [member("i1", "a"), member("i2", "a")], [lost, member("i2", "a")])
    assert compared(store, 0, 1) == []


def test_another_version_of_the_normaliser_is_no_storm(store_url: str) -> None:
    """The first night was written when `Used` was compared; it is canonicalised anew before the two are compared."""
    first = Normaliser({KEY: Canon(kind=KEY)}, "old")
    with Store.open(store_url, first) as store:
        info = replace_version("old")
        run(store, info, [], [key(meta=seen({"On": True, "Used": 1})), key("k2", meta=seen({"On": 1, "Used": 1}))])
    with Store.open(store_url, NORMALISER) as store:
        second = [key(meta=seen({"On": True, "Used": 2})), key("k2", meta=seen({"On": 2, "Used": 3}))]
        run(store, night(1, **VERSIONS), [], second)
        assert told(compared(store, 0, 1)) == [("k2 meta.On", "changed", 1, 2)]


def replace_version(version: str) -> Any:
    return night(0, versions={"phiward": "0.0.9", "normaliser": version})


def test_what_the_older_version_left_out_is_compared_anew(store_url: str) -> None:
    """The first night was written when `On` was noise: its second hash is the same, and yet it changed."""
    blind = Normaliser({KEY: Canon(kind=KEY, volatile={"meta.On": "x"})}, "old")
    with Store.open(store_url, blind) as store:
        run(store, replace_version("old"), [], [key(meta=seen({"On": True}))])
        run(store, night(1, versions={"normaliser": "old"}), [], [key(meta=seen({"On": False}))])
    with Store.open(store_url, NORMALISER) as store:
        assert told(compared(store, 0, 1)) == [("k1 meta.On", "changed", True, False)]


def test_scans_in_the_wrong_order_are_refused(store: Store) -> None:
    nights(store, [key()], [key()])
    with pytest.raises(StoreError, match="not later"):
        list(store.between(night(1).id, night(0).id))


def test_the_resources_of_one_kind_in_one_place(store: Store) -> None:
    nights(store, [key("k1"), key("b1", kind=BUCKET)])
    assert [each.id for each in store.seen(night(0).id, ACCOUNT, REGION, BUCKET)] == ["b1"]


def test_members_that_are_alike_again_are_told_once(store: Store) -> None:
    mixed, alike = [member("i1", "a"), member("i2", "b")], [member("i1", "a"), member("i3", "a")]
    nights(store, alike, mixed, alike, alike)
    (change,) = compared(store, 1, 2)
    assert told([change]) == [("web meta.Image", "changed", "b", "a")]
    assert (change.severity, change.why) == ("info", "all 2 hosts are alike again")
    assert compared(store, 2, 3) == []


def test_what_nobody_could_list_before_is_not_new(store: Store) -> None:
    run(store, night(0, **VERSIONS), [], [], [listing("denied"), listing(kind=BUCKET)])
    run(store, night(1, **VERSIONS), [], [key("k1"), key("b1", kind=BUCKET)], [listing(), listing(kind=BUCKET)])
    assert told(compared(store, 0, 1)) == [("b1", "added", None, None)]


def test_what_is_new_may_have_come_since_the_last_whole_listing(store: Store) -> None:
    run(store, night(0, **VERSIONS), [], [key("k1")], [listing()])
    run(store, night(1, **VERSIONS), [], [], [listing("denied")])
    run(store, night(2, **VERSIONS), [], [key("k1"), key("k2")], [listing()])
    (only,) = compared(store, 1, 2)
    assert (only.key, only.action, only.since, only.seen) == ("k2", "added", night(0).as_of, night(2).as_of)
