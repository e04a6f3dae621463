"""Writes what was seen in one place (account and Region), as intervals: only what differs from before costs rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from sqlalchemy import select, update

from scanner.engine.drift.canonicalise import HEAD
from scanner.engine.normalise import canonical, digest
from scanner.model.gap import Gap, GapState
from scanner.model.resource import SectionState
from scanner.store.blobs import Drawer, chunks, seal_of
from scanner.store.tables import place_numbers, places, resource_numbers, resources, sections, visits
from scanner.store.writing import numbers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Connection

    from scanner.engine.drift import Normaliser
    from scanner.model.resource import Coverage, Resource

Key = tuple[str, str, str]
"""Kind, ARN and id: with the place, what a resource is known by."""


class Value(NamedTuple):
    """What a section was: its state, its content's name, and that of its content without noise."""

    state: str
    hash: str
    stable: str


class Row(NamedTuple):
    """An interval that still holds."""

    id: int
    resource: int
    value: Value


class Open(NamedTuple):
    """What holds of one section: the last known content, and the veil over it while it is unseen."""

    known: Row | None = None
    veil: Row | None = None


def line(key: Key, section: str, value: Value) -> str:
    """Write one section for the seal."""
    return "\x1f".join((*key, section, *value))


class Visit:
    """One scan's look at one place, being written."""

    def __init__(self, connection: Connection, scan: int, normaliser: Normaliser) -> None:
        """Write with the connection, in its transaction."""
        self.connection = connection
        self.scan = scan
        self.normaliser = normaliser
        self.drawer = Drawer(connection)
        self.ended: list[int] = []
        self.opened: list[dict[str, Any]] = []

    def write(self, account: str, region: str, seen: Sequence[Resource], coverage: Iterable[Coverage]) -> None:
        """Write the place; a place that this scan wrote before is left as it is."""
        place = self._place(account, region)
        where = (visits.c.scan == self.scan) & (visits.c.place == place)
        if self.connection.execute(select(visits.c.scan).where(where)).first():
            return
        entries = sorted(coverage, key=lambda entry: (entry.kind, entry.call, entry.operation, entry.state))
        before, numbered = self._before(place)
        now = {(item.kind, item.arn, item.id): item for item in seen}
        self._number(place, numbered, now)
        shape = _shape(now.values(), entries)
        lines: list[str] = []
        for key, resource in now.items():
            held = before.get(key, {})
            lines += self._resource((place, numbered[key]), key, resource, held)
            self._unasked(held.keys() - resource.sections.keys() - {HEAD}, held, shape[key[0]])
        self._absent(place, {key: held for key, held in before.items() if key not in now}, shape, entries)
        self._store(place, account, region, entries, shape, lines)

    def _place(self, account: str, region: str) -> int:
        where = (places.c.account == account) & (places.c.region == region)
        found = self.connection.execute(select(places.c.id).where(where)).scalar_one_or_none()
        if found is None:
            found = numbers(self.connection, places.c.id, place_numbers, 1)[0]
            self.connection.execute(places.insert().values(id=found, account=account, region=region))
        return int(found)

    def _before(self, place: int) -> tuple[dict[Key, dict[str, Open]], dict[Key, int]]:
        query = (
            select(
                resources.c.kind,
                resources.c.arn,
                resources.c.name,
                sections.c.id,
                sections.c.resource,
                sections.c.section,
                sections.c.state,
                sections.c.hash,
                sections.c.stable,
            )
            .join_from(sections, resources, sections.c.resource == resources.c.id)
            .where((sections.c.place == place) & sections.c.ended.is_(None))
        )
        found: dict[Key, dict[str, Open]] = {}
        numbered: dict[Key, int] = {}
        for kind, arn, name, number, resource, section, state, content, stable in self.connection.execute(query):
            key = (kind, arn, name)
            numbered[key] = resource
            row = Row(number, resource, Value(state, content, stable))
            of = found.setdefault(key, {})
            held = of.get(section, Open())
            of[section] = held._replace(veil=row) if state == SectionState.UNSEEN else held._replace(known=row)
        return found, numbered

    def _number(self, place: int, known: dict[Key, int], now: Iterable[Key]) -> None:
        """Find the numbers of resources that were gone, and number the new ones."""
        unknown = [key for key in now if key not in known]
        for some in chunks({arn for _, arn, _ in unknown}):
            query = select(resources.c.kind, resources.c.arn, resources.c.name, resources.c.id)
            for kind, arn, name, number in self.connection.execute(
                query.where((resources.c.place == place) & resources.c.arn.in_(some))
            ):
                known[kind, arn, name] = number
        new = [key for key in unknown if key not in known]
        if new:
            given = numbers(self.connection, resources.c.id, resource_numbers, len(new))
            known.update(zip(new, given, strict=True))
            rows = [{"id": known[key], "place": place, "kind": key[0], "arn": key[1], "name": key[2]} for key in new]
            self.connection.execute(resources.insert(), rows)

    def _resource(
        self, number: tuple[int, int], key: Key, resource: Resource, before: dict[str, Open]
    ) -> Iterator[str]:
        documents: dict[str, tuple[SectionState, Any]] = {HEAD: (SectionState.OK, _head(resource))}
        documents |= {
            name: (section.state, section.gap if section.state is SectionState.UNSEEN else section.doc)
            for name, section in resource.sections.items()
        }
        for name, (state, content) in documents.items():
            held = before.get(name, Open())
            value = self._value(key[0], name, state, content, held)
            self._section((*number, name), value, held)
            yield line(key, name, value)

    def _unasked(self, names: Iterable[str], held: dict[str, Open], asked: list[str]) -> None:
        """End what others of the kind still have; what the scan asked of none keeps its interval."""
        for name in names:
            if name in asked:
                self._end(held[name].known, held[name].veil)

    def _value(self, kind: str, section: str, state: SectionState, content: Any, held: Open) -> Value:
        if state in {SectionState.ABSENT, SectionState.SKIPPED}:
            return Value(str(state), "", "")
        packed = canonical(content)
        name = digest(packed)
        for row in (held.known, held.veil):
            if row is not None and row.value[:2] == (str(state), name):
                return row.value
        self.drawer.keep(name, packed)
        stable = self.normaliser.stable(kind, section, content) if state is SectionState.OK else name
        return Value(str(state), name, stable)

    def _section(self, place: tuple[int, int, str], value: Value, held: Open) -> None:
        unseen = value.state == SectionState.UNSEEN
        before = held.veil if unseen else held.known
        if not unseen:
            self._end(held.veil)
        if before is None or before.value != value:
            self._end(before)
            self._open(place, value)

    def _open(self, place: tuple[int, int, str], value: Value) -> None:
        names = ("place", "resource", "section", "state", "hash", "stable", "since")
        self.opened.append(dict(zip(names, (*place, *value, self.scan), strict=True)))

    def _end(self, *rows: Row | None) -> None:
        self.ended += [row.id for row in rows if row is not None]

    def _absent(
        self,
        place: int,
        missing: dict[Key, dict[str, Open]],
        shape: dict[str, list[str]],
        coverage: Sequence[Coverage],
    ) -> None:
        """End what is gone for sure; lay a veil over what the listing of its kind may have missed."""
        gaps = _listing_gaps(shape, coverage)
        for key, held in missing.items():
            kind = key[0]
            if kind not in shape:
                continue
            gap = gaps[kind]
            if gap is None:
                for each in held.values():
                    self._end(each.known, each.veil)
            elif (head := held[HEAD]).known is not None:
                name = self.drawer.put(gap)
                self._section((place, head.known.resource, HEAD), Value(str(SectionState.UNSEEN), name, name), head)

    def _store(
        self,
        place: int,
        account: str,
        region: str,
        coverage: Sequence[Coverage],
        shape: dict[str, list[str]],
        lines: list[str],
    ) -> None:
        covered = self.drawer.put([_placeless(entry, account, region) for entry in coverage])
        shaped = self.drawer.put(shape)
        self.drawer.flush()
        for some in chunks(self.ended):
            self.connection.execute(update(sections).where(sections.c.id.in_(some)).values(ended=self.scan))
        if self.opened:
            self.connection.execute(sections.insert(), self.opened)
        row = {"scan": self.scan, "place": place, "coverage": covered, "shape": shaped}
        self.connection.execute(visits.insert().values(**row, digest=visit_digest(covered, shaped, lines)))


def visit_digest(coverage: str, shape: str, lines: list[str]) -> str:
    """Give the digest of a visit: what was asked, how far it was answered, and every section."""
    return digest(f"{coverage}\n{shape}\n{seal_of(lines)}".encode())


def _head(resource: Resource) -> dict[str, Any]:
    return {
        "account": resource.account,
        "region": resource.region,
        "partition": resource.partition,
        "name": resource.name,
        "identity": resource.identity,
        "tags": None if resource.tags is None else dict(resource.tags),
        "source": str(resource.source),
    }


def _shape(seen: Iterable[Resource], coverage: Iterable[Coverage]) -> dict[str, list[str]]:
    """Give, for each kind that was looked for, the sections that were asked of any resource."""
    found: dict[str, set[str]] = {entry.kind: set() for entry in coverage if entry.listing}
    for resource in seen:
        found.setdefault(resource.kind, set()).update(resource.sections)
    return {kind: sorted(names) for kind, names in sorted(found.items())}


def _listing_gaps(shape: Iterable[str], coverage: Iterable[Coverage]) -> dict[str, Gap | None]:
    """Say for each kind what its listing lacks: None when it is whole; a kind without a listing lacks one."""
    message = "there is no word on whether the listing was whole"
    found: dict[str, Gap | None] = dict.fromkeys(shape, Gap(message=message, state=GapState.NOT_COLLECTED))
    listings = [entry for entry in coverage if entry.listing]
    found |= {entry.kind: None for entry in listings}
    found |= {entry.kind: entry.gap for entry in listings if not entry.ok}
    return found


def _placeless(entry: Coverage, account: str, region: str) -> Coverage:
    return msgspec.structs.replace(
        entry,
        account="" if entry.account == account else entry.account,
        region="" if entry.region == region else entry.region,
    )
