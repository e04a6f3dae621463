"""Pacing: a token bucket for each (account, Region, throttle group) that finds AWS's rate by asking."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

WINDOW = 1.0
"""Seconds over which the answers are counted that AWS really gives, and in which it slows us down at most once."""


@dataclass
class Bucket:
    """Requests a second: faster and faster until AWS throttles, then as many as it answers, probing for more.

    `rate` is in requests a second. Until the first throttled answer each answer raises it by one, which doubles it in
    two thirds of a second; after that by `step / rate`. A throttled answer brings it down, at most once a second, to
    seven tenths or to what was answered in the second before, and not below `least`. It never exceeds `most`.
    """

    rate: float = 50.0
    least: float = 1.0
    most: float = 1000.0
    step: float = 2.0
    burst: float = 50.0
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _tokens: float = field(default=50.0, init=False)
    _at: float = field(default=0.0, init=False)
    _slowed: float = field(default=float("-inf"), init=False)
    _searching: bool = field(default=True, init=False)
    _answers: deque[float] = field(default_factory=lambda: deque(maxlen=2000), init=False)
    _granted: threading.local = field(default_factory=threading.local, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def __post_init__(self) -> None:
        """Start full."""
        self._tokens, self._at = self.burst, self.clock()

    def reserve(self) -> float:
        """Take a token and give the seconds to wait for it: at most `1 / least` for each request before this one."""
        with self._lock:
            now = self.clock()
            self._tokens = min(self.burst, self._tokens + (now - self._at) * self.rate) - 1
            self._at = now
            return -self._tokens / self.rate if self._tokens < 0 else 0.0

    def offer(self, ahead: int = 0) -> float:
        """Take a token if there is one; else give the seconds until there is, when so many others wait for theirs.

        The thread that got one finds it when it next calls `take`.
        """
        with self._lock:
            now = self.clock()
            self._tokens, self._at = min(self.burst, self._tokens + (now - self._at) * self.rate), now
            if self._tokens < 1:
                return (ahead + 1 - self._tokens) / self.rate
            self._tokens -= 1
            self._granted.token = True
            return 0.0

    def take(self) -> None:
        """Take a token and wait for it, unless this thread was given one."""
        if getattr(self._granted, "token", False):
            self._granted.token = False
            return
        wait = self.reserve()
        if wait > 0:
            self.sleep(wait)

    def answered(self) -> None:
        """Speed up: a lot while AWS has never throttled, else a little."""
        with self._lock:
            self._answers.append(self.clock())
            self.rate = min(self.most, self.rate + (1.0 if self._searching else self.step / self.rate))

    def throttled(self) -> None:
        """Slow down to what AWS answers."""
        with self._lock:
            now = self.clock()
            if now - self._slowed < WINDOW:
                return
            known, self._searching, self._slowed = not self._searching, False, now
            rate = self.rate * 0.7
            if known:
                rate = min(rate, sum(1 for moment in self._answers if now - moment < WINDOW) / WINDOW)
            self.rate = max(self.least, rate)
            self._tokens = min(self._tokens, 0.0)


class Limits:
    """The buckets, made when first asked for."""

    def __init__(self, make: Callable[[], Bucket] = Bucket) -> None:
        """Take the maker of a bucket."""
        self._make = make
        self._buckets: dict[tuple[str, str, str], Bucket] = {}
        self._lock = threading.Lock()

    def bucket(self, account: str, region: str, group: str) -> Bucket:
        """Give the bucket of a throttle group."""
        key = (account, region, group)
        with self._lock:
            if key not in self._buckets:
                self._buckets[key] = self._make()
            return self._buckets[key]

    def forget(self, account: str, region: str) -> None:
        """Let go of the buckets of a place where nothing more is asked."""
        with self._lock:
            for key in [key for key in self._buckets if key[:2] == (account, region)]:
                del self._buckets[key]


SHARED = frozenset({"autoscaling", "cloudformation", "elb", "elbv2", "iam", "organizations", "rds", "route53"})
"""Services whose operations draw on one bucket; of the others each operation has its own (the API references)."""


def group_of(operation: str, declared: str) -> str:
    """Name the throttle group of an operation: what its declaration says, the service, or the operation itself."""
    service = operation.partition(".")[0]
    return declared or (service if service in SHARED else operation)
