"""Ctrl-C and SIGTERM: the first has a command end and keep what it has, the second ends it on the spot."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

INTERRUPTED = 130
"""The shell's own code for a program ended by Ctrl-C; what was seen or done is kept, and can be gone on with."""

SIGNALS = (signal.SIGINT, signal.SIGTERM)
BY_SIGNAL = 128
"""What the shell adds to a signal's number."""

_caught: list[int] = []


def heed() -> None:
    """Take both signals for Ctrl-C, except one that whoever started us has told us to ignore."""
    for number in SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _end)


def _end(number: int, _: FrameType | None) -> None:
    _caught.append(number)
    if len(_caught) > 1:
        os._exit(BY_SIGNAL + number)
    raise KeyboardInterrupt


def exit_code() -> int:
    """Give the exit code of a command that was interrupted: the shell's for the signal that did it."""
    return BY_SIGNAL + _caught[0] if _caught else INTERRUPTED


def leave(code: int) -> None:
    """Leave; after a signal on the spot, for threads may still wait for an answer, and a second signal may come.

    Raises:
        SystemExit: there was no signal.
    """
    if _caught:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)
