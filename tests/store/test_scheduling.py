"""The schedule in the store: each moment noted once, with the next one or not at all; runs; locks."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from scanner.store import Store, StoreError
from scanner.store.scheduling import JobRun, Schedule
from tests.store.nights import ACCOUNT, REGION, key, listing, night, run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]
DUE = datetime(2026, 11, 21, 2, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def schedule(store_url: str) -> Iterator[Schedule]:
    with Schedule.open(store_url) as opened:
        opened.enter("nightly", "0 2 * * *", DUE)
        yield opened


def fired(schedule: Schedule, days: int = 0) -> JobRun:
    schedule.fire("nightly", DUE + days * DAY, DUE + (days + 1) * DAY)
    return schedule.open_runs()[-1]


def test_a_moment_is_noted_once_and_with_the_next(schedule: Schedule) -> None:
    one = fired(schedule)
    schedule.fire("nightly", DUE, DUE + 2 * DAY)
    assert schedule.times() == {"nightly": DUE + 2 * DAY}
    assert schedule.open_runs() == [one]
    assert (one.state, one.attempts, one.due) == ("waiting", 0, DUE)


def test_what_cannot_be_noted_whole_is_not_noted(schedule: Schedule) -> None:
    schedule.keep(["other"], at=DUE)
    with pytest.raises(StoreError, match="the job nightly is no longer in the schedule"):
        fired(schedule)
    assert schedule.open_runs() == []


def test_a_run_from_its_first_try_to_its_end(schedule: Schedule) -> None:
    one = schedule.begin(fired(schedule), "scan-1", at=DUE + timedelta(minutes=1))
    assert (one.state, one.attempts, one.scan) == ("running", 1, "scan-1")
    one = schedule.postpone(one, "killed", after=DUE + timedelta(minutes=5))
    assert (one.state, one.attempts, one.after, one.said) == ("waiting", 1, DUE + timedelta(minutes=5), "killed")
    one = schedule.begin(one, "scan-1", at=DUE + timedelta(minutes=6))
    assert (one.attempts, one.after, one.began) == (2, None, DUE + timedelta(minutes=1))
    assert schedule.postpone(one, "stopped", counted=False).attempts == 1
    assert schedule.last("nightly") is None
    one = schedule.end(one, "violation", at=DUE + timedelta(hours=1), code=1, said="two are new")
    assert schedule.open_runs() == []
    assert schedule.last("nightly") == one
    assert schedule.counts() == {("nightly", "violation"): 1}


def test_the_last_that_did_its_work(schedule: Schedule) -> None:
    for day, outcome in enumerate(("ok", "failed", "coalesced")):
        run = fired(schedule, day)
        run = schedule.begin(run, "", at=run.due) if outcome != "coalesced" else run
        schedule.end(run, outcome, at=run.due)
    last, well = schedule.last("nightly"), schedule.last("nightly", well=True)
    assert last is not None
    assert well is not None
    assert (last.outcome, well.outcome) == ("failed", "ok")
    assert [each.outcome for each in schedule.runs("nightly", limit=2)] == ["coalesced", "failed"]


def test_a_job_that_is_gone_is_dropped_with_what_waited(schedule: Schedule) -> None:
    fired(schedule)
    schedule.keep([], at=DUE)
    assert schedule.times() == {}
    assert [(each.outcome, each.state) for each in schedule.runs()] == [("dropped", "ended")]


def test_old_runs_are_forgotten_but_the_newest(schedule: Schedule) -> None:
    for day in range(4):
        schedule.end(fired(schedule, day), "ok", at=DUE + day * DAY)
    assert schedule.forget_runs(DUE + 2 * DAY) == 2
    assert schedule.forget_runs(DUE + 9 * DAY) == 1
    assert [each.due for each in schedule.runs()] == [DUE + 3 * DAY]


def test_how_far_a_scan_is(store_url: str, schedule: Schedule) -> None:
    with Store.open(store_url) as store:
        assert schedule.scan_state(night(0).id) == "absent"
        store.begin(night(0))
        store.add(night(0).id, ACCOUNT, REGION, [key()], [listing()])
        assert schedule.scan_state(night(0).id) == "unfinished"
        store.begin(night(1))
        assert schedule.scan_state(night(0).id) == "overtaken"
        store.finish(night(1).id, [], finished=night(1).started)
        assert schedule.scan_state(night(1).id) == "finished"
        run(store, night(2), [], [])


CHILD = """
import os, subprocess, sys
from scanner.store.scheduling import Schedule
with Schedule.open(sys.argv[1]) as schedule, schedule.alone():
    descriptor = schedule.job_lock()
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], pass_fds=[descriptor])
    print(child.pid, flush=True)
    child.wait()
"""


def test_a_second_scheduler_is_refused_and_a_job_outlives_the_lock_of_the_first(store_url: str) -> None:
    command = [sys.executable, "-c", CHILD, store_url]
    with ExitStack() as stack:
        two = stack.enter_context(Schedule.open(store_url))
        first = stack.enter_context(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True))
        assert first.stdout is not None
        job = int(first.stdout.readline())
        with pytest.raises(StoreError, match="a scheduler is running here already") as caught, two.alone():
            pass
        assert "\n" not in str(caught.value)
        first.kill()
        first.wait()
        within(lambda: stack.enter_context(two.alone()))
        with pytest.raises(StoreError, match="a job of the scheduler before is still running"):
            two.job_lock()
        os.kill(job, signal.SIGKILL)
        within(two.job_lock)


def test_a_lock_that_the_server_forgot_is_noticed(store_url: str, schedule: Schedule) -> None:
    if store_url.startswith("sqlite"):
        pytest.skip("a file's lock cannot be taken away")
    server = create_engine(make_url(store_url).set(drivername="postgresql+psycopg"))
    here = "(SELECT oid FROM pg_database WHERE datname = current_database())"
    dropped = f"SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND database = {here}"  # noqa: S608
    with schedule.alone():
        schedule.prove()
        with server.connect() as connection:
            connection.execute(text(dropped))
        with pytest.raises(StoreError, match="dropped the session and with it the lock"):
            schedule.prove()
    server.dispose()


def within(act: Callable[[], object]) -> None:
    """Do it, giving the system or a database server a moment to notice that the other process is gone."""
    deadline = time.monotonic() + 10
    while True:
        try:
            act()
        except StoreError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return
