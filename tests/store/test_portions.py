"""What is written and read some rows at a time is the same, however many those are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scanner.engine.drift import Normaliser
from scanner.model.resource import seen
from scanner.store import Store, bodies, judging
from scanner.store.blobs import Sealing, seal_of
from tests.store.nights import KEY, finding, key, listing, night, run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.finding import Finding
    from scanner.model.resource import Resource

COUNT = 12
HOMES = ("writing", "blobs", "verdict_rows", "judging", "reading", "lives", "turning")


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write and read three rows at a time."""
    for home in HOMES:
        monkeypatch.setattr(f"scanner.store.{home}.AT_ONCE", 3)
    monkeypatch.setattr("scanner.store.blobs.MANY", 4)
    monkeypatch.setattr("scanner.store.turning.MANY", 4)


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with Store.open(store_url, Normaliser({}, "test")) as opened:
        yield opened


def nights() -> Iterator[tuple[list[Finding], list[Resource], str]]:
    """Nights on which much is new, nothing changes, half turns, much is gone, nothing was listed, all comes back."""
    for verdicts, count, state in (
        ("PFU", COUNT, "ok"), ("PFU", COUNT, "ok"), ("FPF", COUNT, "ok"), ("FPS", 4, "ok"), ("", 0, "throttled"),
        ("FFP", COUNT, "ok"),
    ):  # fmt: skip
        names = {"P": "PASS", "F": "FAIL", "U": "UNKNOWN", "S": "SKIP"}
        found = [
            finding(names[verdicts[number % 3]], f"k{number:02}", rule=rule, part="a" if number % 4 else "")
            for number in range(count)
            for rule in ("kms_key_rotation", "kms_key_policy")
        ]
        things = [key(f"k{number:02}", meta=seen({"KeyId": number, "Of": verdicts})) for number in range(count)]
        yield found, things, state


def stored(store: Store) -> list[object]:
    """Write the nights; give all that is told of them."""
    given: list[object] = []
    for number, (found, things, state) in enumerate(nights()):
        info = night(number, rules=("kms_key_rotation", "kms_key_policy"))
        given.append(run(store, info, found, things, [listing(state)]))
    assert store.verify() == []
    scans = [info.id for info in store.scans()]
    given += [store.findings(scan) for scan in scans]
    given += [[(each.id, each.tags, each.identity) for each in store.snapshot(scan).resources] for scan in scans]
    given += [store.seals(scan) for scan in scans]
    given += [store.lives(), store.turned(scans[1], scans[2]), store.turned(scans[2], scans[5])]
    return given


def test_portions_do_not_matter(store: Store, small: None) -> None:
    told = stored(store)
    with Store.open(":memory:", Normaliser({}, "test")) as whole, pytest.MonkeyPatch.context() as large:
        for home in HOMES:
            large.setattr(f"scanner.store.{home}.AT_ONCE", 1000)
        assert told == stored(whole)


def test_a_scan_s_findings_are_not_held_twice(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [finding("FAIL", f"k{number}") for number in range(COUNT)]
    told = run(store, night(0), found)
    assert {id(each) for each in told.values()} == {id(each) for each in found}
    again = [finding("FAIL", f"k{number}") for number in range(COUNT)]
    read: list[int] = []

    def counted(*given: object) -> list[Finding]:
        lines = list(given[1])  # type: ignore[call-overload]
        read.append(len(lines))
        return bodies.unpacked(given[0], lines, given[2])  # type: ignore[arg-type]

    monkeypatch.setattr(judging, "unpacked", counted)
    run(store, night(1), again[1:])
    assert read == [1]


def test_an_inventory_is_the_snapshot_without_its_documents(store: Store) -> None:
    things = [key("k1"), key("k2", meta=seen({"KeyId": "k2"}), turn=seen({"On": True}))]
    things[0].tags = {"owner": "a"}
    run(store, night(0), (), things)
    run(store, night(1), (), things[:1])
    scan = night(0).id
    names = [name for name in type(things[0]).__slots__ if name not in {"sections", "facts"}]
    inventory, snapshot = store.inventory(scan), store.snapshot(scan).resources
    assert [[getattr(each, name) for name in names] for each in inventory] == [
        [getattr(each, name) for name in names] for each in snapshot
    ]
    assert [each.sections for each in inventory] == [{}, {}]
    assert [each.id for each in store.inventory(night(1).id)] == ["k1"]


def test_an_inventory_leaves_out_what_was_not_seen(store: Store) -> None:
    run(store, night(0), (), [key("k1")])
    run(store, night(1), (), [], [listing("throttled")])
    assert store.inventory(night(1).id) == []
    assert [each.kind for each in store.inventory(night(0).id)] == [KEY]


def test_lines_are_sealed_as_they_come() -> None:
    for lines in ([], ["a"], ["a", "b\nc", "b\x1f", "\N{SNOWMAN}"]):
        sealing = Sealing()
        for line in sorted(lines):
            sealing.add(line)
        assert sealing.name() == seal_of(lines)
