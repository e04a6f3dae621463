"""Says when jobs are due: APScheduler, with its times in our store.

Its own store of jobs keeps pickles, and whoever can write the database could have the scheduler run what they like.
Ours keeps names and moments; what a job does stands in config.toml alone. It also notes the run and the next moment in
one transaction: APScheduler hands a job over first and moves its moment later, and a kill in between runs it twice, an
error loses it.
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

from apscheduler.executors.base import BaseExecutor
from apscheduler.jobstores.base import BaseJobStore, JobLookupError
from apscheduler.schedulers.base import BaseScheduler
from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger

from scanner.engine import cron
from scanner.store import StoreError
from scheduler import clock

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from apscheduler.job import Job as Timed

    from scanner.store.scheduling import Schedule
    from scheduler.plan import Job


def trigger(text: str) -> Any:
    """Make the trigger of a line of cron, in UTC: there no hour comes twice and none is left out."""
    line = cron.parse(text)
    common = {"minute": _list(line.minutes), "hour": _list(line.hours), "month": _list(line.months)}
    days = _list(line.days)
    weekdays = _list(tuple(sorted((day - 1) % 7 for day in line.weekdays)))  # APScheduler's weeks begin on Monday
    if not line.either:
        return CronTrigger(**common, day=days, day_of_week=weekdays, second=0, timezone=UTC)
    named = ({"day": days}, {"day_of_week": weekdays})
    return OrTrigger([CronTrigger(**common, **one, second=0, timezone=UTC) for one in named])


def following(text: str, now: datetime) -> datetime:
    """Give the first moment, `now` or later, at which a line of cron is due."""
    found: datetime | None = trigger(text).get_next_fire_time(None, now)
    if found is None:
        raise ValueError(f"{text!r} never comes")
    return found


def _list(numbers: tuple[int, ...]) -> str:
    return ",".join(map(str, numbers))


def _due() -> None:
    """Stand for what a job does: APScheduler wants a function, and calls none here."""


class _Noting(BaseExecutor):  # type: ignore[misc]  # APScheduler ships no types
    """Runs nothing: remembers what is due until the store notes it."""

    def __init__(self) -> None:
        super().__init__()
        self.due: dict[str, datetime] = {}

    def _do_submit_job(self, job: Timed, run_times: Sequence[datetime]) -> None:
        self.due[job.id] = run_times[-1]
        self._run_job_success(job.id, [])


class _Times(BaseJobStore):  # type: ignore[misc]
    """Keeps the moments in our store; the jobs themselves come from config.toml at each start."""

    def __init__(self, book: Schedule, lines: dict[str, str], noting: _Noting) -> None:
        super().__init__()
        self._book = book
        self._lines = lines
        self._noting = noting
        self._jobs: dict[str, Timed] = {}
        self.error: StoreError | None = None

    def _read(self) -> list[Timed]:
        times = self._book.times()
        for name, job in self._jobs.items():
            job.next_run_time = times.get(name)
        return sorted((job for job in self._jobs.values() if job.next_run_time), key=lambda job: job.next_run_time)

    def lookup_job(self, job_id: str) -> Timed | None:
        return next((job for job in self._read() if job.id == job_id), None)

    def get_due_jobs(self, now: datetime) -> list[Timed]:
        try:
            return [job for job in self._read() if job.next_run_time <= now]
        except StoreError as error:
            self.error = error  # APScheduler would only warn of it
            raise

    def get_next_run_time(self) -> datetime | None:
        return next((job.next_run_time for job in self._read()), None)

    def get_all_jobs(self) -> list[Timed]:
        return self._read()

    def add_job(self, job: Timed) -> None:
        self._jobs[job.id] = job
        self._book.enter(job.id, self._lines[job.id], job.next_run_time)

    def update_job(self, job: Timed) -> None:
        due = self._noting.due.get(job.id)
        if due is not None:
            self._book.fire(job.id, due, job.next_run_time)
            del self._noting.due[job.id]

    def remove_job(self, job_id: str) -> None:
        if self._jobs.pop(job_id, None) is None:
            raise JobLookupError(job_id)

    def remove_all_jobs(self) -> None:
        self._jobs.clear()


class Clockwork(BaseScheduler):  # type: ignore[misc]
    """APScheduler without a thread: whoever owns it turns it."""

    times: _Times

    @classmethod
    def of(cls, book: Schedule, jobs: Sequence[Job]) -> Clockwork:
        """Enter the jobs in the store, and begin.

        One that was due while nobody ran stays due, once, however often it was; entered as APScheduler enters a known
        job, it would begin anew from now, and what was missed would be lost.

        Raises:
            StoreError: the store cannot be written.
        """
        noting = _Noting()
        made = cls(timezone=UTC, executors={"default": noting})
        made.times = _Times(book, {job.name: job.table.cron for job in jobs}, noting)
        made.add_jobstore(made.times)
        now, times = clock.now(), book.times()
        for job in jobs:
            missed = times.get(job.name)
            made.add_job(
                _due, trigger(job.table.cron), id=job.name, name=job.name, coalesce=True, misfire_grace_time=None,
                max_instances=1, replace_existing=True,
                next_run_time=missed if missed and missed <= now else following(job.table.cron, now),
            )  # fmt: skip
        book.keep([job.name for job in jobs], at=now)
        made.start()
        return made

    def turn(self) -> float | None:
        """Note what is due; give the seconds until something is due next.

        Raises:
            StoreError: the store cannot be written; what was due is due still.
        """
        self.times.error = None
        seconds: float | None = self._process_jobs()
        if self.times.error is not None:
            raise self.times.error
        return seconds

    def wakeup(self) -> None:
        """Nobody sleeps here."""

    def shutdown(self, wait: bool = True) -> None:  # noqa: FBT001, FBT002  APScheduler's own signature
        """End; nothing is running here."""
        super().shutdown(wait)
