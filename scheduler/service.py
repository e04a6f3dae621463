"""The scheduler's one loop: it turns the clockwork, begins and ends runs, and heeds signals."""

from __future__ import annotations

import signal
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from scanner.model.exits import INTERNAL
from scanner.store import StoreError
from scanner.store.scheduling import WAITING
from scheduler import clock
from scheduler.child import Child
from scheduler.clockwork import Clockwork
from scheduler.running import OUTCOMES, SAID, Active, Runs, worst
from scheduler.status import Status

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from scanner.store.scheduling import Schedule
    from scheduler.journal import Journal
    from scheduler.plan import Job

STOP, ENDED, LINE = "stop", "ended", "line"
SIGNALS = (signal.SIGTERM, signal.SIGINT)
SHORTEST = 0.01
MINUTE = 60.0
TELLING = 300.0
"""Seconds that it may take to tell of a failure."""


@dataclass(frozen=True)
class How:
    """How the scheduler works.

    `command` begins the words of every run, `options` end them; with `once` what is due is run and that is all.
    `tick` is the longest wait in seconds: timers stand still while a machine sleeps, so the wall clock is looked at
    that often. `grace` is how many seconds a run has to end when it is asked to; `pauses` lie between one try and the
    next. `telling` begins the command that tells people that a run failed for good; without it nobody is told.
    """

    command: Sequence[str]
    options: Sequence[str] = ()
    telling: Sequence[str] = ()
    once: bool = False
    tick: float = 15.0
    grace: float = 20.0
    pauses: Sequence[timedelta] = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15))


class Service:
    """One scheduler on one store; `Schedule.alone` must be held."""

    def __init__(self, book: Schedule, jobs: Sequence[Job], how: How, journal: Journal) -> None:
        """Hold what is needed; nothing runs yet."""
        self.status = Status()
        self._book = book
        self._jobs = jobs
        self._how = how
        self._journal = journal
        self._runs = Runs(book, jobs, journal, how.pauses)
        self._events: SimpleQueue[tuple[str, Active | None, str]] = SimpleQueue()
        self._active: Active | None = None
        self._codes: list[int] = []
        self._stops = 0
        self._turned = False
        self._owned = False
        self._told = ""
        self._held = ""
        self._due_in: float | None = None
        self._again: datetime | None = None

    def stop(self) -> None:
        """End soon: what runs is asked to end; asked twice, it is killed. May be called from anywhere."""
        self._events.put((STOP, None, ""))

    def run(self) -> int:
        """Run until asked to stop, or with `once` until what is due is done; give the exit code.

        Raises:
            StoreError: another scheduler took the store over, or with `once` the store cannot be used.
        """
        clockwork = Clockwork.of(self._book, self._jobs)
        self._journal.heed("apscheduler")
        self._journal.say("started", jobs=[job.name for job in self._jobs], once=self._how.once or None)
        try:
            with self._heeding_signals():
                self._turn(clockwork)
                while not self._done():
                    self._wait()
                    self._turn(clockwork)
        finally:
            if self._active is not None and self._active.child is not None:
                self._active.child.ask_to_stop()
            clockwork.shutdown()
        self._journal.say("stopped")
        return worst(self._codes) if self._how.once else 0

    def _done(self) -> bool:
        if self._active is not None:
            return False
        return bool(self._stops) or (self._how.once and self._turned and not self._runs.waiting())

    @contextmanager
    def _heeding_signals(self) -> Iterator[None]:
        before = {number: signal.signal(number, lambda *_: self.stop()) for number in SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _turn(self, clockwork: Clockwork) -> None:
        self._book.prove()
        try:
            if self._active is not None and self._active.over:
                self._settle(self._active)
            if not self._stops and not (self._how.once and self._turned):
                self._due_in = clockwork.turn()
                self._turned = True
            if self._active is None and not self._stops:
                self._begin()
            self._look()
        except StoreError as error:
            if self._how.once:
                raise
            self._trouble(str(error))
        if self._active is not None:
            self._hasten(self._active)

    def _trouble(self, said: str) -> None:
        self.status = replace(self.status, beat=time.monotonic(), trouble=said)
        if said != self._told:
            self._journal.say("store failed", "error", text=said)
        self._told = said

    def _look(self) -> None:
        """Learn anew what health checks and metrics are told."""
        before = self.status
        last, well, counts = before.last, before.well, before.counts
        if self._runs.changed:
            names = [job.name for job in self._jobs]
            last = {name: run for name in names if (run := self._book.last(name)) is not None}
            well = {name: run for name in names if (run := self._book.last(name, well=True)) is not None}
            counts = self._book.counts()
            self._runs.changed = False
        waiting = [run for run in self._runs.waiting() if run.state == WAITING]
        self._again = min((run.after for run in waiting if run.after is not None), default=None)
        self.status = Status(
            trouble="stopping" if self._stops else self._held,
            running=self._active.job.name if self._active else "",
            waiting=len(waiting),
            following=self._book.times(), last=last, well=well, counts=counts,
        )  # fmt: skip
        if self._told:
            self._journal.say("store answers again")
        self._told = ""

    def _begin(self) -> None:
        """Begin the next run, once no job of a scheduler before is left."""
        try:
            self._book.job_lock()
        except StoreError as error:
            if not self._held:
                self._journal.say("waiting", "warning", text=str(error))
            self._held = str(error)
            return
        self._held = ""
        now = clock.now()
        if not self._owned:
            self._runs.recover(now)
            self._owned = True
        while (run := self._runs.next(now)) is not None:
            self._active = self._runs.begin(run, now)
            if self._active is not None:
                self._start(self._active)
                return

    def _start(self, active: Active) -> None:
        """Start the next command of a run."""
        active.over = False
        active.ends_by = active.ends_by or time.monotonic() + MINUTE * active.job.table.timeout_minutes
        try:
            active.child = Child(
                [*self._how.command, *active.commands.pop(0), *self._how.options], self._book.job_lock(),
                lambda line: self._events.put((LINE, active, line)), lambda: self._events.put((ENDED, active, "")),
            )  # fmt: skip
        except OSError as error:
            active.child, active.said = None, f"its process cannot be started: {error.strerror}"
            self._events.put((ENDED, active, ""))

    def _settle(self, active: Active) -> None:
        """Go on with the next command of a run whose process has ended, or note what became of it."""
        if active.commands and active.codes[-1] in OUTCOMES and not self._stops:
            self._start(active)
            return
        if active.telling:
            self._active = None
            return
        code = self._runs.settle(active, clock.now(), stopping=bool(self._stops))
        self._codes += [code] if code is not None else []
        self._active = None
        if self._runs.untold and self._how.telling and not self._stops:
            words = [*self._how.telling, self._runs.untold[:SAID]]
            ends_by = time.monotonic() + TELLING
            self._active = Active(active.job, active.run, [words], ends_by=ends_by, telling=True)
            self._start(self._active)

    def _hasten(self, active: Active) -> None:
        """Ask a process to end that should, and kill it when it does not."""
        now = time.monotonic()
        if active.child is None or active.over:
            return
        late = now >= active.ends_by
        if (self._stops or late) and not active.killed_at:
            active.late = late and not self._stops
            active.killed_at = now + self._how.grace
            self._journal.say("run asked to end", job=active.run.job, due=active.run.due, late=active.late or None)
            active.child.ask_to_stop()
        if active.killed_at and (now >= active.killed_at or self._stops > 1):
            active.child.kill()

    def _wait(self) -> None:
        """Wait for what happens next, no longer than a tick, and take note of it."""
        moment = time.monotonic()
        waits = [self._how.tick, *([] if self._due_in is None else [self._due_in]), *([1.0] if self._held else [])]
        if self._again is not None:
            waits.append((self._again - clock.now()).total_seconds())
        if self._active is not None:
            waits.append((self._active.killed_at or self._active.ends_by) - moment)
        try:
            event = self._events.get(timeout=max(min(waits), SHORTEST))
            while True:
                self._heed(*event)
                event = self._events.get_nowait()
        except Empty:
            return

    def _heed(self, event: str, active: Active | None, line: str) -> None:
        if event == STOP:
            self._stops += 1
            if self._stops == 1:
                self._journal.say("stopping")
        elif active is not None and event == LINE:
            active.said = line
            self._journal.say("run says", job=active.run.job, due=active.run.due, text=line)
        elif active is not None:
            code = active.child.code if active.child is not None else None
            active.codes.append(INTERNAL if code is None else code)
            active.over = True
