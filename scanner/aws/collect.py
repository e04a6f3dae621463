"""Collection: many accounts and Regions at once, each a graph of calls, results handed out as places finish."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Protocol

from scanner.aws.builder import Builder
from scanner.aws.carrier import Carrier
from scanner.aws.client import AwsClient, Patience
from scanner.aws.due import Due
from scanner.aws.incremental import Shortcut
from scanner.aws.limits import Limits
from scanner.aws.place import PlaceGraph
from scanner.aws.pool import Pool
from scanner.aws.sessions import Sessions, Target
from scanner.engine.needed import Calls
from scanner.engine.redact import Redactor
from scanner.model.kind import Kind
from scanner.model.resource import Coverage, Resource

GLOBAL = "global"


class Executor(Protocol):
    """Looks at accounts and Regions: in threads here, or on a cluster."""

    @property
    def made(self) -> int:
        """How many calls were made."""

    def ready(self) -> None:
        """See that there is who looks, before anything is begun.

        Raises:
            AwsError: there is nobody.
        """

    def collect(self, targets: Sequence[Target], skip: Iterable[tuple[str, str]] = ()) -> Iterator[PlaceResult]:
        """Give each place's result as it finishes; places in `skip` are left out."""


@dataclass(frozen=True)
class PlaceResult:
    """What was seen in one account and Region."""

    account: str
    region: str
    resources: Sequence[Resource]
    coverage: Sequence[Coverage]
    calls: int = 0


def operations(kinds: Iterable[type[Kind]]) -> frozenset[str]:
    """Name every operation that the kinds declare: the client refuses any other."""
    return frozenset(operation for kind in kinds for call in kind.calls.values() for operation in call.operations)


def places_of(
    targets: Iterable[Target], kinds: Mapping[str, type[Kind]], skip: Iterable[tuple[str, str]] = ()
) -> Iterator[tuple[Target, str, list[type[Kind]]]]:
    """Give each account's places and the kinds that lie there; those in `skip` are left out."""
    known = set(skip)
    for target in targets:
        for region in (GLOBAL, *target.regions):
            scope = "global" if region == GLOBAL else "regional"
            here = [kind for kind in kinds.values() if kind.scope == scope]
            if here and (target.account, region) not in known:
                yield target, region, here


@dataclass
class Collector:
    """Collects kinds in accounts and Regions, in the threads of this process; of a kind all calls, or those in `asks`.

    `as_of` is the moment that windows end at. `tick` is called while waiting, for progress. `client` is made for the
    targets unless one is given that knows them and the kinds' operations; `shortcut` spares calls on incremental
    nights. So many places are open at once as there are threads, so that what two thousand accounts hold is not in
    memory at the same time.
    """

    sessions: Sessions
    kinds: Mapping[str, type[Kind]]
    redactor: Redactor
    as_of: datetime
    threads: int = 32
    limits: Limits = field(default_factory=Limits)
    patience: Patience = field(default_factory=Patience)
    tick: Callable[[int, int, int], None] | None = None
    client: AwsClient | None = None
    shortcut: Shortcut | None = None
    asks: Calls | None = None

    def collect(self, targets: Sequence[Target], skip: Iterable[tuple[str, str]] = ()) -> Iterator[PlaceResult]:
        """Give each place's result as it finishes; places in `skip` are left out.

        An account that cannot be entered gives results without resources, whose coverage says why.
        """
        results: queue.SimpleQueue[PlaceGraph] = queue.SimpleQueue()
        pool = Pool(self.threads)
        client = self.client = self.client or self._client(targets)
        places = list(places_of(targets, self.kinds, skip))
        waiting = iter(places)

        def start(target: Target, region: str, kinds: list[type[Kind]], shortcut: Shortcut | None) -> None:
            due: Due = Carrier(client, pool, patience=self.patience)
            due = shortcut.due(due, pool, target, region) if shortcut is not None else due
            make = partial(self._builder, target, region)
            graph = PlaceGraph((target.account, region), kinds, make, self.redactor, due, results.put, calls=self.asks)
            pool.submit(self._enter, graph, target)

        def begin(count: int) -> None:
            for target, region, kinds in islice(waiting, count):
                start(target, region, kinds, self.shortcut)

        left = len(places)
        try:
            begin(self.threads)
            while left:
                try:
                    done = results.get(timeout=0.25)
                except queue.Empty:
                    pool.check()
                else:
                    if self.shortcut is not None and self.shortcut.again(done):
                        start(*next(each for each in places if (each[0].account, each[1]) == done.place), None)
                        continue
                    left -= 1
                    begin(1)
                    yield self._result(done, client)
                if self.tick is not None:
                    self.tick(len(places) - left, len(places), self.made)
        finally:
            if self.shortcut is not None:
                self.shortcut.close()
            pool.close()

    def ready(self) -> None:
        """Be ready: threads are at hand."""

    @property
    def made(self) -> int:
        """How many calls were made."""
        return (self.client.made if self.client else 0) + (self.shortcut.made if self.shortcut else 0)

    def _client(self, targets: Sequence[Target]) -> AwsClient:
        return AwsClient(
            self.sessions, {target.account: target for target in targets}, operations(self.kinds.values()),
            self.threads, self.limits, self.patience,
            budgets={target.account: target.max_calls for target in targets if target.max_calls is not None},
        )  # fmt: skip

    def _enter(self, graph: PlaceGraph, target: Target) -> None:
        gap = self.sessions.entry_gap(target)
        if gap is None:
            graph.start()
        else:
            graph.refuse(gap)

    def _builder(
        self, target: Target, region: str, kind: type[Kind], root: str = "", parent: Builder | None = None
    ) -> Builder:
        return Builder(kind, target.partition, target.account, region, self.as_of, root, parent)

    def _result(self, graph: PlaceGraph, client: AwsClient) -> PlaceResult:
        resources = [
            resource
            for state in graph.states.values()
            for resource in sorted(state.resources, key=lambda item: (item.arn, item.id))
        ]
        calls = client.taken[graph.place]
        client.forget(graph.place)
        return PlaceResult(*graph.place, resources, graph.coverage(), calls)
