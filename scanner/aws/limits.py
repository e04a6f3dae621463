"""Pacing: a token bucket for each (account, Region, throttle group) that slows down when AWS throttles."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Bucket:
    """Requests a second, additive increase and multiplicative decrease.

    `rate` is in requests a second. A throttled answer halves it, not below `least`, and at most once a second; each
    answer that was not throttled raises it by `step / rate`, up to `most`.
    """

    rate: float = 50.0
    least: float = 1.0
    most: float = 200.0
    step: float = 1.0
    burst: float = 50.0
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _tokens: float = field(default=50.0, init=False)
    _at: float = field(default=0.0, init=False)
    _slowed: float = field(default=float("-inf"), init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def __post_init__(self) -> None:
        """Start full."""
        self._tokens, self._at = self.burst, self.clock()

    def take(self) -> None:
        """Wait for a token; waiting is at most `1 / least` seconds for each request before this one."""
        with self._lock:
            now = self.clock()
            self._tokens = min(self.burst, self._tokens + (now - self._at) * self.rate)
            self._at = now
            self._tokens -= 1
            wait = -self._tokens / self.rate if self._tokens < 0 else 0.0
        if wait > 0:
            self.sleep(wait)

    def answered(self) -> None:
        """Speed up a little."""
        with self._lock:
            self.rate = min(self.most, self.rate + self.step / self.rate)

    def throttled(self) -> None:
        """Slow down."""
        with self._lock:
            now = self.clock()
            if now - self._slowed >= 1.0:
                self._slowed = now
                self.rate = max(self.least, self.rate / 2)
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
