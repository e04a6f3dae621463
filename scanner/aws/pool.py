"""Threads that run tasks, which may add tasks."""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

GRACE = 2.0
"""Seconds that the tasks that have begun have to end when the rest is dropped."""

FIRST, NEXT = 0, 1
"""What other tasks hang on, and what nothing but its own resource does."""


AGAIN = 1.0
"""Seconds after which a gate is asked again at the latest: it may have opened wider."""

Gate = Callable[[int], float]
"""Lets a task through (0), or gives the seconds to wait when so many others of its kind of work wait already."""


class _Task(NamedTuple):
    """Ordered by when it may begin, or by rank and turn, as its heap has it; then by number."""

    order: float
    number: int
    run: Callable[..., None]
    given: tuple[Any, ...]
    work: str = ""
    gate: Gate | None = None


class Pool:
    """Runs tasks as wide as its threads allow; a task never waits for another.

    Those that rank `FIRST` are begun before the others; of these, each kind of work in turn: a thousand questions to
    one API do not keep ten to another waiting, nor does a task that waits at its gate keep a thread. The first
    exception that a task lets out stops the rest; `check` raises it. The threads keep no process from ending: one that
    waits for an answer would for minutes.
    """

    def __init__(self, threads: int) -> None:
        """Start with no task and no thread."""
        self._most = threads
        self._threads: list[threading.Thread] = []
        self._idle = 0
        self._ready: list[_Task] = []
        self._resting: list[_Task] = []
        self._numbers = itertools.count()
        self._turns: Counter[str] = Counter()
        self._held: Counter[str] = Counter()
        self._at_gate: set[int] = set()
        self._changed = threading.Condition()
        self._failure: BaseException | None = None
        self._closed = False

    def submit(
        self, task: Callable[..., None], *arguments: Any, rank: int = NEXT, work: str = "", gate: Gate | None = None
    ) -> None:
        """Add a task, of some kind of work; after a failure or the end none is taken."""
        with self._changed:
            if self._failure is None and not self._closed:
                order = -1 if rank == FIRST else self._turns[work]
                self._turns[work] += rank != FIRST
                heapq.heappush(self._ready, _Task(order, next(self._numbers), task, arguments, work, gate))
                self._wake()

    def later(
        self, seconds: float, task: Callable[..., None], *arguments: Any, work: str = "", gate: Gate | None = None
    ) -> None:
        """Add a task that ranks first after so many seconds, in which no thread is kept."""
        if seconds <= 0:
            self.submit(task, *arguments, rank=FIRST, work=work, gate=gate)
            return
        with self._changed:
            if self._failure is None and not self._closed:
                due = time.monotonic() + seconds
                heapq.heappush(self._resting, _Task(due, next(self._numbers), task, arguments, work, gate))
                self._wake()

    def _wake(self) -> None:
        if max(len(self._ready), 1) > self._idle and len(self._threads) < self._most:
            thread = threading.Thread(target=self._work, name=f"phiward_{len(self._threads)}", daemon=True)
            self._threads.append(thread)
            thread.start()
        else:
            self._changed.notify()

    def _work(self) -> None:
        while (task := self._take()) is not None:
            try:
                task.run(*task.given)
            except BaseException as error:  # noqa: BLE001  it is raised by `check`, in the thread that asked for it all
                with self._changed:
                    self._failure = self._failure or error
                    self._ready.clear()
                    self._resting.clear()
            del task  # what it held is not kept until the next one comes

    def _take(self) -> _Task | None:
        """Wait for the next task; None at the end."""
        with self._changed:
            while not self._closed:
                now = time.monotonic()
                while self._resting and self._resting[0].order <= now:
                    task = heapq.heappop(self._resting)
                    self._held[task.work] -= task.number in self._at_gate
                    self._at_gate.discard(task.number)
                    heapq.heappush(self._ready, task._replace(order=-1))
                while self._ready:
                    task = heapq.heappop(self._ready)
                    wait = task.gate(self._held[task.work]) if task.gate is not None else 0.0
                    if wait <= 0:
                        return task
                    self._held[task.work] += 1
                    self._at_gate.add(task.number)
                    heapq.heappush(self._resting, task._replace(order=now + min(wait, AGAIN)))
                self._idle += 1
                self._changed.wait(max(0.0, self._resting[0].order - time.monotonic()) if self._resting else None)
                self._idle -= 1
            return None

    def check(self) -> None:
        """Raise what a task let out, if any did.

        Raises:
            BaseException: what a task let out.
        """
        if self._failure is not None:
            raise self._failure

    def close(self, grace: float = GRACE) -> None:
        """Drop the tasks that have not begun, and wait for those that have: so many seconds, and then no more."""
        with self._changed:
            self._closed = True
            self._ready.clear()
            self._resting.clear()
            self._changed.notify_all()
        until = time.monotonic() + grace
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
