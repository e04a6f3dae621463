"""Lays what a plan says over what a scan saw: a resource that is changed keeps what the plan does not speak of."""

from __future__ import annotations

import copy
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from scanner.engine.normalise import builtin
from scanner.model.gap import Unknown
from scanner.model.kind import Const, derive

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from scanner.model.fact import Fact
    from scanner.model.given import Given, Origin
    from scanner.model.kind import Kind
    from scanner.model.resource import Resource, Snapshot

Name = tuple[str, str]
"""Kind, and an id or ARN."""


class Seen:
    """The resources of a scan, found by what a file says of one."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        """Sort them by their names; an id may be there in several accounts and Regions."""
        self._named: dict[Name, list[Resource]] = defaultdict(list)
        for each in resources:
            for name in names(each):
                self._named[name].append(each)

    def find(self, resource: Resource) -> Resource | None:
        """Give the resource that is meant; None where there is none, or where several may be.

        Where both say an account or a Region, it must be the same: accounts that are built alike share their names.
        """
        for name in names(resource):
            found = [each for each in self._named.get(name, ()) if _may_be(resource, each)]
            if found:
                return found[0] if len(found) == 1 else None
        return None


def _may_be(one: Resource, other: Resource) -> bool:
    accounts, regions = {one.account, other.account} - {""}, {one.region, other.region} - {""}
    return len(accounts) <= 1 and len(regions) <= 1


def overlay(snapshot: Snapshot, given: Given, kinds: Mapping[str, type[Kind]]) -> Snapshot:
    """Give the snapshot as it will be after a plan.

    What the plan changes of a resource that the scan saw is taken from the plan, all else from the scan. What the plan
    makes is as the plan says; what it deletes is gone. What may be several of the scan changes none of them.
    """
    seen = Seen(snapshot.resources)
    before = _by_seen(seen, given.before.resources if given.before else ())
    after = _by_seen(seen, given.after.resources)
    laid = {id(each) for each in after.values()}
    kept: list[Resource] = []
    for resource in snapshot.resources:
        planned = after.get(id(resource))
        if planned is not None:
            kept.append(_merged(resource, before.get(id(resource)), planned, kinds.get(resource.kind)))
        elif id(resource) not in before:
            kept.append(resource)
    kept += [_placed(each, snapshot) for each in given.after.resources if id(each) not in laid]
    made = copy.copy(snapshot)
    made.resources = kept
    return made


def _by_seen(seen: Seen, resources: Iterable[Resource]) -> dict[int, Resource]:
    found = ((seen.find(each), each) for each in resources)
    return {id(there): each for there, each in found if there is not None}


def names(resource: Resource) -> tuple[Name, ...]:
    """Give the names by which a resource of a file and one of a scan are the same."""
    return tuple(dict.fromkeys((resource.kind, name) for name in (resource.arn, resource.id) if name))


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


def origins(given: Given) -> dict[Name, Origin]:
    """Say where each resource of a file is written, in both worlds, by its names and by what it is known by."""
    found: dict[Name, Origin] = {}
    for setting in (given.before, given.after):
        for resource in setting.resources if setting is not None else ():
            known = setting.origins if setting is not None else {}
            origin = known.get(resource.arn) or known.get(resource.id)
            if origin is not None:
                found |= dict.fromkeys((*names(resource), (resource.kind, resource.identity)), origin)
    return found
