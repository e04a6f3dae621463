"""How long phiward waits for AWS."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Patience:
    """How long a call is waited for: in seconds to connect, and between two bytes that are read.

    `attempts` and `throttled` are what is made of a call that meets faults or is throttled, `tries` how often all that
    is done when it was in vain or an answer came incomplete. A job is asked `polls` times, every `poll` seconds.
    """

    connect: float = 10
    read: float = 30
    attempts: int = 4
    throttled: int = 10
    tries: int = 3
    polls: int = 30
    poll: float = 2.0
    sleep: Callable[[float], None] = time.sleep

    @property
    def silence(self) -> float:
        """Give the seconds after which a call that nobody answers is given up, botocore's longest pauses among them."""
        return self.attempts * self.read + sum(2.0**number for number in range(self.attempts - 1))
