"""`phiward schedule` and `phiward prune` at the command line: what is listed, what is refused, what the page shows."""

from __future__ import annotations

import json
import re
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scanner.cli import notifying, run
from scanner.engine.settings import parse
from scanner.store import Store
from scanner.store.scheduling import JobRun, Schedule
from scheduler.status import Status

if TYPE_CHECKING:
    from scanner.cli.wire import Wiring

PAGE = Path(__file__).parents[2] / "docs" / "schedule.md"
JOBS = '[schedule.nightly]\ncron = "30 6 * * *"\naction = "scan"\n'
DUE = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    monkeypatch.setenv("COLUMNS", "200")
    (tmp_path / "config.toml").write_text(f'[schedule]\ntimezone = "America/New_York"\n{JOBS}')
    return tmp_path


def noted(day: int = 0) -> None:
    """Note a run of a day, well ended, and the next."""
    due = DUE + timedelta(days=day)
    with Schedule.open("sqlite:///phiward.db") as book:
        book.enter("nightly", "30 6 * * *", due)
        book.fire("nightly", due, due + timedelta(days=1))
        begun = book.begin(book.open_runs()[0], "", at=due)
        book.end(begun, "violation", at=due + timedelta(minutes=9), code=1, said="two are new")


@pytest.mark.parametrize(("day", "shown"), [(-1, "2026-10-31 02:39 EDT"), (0, "2026-11-01 01:39 EST")])
def test_times_are_shown_in_the_zone_and_are_utc_in_json(
    folder: Path, capsys: pytest.CaptureFixture[str], day: int, shown: str
) -> None:
    noted(day)
    assert run(["schedule", "list"]) == 0
    row = capsys.readouterr().out.splitlines()[-1]
    assert shown in row
    assert "violation two are new" in row
    assert "overdue" in row
    assert run(["schedule", "list", "--format", "json"]) == 0
    said = json.loads(capsys.readouterr().out)
    (job,) = said["jobs"]
    assert said["timezone"] == "America/New_York"
    assert job["next"] == f"{DUE + timedelta(days=day + 1):%Y-%m-%dT%H:%M:%SZ}"
    assert (job["last"]["outcome"], job["last"]["code"]) == ("violation", 1)


def test_a_job_that_was_never_entered_is_listed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schedule", "list", "--format", "json"]) == 0
    (job,) = json.loads(capsys.readouterr().out)["jobs"]
    assert job["last"] is None
    assert datetime.fromisoformat(job["next"]).strftime("%H:%M") == "06:30"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "config.toml: it has no job; give one, such as [schedule.nightly]"),
        (JOBS.replace("30 6", "30 26"), "config.toml, line 2, schedule.nightly.cron: '26' is no hour"),
        (
            f'{JOBS}[schedule]\ntimezone = "Mars/Base"\n',
            "config.toml, line 5, schedule.timezone: 'Mars/Base' is no",
        ),
        (
            f'{JOBS}[schedule]\ntimezone = "../etc"\n',
            "config.toml, line 5, schedule.timezone: '../etc' is no",
        ),
    ],
)
@pytest.mark.parametrize("command", [["run", "--once"], ["list"]])
def test_what_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str], text: str, words: str, command: list[str]
) -> None:
    (folder / "config.toml").write_text(text)
    assert run(["schedule", *command]) == 2
    said = capsys.readouterr()
    assert said.err.startswith(f"phiward: {words}")
    assert (said.out, said.err.count("\n")) == ("", 1)


def test_a_port_that_is_taken(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        (folder / "config.toml").write_text(f"{JOBS}[schedule]\nport = {port}\n")
        for words, where in (
            (("run",), "config.toml, line 5, schedule.port"),
            (("run", "--port", str(port)), "--port"),
        ):
            assert run(["schedule", *words]) == 2
            said = capsys.readouterr().err
            assert said.startswith(f"phiward: {where}: port {port} of loopback cannot be had")
            assert said.count("\n") == 1


def test_pruning_forgets_old_scans_and_runs(three: Wiring, capsys: pytest.CaptureFixture[str]) -> None:
    Path("config.toml").write_text("[store]\nretention_days = 7\n")
    noted(-2)
    noted(-1)
    with Store.open("phiward.db") as store:
        assert len(store.scans()) == 3
    assert run(["prune"]) == 0
    said = capsys.readouterr().err
    assert "forgotten: 2 scans and 1 runs of jobs older than 7 days; the seals are kept" in said
    with Store.open("phiward.db") as store, Schedule.open("phiward.db") as book:
        assert len(store.scans()) == 1
        assert store.verify() == []
        assert len(book.runs()) == 1


def test_a_failure_is_told_to_who_asks_for_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, str]] = []
    text = '[notify.ops]\nurl = "json://127.0.0.1:9"\n[notify.dev]\nurl = "json://127.0.0.1:9"\non = ["new"]\n'
    (folder / "config.toml").write_text(text)
    monkeypatch.setattr(notifying, "_deliver", lambda _wiring, name, notice: told.append((name, notice.failure)))
    assert run(["schedule", "tell", "the job nightly of tonight: its process was ended by signal 9"]) == 0
    assert told == [("ops", "the job nightly of tonight: its process was ended by signal 9")]


def test_the_page_shows_jobs_that_are_valid_and_metrics_that_are_told() -> None:
    text = PAGE.read_text()
    (shown,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    jobs = parse(shown).schedule.jobs
    assert {job.action for job in jobs.values()} == {"scan", "report", "gate", "prune"}
    run_ = JobRun(seq=1, job="nightly", due=DUE, state="ended", began=DUE, ended=DUE, code=0)
    of_job = {"nightly": run_}
    status = Status(following={"nightly": DUE}, last=of_job, well=of_job, counts={("nightly", "ok"): 1})
    told = set(re.findall(r"^phiward_schedule_(\w+)", status.metrics(), re.MULTILINE))
    named = set(re.findall(r"(?:phiward_schedule|`\.\.\.)_(\w+)", text))
    assert named == told
