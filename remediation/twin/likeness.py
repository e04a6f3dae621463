"""Whether a twin is like the account: fact by fact, resource by resource."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from remediation.twin.building import Key, key
from scanner.engine.normalise import canonical
from scanner.model.fact import derive
from scanner.model.gap import Unknown
from scanner.model.kind import Kind
from scanner.model.resource import Resource

NOT_SEEN = "not seen"


class Difference(NamedTuple):
    """A fact that the twin has otherwise: `fact` is empty where the whole resource is missing there."""

    resource: Key
    fact: str
    real: Any = None
    twin: Any = None


def differences(
    real: Iterable[Resource], twin: Iterable[Resource], kinds: Mapping[str, type[Kind]]
) -> Iterator[Difference]:
    """Compare the resources that were rebuilt with what the twin shows, in the account's ids."""
    there = {key(resource): resource for resource in twin}
    for resource in real:
        other = there.get(key(resource))
        if other is None:
            yield Difference(key(resource), "")
            continue
        for name in kinds[resource.kind].facts:
            ours, theirs = (value(each, kinds[resource.kind], name) for each in (resource, other))
            if ours != theirs:
                yield Difference(key(resource), name, ours, theirs)


def value(resource: Resource, kind: type[Kind], fact: str) -> str:
    """Give a fact's value in canonical form, or that it was not seen."""
    try:
        return canonical(derive(resource, kind.facts[fact])).decode()
    except Unknown:
        return NOT_SEEN
