"""The movable clock of the demo's server process.

Ages and windows must be true in the demo: a key made thirty nights ago reads as thirty days old. So every reading of
the calendar in the server process goes through one `Clock`, which stands still until it is moved. `time.monotonic`, and
with it every timeout and lock, is left alone.
"""

from __future__ import annotations

import datetime as dt
import time as _time
from typing import Any

_REAL_DATETIME = dt.datetime
_REAL_TIME = _time.time
_REAL_GMTIME = _time.gmtime
_REAL_LOCALTIME = _time.localtime


class Clock:
    """Seconds since the epoch, standing still where it was last set; the machine's own time until then."""

    def __init__(self) -> None:
        """Follow the machine's clock until `set` is called."""
        self._anchor: float | None = None

    def set(self, moment: dt.datetime) -> None:
        """Stop the clock at `moment`, which must carry a time zone."""
        self._anchor = moment.timestamp()

    def time(self) -> float:
        """Seconds since the epoch, as the demo sees them."""
        return _REAL_TIME() if self._anchor is None else self._anchor


def machine_time() -> float:
    """Seconds since the epoch on the machine's own clock, which clients outside the process live by."""
    return _REAL_TIME()


class _AnyDatetime(type):
    """Makes values built by C code pass `isinstance(value, datetime)` after the class was exchanged."""

    def __instancecheck__(cls, instance: object) -> bool:
        if cls is _Datetime:
            return isinstance(instance, _REAL_DATETIME)
        return super().__instancecheck__(instance)

    def __subclasscheck__(cls, subclass: type) -> bool:
        if cls is _Datetime:
            return issubclass(subclass, _REAL_DATETIME)
        return super().__subclasscheck__(subclass)


class _Datetime(_REAL_DATETIME, metaclass=_AnyDatetime):
    @classmethod
    def now(cls, tz: dt.tzinfo | None = None) -> Any:
        return cls.fromtimestamp(_time.time(), tz)

    @classmethod
    def utcnow(cls) -> Any:
        return cls.fromtimestamp(_time.time(), dt.UTC).replace(tzinfo=None)

    @classmethod
    def today(cls) -> Any:
        return cls.fromtimestamp(_time.time())


def install(clock: Clock) -> None:
    """Let `clock` answer for `datetime` and `time` in this process. To be called before anything else is imported."""
    _Datetime.__module__, _Datetime.__qualname__, _Datetime.__name__ = "datetime", "datetime", "datetime"
    dt.datetime = _Datetime  # type: ignore[misc]
    _time.time = clock.time
    _time.time_ns = lambda: int(clock.time() * 1_000_000_000)
    _time.gmtime = lambda seconds=None, /: _REAL_GMTIME(clock.time() if seconds is None else seconds)
    _time.localtime = lambda seconds=None, /: _REAL_LOCALTIME(clock.time() if seconds is None else seconds)
