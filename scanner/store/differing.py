"""Finds what differs between two scans: only resources of which an interval began or ended between them are looked at.

The earlier side is what was last known up to the earlier scan, also of what that scan could not see; the later side is
what the later scan saw. So a change that happened while nobody could look is told when it is seen, and once.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from sqlalchemy import func, not_, or_, select

from scanner.engine.drift.canonicalise import HEAD
from scanner.engine.drift.groups import Group, identity
from scanner.model.gap import Gap
from scanner.model.resource import Coverage, Resource, SectionState
from scanner.store.blobs import chunks, fetch, fetch_json
from scanner.store.reading import Lasting, Looked, resource_of, visits_of
from scanner.store.recalling import recall
from scanner.store.recording import Value
from scanner.store.records import moment
from scanner.store.tables import places, resources, scans, sections

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection

Held = dict[str, Lasting]
"""The sections of one resource."""

Place = tuple[int, str, str]
"""A place's number, the kind, and the key of a class."""


ENDS = 2


class Both(NamedTuple):
    """One resource: what was known of it earlier, when it was last seen so, and what lies there later."""

    known: Held
    hidden_since: int | None
    later: Held
    veil: Lasting | None

    @property
    def row(self) -> Lasting:
        """Any row: they share place, kind and resource."""
        return next(iter((self.known or self.later).values()))


class Difference:
    """What differs between an earlier and a later scan.

    `version` is that of the normaliser: what two scans wrote under it is compared by its second hash alone.
    """

    def __init__(self, connection: Connection, older: int, newer: int, version: str, *, every: bool = False) -> None:
        """Compare two scans by number; with `every` what only noise tells apart is given too."""
        self.connection = connection
        self.older, self.newer, self.version, self.every = older, newer, version, every
        self.visits = {visit.place: visit for visit in visits_of(connection, scan=newer)}
        self.shapes = fetch_json(connection, {visit.shape for visit in self.visits.values()})
        self.named = {place: (account, region) for place, account, region in connection.execute(select(places))}
        self.moments = {seq: moment(as_of) for seq, as_of in connection.execute(select(scans.c.seq, scans.c.as_of))}
        self.versions = _versions(connection)
        self.looked = {(visit.place, visit.scan): visit for visit in visits_of(connection) if visit.scan <= older}
        self.earlier = _earlier(connection, self.looked.values())
        self.whole: dict[str, dict[str, bool]] = {}
        self.recalled: dict[int, int] = {}

    def groups(self) -> Iterator[Group]:
        """Give each resource that may differ, each class of which a member may, and what could not be seen again."""
        classes: set[Place] = set()
        unseen: Counter[tuple[int, str, str]] = Counter()
        for some in chunks(self._touched()):
            yield from self._singles(self._both(resources.c.id.in_(some)), classes, unseen)
        for place, kind, key in sorted(classes):
            yield from self._class(place, kind, key)
        for (place, kind, veil), count in sorted(unseen.items()):
            account, region = self.named[place]
            gap = msgspec.json.decode(fetch(self.connection, [veil])[veil], type=Gap)
            yield Group(
                account=account, region=region, kind=kind, key=kind, gap=gap, count=count,
                since=self.moments[self.older], seen=self.moments[self.newer],
            )  # fmt: skip

    def _touched(self) -> list[int]:
        """Find the resources of which a section differs at the ends, by its second hash where both bear ours."""
        c = sections.c
        here, held, now = c.place.in_(self.visits), c.since <= self.older, c.since > self.older
        began = now & (c.since <= self.newer) & or_(c.ended.is_(None), c.ended > self.newer)
        ended = held & (c.ended > self.older) & (c.ended <= self.newer)
        query = select(c.resource).where(here & or_(began, ended))
        if not self.every:
            same = (
                (func.count() == ENDS)
                & (func.min(c.stable) == func.max(c.stable))
                & (func.min(c.state) == func.max(c.state))
            )
            ours = func.min(c.since) >= self._ours()
            query = query.group_by(c.resource, c.section).having(not_(same & ours))
        return sorted(set(self.connection.execute(query).scalars()))

    def _ours(self) -> int:
        """Give the first scan from which on all were written under our normaliser."""
        others = [scan for scan, version in self.versions.items() if version != self.version]
        return max(others, default=0) + 1

    def _both(self, where: ColumnElement[bool]) -> dict[int, Both]:
        """Give both sides of some resources."""
        known: dict[int, Held] = defaultdict(dict)
        later: dict[int, Held] = defaultdict(dict)
        hidden: dict[int, int] = {}
        for row in self._rows(where):
            is_veil = row.value.state == SectionState.UNSEEN
            if row.since <= self.older and (row.ended is None or row.ended > self.older):
                if is_veil:
                    hidden[row.resource] = min(row.since, hidden.get(row.resource, row.since))
                else:
                    known[row.resource][row.section] = row
            if row.ended is None or row.ended > self.newer:
                held = later[row.resource]
                if is_veil or row.section not in held:
                    held[row.section] = row
        found = {}
        for number in {*known, *later}:
            head = later[number].get(HEAD)
            veil = head if head is not None and head.value.state == SectionState.UNSEEN else None
            asked = {} if veil else self._asked(later[number])
            if HEAD in known[number] or asked:
                found[number] = Both(known[number], hidden.get(number), asked, veil)
        return found

    def _rows(self, where: ColumnElement[bool]) -> Iterator[Lasting]:
        query = (
            select(
                sections.c.place, sections.c.resource, resources.c.kind, resources.c.arn, resources.c.name,
                sections.c.section, sections.c.state, sections.c.hash, sections.c.stable, sections.c.since,
                sections.c.ended,
            )
            .join_from(sections, resources, sections.c.resource == resources.c.id)
            .where(where & (sections.c.since <= self.newer))
            .where(or_(sections.c.ended.is_(None), sections.c.ended > self.older))
        )  # fmt: skip
        for place, number, kind, arn, name, section, state, content, stable, since, ended in self.connection.execute(
            query
        ):
            if kind in self._shape(place):
                yield Lasting(place, number, kind, arn, name, section, Value(state, content, stable), since, ended)

    def _shape(self, place: int) -> Mapping[str, Sequence[str]]:
        visit = self.visits.get(place)
        shape: Mapping[str, Sequence[str]] = self.shapes[visit.shape] if visit is not None else {}
        return shape

    def _asked(self, held: Held) -> Held:
        """Leave out what the later scan did not ask for."""
        head = held.get(HEAD)
        if head is None:
            return {}
        asked = {HEAD, *self._shape(head.place)[head.kind]}
        return {name: row for name, row in held.items() if name in asked}

    def _singles(
        self, found: Mapping[int, Both], classes: set[Place], unseen: Counter[tuple[int, str, str]]
    ) -> Iterator[Group]:
        parts = {number: self._differing(both) for number, both in found.items()}
        loaded = self._loaded(parts)
        for number, both in found.items():
            row = both.row
            before, after = loaded[number]
            if both.veil is not None:
                if before is not None and both.veil.since > self.older:
                    unseen[row.place, row.kind, both.veil.value.hash] += 1
                continue
            there = after or before
            if there is None or (before is None and self._listed(row.place, row.kind) is None):
                continue
            key = identity(before, after)
            if key != there.id:
                classes.add((row.place, row.kind, key))
            elif not _same(before, after):
                yield self._group(there, key, self._since(both), (before,), (after,))

    def _loaded(self, parts: Mapping[int, tuple[Held, Held]]) -> dict[int, tuple[Resource | None, Resource | None]]:
        """Put both sides of resources together."""
        wanted = {row.value.hash for sides in parts.values() for side in sides for row in side.values()} - {""}
        contents = fetch(self.connection, wanted)
        sides = {
            number: (
                resource_of(before, contents) if before else None,
                resource_of(after, contents) if after else None,
            )
            for number, (before, after) in parts.items()
        }
        self.recalled.update(recall(self.connection, sides, self.older))
        return sides

    def _differing(self, both: Both) -> tuple[Held, Held]:
        """Leave out the sections that are the same on both sides."""
        if HEAD not in both.known or HEAD not in both.later:
            return both.known if HEAD in both.known else {}, both.later
        names = [
            name
            for name in {*both.known, *both.later}
            if name == HEAD or self._differs(both.known.get(name), both.later.get(name))
        ]
        return tuple({name: side[name] for name in names if name in side} for side in both[::2])  # type: ignore[return-value]

    def _differs(self, before: Lasting | None, after: Lasting | None) -> bool:
        if before is None or after is None or before.value[:2] == after.value[:2]:
            return False
        if self.every or before.value.state != after.value.state or before.value.stable != after.value.stable:
            return True
        return {self.versions.get(row.since) for row in (before, after)} != {self.version}

    def _since(self, both: Both) -> datetime:
        """Give when the earlier side was last seen as it is."""
        if not both.known:
            return self.moments[self._listed(both.row.place, both.row.kind) or self.older]
        looked = self.earlier.get(both.row.place, {}).get(both.row.kind, ())
        least, hidden = min((held.since for held in both.known.values()), default=0), both.hidden_since
        if both.row.resource in self.recalled:
            least, hidden = 0, min(filter(None, (hidden, self.recalled[both.row.resource])))
        seen = [scan for scan in looked if scan >= least and (hidden is None or scan < hidden)]
        return self.moments[max(seen, default=least or self.older)]

    def _listed(self, place: int, kind: str) -> int | None:
        """Give the last scan up to the earlier one that listed a kind whole; without one, nothing counts as new."""
        looked = self.earlier.get(place, {}).get(kind, ())
        return next((scan for scan in reversed(looked) if self._was_whole(place, scan, kind)), None)

    def _was_whole(self, place: int, scan: int, kind: str) -> bool:
        name = self.looked[place, scan].coverage
        if name not in self.whole:
            of = self.whole[name] = {}
            for entry in msgspec.json.decode(fetch(self.connection, [name])[name], type=list[Coverage]):
                of[entry.kind] = of.get(entry.kind, True) and (entry.ok or not entry.listing)
        return self.whole[name].get(kind, True)

    def _group(
        self, there: Resource, key: str, since: datetime, before: Iterable[Resource | None],
        after: Iterable[Resource | None],
    ) -> Group:  # fmt: skip
        return Group(
            account=there.account, region=there.region, kind=there.kind, key=key, since=since,
            before=tuple(each for each in before if each is not None),
            after=tuple(each for each in after if each is not None), seen=self.moments[self.newer],
        )  # fmt: skip

    def _class(self, place: int, kind: str, key: str) -> Iterator[Group]:
        """Give all members of a class on both sides, with all that is known of them."""
        found = self._both((resources.c.place == place) & (resources.c.kind == kind))
        seen = {number: both for number, both in found.items() if both.veil is None}
        heads = self._loaded({number: (_head(both.known), _head(both.later)) for number, both in seen.items()})
        members = {number: seen[number] for number, sides in heads.items() if identity(*sides) == key}
        loaded = self._loaded({number: (both.known, both.later) for number, both in members.items()})
        before = [was for was, _ in loaded.values() if was is not None]
        after = [now for _, now in loaded.values() if now is not None]
        since = [self._since(both) for both in members.values() if both.known]
        if before or after:
            yield self._group((*after, *before)[0], key, max(since, default=self.moments[self.older]), before, after)


def _head(held: Held) -> Held:
    return {HEAD: held[HEAD]} if HEAD in held else {}


def _same(before: Resource | None, after: Resource | None) -> bool:
    """Say whether nothing is left to compare."""
    return before is not None and after is not None and not after.sections and before.tags == after.tags


def _versions(connection: Connection) -> dict[int, str]:
    """Give the version of the normaliser by which each scan was written."""
    rows = connection.execute(select(scans.c.seq, scans.c.scope)).all()
    scopes = fetch_json(connection, {scope for _, scope in rows})
    return {seq: scopes[scope].get("versions", {}).get("normaliser", "") for seq, scope in rows}


def _earlier(connection: Connection, looked: Collection[Looked]) -> dict[int, dict[str, list[int]]]:
    """Give for each place and kind the scans up to the earlier one that looked for it."""
    found: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    shapes = fetch_json(connection, {visit.shape for visit in looked})
    for visit in looked:
        for kind in shapes[visit.shape]:
            found[visit.place][kind].append(visit.scan)
    return found
