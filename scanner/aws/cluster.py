"""Collection on a Dask cluster: a task is one account and Region, and whatever a dead worker had is done again."""

from __future__ import annotations

import logging
import queue
import time
import uuid
import warnings
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from scanner.aws import far
from scanner.aws.collect import PlaceResult, places_of
from scanner.aws.errors import AwsError
from scanner.aws.sessions import Target
from scanner.aws.tally import Tallies
from scanner.engine.needed import Calls, chosen
from scanner.model.gap import Gap
from scanner.model.kind import Kind

Place = tuple[Target, str, list[type[Kind]]]
PORT = 8786
HOW = "docs/scale-out.md says how to start a scheduler and workers"
GOES_ON = "what was seen is kept: `phiward scan --resume` goes on"
FETCH = 5
"""Seconds to wait for a finished answer before the workers are looked at again."""

LOOK = 2.0
"""Seconds between two looks at which workers there are."""


def address_of(engine: str) -> str:
    """Give the scheduler's address in Dask's words: `tcp://host:port`, or `tls://host:port` for `dask+tls://`.

    Raises:
        AwsError: it is no address.
    """
    scheme, _, place = engine.partition("://")
    host, _, port = place.rpartition(":") if ":" in place.rpartition("]")[2] else (place, "", str(PORT))
    if scheme not in {"dask", "dask+tls"} or not host or not port.isdecimal() or "/" in place or "@" in place:
        raise AwsError(f"--engine {engine}: give `threads`, dask://HOST:PORT, or dask+tls://HOST:PORT")
    return f"{'tls' if scheme == 'dask+tls' else 'tcp'}://{host}:{port}"


@dataclass(frozen=True)
class Waits:
    """Seconds: to reach the scheduler, for a first worker, and for another when all are gone."""

    connect: float = 10
    first: float = 30
    again: float = 120


@dataclass
class _Backlog:
    """The places that are still to be looked at.

    Those of an account with a budget go one after the other: what one of them leaves of it is the next one's.
    """

    waiting: deque[Place]
    left: dict[str, int]
    behind: dict[str, deque[Place]] = field(default_factory=lambda: defaultdict(deque))
    busy: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, places: Iterable[Place]) -> _Backlog:
        found = deque(places)
        return cls(found, {each.account: each.max_calls for each, _, _ in found if each.max_calls is not None})

    def take(self) -> Place | None:
        while self.waiting:
            place = self.waiting.popleft()
            account = place[0].account
            if account not in self.left:
                return place
            if account not in self.busy:
                self.busy.add(account)
                return place
            self.behind[account].append(place)
        return None

    def done(self, account: str, calls: int) -> None:
        if account in self.left:
            self.left[account] = max(0, self.left[account] - calls)
            self.busy.discard(account)
            if self.behind[account]:
                self.waiting.appendleft(self.behind[account].popleft())


@dataclass
class Cluster:
    """Looks at accounts and Regions on a Dask cluster; an `Executor` as `Collector` is.

    Twice as many places are under way as the workers have threads; a result is handed out as it comes and not kept.
    """

    address: str
    kinds: Mapping[str, type[Kind]]
    key_id: str
    as_of: datetime
    home: str
    threads: int = 32
    tick: Callable[[int, int, int], None] | None = None
    waits: Waits = field(default_factory=Waits)
    made: int = 0
    asks: Calls | None = None

    def ready(self) -> None:
        """See that there are workers that fit.

        Raises:
            AwsError: there is no scheduler or no worker, or a worker does not fit.
        """
        with self._connected() as client:
            self._greet(client)

    def collect(self, targets: Sequence[Target], skip: Iterable[tuple[str, str]] = ()) -> Iterator[PlaceResult]:
        """Give each place's result as it finishes; places in `skip` are left out.

        Raises:
            AwsError: there is no scheduler or no worker, a worker does not fit, or the cluster went away.
        """
        places = list(places_of(targets, self.kinds, skip))
        if not places:
            return
        with self._connected() as client:
            self._greet(client)
            yield from self._results(client, _Backlog.of(places), len(places))

    def _results(self, client: Any, backlog: _Backlog, total: int) -> Iterator[PlaceResult]:
        finished: queue.SimpleQueue[Any] = queue.SimpleQueue()
        under_way: dict[str, tuple[Any, Place]] = {}
        mark, done, room = uuid.uuid4().hex[:12], 0, _Room(client, self.waits)
        while done < total:
            while len(under_way) < room.size and (place := backlog.take()) is not None:
                future = self._submit(client, place, backlog, mark)
                under_way[future.key] = (future, place)
                future.add_done_callback(finished.put)
            room.look()
            try:
                future, place = under_way.pop(finished.get(timeout=0.25).key)
            except queue.Empty:
                pass
            else:
                found = self._result(future, place, room)
                done += 1
                self.made += found.calls
                backlog.done(found.account, found.calls)
                future.release()
                yield found
            if self.tick is not None:
                self.tick(done, total, self.made)

    def _submit(self, client: Any, place: Place, backlog: _Backlog, mark: str) -> Any:
        target, region, kinds = place
        task = far.Task(
            far.alone(target, region), region, tuple(kind.cfn for kind in kinds), self.as_of, self.home, self.threads,
            far.code(), self.key_id, backlog.left.get(target.account), self.asks,
        )  # fmt: skip
        key = f"phiward-{mark}-{target.account}-{region}"  # never the key of another scan, whose answer would be given
        return client.submit(far.look, task, key=key, pure=False)

    def _result(self, future: Any, place: Place, room: _Room) -> PlaceResult:
        """Fetch an answer; where the worker that holds it dies, others must find it again."""
        from distributed import KilledWorker

        while True:
            try:
                found: PlaceResult = future.result(timeout=FETCH)
            except KilledWorker:
                return _lost(*place, self.asks)
            except far.FarError as error:
                raise AwsError(f"a Dask worker does not fit: {error}; {GOES_ON}") from error
            except TimeoutError:
                room.look()
            except (CancelledError, OSError) as error:
                raise AwsError(f"the Dask scheduler at {self.address} went away; {GOES_ON}") from error
            else:
                return found

    def _greet(self, client: Any) -> None:
        """Wait for a worker, and refuse those whose code or key is another."""
        until = time.monotonic() + self.waits.first
        while not client.nthreads():
            if time.monotonic() > until:
                raise AwsError(f"the Dask scheduler at {self.address} has no worker; {HOW}")
            time.sleep(0.2)
        found = client.run(far.readiness, far.code(), self.key_id, on_error="return")
        for worker, said in sorted(found.items()):
            if isinstance(said, BaseException):
                raise AwsError(f"the Dask worker {worker} cannot run phiward ({said}); install the same on it; {HOW}")
            if said:
                raise AwsError(f"the Dask worker {worker} does not fit: {said['problem']}")

    @contextmanager
    def _connected(self) -> Iterator[Any]:
        client = self._connect()
        try:
            yield client
        finally:
            with suppress(OSError, TimeoutError, RuntimeError), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                client.close(timeout=5)

    def _connect(self) -> Any:
        try:
            from distributed import Client
        except ImportError as error:
            raise AwsError(f"--engine dask:// needs Dask: install phiward[dask] ({error})") from error
        for name in ("distributed.client", "distributed.comm", "distributed.core", "distributed.scheduler"):
            logging.getLogger(name).setLevel(logging.CRITICAL)  # what matters is said in one line
        base: Any = Client

        class Ours(base):  # type: ignore[misc]  # Dask's own is not typed
            def __del__(self) -> None:
                """Do nothing: it is closed where it was opened, and one that could not connect has nothing to close."""

        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # versions are compared by `_greet`, in one line
                return Ours(self.address, timeout=self.waits.connect, set_as_default=False, name="phiward")
        except (OSError, TimeoutError, TypeError, ValueError, RuntimeError) as error:
            why = str(error).partition("\n")[0] or type(error).__name__
            raise AwsError(f"no Dask scheduler answers at {self.address} ({why}); {HOW}") from error


class _Room:
    """How many tasks may be under way, by the workers that there are; without any for long it gives up."""

    def __init__(self, client: Any, waits: Waits) -> None:
        self._client, self._waits = client, waits
        self._seen = self._next = time.monotonic()
        self.size = 0
        self.look()

    def look(self) -> None:
        """Count the workers' threads again, where the last look is a while ago.

        Raises:
            AwsError: the scheduler went away, or no worker came back.
        """
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + LOOK
        threads = sum(self._threads().values())
        if threads:
            self._seen, self.size = now, 2 * threads
        elif now - self._seen > self._waits.again:
            raise AwsError(f"the Dask cluster has lost all its workers; {GOES_ON}")

    def _threads(self) -> Mapping[str, int]:
        try:
            found: Mapping[str, int] = self._client.nthreads()
        except (OSError, TimeoutError, RuntimeError, ValueError) as error:
            raise AwsError(f"the Dask scheduler went away; {GOES_ON}") from error
        return found


def _lost(target: Target, region: str, kinds: Sequence[type[Kind]], asks: Calls | None) -> PlaceResult:
    """Say of a place that every worker died that looked at it: it may be the place's doing, and hinders no other."""
    tallies = Tallies()
    message = "the Dask workers that looked here died, one after the other; see their logs, or scan it with threads"
    made = {kind: chosen(kind, asks) for kind in kinds}
    tallies.refuse(made, Gap("", "", "KilledWorker", message))
    return PlaceResult(target.account, region, [], tallies.coverage(target.account, region, made))
