"""Lays what a plan says over what a scan saw: a resource that is changed keeps what the plan does not speak of."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from scanner.engine.normalise import builtin
from scanner.model.gap import Unknown
from scanner.model.kind import Const, derive
from scanner.model.resource import Source

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scanner.model.fact import Fact
    from scanner.model.given import Given, Origin
    from scanner.model.kind import Kind
    from scanner.model.resource import Resource, Snapshot

Name = tuple[str, str]
"""Kind, and an id or ARN."""


def overlay(snapshot: Snapshot, given: Given, kinds: Mapping[str, type[Kind]]) -> tuple[Snapshot, dict[int, Resource]]:
    """Give the snapshot as it will be after a plan, and for each changed resource by `id()` what it was before.

    What the plan changes of a resource that the scan saw is taken from the plan, all else from the scan. What the plan
    makes is as the plan says; what it deletes is gone.
    """
    before = {name: each for each in (given.before.resources if given.before else ()) for name in names(each)}
    after = {name: each for each in given.after.resources for name in names(each)}
    kept: list[Resource] = []
    was: dict[int, Resource] = {}
    laid: set[int] = set()
    for resource in snapshot.resources:
        planned = _first(after, resource)
        if planned is not None:
            laid.add(id(planned))
            merged = _merged(resource, _first(before, resource), planned, kinds.get(resource.kind))
            was[id(merged)] = resource
            kept.append(merged)
        elif _first(before, resource) is None:
            kept.append(resource)
    kept += [_placed(each, snapshot) for each in given.after.resources if id(each) not in laid]
    made = copy.copy(snapshot)
    made.resources = kept
    return made, was


def names(resource: Resource) -> tuple[Name, ...]:
    """Give the names by which a resource of a file and one of a scan are the same."""
    return tuple(dict.fromkeys((resource.kind, name) for name in (resource.arn, resource.id) if name))


def _first(some: Mapping[Name, Resource], resource: Resource) -> Resource | None:
    return next((some[name] for name in names(resource) if name in some), None)


def _merged(seen: Resource, before: Resource | None, after: Resource, kind: type[Kind] | None) -> Resource:
    """Give what was seen, with the facts that the plan changes as the plan says them."""
    made = copy.copy(seen)
    made.facts = dict(seen.facts)
    for name, fact in (kind.facts if kind is not None else {}).items():
        if fact.plan is not None and not isinstance(fact.plan, Const):
            now = _value(after, fact)
            if before is None or not _same(_value(before, fact), now):
                made.facts[name] = now
    if before is None or before.tags != after.tags:
        made.tags = after.tags
    return made


def _value(resource: Resource, fact: Fact) -> Any:
    try:
        return derive(resource, fact)
    except Unknown as error:
        return error


def _same(before: Any, after: Any) -> bool:
    if isinstance(before, Unknown) or isinstance(after, Unknown):
        return isinstance(before, Unknown) and isinstance(after, Unknown)
    return bool(builtin(before) == builtin(after))


def _placed(resource: Resource, snapshot: Snapshot) -> Resource:
    """Put what is new into the account and Region of the scan, where the plan does not say them."""
    made = copy.copy(resource)
    accounts = snapshot.accounts
    if not made.account and len(accounts) == 1:
        made.account = accounts[0]
    regions: Sequence[str] = sorted(
        {region for account, region in snapshot.targets if account == made.account} - {"global"}
    )
    if not made.region and len(regions) == 1:
        made.region = regions[0]
    return made


def is_planned(resource: Resource) -> bool:
    """Say whether a resource comes from a file alone."""
    return resource.source in {Source.PLAN, Source.TEMPLATE}


def origins(given: Given) -> dict[Name, Origin]:
    """Say where each resource of a file is written, in both worlds, by its names and by what it is known by."""
    found: dict[Name, Origin] = {}
    for setting in (given.before, given.after):
        for resource in setting.resources if setting is not None else ():
            origin = setting.origins.get(resource.id) if setting is not None else None
            if origin is not None:
                found |= dict.fromkeys((*names(resource), (resource.kind, resource.identity)), origin)
    return found
