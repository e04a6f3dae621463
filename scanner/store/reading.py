"""Reads back what a scan saw."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from sqlalchemy import or_, select

from scanner.engine.drift.canonicalise import HEAD
from scanner.model.gap import Gap
from scanner.model.resource import Coverage, Resource, Section, SectionState, Source
from scanner.store.blobs import fetch, fetch_json
from scanner.store.recording import Value
from scanner.store.tables import places, resources, sections, visits
from scanner.store.writing import AT_ONCE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sqlalchemy import Connection


class Looked(NamedTuple):
    """A visit as it was stored."""

    scan: int
    place: int
    account: str
    region: str
    coverage: str
    shape: str
    digest: str


class Lasting(NamedTuple):
    """One interval of one section."""

    place: int
    resource: int
    kind: str
    arn: str
    name: str
    section: str
    value: Value
    since: int
    ended: int | None


def visits_of(connection: Connection, *, scan: int | None = None, place: int | None = None) -> list[Looked]:
    """Give the visits of a scan or a place, by account and Region, then in time."""
    query = select(
        visits.c.scan,
        visits.c.place,
        places.c.account,
        places.c.region,
        visits.c.coverage,
        visits.c.shape,
        visits.c.digest,
    ).join_from(visits, places)
    if scan is not None:
        query = query.where(visits.c.scan == scan)
    if place is not None:
        query = query.where(visits.c.place == place)
    query = query.order_by(places.c.account, places.c.region, visits.c.scan)
    return [Looked(*row) for row in connection.execute(query)]


def intervals(
    connection: Connection,
    *,
    scan: int | None = None,
    place: int | None = None,
    kind: str = "",
    section: str = "",
    first: int | None = None,
) -> Iterator[Lasting]:
    """Go over the intervals that hold in a scan, or all of a place; of one kind or section if it is named.

    With `first`, those that held in any scan from that one up to `scan`.
    """
    query = select(
        sections.c.place,
        sections.c.resource,
        resources.c.kind,
        resources.c.arn,
        resources.c.name,
        sections.c.section,
        sections.c.state,
        sections.c.hash,
        sections.c.stable,
        sections.c.since,
        sections.c.ended,
    ).join_from(sections, resources, sections.c.resource == resources.c.id)
    if scan is not None:
        ended = sections.c.ended
        query = query.where((sections.c.since <= scan) & or_(ended.is_(None), ended > (first or scan)))
    if place is not None:
        query = query.where(sections.c.place == place)
    if kind:
        query = query.where(resources.c.kind == kind)
    if section:
        query = query.where(sections.c.section == section)
    rows = connection.execute(query.execution_options(yield_per=AT_ONCE))
    for held_by, number, of_kind, arn, name, part, state, content, stable, since, until in rows:
        yield Lasting(held_by, number, of_kind, arn, name, part, Value(state, content, stable), since, until)


Seen = dict[int, dict[str, Lasting]]
"""The sections of each resource."""


def lift(held: Iterable[Lasting]) -> Seen:
    """Lay each veil over what it hides."""
    found: Seen = defaultdict(dict)
    for row in held:
        if row.value.state == SectionState.UNSEEN or row.section not in found[row.resource]:
            found[row.resource][row.section] = row
    return found


def present(held: Seen, shape: Mapping[str, list[str]]) -> Seen:
    """Leave out what the visit did not look for or did not see."""
    found: Seen = {}
    for number, of in held.items():
        head = of.get(HEAD)
        if head is None or head.value.state == SectionState.UNSEEN or head.kind not in shape:
            continue
        asked = {HEAD, *shape[head.kind]}
        found[number] = {name: row for name, row in of.items() if name in asked}
    return found


def coverage_of(connection: Connection, looked: Iterable[Looked]) -> list[Coverage]:
    """Give the coverage of visits."""
    known = list(looked)
    contents = fetch(connection, {visit.coverage for visit in known})
    found: list[Coverage] = []
    for visit in known:
        for entry in msgspec.json.decode(contents[visit.coverage], type=list[Coverage]):
            here = {"account": entry.account or visit.account, "region": entry.region or visit.region}
            found.append(msgspec.structs.replace(entry, **here))
    return found


def resources_of(
    connection: Connection, scan: int, looked: Iterable[Looked], *, kind: str = "", section: str = ""
) -> list[Resource]:
    """Give the resources that a scan saw, in a stable order; of one kind, or with one section alone, if it is named."""
    known = list(looked)
    shapes = fetch_json(connection, {visit.shape for visit in known})
    by_place: dict[int, list[Lasting]] = defaultdict(list)
    place = known[0].place if len(known) == 1 else None
    for row in intervals(connection, scan=scan, place=place, kind=kind, section=section):
        by_place[row.place].append(row)
    seen: list[dict[str, Lasting]] = []
    for visit in known:
        seen += present(lift(by_place[visit.place]), shapes[visit.shape]).values()
    return _built(connection, seen)


def unseen_of(connection: Connection, scan: int, looked: Iterable[Looked]) -> list[tuple[Resource, Gap]]:
    """Give the resources that were known before and that a scan could not look for, as last known, and why."""
    looked_at = {visit.place for visit in looked}
    veiled: list[dict[str, Lasting]] = []
    gaps: list[str] = []
    rows = [row for row in intervals(connection, scan=scan) if row.place in looked_at]
    known = lift(row for row in rows if row.value.state != SectionState.UNSEEN)
    for row in rows:
        if row.section == HEAD and row.value.state == SectionState.UNSEEN and row.resource in known:
            veiled.append(known[row.resource])
            gaps.append(row.value.hash)
    contents = fetch(connection, gaps)
    found = [msgspec.json.decode(contents[name], type=Gap) for name in gaps]
    return list(zip(_built(connection, veiled, in_order=True), found, strict=True))


def _built(connection: Connection, seen: list[dict[str, Lasting]], *, in_order: bool = False) -> list[Resource]:
    contents = fetch(connection, {row.value.hash for of in seen for row in of.values() if row.value.hash})
    found = [resource_of(of, contents) for of in seen]
    return found if in_order else sorted(found, key=lambda item: (item.account, item.region, item.kind, item.id))


def resource_of(of: Mapping[str, Lasting], contents: Mapping[str, bytes]) -> Resource:
    """Put a resource together from its sections and their contents."""
    row = of[HEAD]
    head: dict[str, Any] = msgspec.json.decode(contents[row.value.hash])
    return Resource(
        row.kind,
        row.name,
        arn=row.arn,
        partition=head["partition"],
        account=head["account"],
        region=head["region"],
        name=head["name"],
        identity=head["identity"],
        tags=head["tags"],
        source=Source(head["source"]),
        sections={name: _section(held.value, contents) for name, held in of.items() if name != HEAD},
    )


def _section(value: Value, contents: Mapping[str, bytes]) -> Section:
    state = SectionState(value.state)
    if state is SectionState.OK:
        return Section(state, msgspec.json.decode(contents[value.hash]))
    gap = msgspec.json.decode(contents[value.hash], type=Gap | None) if state is SectionState.UNSEEN else None
    return Section(state, None, gap)
