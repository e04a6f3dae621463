"""Remediation's lock: nobody applies a plan beside another."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import create_engine, text

from scanner.store import Store, StoreError
from tests.store.nights import FIRST, night

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]

APPLY = """
import subprocess, sys, time
from scanner.store import Store
with Store.open(sys.argv[1]) as store, store.remedying("p1") as descriptor:
    given = {"pass_fds": (descriptor,)} if sys.argv[2] == "heir" else {}
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], stdout=subprocess.DEVNULL, **given)
    print(child.pid, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with Store.open(store_url) as opened:
        yield opened


@pytest.fixture
def applying(store_url: str, request: pytest.FixtureRequest) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A process that applies a plan, and the id of a child that it began; by its parameter the child is an heir."""
    Store.open(store_url).close()
    command = [sys.executable, "-c", APPLY, store_url, request.param]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        child = int(process.stdout.readline())
        yield process, child
        process.kill()
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)


def refused(store: Store, plan: str = "p2") -> str:
    with pytest.raises(StoreError) as caught, store.remedying(plan):
        pass
    assert "\n" not in str(caught.value)
    return str(caught.value)


def free(store: Store) -> bool:
    try:
        with store.remedying("p2"):
            return True
    except StoreError:
        return False


def free_soon(store: Store) -> bool:
    """Say whether it comes free, giving kernel and server a moment to notice that a process is gone."""
    deadline = time.monotonic() + 10
    while not (found := free(store)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


def ask(url: str, statement: str) -> list[tuple[Any, ...]]:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        found = connection.execute(text(statement))
        rows = [tuple(row) for row in found] if found.returns_rows else []
    engine.dispose()
    return rows


@pytest.mark.parametrize("applying", ["heir"], indirect=True)
def test_a_second_apply_is_told_who_is_at_it(store: Store, applying: tuple[subprocess.Popen[str], int]) -> None:
    told = refused(store)
    assert "a plan is being applied here" in told
    assert told.endswith("wait until that has ended, then try again")
    if store._engine.dialect.name == "sqlite":  # noqa: SLF001
        assert f"(p1, process {applying[0].pid} or one that it began)" in told
    store.begin(night(0))


@pytest.mark.parametrize("applying", ["heir"], indirect=True)
def test_a_child_keeps_the_lock_of_a_killed_apply(store: Store, applying: tuple[subprocess.Popen[str], int]) -> None:
    process, child = applying
    process.kill()
    process.wait()
    time.sleep(0.3)
    assert not free(store)
    os.kill(child, signal.SIGKILL)
    assert free_soon(store)


@pytest.mark.parametrize("applying", ["stranger"], indirect=True)
def test_a_child_that_was_given_nothing_keeps_no_lock(
    store: Store, applying: tuple[subprocess.Popen[str], int]
) -> None:
    process, child = applying
    assert not free(store)
    process.kill()
    process.wait()
    assert free_soon(store)
    os.kill(child, 0)


def test_a_lock_is_one_for_all_stores_of_a_process(store: Store, store_url: str) -> None:
    with Store.open(store_url) as other:
        with store.remedying("p1") as descriptor:
            assert descriptor is not None
            assert not os.get_inheritable(descriptor)
            assert "a plan is being applied here" in refused(other)
            assert f"(p1, process {os.getpid()} or one that it began)" in refused(store)
            assert not free(store)
        assert free(other)
        assert free(store)


def test_a_lock_is_free_after_an_apply_that_failed(store: Store) -> None:
    def apply() -> None:
        with store.remedying("p1"):
            raise ZeroDivisionError

    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            apply()


def test_memory_has_a_lock_of_its_own() -> None:
    with Store.open("sqlite://") as one, Store.open("sqlite://") as other, one.remedying("p1") as descriptor:
        assert descriptor is None
        assert "a plan is being applied here (p1" in refused(one, "p2")
        assert free(other)


def test_another_way_to_the_same_file_is_the_same_store(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    link, real = tmp_path / "phiward.db", tmp_path / "data" / "real.db"
    link.symlink_to(real)
    with Store.open(str(real)) as store, Store.open(str(link)) as other, store.remedying("p1"):
        assert "a plan is being applied here" in refused(other)


def test_a_lock_that_cannot_be_written_is_said(store_file: Path) -> None:
    (store_file.parent / "phiward.db.remedy.lock").mkdir()
    with Store.open(str(store_file)) as store:
        assert refused(store) == (
            f"{store_file}.remedy.lock: the lock cannot be written (is a directory); allow it in the folder"
        )


def test_a_lock_that_the_server_forgot_stops_the_apply(store: Store, store_url: str) -> None:
    if store._engine.dialect.name == "sqlite":  # noqa: SLF001
        pytest.skip("a file's lock cannot be taken away")
    here = "(SELECT oid FROM pg_database WHERE datname = current_database())"
    dropped = f"SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND database = {here}"  # noqa: S608
    with store.remedying("p1"):
        store.note_remedy("p1", "h1", "call", at=FIRST)
        assert ask(store_url, dropped) == [(True,)]
        for _ in range(2):
            with pytest.raises(StoreError, match="dropped the session and with it the lock; begin again"):
                store.note_remedy("p1", "h1", "called", at=FIRST)
    assert free(store)
    assert [each.event for each in store.remedy_log()] == ["call"]
