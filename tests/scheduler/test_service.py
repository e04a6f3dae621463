"""The scheduler's loop: what is due runs once, in order, whatever sleeps, fails, hangs or stops meanwhile."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from scanner.store import StoreError
from scanner.store.scheduling import Schedule
from scheduler.service import Service
from tests.scheduler.stage import FIRST, NIGHTLY, REPORT, Stage, soon

if TYPE_CHECKING:
    from collections.abc import Callable

DAY = timedelta(days=1)
NIGHT = FIRST + timedelta(hours=14, seconds=30)
"""Half a minute after the first night's scan is due."""


@pytest.fixture
def night(stage: Stage) -> Stage:
    """The stage in the first night, its jobs entered the day before."""
    assert stage.once() == 0
    stage.at(NIGHT)
    return stage


def ended(stage: Stage) -> list[int]:
    """The days of the runs that went well."""
    return [day for day, outcome, _ in stage.told() if outcome == "ok"]


Step = tuple["Callable[[], object] | None", "Callable[[], object]"]
"""What is done, and what is seen of it before the next step."""


def in_turn(*steps: Step) -> Callable[[], bool]:
    """Do each step once the one before was seen; give whether the last was."""
    left = list(steps)
    done = [False]

    def seen() -> bool:
        deed, sign = left[0]
        if deed is not None and not done[0]:
            deed()
        done[0] = True
        if sign():
            left.pop(0)
            done[0] = False
        return not left

    return seen


def test_nothing_is_due_when_a_job_is_new(stage: Stage) -> None:
    assert stage.once() == 0
    assert stage.work() == []


def test_what_is_due_runs_once(night: Stage) -> None:
    assert [night.once() for _ in range(2)] == [0, 0]
    assert night.told() == [(21, "ok", 1)]
    (words,) = night.begun()
    scan = night.runs()[0].scan
    assert words == ["scan", "--quiet", "--id", scan, "--fail-on", "high", "--config", f"{night.folder}/config.toml"]


def test_a_job_says_nothing_of_the_store_in_its_arguments(night: Stage) -> None:
    night.once()
    assert not [word for words in night.begun() for word in words if "sqlite" in word]


def test_jobs_of_one_minute_run_in_the_order_of_the_file_one_after_the_other(stage: Stage) -> None:
    stage.config(f'{NIGHTLY}{REPORT}[schedule.prune]\ncron = "59 1 * * *"\naction = "prune"\n')
    stage.once()
    stage.at(NIGHT)
    assert stage.once() == 0
    said = [line.split()[:2] for line in stage.work()]
    order = ["prune", "scan", "report", "report"]
    assert said == [[what, action] for action in order for what in ("begin", "end")]
    files = [words[words.index("--out") + 1] for words in stage.begun("report")]
    out = f"{stage.folder}/out/report-20261121T0200Z"
    assert files == [f"{out}.html", f"{out}.json"]


def test_a_report_waits_for_the_second_try_of_the_scan_before_it(stage: Stage) -> None:
    stage.config(NIGHTLY + REPORT)
    stage.once()
    stage.at(NIGHT)
    stage.tell("scan", "flaky")
    assert stage.once() == 0
    assert [line.split()[1] for line in stage.work() if line.startswith("begin")] == ["scan"] * 2 + ["report"] * 2


@pytest.mark.parametrize(("exits", "code"), [(("1", "3"), 1), (("3", "0"), 3), (("2", "1"), 2)])
def test_once_exits_as_the_gravest_job(stage: Stage, exits: tuple[str, str], code: int) -> None:
    stage.config(NIGHTLY + "attempts = 1\n" + REPORT)
    stage.once()
    stage.at(NIGHT)
    for action, deed in zip(("scan", "report"), exits, strict=True):
        stage.tell(action, deed)
    assert stage.once() == code


def test_a_machine_that_slept_catches_up_once(stage: Stage) -> None:
    asleep = in_turn((None, stage.entered), (lambda: stage.at(NIGHT + 5 * DAY), lambda: ended(stage)))
    assert stage.until(asleep) == 0
    assert stage.told() == [(26, "ok", 1)]
    assert stage.once() == 0
    stage.at(NIGHT + 6 * DAY)
    assert stage.once() == 0
    assert stage.told() == [(26, "ok", 1), (27, "ok", 1)]


def test_what_was_missed_while_nobody_ran_runs_once_though_its_line_was_changed(night: Stage) -> None:
    night.at(NIGHT + 3 * DAY)
    night.config(NIGHTLY.replace("0 2", "0 3"))
    assert night.once() == 0
    assert night.told() == [(23, "ok", 1)]
    night.at(NIGHT + 3 * DAY + timedelta(hours=1))
    assert night.once() == 0
    assert [(each.due.day, each.due.hour) for each in night.runs()] == [(23, 3), (24, 3)]


def test_a_clock_set_back_runs_nothing_twice(night: Stage) -> None:
    night.once()
    night.at(FIRST)
    night.once()
    night.at(NIGHT)
    night.once()
    assert night.told() == [(21, "ok", 1)]


def test_a_job_does_not_overlap_itself_and_what_fell_due_meanwhile_runs_after(night: Stage) -> None:
    night.tell("scan", "hold")
    nights = in_turn(
        (None, lambda: "holding" in night.work()),
        (lambda: night.at(NIGHT + DAY), lambda: len(night.runs()) == 2),
        (lambda: night.at(NIGHT + 2 * DAY), lambda: len(night.runs()) == 3),
        (night.go, lambda: len(ended(night)) == 2),
    )
    assert night.until(nights) == 0
    assert night.told() == [(21, "ok", 1), (22, "coalesced", 0), (23, "ok", 1)]
    assert [line.split()[0] for line in night.work() if line != "holding"] == ["begin", "end"] * 2


def test_a_job_that_crashes_is_tried_again_and_ends_no_other(stage: Stage) -> None:
    stage.config(NIGHTLY + REPORT)
    stage.once()
    stage.at(NIGHT)
    stage.tell("scan", "die")
    assert stage.once() == 4
    assert stage.told() == [(21, "failed", 3)]
    assert stage.runs()[0].said == "its process was ended by signal 9"
    assert stage.told("report") == [(21, "ok", 1)]
    assert [words[3] for words in stage.begun()] == [stage.runs()[0].scan] * 3
    stage.tell("scan", "0")
    stage.at(NIGHT + DAY)
    assert stage.once() == 0
    assert stage.told()[1] == (22, "ok", 1)


@pytest.mark.parametrize(("deed", "words"), [("die", "its process was ended by signal 9"), ("2", "")])
def test_a_failure_that_the_job_could_not_tell_is_told(stage: Stage, deed: str, words: str) -> None:
    stage.config(f'{NIGHTLY}attempts = 2\n{REPORT}[notify.ops]\nurl = "json://127.0.0.1:9"\n')
    stage.once()
    stage.at(NIGHT)
    stage.tell("scan", deed)
    stage.tell("schedule", "2")
    assert stage.once() in {2, 4}
    told = [" ".join(each[:-2]) for each in stage.begun("schedule")]
    said = f"schedule tell the job nightly of 2026-11-21 02:00 UTC: {words}"
    assert told == ([said] if words else []), "a scan that fails by itself tells it"
    assert stage.told("report") == [(21, "ok", 1)], "who cannot be told stops nothing"


def test_a_scan_that_is_whole_is_not_made_twice_though_its_process_died(night: Stage) -> None:
    night.tell("scan", "whole")
    assert night.once() == 0
    assert night.told() == [(21, "finished", 1)]
    assert len(night.begun()) == 1


def test_a_python_that_breaks_is_no_violation(night: Stage) -> None:
    """It exits with 1, as a scan that found something new."""
    night.config(NIGHTLY + "attempts = 2\n")
    night.tell("scan", "crash")
    assert night.once() == 4
    assert [(each.outcome, each.code, each.said) for each in night.runs()] == [("failed", 4, "RuntimeError: crash")]


def test_what_a_failed_job_said_last_is_kept(night: Stage) -> None:
    night.config(NIGHTLY + "attempts = 2\n")
    night.tell("scan", "2")
    assert night.once() == 2
    assert [(each.outcome, each.code, each.said) for each in night.runs()] == [("failed", 2, "told: 2")]


def test_a_job_that_takes_too_long_is_ended(night: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    night.config(NIGHTLY + "attempts = 1\ntimeout_minutes = 1\n")
    night.tell("scan", "stubborn")
    monkeypatch.setattr("scheduler.service.MINUTE", 1.0)
    assert night.once() == 4
    assert night.told() == [(21, "failed", 1)]
    assert night.runs()[0].said == "it took longer than 1 minutes and was ended"
    assert not [line for line in night.work() if line.startswith("end")]


def test_a_job_that_is_gone_from_the_file_is_dropped(night: Stage) -> None:
    night.tell("scan", "hold")
    night.until(lambda: "holding" in night.work())
    night.config(REPORT)
    assert night.once() == 0
    assert night.told() == [(21, "dropped", 0)]


def test_a_graceful_stop_keeps_the_run_and_the_next_start_goes_on(night: Stage) -> None:
    night.tell("scan", "hold")
    assert night.until(lambda: "holding" in night.work()) == 0
    assert night.told() == [(21, "waiting", 0)]
    assert night.work()[-1] == "end scan 130"
    night.go()
    assert night.once() == 0
    assert night.told() == [(21, "ok", 1)]


def test_a_run_of_an_older_night_makes_way_for_tonights(night: Stage) -> None:
    night.tell("scan", "hold")
    night.until(lambda: "holding" in night.work())
    night.go()
    night.at(NIGHT + 2 * DAY)
    assert night.once() == 0
    assert night.told() == [(21, "coalesced", 0), (23, "ok", 1)]
    assert soon(night.begun)[0] != night.begun()[1]


def test_a_store_that_fails_is_waited_for(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(Service, "_wait", watched(Service._wait, told))  # noqa: SLF001
    fire = Schedule.fire

    def fails() -> None:
        monkeypatch.setattr(Schedule, "fire", refuse)
        stage.at(NIGHT)

    nights = in_turn(
        (None, stage.entered),
        (fails, lambda: "no room" in told),
        (lambda: monkeypatch.setattr(Schedule, "fire", fire), lambda: ended(stage)),
    )
    assert stage.until(nights) == 0
    assert stage.told() == [(21, "ok", 1)]
    assert told[0] == "ready"
    assert told[-1] != "no room"


def refuse(*_given: object) -> None:
    raise StoreError("no room")


def watched(wait: Callable[[Service], None], told: list[str]) -> Callable[[Service], None]:
    """Note before each wait whether the scheduler is ready, and why not."""

    def waits(self: Service) -> None:
        told.append(self.status.unready() or "ready")
        wait(self)

    return waits


def test_once_says_that_the_store_fails(
    night: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Schedule, "fire", refuse)
        assert night.once() == 2
    assert capsys.readouterr().err.splitlines()[-1] == "phiward: no room"
    assert night.once() == 0
    assert night.told() == [(21, "ok", 1)]


def test_on_a_server(stage: Stage, postgres_url: str) -> None:
    stage.url = postgres_url
    stage.config(NIGHTLY + REPORT)
    stage.once()
    stage.at(NIGHT)
    stage.tell("scan", "hold")
    assert stage.until(lambda: "holding" in stage.work()) == 0
    stage.go()
    assert stage.once() == 0
    assert (stage.told(), stage.told("report")) == ([(21, "ok", 1)], [(21, "ok", 1)])
