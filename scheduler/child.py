"""One command of a run as a process of its own, in a session of its own, so that only the scheduler signals it."""

from __future__ import annotations

import os
import signal
import subprocess
from threading import Thread
from typing import TYPE_CHECKING

from scanner.model.exits import INTERNAL

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LINE = 4096
ANSWERED = 100
"""What is added to a command's exit code to say that it is the command's: a Python that breaks exits with 1 as well,
which is no violation."""


class Child:
    """A running command. Its standard input is a pipe that ends when we do, however that is: by it the child knows."""

    def __init__(
        self, command: Sequence[str], inherited: int | None, said: Callable[[str], None], ended: Callable[[], None]
    ) -> None:
        """Start it; `said` is given each line that it says, `ended` is called when it has ended, both in a thread.

        Raises:
            OSError: it cannot be started.
        """
        self._process = subprocess.Popen(  # its end is waited for in a thread
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
            pass_fds=() if inherited is None else (inherited,),
        )  # fmt: skip
        self._said, self._ended = said, ended
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()
        Thread(target=self._wait, daemon=True).start()

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    @property
    def code(self) -> int | None:
        """The exit code of the command, negative for a signal, 4 where it gave none; None while it runs."""
        code = self._process.returncode
        if code is None or code < 0:
            return code
        return code - ANSWERED if code >= ANSWERED else INTERNAL

    def ask_to_stop(self) -> None:
        """Have it keep what it saw and end."""
        self._process.send_signal(signal.SIGINT)

    def kill(self) -> None:
        """End it and what it began."""
        if self._process.returncode is None:
            try:
                os.killpg(self._process.pid, signal.SIGKILL)
            except ProcessLookupError:
                return

    def _read(self) -> None:
        assert self._process.stdout is not None  # noqa: S101  it was asked for
        while raw := self._process.stdout.readline(LINE):
            if line := raw.decode("utf-8", "replace").strip():
                self._said(line)

    def _wait(self) -> None:
        self._process.wait()
        self._reader.join(1)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None and not self._reader.is_alive():
                pipe.close()
        self._ended()
