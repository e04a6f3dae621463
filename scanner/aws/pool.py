"""Threads that run tasks, which may add tasks."""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any


class Pool:
    """Runs tasks as wide as its threads allow; a task never waits for another.

    The first exception that a task lets out stops the rest; `check` raises it.
    """

    def __init__(self, threads: int) -> None:
        """Start with no task."""
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="phiward")
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
            if self._failure is None and not self._closed:
                self._executor.submit(task, *arguments).add_done_callback(self._ended)

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

    def _ended(self, task: Future[None]) -> None:
        if not task.cancelled() and self._failure is None:
            self._failure = task.exception()

    def check(self) -> None:
        """Raise what a task let out, if any did.

        Raises:
            BaseException: what a task let out.
        """
        if self._failure is not None:
            raise self._failure

    def close(self) -> None:
        """Drop the tasks that have not begun and wait for those that have, which are bounded by their timeouts."""
        with self._due:
            self._closed = True
            self._due.notify()
        self._executor.shutdown(wait=True, cancel_futures=True)
