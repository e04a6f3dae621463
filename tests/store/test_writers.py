"""Writers: a second one is told, a killed one leaves a store that opens and a scan that goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, text

from scanner.store import Store, StoreError
from tests.store.nights import ACCOUNT, REGION, finding, key, listing, night, run, same

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.store import ScanInfo

ROOT = Path(__file__).parents[2]
REGIONS = ("eu-west-1", "eu-west-2", "eu-west-3")
TARGETS = tuple((ACCOUNT, region) for region in REGIONS)

WRITER = """
import sys, time
from scanner.store import Store
from tests.store.nights import *
store = Store.open(sys.argv[1])
info = night(1, targets=tuple((ACCOUNT, region) for region in sys.argv[2].split(",")))
store.begin(info)
for account, region in info.targets[:2]:
    store.add(info.id, account, region, [key(f"k{n}", region=region) for n in range(50)], [listing(region=region)])
print("ready", flush=True)
for number in range(10**6):
    region = info.targets[2][1]
    with store._writing() as connection:
        from scanner.store.recording import Visit
        things = [key(f"k{number}-{n}", region=region) for n in range(50)]
        Visit(connection, 2, store._normaliser).write(ACCOUNT, region, things, [])
        print("writing", flush=True)
        time.sleep(60)
"""


@pytest.fixture
def writer(store_url: str) -> Iterator[subprocess.Popen[str]]:
    """A process that wrote two places of a scan and is in the middle of writing the third."""
    with Store.open(store_url) as store:
        things = [key(region=region) for region in REGIONS]
        run(store, night(0, targets=TARGETS), [finding("FAIL", region=region) for region in REGIONS], things)
    command = [sys.executable, "-c", WRITER, store_url, ",".join(REGIONS)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert [process.stdout.readline() for _ in range(2)] == ["ready\n", "writing\n"]
        yield process
        process.kill()


def kill(process: subprocess.Popen[str]) -> None:
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL


def begin_soon(store: Store, info: ScanInfo) -> None:
    """Begin, giving a database server a moment to notice that the other client is gone."""
    deadline = time.monotonic() + 10
    while True:
        try:
            return store.begin(info)
        except StoreError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def test_a_killed_scan_is_resumed_with_what_is_missing(store_url: str, writer: subprocess.Popen[str]) -> None:
    kill(writer)
    with Store.open(store_url) as store:
        info = store.unfinished()
        assert info is not None
        assert info == night(1, targets=TARGETS)
        assert store.places_done(info.id) == set(TARGETS[:2])
        assert [item.status for item in store.findings()] == ["new"] * 3
        begin_soon(store, info)
        things = [key(f"k{number}", region=region) for region in REGIONS for number in range(50)]
        for account, region in TARGETS:
            here = [thing for thing in things if thing.region == region]
            store.add(info.id, account, region, here, [listing(region=region)])
        found = store.finish(info.id, [finding("FAIL", region=REGIONS[0])], finished=info.started)
        assert {(item.region, item.status) for item in found} == {
            ("eu-west-1", "still"),
            ("eu-west-2", "resolved"),
            ("eu-west-3", "resolved"),
        }
        assert same(store.snapshot(info.id), things, [listing(region=region) for region in REGIONS])
        assert store.unfinished() is None
        assert store.scans()[-1].complete
        assert store.verify() == []


def test_a_killed_scan_is_overtaken_by_a_new_one(store_url: str, writer: subprocess.Popen[str]) -> None:
    kill(writer)
    with Store.open(store_url) as store:
        things = [key(region=region) for region in REGIONS]
        begin_soon(store, night(2, targets=TARGETS))
        told = run(store, night(2, targets=TARGETS), [finding("FAIL", region=region) for region in REGIONS], things)
        assert {item.status for item in told.values()} == {"still"}
        assert [bool(scan.finished) for scan in store.scans()] == [True, False, True]
        assert store.unfinished() is None
        assert same(store.snapshot(night(2).id), things, [listing(region=region) for region in REGIONS])
        assert len(store.snapshot(night(1).id).resources) == 100
        with pytest.raises(StoreError, match="was overtaken by a newer one, so it cannot go on; begin a new one"):
            store.begin(night(1))
        assert store.verify() == []


def test_a_second_scan_is_told_who_writes_and_readers_go_on(store_url: str, writer: subprocess.Popen[str]) -> None:
    with Store.open(store_url) as store:
        with pytest.raises(StoreError, match="another scan is writing here") as caught:
            store.begin(night(2))
        if store_url.startswith("sqlite"):
            assert f"(process {writer.pid})" in str(caught.value)
        with pytest.raises(StoreError, match="another scan is writing here"):
            store.prune()
        assert len(store.findings()) == 3
        assert len(store.snapshot(night(1).id).resources) == 100
        kill(writer)
        begin_soon(store, night(2))


def test_a_finished_scan_lets_the_next_writer_in(store_url: str) -> None:
    with Store.open(store_url) as one, Store.open(store_url) as two:
        run(one, night(0), [], [])
        run(two, night(1), [], [])
        run(one, night(2), [], [])
        assert len(two.scans()) == 3


def test_a_place_written_twice_stays_as_it_was_written_first(store_url: str) -> None:
    with Store.open(store_url) as store:
        store.begin(night(0))
        for name in ("k1", "k2"):
            store.add(night(0).id, ACCOUNT, REGION, [key(name)], [listing()])
        assert [item.id for item in store.snapshot(night(0).id).resources] == ["k1"]


def test_a_place_is_written_whole_or_not_at_all(store_url: str) -> None:
    with Store.open(store_url) as store:
        store.begin(night(0))
        broken = key("k2")
        broken.tags = {"set": {1, 2}.__iter__()}  # type: ignore[dict-item]  # nothing that JSON could hold
        with pytest.raises(TypeError):
            store.add(night(0).id, ACCOUNT, REGION, [key("k1"), broken], [listing()])
        assert store.places_done(night(0).id) == set()
        assert store.snapshot(night(0).id).resources == []


def test_a_finished_scan_takes_nothing_more(store_url: str) -> None:
    with Store.open(store_url) as store:
        run(store, night(0), [], [])
        for act in (
            lambda: store.begin(night(0)),
            lambda: store.add(night(0).id, ACCOUNT, REGION, [], []),
            lambda: store.finish(night(0).id, [], finished=night(0).started),
        ):
            with pytest.raises(StoreError, match=f"scan {night(0).id} was finished, so"):
                act()


def test_a_scan_that_is_not_there_is_said(store_url: str) -> None:
    with Store.open(store_url) as store:
        for act in (store.snapshot, store.findings, store.places_done, store.unseen):
            with pytest.raises(StoreError, match="there is no scan 20200101T000000Z-0000"):
                act("20200101T000000Z-0000")


def test_a_scan_is_complete_when_all_places_were_seen_and_answered(store_url: str) -> None:
    with Store.open(store_url) as store:
        run(store, night(0, targets=TARGETS), [], [])
        run(store, night(1), [], [], [listing("denied")])
        store.begin(night(2, targets=TARGETS))
        store.add(night(2).id, ACCOUNT, REGION, [], [listing()])
        store.finish(night(2).id, [], finished=night(2).started + timedelta(hours=1))
        assert [scan.complete for scan in store.scans()] == [True, False, False]
        assert store.scans()[2].finished == night(2).started + timedelta(hours=1)
        assert store.scans()[2].targets == TARGETS


def test_a_database_that_another_holds_is_said(store_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scanner.store.opening.PRAGMAS", ("busy_timeout=50", "journal_mode=WAL"))
    engine = create_engine(f"sqlite:///{store_file}")
    with Store.open(str(store_file)) as store, engine.connect() as other:
        other.execute(text("BEGIN IMMEDIATE"))
        with pytest.raises(StoreError, match="another process is writing to the database; wait until it is done"):
            store.begin(night(0))
    engine.dispose()
