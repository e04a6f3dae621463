"""Threads that run tasks, which may add tasks."""

from __future__ import annotations

import threading
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

    def submit(self, task: Callable[..., None], *arguments: Any) -> None:
        """Add a task; after a failure or the end none is taken."""
        with self._lock:
            if self._failure is None and not self._closed:
                self._executor.submit(task, *arguments).add_done_callback(self._ended)

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
        with self._lock:
            self._closed = True
        self._executor.shutdown(wait=True, cancel_futures=True)
