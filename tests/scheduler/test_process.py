"""The scheduler as a real process: killed, started twice, asked how it is, asked to stop."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import time
import urllib.error
import urllib.request
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from scanner.cli import run
from tests.scheduler.stage import FIRST, NIGHTLY, PATIENCE, REPORT, Process, Stage, soon

DAY = timedelta(days=1)
NIGHT = FIRST + timedelta(hours=14, seconds=30)
FULL = bool(os.environ.get("PHIWARD_DRILL"))


def asked(address: str, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"{address}{path}", timeout=PATIENCE) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_killed_in_a_job_and_started_again(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    stage.config(NIGHTLY + REPORT)
    stage.tell("scan", "hold")
    with stage.started() as first:
        soon(stage.entered)
        sleeps(first, stage, NIGHT + 5 * DAY)
        soon(lambda: "holding" in stage.work())
        second_is_refused(stage, first, capsys)
        first.kill()
    soon(lambda: "end scan 130" in stage.work())
    assert stage.told() == [(26, "running", 1)]
    stage.go()
    with stage.started() as second:
        soon(lambda: stage.told("report") == [(26, "ok", 1)])
        assert stage.told() == [(26, "ok", 2)]
        one, two = stage.begun()
        assert one == two, "the scan keeps its id"
        it_says_how_it_is(second, stage)
        assert second.stop() == 0
        assert [each["event"] for each in second.events()][-2:] == ["stopping", "stopped"]
    assert Counter(line.split()[1] for line in stage.work() if line.startswith("begin")) == {"scan": 2, "report": 2}


def sleeps(process: Process, stage: Stage, until: datetime) -> None:
    """Let the machine sleep: all stands still, and when it goes on the clock has moved."""
    os.kill(process.process.pid, signal.SIGSTOP)
    stage.at(until)
    time.sleep(0.1)
    os.kill(process.process.pid, signal.SIGCONT)


def second_is_refused(stage: Stage, first: Process, capsys: pytest.CaptureFixture[str]) -> None:
    for more in ((), ("--once",)):
        assert run(stage.command("run", *more)) == 2
        said = capsys.readouterr().err
        assert said.count("\n") == 1
        assert f"a scheduler is running here already (process {first.process.pid}); stop it first" in said


def it_says_how_it_is(process: Process, stage: Stage) -> None:
    address = process.address()
    assert address.startswith("http://127.0.0.1:")
    assert asked(address, "/healthz") == (200, "ok\n")
    assert soon(lambda: asked(address, "/readyz") == (200, "ok\n"))
    assert asked(address, "/")[0] == 404
    soon(lambda: 'runs_total{job="report",outcome="ok"} 1' in asked(address, "/metrics")[1])
    metrics = asked(address, "/metrics")[1]
    ended = stage.runs()[0].ended
    assert ended is not None
    assert f'phiward_schedule_last_success_timestamp_seconds{{job="nightly"}} {ended.timestamp():.15g}\n' in metrics
    assert 'phiward_schedule_running{job="nightly"} 0\n' in metrics
    following = (NIGHT + 6 * DAY).replace(second=0).timestamp()
    assert f'phiward_schedule_next_run_timestamp_seconds{{job="nightly"}} {following:.15g}\n' in metrics
    assert "phiward_schedule_ready 1\n" in metrics
    for line in metrics.splitlines():
        assert line.startswith(("# HELP phiward_schedule_", "# TYPE phiward_schedule_", "phiward_schedule_"))
    told = process.events()
    assert {"at", "level", "event"} <= set(told[0])
    assert [each["event"] for each in told[:5]] == ["listening", "started", "run taken up", "run began", "run says"]


def test_a_job_that_outlives_its_scheduler_is_waited_for(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    stage.once()
    stage.at(NIGHT)
    stage.tell("scan", "stubborn")
    with stage.started() as first:
        soon(lambda: "holding" in stage.work())
        first.kill()
    stage.tell("scan", "0")
    begun = time.monotonic()

    def waits() -> bool:
        if time.monotonic() > begun + 1:
            stage.go()
            return stage.told() == [(21, "ok", 2)]
        assert len(stage.begun()) == 1
        return False

    assert stage.until(waits) == 0
    assert '"event":"waiting","text":"' in capsys.readouterr().err
    assert [line.split()[0] for line in stage.work() if line != "holding"] == ["begin", "end"] * 2


@pytest.mark.drill
@pytest.mark.skipif(not FULL, reason="once is tried above; this takes minutes")
def test_killed_at_any_moment_no_run_is_lost_and_none_doubled(stage: Stage) -> None:
    """Each night the scheduler is killed somewhere between its first breath and the end of the job, then started."""
    nights, chance = 60, random.Random(8)  # noqa: S311  no secret
    stage.config(NIGHTLY + "attempts = 20\n" + REPORT + "attempts = 20\n")
    stage.once()
    for night in range(nights):
        stage.at(NIGHT + night * DAY)
        with stage.started() as process:
            if chance.random() < 0.5:
                soon(lambda: process.heard("listening"))
                time.sleep(chance.random() * 0.4)
            else:
                time.sleep(chance.random() * 1.5)
            process.kill()
        assert stage.once() == 0
    for job in ("nightly", "report"):
        runs = stage.runs(job)
        assert [each.due for each in runs] == [NIGHT.replace(second=0) + night * DAY for night in range(nights)]
        assert {each.outcome for each in runs} == {"ok"}
    scans = Counter(words[3] for words in stage.begun())
    assert sorted(scans) == sorted(each.scan for each in stage.runs()), "a scan that is begun again bears its own id"
    assert sum(scans.values()) <= sum(each.attempts for each in stage.runs())
    ended = Counter(line for line in stage.work() if line.startswith("end scan"))
    assert ended["end scan 0"] >= nights


@pytest.mark.drill
@pytest.mark.skipif(not FULL, reason="a year takes minutes")
def test_a_year_of_nights_in_one_process(stage: Stage) -> None:
    nights = 365
    sizes = []
    with stage.started() as process:
        soon(stage.entered)
        for night in range(nights):
            stage.at(NIGHT + night * DAY)
            while told(stage) != ["ok"] * (night + 1):
                time.sleep(0.02)
            sizes.append(resident(process.process.pid))
        assert process.stop() == 0
    assert told(stage) == ["ok"] * nights
    assert sizes[-1] <= sizes[nights // 10] * 1.05, "memory does not grow"


def told(stage: Stage) -> list[str]:
    with sqlite3.connect(stage.folder / "phiward.db") as connection:
        return [row[0] for row in connection.execute("SELECT outcome FROM job_runs ORDER BY due")]


def resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
