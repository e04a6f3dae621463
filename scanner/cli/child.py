"""One command as the scheduler runs it: it ends, keeping what it saw, when the scheduler asks or is no longer there."""

from __future__ import annotations

import os
import signal
import sys
import time
from threading import Thread

GRACE = 20.0
"""Seconds after which it ends all the same, once the scheduler is gone."""


def main() -> None:
    """Run the command in the arguments; standard input is a pipe that ends when the scheduler does."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    Thread(target=_end_with_the_scheduler, daemon=True).start()
    from scanner.cli import run
    from scheduler.child import ANSWERED

    sys.exit(ANSWERED + run(sys.argv[1:]))


def _end_with_the_scheduler() -> None:
    while os.read(sys.stdin.fileno(), 1):
        continue
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(GRACE)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
