"""What an endpoint has served: calls, how many were under way at once, what was throttled, which faults were dealt."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Counters:
    """Counts requests from the moment they are read whole until their answer is sent, or will never be."""

    clock: Callable[[], float] = time.monotonic
    calls: Counter[str] = field(default_factory=Counter)
    throttled: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    now: int = 0
    peak: int = 0
    first: float = 0.0
    last: float = 0.0
    _busy: float = 0.0
    _weight: float = 0.0
    _at: float = 0.0

    def begin(self, operation: str) -> None:
        """Count a request."""
        self._pass()
        self.calls[operation] += 1
        self.now += 1
        self.peak = max(self.peak, self.now)
        self.first = self.first or self._at

    def end(self) -> None:
        """Let go of a request."""
        self._pass()
        self.now = max(0, self.now - 1)
        self.last = self._at

    def _pass(self) -> None:
        at = self.clock()
        if self.now:
            self._busy += at - self._at
            self._weight += (at - self._at) * self.now
        self._at = at

    def told(self) -> dict[str, Any]:
        """Give the figures: seconds are of this machine's monotonic clock, the mean is over the time that was busy."""
        return {
            "calls": dict(sorted(self.calls.items())),
            "total": self.calls.total(),
            "now": self.now,
            "peak": self.peak,
            "mean": self._weight / self._busy if self._busy else 0.0,
            "busy": self._busy,
            "throttled": dict(sorted(self.throttled.items())),
            "faults": dict(sorted(self.faults.items())),
            "unknown": dict(sorted(self.unknown.items())),
            "broken": dict(sorted(self.broken.items())),
            "first": self.first,
            "last": self.last,
        }

    def reset(self) -> None:
        """Forget all but what is under way."""
        for counted in (self.calls, self.throttled, self.faults, self.unknown, self.broken):
            counted.clear()
        self.peak, self.first, self.last, self._busy, self._weight = self.now, 0.0, 0.0, 0.0, 0.0
