"""`phiward`, with a clock on what a scan spends its time on: for bench.scan, which runs it in a process of its own.

    BENCH_OUT=figures.json python -m bench.measured_scan scan -q

It puts timers around judging and the store, calls the command line's own `main`, and writes what they showed when the
command ends. Seconds of judging are of the processor, those of the store on the clock; neither holds the other.
"""

from __future__ import annotations

import atexit
import functools
import json
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

OUT = "BENCH_OUT"
"""The variable that names the file to be written."""
BEGAN = "BENCH_BEGAN"
"""The variable that says when the process was started: seconds of the machine's monotonic clock."""

STORING = ("begin", "add", "finish", "snapshot", "places_done")


class Watch:
    """Stopwatches that may run inside one another: the inner one's time is not the outer one's."""

    def __init__(self) -> None:
        """Start at nothing."""
        self.spent: Counter[str] = Counter()
        self._inner = threading.local()

    def time(self, name: str, clock: Callable[[], float], work: Callable[[], Any]) -> Any:
        """Do something, and count its time as `name`."""
        outside = getattr(self._inner, "wall", 0.0), getattr(self._inner, "own", 0.0)
        self._inner.wall = self._inner.own = 0.0
        wall, own = time.perf_counter(), time.thread_time()
        try:
            return work()
        finally:
            wall, own = time.perf_counter() - wall, time.thread_time() - own
            self.spent[name] += (wall - self._inner.wall) if clock is time.perf_counter else (own - self._inner.own)
            self._inner.wall, self._inner.own = outside[0] + wall, outside[1] + own


class Measured:
    """What a scan showed."""

    def __init__(self) -> None:
        """Begin when the process did, as far as it was told."""
        self.began = float(os.environ.get(BEGAN) or time.monotonic())
        self.watch = Watch()
        self.verdicts: Counter[str] = Counter()
        self.resources: Counter[str] = Counter()
        self.gaps: Counter[str] = Counter()
        self.moments: dict[str, tuple[float, float]] = {}

    def at(self, name: str, *, again: bool = False) -> None:
        """Note the first moment of something, or the last: seconds on the clock, and of the processor."""
        if again or name not in self.moments:
            self.moments[name] = round(time.monotonic() - self.began, 4), round(time.process_time(), 4)

    def install(self) -> None:
        """Put the timers in place."""
        from scanner.run import Judge
        from scanner.store import Store

        judge = Judge.findings
        ended = object()

        def findings(self_: Any, *given: Any) -> Iterator[Any]:
            self.at("judging")
            source = iter(judge(self_, *given))
            while (found := self.watch.time("judging", time.thread_time, lambda: next(source, ended))) is not ended:
                self.verdicts[str(found.verdict)] += 1
                yield found
            self.at("judged", again=True)

        Judge.findings = findings  # type: ignore[assignment, method-assign]
        for name in STORING:
            setattr(Store, name, self._timed(name, getattr(Store, name)))

    def _timed(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def timed(store: Any, *given: Any, **named: Any) -> Any:
            self.at(f"store.{name}")
            if name == "add":
                self._seen(given[3], given[4])
            try:
                return self.watch.time(f"store.{name}", time.perf_counter, lambda: method(store, *given, **named))
            finally:
                self.at(f"store.{name} done", again=True)

        return timed

    def _seen(self, resources: Any, coverage: Any) -> None:
        self.resources.update(each.kind for each in resources)
        for each in coverage:
            if not each.ok:
                self.gaps[f"{each.operation} {each.state} {each.error}".strip()] += each.failed

    def write(self, path: str) -> None:
        """Write what was measured."""
        self.at("end")
        store = {name: spent for name, spent in self.watch.spent.items() if name.startswith("store.")}
        told = {
            "moments": self.moments,
            "judging": self.watch.spent["judging"],
            "store": sum(store.values()),
            "store_by_step": store,
            "verdicts": dict(self.verdicts),
            "resources": dict(self.resources),
            "gaps": dict(self.gaps),
            "peak": _peak(),
            "cpu": sum(os.times()[:2]),
        }
        Path(path).write_text(json.dumps(told))


def _peak() -> float:
    """Give the most memory that this process had, in megabytes; a parent's may stand in what wait4 tells."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))


def main() -> None:
    """Run the command line, measured."""
    measured = Measured()
    measured.install()
    atexit.register(measured.write, os.environ[OUT])
    from scanner.cli import main as phiward

    phiward()


if __name__ == "__main__":
    main()
