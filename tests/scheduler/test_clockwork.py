"""When jobs are due: as cron says, in UTC; noted once each, none lost when the store fails."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.engine import cron
from scanner.engine.settings import parse
from scanner.store import StoreError
from scanner.store.scheduling import Schedule
from scheduler.clockwork import Clockwork, trigger
from scheduler.plan import jobs_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.plan import Job

NEW_YORK = ZoneInfo("America/New_York")
START = datetime(2026, 11, 20, 12, tzinfo=UTC)


def moments(text: str, start: datetime, count: int) -> list[datetime]:
    found, made = [], trigger(text)
    before, now = None, start
    for _ in range(count):
        before = made.get_next_fire_time(before, now)
        found.append(before)
        now = before + timedelta(seconds=1)
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0 2 * * *", ["2026-11-21 02:00", "2026-11-22 02:00"]),
        ("30 6 * * 0", ["2026-11-22 06:30", "2026-11-29 06:30"]),
        ("30 6 * * 7", ["2026-11-22 06:30", "2026-11-29 06:30"]),
        ("0 9 * * mon-fri", ["2026-11-23 09:00", "2026-11-24 09:00"]),
        ("0 0 1 * 3", ["2026-11-25 00:00", "2026-12-01 00:00", "2026-12-02 00:00"]),
        ("0 0 1 * 2", ["2026-11-24 00:00", "2026-12-01 00:00", "2026-12-08 00:00"]),
        ("0 0 29 2 *", ["2028-02-29 00:00", "2032-02-29 00:00"]),
        ("*/20 12 * * *", ["2026-11-20 12:00", "2026-11-20 12:20", "2026-11-20 12:40", "2026-11-21 12:00"]),
        ("@monthly", ["2026-12-01 00:00", "2027-01-01 00:00"]),
    ],
)
def test_moments(text: str, expected: list[str]) -> None:
    assert [f"{each:%Y-%m-%d %H:%M}" for each in moments(text, START, len(expected))] == expected


def fits(line: cron.Cron, moment: datetime) -> bool:
    """Whether a minute is one of a line's, said anew from what every cron does."""
    day, weekday = moment.day in line.days, moment.isoweekday() % 7 in line.weekdays
    return (
        moment.minute in line.minutes
        and moment.hour in line.hours
        and moment.month in line.months
        and (day or weekday if line.either else day and weekday)
    )


minutes = st.sampled_from(["0", "30", "*/30", "15,45"])
hours = st.sampled_from(["*", "2", "*/6", "22-23"])
days = st.sampled_from(["*", "1", "*/9", "28-31", "13"])
weekdays = st.sampled_from(["*", "0", "7", "mon-fri", "5", "*/2"])


@given(st.builds(" ".join, st.tuples(minutes, hours, days, st.just("*"), weekdays)), st.integers(0, 1500))
def test_the_trigger_gives_each_minute_that_fits_and_no_other(text: str, start: int) -> None:
    line, begin = cron.parse(text), START + timedelta(hours=start)
    every = [begin + timedelta(minutes=15 * step) for step in range(40 * 96)]
    expected = [minute for minute in every if fits(line, minute)][:5]
    assert moments(text, begin, len(expected)) == expected


@pytest.mark.parametrize("change", [datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 3, 8, tzinfo=UTC)])
@pytest.mark.parametrize("text", ["30 5 * * *", "30 6 * * *", "30 7 * * *"])
def test_days_of_daylight_saving_lose_no_run_and_double_none(change: datetime, text: str) -> None:
    """05:30 and 06:30 UTC are both 01:30 in New York on 1 November; 02:30 there does not come on 8 March."""
    found = moments(text, change - timedelta(days=2), 5)
    assert {after - before for before, after in pairwise(found)} == {timedelta(days=1)}
    shown = [each.astimezone(NEW_YORK) for each in found]
    assert len({each.utcoffset() for each in shown}) == 2, "the display shifts, the runs do not"


def test_every_minute_of_a_day_of_daylight_saving() -> None:
    found = moments("* * * * *", datetime(2026, 11, 1, 4, tzinfo=UTC), 240)
    assert found == [found[0] + timedelta(minutes=number) for number in range(240)]


@pytest.fixture
def jobs() -> list[Job]:
    config = parse(
        '[schedule.a]\ncron = "* * * * *"\naction = "scan"\n[schedule.b]\ncron = "@yearly"\naction = "prune"'
    )
    return jobs_of(config, "config.toml")


class Ticking:
    """A clock that is set by hand."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.moment = START
        patch.setattr("scheduler.clock.now", lambda: self.moment)
        patch.setattr("apscheduler.schedulers.base.datetime", self)

    def now(self, zone: object) -> datetime:
        assert zone is UTC
        return self.moment


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Ticking:
    return Ticking(monkeypatch)


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Schedule]:
    with Schedule.open(str(tmp_path / "phiward.db")) as opened:
        yield opened


def due(book: Schedule) -> list[datetime]:
    return [run.due for run in book.open_runs()]


def test_a_turn_notes_what_is_due_and_says_how_long_to_wait(book: Schedule, jobs: list[Job], clock: Ticking) -> None:
    clock.moment += timedelta(seconds=10)
    works = Clockwork.of(book, jobs)
    assert works.turn() == 50
    assert due(book) == []
    clock.moment += timedelta(seconds=51)
    assert works.turn() == 59
    assert due(book) == [START + timedelta(minutes=1)]
    assert book.times() == {"a": START + timedelta(minutes=2), "b": datetime(2027, 1, 1, tzinfo=UTC)}


@pytest.mark.parametrize("anew", [False, True])
def test_what_was_missed_is_noted_once(book: Schedule, jobs: list[Job], clock: Ticking, anew: bool) -> None:
    works = Clockwork.of(book, jobs)
    works.turn()
    clock.moment += timedelta(hours=5, seconds=30)
    works = Clockwork.of(book, jobs) if anew else works
    for _ in range(3):
        works.turn()
    assert due(book) == [START, START + timedelta(hours=5)]


@pytest.mark.parametrize("breaks", ["fire", "times"])
def test_what_the_store_does_not_take_is_due_still(
    book: Schedule, jobs: list[Job], clock: Ticking, monkeypatch: pytest.MonkeyPatch, breaks: str
) -> None:
    works = Clockwork.of(book, jobs)
    with monkeypatch.context() as patch:
        patch.setattr(Schedule, breaks, refuse)
        with pytest.raises(StoreError, match="the disk is full"):
            works.turn()
    clock.moment += timedelta(minutes=3)
    works.turn()
    works.turn()
    assert due(book) == [START + timedelta(minutes=3)], "it is late, and noted once"


def refuse(*_given: object) -> None:
    raise StoreError("the disk is full")


def test_a_job_that_left_the_file_is_forgotten(book: Schedule, jobs: list[Job], clock: Ticking) -> None:
    Clockwork.of(book, jobs).turn()
    Clockwork.of(book, jobs[1:])
    assert list(book.times()) == ["b"]
    assert due(book) == []
    assert [run.outcome for run in book.runs("a")] == ["dropped"]
