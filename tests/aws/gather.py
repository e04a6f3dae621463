"""A collection on a stub by the real collector, and what it saw."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from scanner.aws.client import AwsClient, Patience
from scanner.aws.collect import Collector
from scanner.aws.limits import Limits
from scanner.aws.sessions import Sessions, Target
from scanner.engine.needed import Calls
from scanner.engine.redact import Redactor
from scanner.model.gap import Unknown
from scanner.model.inventory import Inventory, World
from scanner.model.kind import Kind
from scanner.model.resource import Coverage, Resource
from tests.aws.stub import Script, Stub

ACCOUNT = "123456789012"
REGION = "us-east-1"
TARGET = Target(ACCOUNT, regions=(REGION,))
QUICK = Patience(connect=2, read=0.5, attempts=2, throttled=2, tries=2, polls=3, poll=0, sleep=lambda _: None)
"""No waiting: the stub is on loopback, and what hangs there hangs for ever."""


class Night:
    """What a collection saw, by kind and id."""

    def __init__(self, resources: Iterable[Resource], coverage: Iterable[Coverage]) -> None:
        self.resources = list(resources)
        self.coverage = list(coverage)
        self.inventory = Inventory.of(self.resources, self.coverage)

    def ids(self, kind: type[Kind]) -> list[str]:
        return [resource.id for resource in self.inventory.resources(kind)]

    def view(self, kind: type[Kind], name: str) -> Any:
        return kind(self.inventory.named(kind, name)[0])

    def entry(self, kind: type[Kind], call: str) -> Coverage:
        return next(entry for entry in self.coverage if (entry.kind, entry.call) == (kind.cfn, call))

    def world(self, *kinds: type[Kind]) -> World:
        return World(self.inventory, kinds, ACCOUNT, REGION)


def collect(sessions: Sessions, limits: Limits, *kinds: type[Kind], asks: Calls | None = None) -> Night:
    moment = datetime(2026, 11, 21, 2, tzinfo=UTC)
    by_type = {kind.cfn: kind for kind in kinds}
    collector = Collector(
        sessions, by_type, Redactor(b"key"), moment, threads=4, limits=limits, patience=QUICK, asks=asks
    )
    places = list(collector.collect([TARGET]))
    return Night((r for place in places for r in place.resources), (c for place in places for c in place.coverage))


def unknown(view: Any, name: str) -> str:
    with pytest.raises(Unknown) as told:
        getattr(view, name)
    return str(told.value)


Gather = Callable[..., tuple[Stub, Night]]
Serve = Callable[[Mapping[str, Script]], Stub]
Connect = Callable[..., AwsClient]
