"""Recalls what was last known of a resource's own attributes where a scan could not learn them."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from scanner.engine.drift.canonicalise import HEAD
from scanner.model.resource import SectionState
from scanner.store.blobs import chunks, fetch_json
from scanner.store.tables import sections

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Connection

    from scanner.model.resource import Resource

Sides = dict[int, tuple["Resource | None", "Resource | None"]]
"""Resources by number, as they were last known and as they are seen."""


def recall(connection: Connection, sides: Sides, until: int) -> Mapping[int, int]:
    """Give the earlier sides that lack their tags those that were last known, and the class that these told of.

    Gives for each such resource the scan that no longer learned them.
    """
    bare = {
        number: before
        for number, (before, after) in sides.items()
        if before is not None and before.tags is None and (after is None or after.tags is not None)
    }
    hidden: dict[int, int] = {}
    for number, attributes, ended in _tagged(connection, bare, until):
        if number not in hidden:
            hidden[number] = ended
            made = copy.copy(bare[number])
            made.tags, made.identity = attributes["tags"], attributes["identity"]
            sides[number] = (made, sides[number][1])
    return hidden


def _tagged(connection: Connection, numbers: Iterable[int], until: int) -> Iterable[tuple[int, dict[str, Any], int]]:
    """Give the attributes with tags that resources had up to a scan, those of each resource from the newest on."""
    c = sections.c
    for some in chunks(numbers):
        query = select(c.resource, c.hash, c.ended).where(
            c.resource.in_(some) & (c.section == HEAD) & (c.state == str(SectionState.OK)) & (c.ended <= until)
        )
        rows = connection.execute(query.order_by(c.resource, c.since.desc())).all()
        heads = fetch_json(connection, {row.hash for row in rows})
        yield from ((number, heads[name], ended) for number, name, ended in rows if heads[name]["tags"] is not None)
