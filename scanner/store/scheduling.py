"""What runs by the clock: when each job is due next, every run of it, and the locks of who runs them."""

from __future__ import annotations

import os
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

import msgspec
from sqlalchemy import delete, func, insert, select, update

from scanner.store import scanning
from scanner.store.errors import StoreError, spoken
from scanner.store.locks import Lock, Purpose
from scanner.store.migrations import LOCK
from scanner.store.records import moment, written
from scanner.store.schedule_tables import job_runs, schedule_jobs
from scanner.store.session import Session
from scanner.store.tables import scans

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from sqlalchemy import Row

SCHEDULER = Purpose(
    LOCK + 0x100, ".schedule.lock", "a scheduler is running here already{}; stop it first, or let it run alone"
)
JOB = Purpose(LOCK + 0x101, ".job.lock", "a job of the scheduler before is still running{}")
WAITING, RUNNING, ENDED = "waiting", "running", "ended"


class JobRun(msgspec.Struct, frozen=True, kw_only=True):
    """One run of a job: the moment it was due, how often it was tried, how it ended.

    `outcome` is empty until it ended; then `ok`, `violation`, `incomplete`, `failed`, `finished` (its scan is whole,
    but its exit code was lost), `coalesced` (a later run stands for it) or `dropped` (the job is no longer there).
    """

    seq: int
    job: str
    due: datetime
    state: str
    outcome: str = ""
    scan: str = ""
    attempts: int = 0
    after: datetime | None = None
    began: datetime | None = None
    ended: datetime | None = None
    code: int | None = None
    said: str = ""


class Schedule(Session):
    """The part of a store that the scheduler keeps; use it in a `with` statement.

    Every method raises `StoreError`, one line for the user, when the database cannot do what is asked.
    """

    def __init__(self, *given: Any) -> None:
        """Hold an opened engine; see `open`."""
        super().__init__(*given)
        engine, where, file = given[:3]
        self._scheduler_lock = Lock(engine, file, where, SCHEDULER)
        self._job_lock = Lock(engine, file, where, JOB)

    def close(self) -> None:
        """Let go of the database and of its locks."""
        self._job_lock.release()
        self._scheduler_lock.release()
        super().close()

    @contextmanager
    def alone(self) -> Iterator[Self]:
        """Let no other scheduler run on this store meanwhile.

        Raises:
            StoreError: one is running.
        """
        with spoken(self._where):
            self._scheduler_lock.take(f"process {os.getpid()}")
        try:
            yield self
        finally:
            self._job_lock.release()
            self._scheduler_lock.release()

    def prove(self) -> None:
        """Make sure that the lock is still held.

        Raises:
            StoreError: the database server forgot it.
        """
        self._scheduler_lock.prove()

    def job_lock(self) -> int | None:
        """Take the lock of who runs jobs, and give the descriptor that each of them inherits; None where there is none.

        Raises:
            StoreError: a job has it that a scheduler began that was killed.
        """
        if not self._job_lock.held:
            with spoken(self._where):
                self._job_lock.take(f"begun by process {os.getpid()}")
        return self._job_lock.descriptor

    def times(self) -> dict[str, datetime]:
        """Give when each job is due next."""
        with self._reading() as connection:
            return {row.job: moment(row.next) for row in connection.execute(select(schedule_jobs))}

    def enter(self, job: str, cron: str, due: datetime) -> None:
        """Enter a job, or set anew when it is due next."""
        with self._writing() as connection:
            changed = update(schedule_jobs).where(schedule_jobs.c.job == job).values(cron=cron, next=written(due))
            if not connection.execute(changed).rowcount:
                connection.execute(insert(schedule_jobs).values(job=job, cron=cron, next=written(due)))

    def keep(self, jobs: Collection[str], *, at: datetime) -> None:
        """Forget all jobs but these; what waited of the others is dropped."""
        said = "the job is no longer in config.toml"
        gone = {"state": ENDED, "outcome": "dropped", "said": said, "ended": written(at)}
        with self._writing() as connection:
            connection.execute(delete(schedule_jobs).where(schedule_jobs.c.job.not_in(jobs)))
            open_ = (job_runs.c.state != ENDED) & job_runs.c.job.not_in(jobs)
            connection.execute(update(job_runs).where(open_).values(gone))

    def fire(self, job: str, due: datetime, following: datetime) -> None:
        """Note that a job was due, and when it is due next, both or neither; no moment is noted twice.

        Raises:
            StoreError: the job was not entered.
        """
        with self._writing() as connection:
            changed = update(schedule_jobs).where(schedule_jobs.c.job == job).values(next=written(following))
            if not connection.execute(changed).rowcount:
                raise StoreError(f"{self._where}: the job {job} is no longer in the schedule; start the scheduler anew")
            there = select(job_runs.c.seq).where(job_runs.c.job == job, job_runs.c.due == written(due))
            if connection.execute(there).first() is None:
                connection.execute(insert(job_runs).values(_blank(job, due)))

    def open_runs(self) -> list[JobRun]:
        """Give the runs that did not end, the one due first first."""
        query = select(job_runs).where(job_runs.c.state != ENDED).order_by(job_runs.c.due, job_runs.c.seq)
        with self._reading() as connection:
            return [_run(row) for row in connection.execute(query)]

    def begin(self, run: JobRun, scan: str, *, at: datetime) -> JobRun:
        """Note that a run is tried (again); give it as it is now."""
        began = run.began or at
        return self._changed(run, state=RUNNING, scan=scan, attempts=run.attempts + 1, began=written(began), after="")

    def postpone(self, run: JobRun, said: str, *, after: datetime | None = None, counted: bool = True) -> JobRun:
        """Note that a run did not come to its end and is tried again; `counted` is whether the try counts as one."""
        attempts = run.attempts if counted else max(run.attempts - 1, 0)
        then = written(after) if after else ""
        return self._changed(run, state=WAITING, attempts=attempts, after=then, said=said)

    def end(self, run: JobRun, outcome: str, *, at: datetime, code: int | None = None, said: str = "") -> JobRun:
        """Note how a run ended."""
        return self._changed(run, state=ENDED, outcome=outcome, ended=written(at), code=code, said=said)

    def _changed(self, run: JobRun, **values: Any) -> JobRun:
        with self._writing() as connection:
            connection.execute(update(job_runs).where(job_runs.c.seq == run.seq).values(values))
            return _run(connection.execute(select(job_runs).where(job_runs.c.seq == run.seq)).one())

    def runs(self, job: str = "", limit: int = 0) -> list[JobRun]:
        """Give the runs of a job or of all, the newest first; `limit` 0 gives all."""
        query = select(job_runs).order_by(job_runs.c.due.desc(), job_runs.c.seq.desc())
        query = query.where(job_runs.c.job == job) if job else query
        with self._reading() as connection:
            return [_run(row) for row in connection.execute(query.limit(limit) if limit else query)]

    def last(self, job: str, *, well: bool = False) -> JobRun | None:
        """Give the newest run of a job that was begun and ended; `well` asks for one that did its work."""
        query = select(job_runs).where(job_runs.c.job == job, job_runs.c.state == ENDED, job_runs.c.began != "")
        query = query.where(job_runs.c.outcome != "failed") if well else query
        query = query.where(job_runs.c.outcome.not_in(("coalesced", "dropped")))
        with self._reading() as connection:
            row = connection.execute(query.order_by(job_runs.c.due.desc()).limit(1)).one_or_none()
        return _run(row) if row is not None else None

    def counts(self) -> dict[tuple[str, str], int]:
        """Count the ended runs by job and outcome."""
        query = select(job_runs.c.job, job_runs.c.outcome, func.count()).where(job_runs.c.state == ENDED)
        with self._reading() as connection:
            rows = connection.execute(query.group_by(job_runs.c.job, job_runs.c.outcome)).all()
        return {(job, outcome): number for job, outcome, number in rows}

    def scan_state(self, scan: str) -> str:
        """Say how far a scan is: `absent`, `unfinished` (it can go on), `finished`, or `overtaken` by a later one."""
        with self._reading() as connection:
            row = connection.execute(select(scans).where(scans.c.id == scan)).one_or_none()
            if row is None:
                return "absent"
            if row.finished:
                return "finished"
            info = scanning.info_of(connection, [row])[0]
            return "overtaken" if scanning.overtaken(connection, row.seq, info.accounts) else "unfinished"

    def forget_runs(self, before: datetime) -> int:
        """Forget the ended runs that were due before a moment, but the newest of each job; give how many."""
        newest = select(func.max(job_runs.c.seq)).group_by(job_runs.c.job)
        old = (job_runs.c.state == ENDED) & (job_runs.c.due < written(before)) & job_runs.c.seq.not_in(newest)
        with self._writing() as connection:
            return connection.execute(delete(job_runs).where(old)).rowcount


def _blank(job: str, due: datetime) -> dict[str, Any]:
    empty = dict.fromkeys(("outcome", "scan", "after", "began", "ended", "said"), "")
    return {"job": job, "due": written(due), "state": WAITING, "attempts": 0, **empty}


def _run(row: Row[Any]) -> JobRun:
    given = row._asdict()
    for name in ("due", "after", "began", "ended"):
        given[name] = moment(given[name]) if given[name] else None
    return JobRun(**given)
