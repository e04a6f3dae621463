"""What is compared with what: a resource with itself, or a class with itself, in two nights."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from scanner.model.gap import Gap, GapState
from scanner.model.resource import Resource, Section, SectionState

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from scanner.model.resource import Snapshot

Key = tuple[str, str, str, str]
"""Account, Region, kind, and the id of a resource or the key of a class."""

NOT_SEEN = Section(SectionState.UNSEEN, None, Gap(message="it was not looked at", state=GapState.NOT_COLLECTED))


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """One resource in two nights, or all members of a class.

    `before` is what was last known up to the earlier night, `after` what the later one saw; each holds at least the
    sections that may differ. `since` and `seen` are the moments of the two looks. `gap` says why the later night
    could not look, so that what is missing is unseen. `count` says for how many resources a group without members
    stands.
    """

    account: str
    region: str
    kind: str
    key: str
    before: tuple[Resource, ...] = ()
    after: tuple[Resource, ...] = ()
    since: datetime | None = None
    seen: datetime | None = None
    gap: Gap | None = None
    count: int = 0

    @property
    def is_class(self) -> bool:
        """Say whether its members are compared by their shape: they are known by something else than their id."""
        return any(each.identity != each.id for each in (*self.before, *self.after))


def identity(before: Resource | None, after: Resource | None) -> str:
    """Give what a resource is known by; where its tags were not learned now, what it was known by before."""
    if after is None:
        return before.identity if before is not None else ""
    if before is not None and after.tags is None:
        return before.identity
    return after.identity


def groups(before: Snapshot, after: Snapshot) -> Iterator[Group]:
    """Lay two snapshots beside each other, in memory; places and kinds that the later did not list are left out.

    What is there anew where the earlier could not list is left out too: nobody knows since when it is there.
    """
    lists, listed = _listings(after), _listings(before)
    older = {_place(each): each for each in before.resources}
    found: dict[Key, tuple[list[Resource], list[Resource]]] = defaultdict(lambda: ([], []))
    for each in after.resources:
        was = older.pop(_place(each), None)
        if was is None and listed.get((each.account, each.region, each.kind)) is not None:
            continue
        key = (each.account, each.region, each.kind, identity(was, each))
        found[key][1].append(each)
        if was is not None:
            found[key][0].append(was)
    unseen: dict[tuple[str, str, str], int] = defaultdict(int)
    for each in older.values():
        where = (each.account, each.region, each.kind)
        if lists.get(where, _ABSENT) is None:
            found[*where, each.identity][0].append(each)
        elif where in lists:
            unseen[where] += 1
    for (account, region, kind, name), (was_there, there) in found.items():
        yield Group(
            account=account, region=region, kind=kind, key=name, before=tuple(was_there), after=tuple(there),
            since=before.as_of, seen=after.as_of,
        )  # fmt: skip
    for (account, region, kind), count in unseen.items():
        gap = lists[account, region, kind]
        yield Group(
            account=account, region=region, kind=kind, key=kind, gap=gap, count=count, since=before.as_of,
            seen=after.as_of,
        )  # fmt: skip


_ABSENT = Gap(message="the kind was not looked for", state=GapState.NOT_COLLECTED)


def _place(each: Resource) -> tuple[str, ...]:
    return each.account, each.region, each.kind, each.arn, each.id


def _listings(snapshot: Snapshot) -> Mapping[tuple[str, str, str], Gap | None]:
    found: dict[tuple[str, str, str], Gap | None] = {}
    for entry in snapshot.coverage:
        if entry.listing:
            where = (entry.account, entry.region, entry.kind)
            found[where] = found.get(where) or (None if entry.ok else entry.gap)
    return found


def sections(some: Iterable[Resource]) -> list[str]:
    """Name the sections that any of the resources has, sorted."""
    return sorted({name for each in some for name in each.sections})
