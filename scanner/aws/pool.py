"""Threads that run tasks, which may add tasks."""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

GRACE = 2.0
"""Seconds that the tasks that have begun have to end when the rest is dropped."""

Task = tuple[Callable[..., None], tuple[Any, ...]]


class Pool:
    """Runs tasks as wide as its threads allow; a task never waits for another.

    The first exception that a task lets out stops the rest; `check` raises it. The threads keep no process from ending:
    one that waits for an answer would for minutes.
    """

    def __init__(self, threads: int) -> None:
        """Start with no task."""
        self._most = threads
        self._threads: list[threading.Thread] = []
        self._tasks: SimpleQueue[Task | None] = SimpleQueue()
        self._open = 0
        self._lock = threading.Lock()
        self._failure: BaseException | None = None
        self._closed = False
        self._resting: list[tuple[float, int, Callable[..., None], tuple[Any, ...]]] = []
        self._numbers = itertools.count()
        self._due = threading.Condition(self._lock)
        self._waker: threading.Thread | None = None

    def submit(self, task: Callable[..., None], *arguments: Any) -> None:
        """Add a task; after a failure or the end none is taken."""
        with self._lock:
            if self._failure is not None or self._closed:
                return
            self._open += 1
            self._tasks.put((task, arguments))
            if len(self._threads) < min(self._open, self._most):
                name = f"phiward_{len(self._threads)}"
                self._threads.append(threading.Thread(target=self._work, name=name, daemon=True))
                self._threads[-1].start()

    def _work(self) -> None:
        """Run tasks until the end; those that have not begun at a failure or the end are dropped."""
        while (given := self._tasks.get()) is not None:
            task, arguments = given
            try:
                if self._failure is None and not self._closed:
                    task(*arguments)
            except BaseException as error:  # noqa: BLE001  `check` raises it where somebody waits
                self._failure = self._failure or error
            del given, task, arguments  # what it held is not kept until the next one comes
            with self._lock:
                self._open -= 1

    def later(self, seconds: float, task: Callable[..., None], *arguments: Any) -> None:
        """Add a task after so many seconds, in which no thread of the pool is kept."""
        if seconds <= 0:
            self.submit(task, *arguments)
            return
        with self._due:
            heapq.heappush(self._resting, (time.monotonic() + seconds, next(self._numbers), task, arguments))
            if self._waker is None:
                self._waker = threading.Thread(target=self._wake, name="phiward-waker", daemon=True)
                self._waker.start()
            self._due.notify()

    def _wake(self) -> None:
        """Hand over what is due, until the end."""
        while True:
            with self._due:
                left = self._resting[0][0] - time.monotonic() if self._resting else None
                if self._closed:
                    return
                if left is None or left > 0:
                    self._due.wait(left)
                    continue
                _, _, task, arguments = heapq.heappop(self._resting)
            self.submit(task, *arguments)

    def check(self) -> None:
        """Raise what a task let out, if any did.

        Raises:
            BaseException: what a task let out.
        """
        if self._failure is not None:
            raise self._failure

    def close(self, grace: float = GRACE) -> None:
        """Drop the tasks that have not begun, and wait for those that have: so many seconds, and then no more.

        What still waits for AWS then ends by itself: its timeouts bound it, and nothing that it does is taken any more.
        """
        with self._due:
            self._closed = True
            self._due.notify()
            threads = list(self._threads)
        for _ in threads:
            self._tasks.put(None)
        until = time.monotonic() + grace
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))
