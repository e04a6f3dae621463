"""By which names CloudTrail knows what changed, and whether an event is about it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from scanner.engine.trail_event import bare

if TYPE_CHECKING:
    from scanner.engine.trail_event import TrailEvent
    from scanner.model.canon import Canon
    from scanner.model.change import Change

HOMES: Mapping[str, str] = {"aws": "us-east-1", "aws-us-gov": "us-gov-west-1", "aws-cn": "cn-north-1"}
"""Where each partition's global services write their events (CloudTrail User Guide, global service events)."""

ANYWHERE = frozenset({"AWS::S3::Bucket", "AWS::::Account"})
"""Global kinds whose events are written in a Region that no ARN says: a bucket's own, or the caller's."""

ARN_FIRST = frozenset({
    "acm", "cloudtrail", "ecs", "elasticloadbalancing", "events", "kms", "scheduler", "secretsmanager", "wafv2",
})  # fmt: skip
"""Services, as ARNs write them, whose events name resources by ARN first."""

SOURCES: Mapping[str, str] = {
    "application-autoscaling": "autoscaling", "applicationautoscaling": "autoscaling", "certificatemanager": "acm",
    "cloudwatch": "monitoring", "efs": "elasticfilesystem", "elasticloadbalancingv2": "elasticloadbalancing",
    "waf": "waf",
}  # fmt: skip
"""Services whose events have a source that is named unlike their ARNs or types."""

UNIQUE = re.compile(
    r"arn:.+|[a-z]+-[0-9a-f]{8,17}|[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32}|Z[0-9A-Z]{8,31}"
)
"""Names that nothing else bears."""

ID = re.compile(r"([a-z]+-)[0-9a-f]{8,17}")
"""An id of EC2, and the beginning that says of what."""

GENERAL_KEYS = frozenset({"name", "id", "arn", "identifier", "resource", "resourceid", "resourcearn", "resourcename"})
MOST_MEMBERS = 10


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What to ask CloudTrail about one resource.

    `region` is empty where any of the account's Regions may have the events. `names` are those of the resource, most
    likely first; where it has none, `events` are the names of the events that change it.
    """

    account: str
    region: str
    names: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None


def names_of(change: Change) -> tuple[str, ...]:
    """Give the names by which CloudTrail may know what changed, most likely first."""
    if change.kind.startswith("AWS::::") or change.resource.startswith(f"{change.kind}/"):
        return ()
    arn = change.resource if change.resource.startswith("arn:") else ""
    tail = re.split(r"[/:]", arn.removesuffix(":*"))[-1] if arn else change.resource
    ids = [tail, change.key] if UNIQUE.fullmatch(tail) else [change.key, change.name]
    arn_first = arn and arn.split(":")[2] in ARN_FIRST
    names = (arn, *reversed(ids)) if arn_first else (*ids, arn)
    own = [name for name in dict.fromkeys(names) if name and name != "*"]
    return tuple(dict.fromkeys((*own, *change.members[:MOST_MEMBERS])))


def regions_of(change: Change) -> str:
    """Give the Region whose events concern a change; empty where it may be any of the account's."""
    if change.kind in ANYWHERE:
        return ""
    if change.region != "global":
        return change.region
    parts = change.resource.split(":")
    if parts[0] == "arn" and len(parts) > 5:  # noqa: PLR2004  arn:partition:service:region:account:resource
        return parts[3] or HOMES.get(parts[1], HOMES["aws"])
    return HOMES["aws"]


def wanted(
    changes: Iterable[Change], canons: Mapping[str, Canon], ends: Mapping[datetime, datetime] | None = None
) -> list[Wanted]:
    """Say what to ask CloudTrail, once for each resource, over the whole time of its changes.

    `ends` says, by the moment `seen` at which a look began, when it was over.
    """
    found: dict[tuple[str, ...], Wanted] = {}
    for change in changes:
        names = names_of(change)
        events = tuple(sorted({plain_name(each) for each in events_of(change, canons)}))
        for asked in ((names, ()), ((), events if not names or _elsewhere(change, canons) else ())):
            if not any(asked):
                continue
            one = Wanted(
                account=change.account, region=regions_of(change), names=asked[0], events=asked[1], since=change.since,
                until=(ends or {}).get(change.seen, change.seen) if change.seen else None,
            )  # fmt: skip
            key = (one.account, one.region, *asked[0], *asked[1])
            found[key] = _joined(found[key], one) if key in found else one
    return list(found.values())


def _elsewhere(change: Change, canons: Mapping[str, Canon]) -> bool:
    """Say whether a change is shown on another resource than it was made on, which its events need not name."""
    own = canons.get(change.kind)
    fitting = own is not None and any(_below(change.property, each.path) for each in own.touches if each.events)
    return (
        bool(change.path)
        and not fitting
        and any(each.shown_on is not None and each.shown_on[0] == change.kind for each in canons.values())
    )


def _joined(one: Wanted, other: Wanted) -> Wanted:
    since = None if one.since is None or other.since is None else min(one.since, other.since)
    until = None if one.until is None or other.until is None else max(one.until, other.until)
    return msgspec.structs.replace(one, since=since, until=until)


def plain_name(event: str) -> str:
    """Give the name of an event that a table lists with the value it brings."""
    return event.partition("=")[0]


def events_of(change: Change, canons: Mapping[str, Canon]) -> tuple[str, ...]:
    """Give the events that a kind's tables list for what changed: of the longest path that says any.

    What a class is shown on (a service for its task definition) is looked up in the class's own tables too.
    """
    canon = canons.get(change.kind)
    if not change.path:
        touch = (canon.added if change.action == "added" else canon.removed) if canon is not None else None
        return touch.events if touch is not None else ()
    tables = [canon] if canon is not None else []
    tables += [each for each in canons.values() if each.shown_on is not None and each.shown_on[0] == change.kind]
    for each in tables:
        fitting = [touch for touch in each.touches if touch.events and _below(change.property, touch.path)]
        longest = max((len(touch.path) for touch in fitting), default=0)
        events = [name for touch in fitting if len(touch.path) == longest for name in touch.events]
        if events:
            return tuple(dict.fromkeys(events))
    return ()


def _below(prop: str, path: str) -> bool:
    return not path or prop == path or prop.startswith(f"{path}.")


def concerns(event: TrailEvent, change: Change, names: Iterable[str], *, listed: bool) -> bool:
    """Say whether an event is about what changed; `listed` where the kind's tables list it for this property.

    Account and Region must be the same. A name that something else may bear too counts only under a member that is
    called like the kind, and in a call to the kind's own service; settings of an account or Region have no name.
    """
    region = regions_of(change)
    if event.account != change.account or (region and event.region != region):
        return False
    if change.kind.startswith("AWS::::") or not names:
        return listed
    found = [name for name in names if name in event.asked.names]
    if not found:
        return listed and not event.asked.names
    if _of_another(event, found):
        return False
    own = _source(change) == event.source.partition(".")[0]
    if any(UNIQUE.fullmatch(name) for name in found):
        return listed or own or any(name in event.resources for name in found)
    found = [name for name in found if _called(event, name, change.kind) and _same_parent(event, change, name)]
    return bool(found) and (listed or own)


def _of_another(event: TrailEvent, names: Iterable[str]) -> bool:
    """Say whether a call only mentions a bucket or a thing of EC2, and is about another of its sort."""
    asked = event.asked.parameters if isinstance(event.asked.parameters, Mapping) else {}
    if event.source.startswith("s3.") and isinstance(asked.get("bucketName"), str):
        return all(name.rpartition(":")[2] != asked["bucketName"] for name in names)
    wrapped = next(iter(asked.values())) if len(asked) == 1 else None
    subjects = {text for text in (wrapped if isinstance(wrapped, Mapping) else asked).values() if isinstance(text, str)}
    sorts = {found[1] for name in names if (found := ID.fullmatch(name))}
    others = (found[1] for text in subjects if (found := ID.fullmatch(text)))
    return subjects.isdisjoint(names) and not sorts.isdisjoint(others)


def _source(change: Change) -> str:
    parts = change.resource.split(":")
    service = parts[2] if parts[0] == "arn" and len(parts) > 5 else change.kind.split("::")[1].lower()  # noqa: PLR2004
    return SOURCES.get(service, service)


def _called(event: TrailEvent, name: str, kind: str) -> bool:
    """Say whether a name stands under a member that fits the kind: `roleName` for a role, not `userName`."""
    noun = bare(kind.rpartition("::")[2])
    for key in event.asked.names[name]:
        stem = re.sub(r"(names?|ids?|arns?|identifiers?)$", "", key)
        if key in GENERAL_KEYS or key == "resource" or (stem and (stem in noun or noun in stem)):
            return True
    return kind in NAMED_BY_OTHERS


NAMED_BY_OTHERS = frozenset({"AWS::IAM::Policy", "AWS::ECS::TaskDefinition", "AWS::ECS::Service"})
"""Kinds whose events name them by what they belong to, or by a family."""


def _same_parent(event: TrailEvent, change: Change, name: str) -> bool:
    """Say whether a service of ECS is meant in its own cluster: two clusters may have services of one name."""
    path = change.resource.rpartition(":")[2].split("/")
    if "family" in event.asked.names[name]:  # a task definition, which no cluster holds
        return True
    if change.kind != "AWS::ECS::Service" or len(path) != 3 or path[2] != name:  # noqa: PLR2004  service/cluster/name
        return True
    clusters = [each for each, keys in event.asked.names.items() if keys & {"cluster", "clusterarn"}]
    return any(each.rpartition("/")[2] == path[1] for each in clusters) if clusters else path[1] == "default"
