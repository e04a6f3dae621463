"""Runs: which comes next, how it is begun, and what becomes of it when its process has ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from scanner.model.exits import CLEAN, INCOMPLETE, INTERNAL, MISUSE, VIOLATION
from scanner.store.records import new_id
from scanner.store.scheduling import RUNNING, WAITING
from scheduler.plan import SCAN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from scanner.store.scheduling import JobRun, Schedule
    from scheduler.child import Child
    from scheduler.journal import Journal
    from scheduler.plan import Job

OUTCOMES = {CLEAN: "ok", VIOLATION: "violation", INCOMPLETE: "incomplete"}
GRAVITY = (MISUSE, INTERNAL, VIOLATION, INCOMPLETE, CLEAN)
FAILED = "failed"
SAID = 500


def worst(codes: Sequence[int]) -> int:
    """Give the exit code that stands for all: 2 and 4 win, then 1, then 3."""
    return min((code if code in GRAVITY else INTERNAL for code in codes), key=GRAVITY.index, default=CLEAN)


@dataclass
class Active:
    """A run that is being tried: its commands that are left, the process of the present one, the exit codes so far.

    `telling` says that the run has failed for good, and that this is how it is told.
    """

    job: Job
    run: JobRun
    commands: list[list[str]]
    child: Child | None = None
    codes: list[int] = field(default_factory=list)
    said: str = ""
    over: bool = False
    ends_by: float = 0.0
    killed_at: float = 0.0
    late: bool = False
    telling: bool = False


class Runs:
    """The runs in the store, as the scheduler goes through them: one at a time, in the order in which they were due.

    So no job overlaps itself, a report that is due with a scan tells of that scan, and prunings and scans, which both
    write the store, never meet. `changed` is whether one ended since it was last set to no; `untold` is how the run
    that was settled last failed for good, where nobody could have told it: a scan that fails by itself tells it.
    """

    def __init__(self, book: Schedule, jobs: Sequence[Job], journal: Journal, pauses: Sequence[timedelta]) -> None:
        """Hold what is needed; nothing is begun."""
        self._book = book
        self._jobs: Mapping[str, Job] = {job.name: job for job in jobs}
        self._order = list(self._jobs)
        self._journal = journal
        self._pauses = pauses
        self.changed = True
        self.untold = ""

    def recover(self, now: datetime) -> None:
        """Take up what a scheduler that was killed left running: its jobs have ended too, see `Schedule.job_lock`."""
        for run in self._book.open_runs():
            if run.state == RUNNING and not self._was_finished(run, now):
                run_now = self._book.postpone(run, "the scheduler was ended while it ran")
                self._journal.say("run taken up", job=run.job, due=run.due, attempt=run_now.attempts)

    def next(self, now: datetime) -> JobRun | None:
        """Give the run to begin now; of several of one job the latest stands for all.

        While the first waits for its next try the others wait too: a report is not to tell of last night's scan.
        """
        waiting = [run for run in self._book.open_runs() if run.state == WAITING and run.job in self._jobs]
        latest = {run.job: run for run in waiting}
        for run in waiting:
            if run is not latest[run.job]:
                said = f"the run that was due at {latest[run.job].due:%Y-%m-%d %H:%M} UTC stands for it"
                self._book.end(run, "coalesced", at=now, said=said)
                self.changed = True
                self._journal.say("run coalesced", job=run.job, due=run.due, into=latest[run.job].due)
        first = min(latest.values(), key=lambda run: (run.due, self._order.index(run.job)), default=None)
        return first if first is None or first.after is None or first.after <= now else None

    def waiting(self) -> list[JobRun]:
        """Give the runs that did not end."""
        return [run for run in self._book.open_runs() if run.job in self._jobs]

    def begin(self, run: JobRun, now: datetime) -> Active | None:
        """Note that a run is tried, and give what is to be done; nothing where its scan is whole already."""
        job = self._jobs[run.job]
        scan, resume = "", False
        if job.table.action == SCAN:
            state = self._book.scan_state(run.scan) if run.scan else ""
            if self._was_finished(run, now):
                return None
            resume = state == "unfinished"
            scan = run.scan if state in {"unfinished", "absent"} else new_id(now)
        run = self._book.begin(run, scan, at=now)
        self._journal.say(
            "run began", job=run.job, due=run.due, attempt=run.attempts, scan=scan, resumed=resume or None
        )
        return Active(job, run, job.commands(run.due, scan, resume=resume))

    def _was_finished(self, run: JobRun, now: datetime) -> bool:
        """Say whether the run's scan is whole, though nobody noted how its process ended; then that is noted."""
        if not run.scan or self._book.scan_state(run.scan) != "finished":
            return False
        said = "the scan is whole; its process was ended before it said so"
        self._ended(run, "finished", now, None, said)
        return True

    def _broken_off(self, active: Active) -> bool:
        """Say whether a scan ended in good order and is not whole: with new credentials the next try goes on."""
        unfinished = bool(active.run.scan) and self._book.scan_state(active.run.scan) == "unfinished"
        return active.codes[-1] == INCOMPLETE and unfinished

    def settle(self, active: Active, now: datetime, *, stopping: bool) -> int | None:
        """Note what became of a run whose process has ended; give its exit code, or None if it will be tried again."""
        code = active.codes[-1]
        self.untold = ""
        if code in OUTCOMES and not active.commands and not self._broken_off(active):
            code = worst(active.codes)
            self._ended(active.run, OUTCOMES[code], now, code, active.said)
            return code
        said = _reason(active, code)
        if code < 0 and self._was_finished(active.run, now):
            return CLEAN
        if stopping and not active.late:
            self._book.postpone(active.run, "the scheduler was stopped", counted=False)
            self._journal.say(
                "run interrupted", job=active.run.job, due=active.run.due, text="it goes on at next start"
            )
            return None
        whole = bool(active.run.scan) and self._book.scan_state(active.run.scan) == "finished"
        if whole or active.run.attempts >= active.job.table.attempts:
            self._ended(active.run, FAILED, now, code, said)
            dumb = code < 0 or active.late or active.job.table.action != SCAN
            self.untold = f"the job {active.job.name} of {active.run.due:%Y-%m-%d %H:%M} UTC: {said}" if dumb else ""
            return code if code in GRAVITY else INTERNAL
        pause = self._pauses[min(active.run.attempts, len(self._pauses)) - 1]
        self._book.postpone(active.run, said[:SAID], after=now + pause)
        self._journal.say(
            "run failed", "warning", job=active.run.job, due=active.run.due, attempt=active.run.attempts, code=code,
            text=said, again=now + pause,
        )  # fmt: skip
        return None

    def _ended(self, run: JobRun, outcome: str, now: datetime, code: int | None, said: str) -> None:
        self._book.end(run, outcome, at=now, code=code, said=said[:SAID])
        self.changed = True
        seconds = round((now - run.began).total_seconds(), 3) if run.began else None
        level = "error" if outcome == FAILED else "info"
        self._journal.say(
            "run ended", level, job=run.job, due=run.due, outcome=outcome, code=code, seconds=seconds, text=said
        )


def _reason(active: Active, code: int) -> str:
    if active.late:
        return f"it took longer than {active.job.table.timeout_minutes} minutes and was ended"
    if code < 0:
        return f"its process was ended by signal {-code}"
    return active.said or f"exit code {code}"
