"""Crashes: a scan killed anywhere leaves a store that opens and verifies, and resumed it ends as if nothing had been.

Night after night is written by a child that is killed, by SIGKILL, as it sends one of its statements, or a moment
later. What is left is opened, verified, resumed, and held against a store that nothing befell.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scanner.store import Store, StoreError
from tests.postgres import needed
from tests.postgres_keeper import make_cluster, owner_of_servers, serve, stop, url_of
from tests.store.crashing import info_of, judged, write
from tests.store.olden import ask

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
KILLS = 50 if os.environ.get("PHIWARD_DRILL") else 4
CRASHES = 10 if os.environ.get("PHIWARD_DRILL") else 2
TRIES = 10
SLOW = 0.004
ALIVE = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


class Victims:
    """The process whose children write, and are killed."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def write(self, url: str, number: int, *, at: int = 0, after: float = 0.0) -> dict[str, Any]:
        """Have a child write a night and, with `at`, be killed `after` seconds from that statement."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"url": url, "number": number, "at": at, "after": after}) + "\n")
        self.process.stdin.flush()
        told: dict[str, Any] = json.loads(self.process.stdout.readline())
        assert told["killed"] or told["code"] == 0
        return told


@pytest.fixture
def victims() -> Iterator[Victims]:
    command = [sys.executable, "-m", "tests.store.crashing"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Victims(process)


def wait_for_the_server(url: str) -> None:
    """Wait until the server has noticed that the killed one is gone."""
    deadline = time.monotonic() + 30
    while url.startswith("postgresql") and ask(url, ALIVE) != [(0,)]:
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.drill
@pytest.mark.timeout(1200)
def test_a_scan_killed_anywhere_ends_as_if_nothing_had_been(store_url: str, victims: Victims, tmp_path: Path) -> None:
    killed = begun = 0
    with Store.open(f"sqlite:///{tmp_path / 'unharmed.db'}") as unharmed:
        write(unharmed, 0)
        write(unharmed, 1)
        statements = [victims.write(store_url, number)["sent"] for number in range(2)][-1]
        for number in range(2, KILLS + 2):
            at = random.randint(1, statements)  # noqa: S311
            after = random.choice((0, random.uniform(0, SLOW)))  # noqa: S311
            killed += victims.write(store_url, number, at=at, after=after)["killed"]
            wait_for_the_server(store_url)
            with Store.open(store_url) as store:
                assert store.verify() == [], (number, at, after)
                assert len(store.findings(info_of(number - 1).id)) >= len(judged(number - 1))
                broken = store.unfinished()
                if broken is not None or info_of(number).id not in {each.id for each in store.scans()}:
                    assert broken in (None, info_of(number))
                    begun += broken is not None
                    write(store, number)
                write(unharmed, number)
                assert store.seals() == unharmed.seals(), (number, at, after)
                assert store.findings() == unharmed.findings()
        with Store.open(store_url) as store:
            assert store.unfinished() is None
            assert store.verify() == []
    print(f"{store_url.partition(':')[0]}: {killed} of {KILLS} scans killed, {begun} of them resumed in the middle")  # noqa: T201
    assert killed >= KILLS // 2


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    folder = Path(tempfile.mkdtemp(prefix="phiward-", dir="/tmp"))  # a socket's path is at most 107 bytes
    try:
        made = Cluster(needed(), folder)
        yield made
        made.stop()
    finally:
        shutil.rmtree(folder)


class Cluster:
    """A server of the test's own, which may crash and be started again."""

    def __init__(self, binaries: Path, folder: Path) -> None:
        self.binaries, self.folder, self.owner = binaries, folder, owner_of_servers()
        self.url = url_of(folder)
        make_cluster(binaries, folder, self.owner)
        self.start()

    def start(self) -> None:
        self.server = serve(self.binaries, self.folder, self.owner)

    def crash(self) -> None:
        """End all its processes at once, without any writing of what they have in memory."""
        self.server.send_signal(signal.SIGQUIT)

    def stop(self) -> None:
        stop(self.server)


@pytest.mark.drill
@pytest.mark.timeout(600)
def test_a_server_that_crashes_within_a_scan_is_said_and_the_scan_resumed(cluster: Cluster, tmp_path: Path) -> None:
    said: list[str] = []
    took, number = 0.15, 0
    with Store.open(f"sqlite:///{tmp_path / 'unharmed.db'}") as unharmed, Store.open(cluster.url) as store:
        while len(said) < CRASHES:
            assert number < TRIES * CRASHES, "no crash came within a scan"
            fuse = threading.Timer(random.uniform(0, took), cluster.crash if number else int)  # noqa: S311
            fuse.start()
            began = time.monotonic()
            try:
                write(store, number)
            except StoreError as error:
                said.append(str(error))
            took = took if number else (time.monotonic() - began) / 2
            fuse.join()
            if number:
                cluster.server.wait()
                cluster.start()
            assert store.verify() == []
            if not any(info.id == info_of(number).id and info.finished for info in store.scans()):
                write(store, number)
            write(unharmed, number)
            assert store.seals() == unharmed.seals()
            assert store.verify() == []
            number += 1
    print(f"server: {number - 1} crashes, {len(said)} within a scan")  # noqa: T201
    assert [message for message in said if "\n" in message] == []
    assert {message.split(": ")[1].split(";")[0] for message in said} <= {
        "the database server ended the session",
        "the database server cannot be reached",
    }
