"""Calls that are made once for all resources of a place, each of which takes its own part of the answer."""

from __future__ import annotations

import threading
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from scanner.aws.builder import Builder
from scanner.aws.client import AwsClient, Request
from scanner.aws.errors import DECLARED_ERRORS, Refusal
from scanner.aws.jobs import Jobs
from scanner.aws.place import PlaceGraph
from scanner.aws.pool import FIRST, Pool
from scanner.aws.resolve import UnseenReferenceError, resolve, resolve_all
from scanner.aws.sections import copied, failed, where
from scanner.model.gap import GapState
from scanner.model.operation import Call, Form
from scanner.model.path import getter
from scanner.model.resource import ABSENT, Section, seen

Key = tuple[Any, ...]


@dataclass
class _Asked:
    """One question, and who waits for the answer."""

    waiting: list[tuple[Builder, Call]] = field(default_factory=list)
    outcome: Section | None = None


@dataclass
class Shared:
    """Asks each question once, and gives every resource what is its own."""

    client: AwsClient
    pool: Pool
    jobs: Jobs
    _asked: dict[Key, _Asked] = field(default_factory=dict)
    _unions: dict[tuple[tuple[str, str], str], list[Any]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def join(self, graph: PlaceGraph, builder: Builder, call: Call, *, alone: bool = False) -> None:
        """Ask, or join those who wait for the same answer; `alone` without what other kinds ask by the same list."""
        try:
            params, region = self._question(graph, builder, call, alone=alone)
        except (UnseenReferenceError, *DECLARED_ERRORS) as error:
            self.pool.submit(self._give, graph, builder, call, failed(call, error))
            return
        key = (graph.place, call.operation, call.path, call.key, repr((region, params)), call.parse, alone)
        with self._lock:
            first = key not in self._asked
            asked = self._asked.setdefault(key, _Asked())
            outcome = asked.outcome
            if outcome is None:
                asked.waiting.append((builder, call))
        if outcome is not None:
            self.pool.submit(self._give, graph, builder, call, outcome)
        elif first:
            self.pool.submit(self._fetch, graph, key, builder, call, rank=FIRST)

    def _question(self, graph: PlaceGraph, builder: Builder, call: Call, *, alone: bool) -> tuple[dict[str, Any], str]:
        params = resolve_all(call.params, builder)
        if call.union and not alone:
            params[call.union] = self._union(graph, call)
        return params, where(call, builder)

    def _union(self, graph: PlaceGraph, call: Call) -> list[Any]:
        """Give all that the place's kinds ask of an operation by the list that they share."""
        key = (graph.place, call.operation)
        if key not in self._unions:
            every = (each for state in graph.states.values() for each in state.calls.values())
            found = {item for each in every if each.operation == call.operation for item in each.params[call.union]}
            self._unions[key] = sorted(found)
        return self._unions[key]

    def _fetch(self, graph: PlaceGraph, key: Key, builder: Builder, call: Call) -> None:
        alone = key[-1]

        def done(found: Any, error: Exception | None) -> None:
            refused = isinstance(error, Refusal) and error.gap.state is GapState.ERROR
            try:
                outcome = failed(call, error) if error else _by_key(call, found)
            except DECLARED_ERRORS as malformation:
                outcome = failed(call, malformation)
            with self._lock:
                asked = self._asked[key]
                asked.outcome = outcome
                waiting, asked.waiting = asked.waiting, []
                if refused and call.union and not alone:  # one of the list may be what AWS objects to
                    del self._asked[key]
            for waiter, its_call in waiting:
                if refused and call.union and not alone:
                    self.join(graph, waiter, its_call, alone=True)
                else:
                    self._give(graph, waiter, its_call, outcome)

        try:
            params, region = self._question(graph, builder, call, alone=alone)
            if call.form is Form.JOB:
                self.jobs.run(graph.place, call, params, done)
                return
            answer = self.client.one(graph.place, Request.of(call, params, region))
            found = getter(call.path)(answer)
            found = [call.parse(item) for item in found] if call.parse else found
        except (UnseenReferenceError, Refusal, *DECLARED_ERRORS) as error:
            done(None, error)
        else:
            done(found, None)

    def _give(self, graph: PlaceGraph, builder: Builder, call: Call, outcome: Section) -> None:
        section = outcome
        if isinstance(outcome.doc, dict):
            try:
                own = str(resolve(call.own, builder))
            except (UnseenReferenceError, *DECLARED_ERRORS) as error:
                section = failed(call, error)
            else:
                items = outcome.doc.get(own)
                section = ABSENT if not items else seen(copied(items if call.size > 1 else items[0]))
        graph.answered(builder, call, section)


def _by_key(call: Call, found: Any) -> Section:
    """Sort what was found once for all by the key that each resource looks for."""
    by_key: dict[str, list[Any]] = defaultdict(list)
    for item in found if isinstance(found, list) else []:
        by_key[str(getter(call.key)(item))].append(item)
    return seen(dict(by_key))
