"""What the store holds of one place from one scan: the resources of some kinds, and the names of all."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sqlalchemy import select

from scanner.engine.drift.canonicalise import HEAD
from scanner.store.blobs import fetch, fetch_json
from scanner.store.reading import intervals, lift, present, resource_of, visits_of
from scanner.store.tables import places

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection

    from scanner.model.resource import Resource
    from scanner.store.reading import Lasting

Named = tuple[str, str, str]
"""A resource's kind, ARN and id."""


def known_in(
    connection: Connection, scan: int, account: str, region: str, kinds: Collection[str]
) -> tuple[list[Resource], list[Named]]:
    """Give the resources of some kinds that a scan saw in a place, and the names of all that it saw there."""
    here = select(places.c.id).where((places.c.account == account) & (places.c.region == region))
    place = connection.execute(here).scalar()
    looked = visits_of(connection, scan=scan, place=place) if place is not None else []
    if not looked:
        return [], []
    by_place: dict[int, list[Lasting]] = defaultdict(list)
    for row in intervals(connection, scan=scan, place=place):
        by_place[row.place].append(row)
    shapes = fetch_json(connection, {visit.shape for visit in looked})
    seen = [of for visit in looked for of in present(lift(by_place[visit.place]), shapes[visit.shape]).values()]
    wanted = [of for of in seen if of[HEAD].kind in kinds]
    contents = fetch(connection, {row.value.hash for of in wanted for row in of.values() if row.value.hash})
    return [resource_of(of, contents) for of in wanted], [(of[HEAD].kind, of[HEAD].arn, of[HEAD].name) for of in seen]
