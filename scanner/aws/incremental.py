"""Incremental nights: what CloudTrail says did not change is taken from the night before, and a sample checked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

from scanner.aws.client import AwsClient
from scanner.aws.due import Due
from scanner.aws.incremental_place import PlaceShortcut
from scanner.aws.incremental_trail import Sweep
from scanner.aws.place import PlaceGraph
from scanner.aws.pool import Pool
from scanner.aws.sessions import HOME_REGION, Target
from scanner.engine.drift import Normaliser
from scanner.engine.incremental import HISTORY, OVERLAP, Recalled, Spared, Window
from scanner.engine.incremental_table import IncrementalTable
from scanner.kinds.canon import normaliser
from scanner.kinds.steady import births, steady
from scanner.model.kind import Kind

THREADS = 8
Place = tuple[str, str]


@dataclass
class Shortcut:
    """Spares a scan the calls whose answers CloudTrail says are what they were.

    `recall` gives what the store holds of a place from the night before (None: nothing that may be used), `trail` the
    client that may ask CloudTrail's event history and nothing else, `seed` what the sample is drawn by.
    """

    kinds: Mapping[str, type[Kind]]
    table: IncrementalTable
    recall: Callable[[str, str], Recalled | None]
    trail: AwsClient
    as_of: datetime
    seed: str
    told: list[Spared] = field(default_factory=list)
    _normaliser: Normaliser = field(init=False)
    _births: Mapping[str, set[str]] = field(init=False)
    _places: dict[Place, PlaceShortcut] = field(default_factory=dict)
    _sweeps: dict[Place, Sweep] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _executor: ThreadPoolExecutor | None = None

    def __post_init__(self) -> None:
        """Learn how the kinds are compared, and which events make their resources."""
        stay = {kind for kind, _ in steady()}
        self._normaliser = normaliser(kind for kind in self.kinds.values() if kind.cfn in stay)
        self._births = births(self.kinds.values())

    @property
    def made(self) -> int:
        """How many requests were made to CloudTrail."""
        return self.trail.made

    def due(self, carrier: Due, pool: Pool, target: Target, region: str) -> Due:
        """Give what a place's graph hands its calls to; the carrier itself where nothing can be spared."""
        place = (target.account, region)
        recalled = self.recall(*place)
        if recalled is None:
            return carrier
        if self.as_of - recalled.started + OVERLAP > HISTORY:
            why = "CloudTrail's history does not go back to the night before"
            self.told.append(Spared(account=place[0], region=place[1], since=recalled.scan, why=why))
            return carrier
        home = HOME_REGION.get(target.partition, HOME_REGION["aws"])
        made = PlaceShortcut(
            carrier, pool, place, home, target.partition, self.as_of, recalled, self.kinds, steady(), self._births,
            self._normaliser, self.table, self.seed,
        )  # fmt: skip
        if not made.pairs:
            return carrier
        made.prepare = lambda: self._submit(made, pool)
        self._places[place] = made
        return made

    def again(self, graph: PlaceGraph) -> bool:
        """Take the end of a place, and say whether the sample was wrong, so that the place must be read in full."""
        made = self._places.pop(graph.place, None)
        if made is None:
            return False
        self.told.append(made.outcome())
        return bool(self.told[-1].wrong)

    def close(self) -> None:
        """Ask CloudTrail for nothing more."""
        for sweep in self._sweeps.values():
            sweep.close()
        if self._executor is not None:
            self._executor.shutdown(wait=True, cancel_futures=True)

    def _submit(self, made: PlaceShortcut, pool: Pool) -> None:
        if self._executor is None:
            self._executor = ThreadPoolExecutor(THREADS, thread_name_prefix="phiward-trail")

        def ended(task: Future[None]) -> None:
            if not task.cancelled() and (error := task.exception()) is not None:
                pool.submit(_raise, error)

        self._executor.submit(self._prepare, made).add_done_callback(ended)

    def _prepare(self, made: PlaceShortcut) -> None:
        regions = made.regions()
        budget = min(self.table.pages, sum(regions.values()) // 2)
        windows: dict[str, Window] = {}
        for region in (made.home, *(each for each in sorted(regions) if each != made.home)):
            windows[region] = self._sweep((made.place[0], region), made.recalled.started).read(budget)
            if region == made.home and windows[region].why:
                break
        made.decide(windows)

    def _sweep(self, place: Place, started: datetime) -> Sweep:
        with self._lock:
            if place not in self._sweeps:
                self._sweeps[place] = Sweep(self.trail, place, started - OVERLAP)
            return self._sweeps[place]


def _raise(error: BaseException) -> None:
    raise error
