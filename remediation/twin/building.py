"""Fills a twin: the resources that a plan concerns, with all that they refer to, in an order that can be made."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from remediation.twin.registry import BUILDS, FINISHES, load, place
from remediation.twin.site import Site, UnbuiltError
from scanner.model.resource import Resource, SectionState

Key = tuple[str, str, str, str]
"""Account, Region, kind and id."""

EVERYWHERE = frozenset({"AWS::::Account", "AWS::::Region"})
"""Settings that hold for whatever else is built in the account."""

_NAMES = re.compile(r"[^\s\"'`,;=<>()\[\]{}|\\]+")
_SHORT = 3


def key(resource: Resource) -> Key:
    """Identify a resource."""
    return (resource.account, resource.region, resource.kind, resource.id)


@dataclass
class Twin:
    """What was built: the site, and what could not be, each with the reason."""

    site: Site
    built: dict[Key, Resource] = field(default_factory=dict)
    lacking: dict[Key, str] = field(default_factory=dict)


def concerned(wanted: Iterable[Resource], snapshot: Iterable[Resource]) -> list[Resource]:
    """Give the resources wanted and all that they refer to by id or ARN, directly or not, in their account."""
    load()
    everything = [resource for resource in snapshot if resource.kind in BUILDS]
    named: dict[tuple[str, str], list[Resource]] = defaultdict(list)
    for resource in everything:
        for name in {resource.id, resource.arn}:
            if len(name) >= _SHORT:
                named[resource.account, name].append(resource)
    found: dict[Key, Resource] = {}
    waiting = list(wanted)
    accounts = {resource.account for resource in waiting}
    waiting += [each for each in everything if each.kind in EVERYWHERE and each.account in accounts]
    while waiting:
        resource = waiting.pop()
        if key(resource) in found:
            continue
        found[key(resource)] = resource
        waiting += [other for name in _names(resource) for other in named.get((resource.account, name), ())]
    return sorted(found.values(), key=lambda each: (place(each.kind), each.account, each.region, _natural(each.id)))


def _natural(name: str) -> list[str | int]:
    """Order names by the numbers in them: a task definition's ninth revision comes before its tenth."""
    return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", name)]


def _names(resource: Resource) -> set[str]:
    return names_in([section.doc for section in resource.sections.values() if section.state is SectionState.OK])


def names_in(value: Any) -> set[str]:
    """Give everything in a plain value that may be an id or an ARN, and their last parts."""
    whole = set(_NAMES.findall(msgspec.json.encode(value).decode()))
    return whole | {part for name in whole for part in (*name.split("/"), name.rpartition(":")[2]) if part != name}


def build(site: Site, resources: Iterable[Resource], tick: Callable[[int, int], None] | None = None) -> Twin:
    """Build resources, in the order that `concerned` gives, and finish them.

    What cannot be built is kept with the reason; what refers to it may then fail too, and says so itself.
    """
    load()
    twin = Twin(site)
    all_of_them = list(resources)
    steps: list[tuple[Mapping[str, Callable[[Site, Resource], None]], Resource]] = [
        (table, each) for table in (BUILDS, FINISHES) for each in all_of_them
    ]
    for number, (table, resource) in enumerate(steps):
        if tick is not None:
            tick(number, len(steps))
        function = table.get(resource.kind)
        if function is None or key(resource) in twin.lacking:
            if table is BUILDS and function is None:
                twin.lacking[key(resource)] = f"phiward does not rebuild {resource.kind}"
            continue
        try:
            function(site, resource)
        except UnbuiltError as error:
            twin.lacking[key(resource)] = str(error)
            twin.built.pop(key(resource), None)
        except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
            twin.lacking[key(resource)] = f"its answers do not hold what is needed to make it: {error!r}"
            twin.built.pop(key(resource), None)
        else:
            twin.built[key(resource)] = resource
    return twin
