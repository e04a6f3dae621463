"""Reads one section of a kind over all nights: what a record over time is made from."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import select

from scanner.model.resource import SectionState
from scanner.store.blobs import fetch_json
from scanner.store.tables import places, resources, scans, sections, visits

if TYPE_CHECKING:
    from sqlalchemy import Connection


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """A section's content, and the moments of the scans that saw it so, the earliest first."""

    account: str
    region: str
    arn: str
    name: str
    moments: tuple[datetime, ...]
    doc: Any


def spans(connection: Connection, kind: str, section: str) -> list[Span]:
    """Give all that was seen of a section of a kind, by ARN and in time."""
    query = (
        select(
            places.c.account, places.c.region, resources.c.arn, resources.c.name, sections.c.place, sections.c.hash,
            sections.c.since, sections.c.ended,
        )
        .join_from(sections, resources, sections.c.resource == resources.c.id)
        .join(places, sections.c.place == places.c.id)
        .where((resources.c.kind == kind) & (sections.c.section == section) & (sections.c.state == SectionState.OK))
        .order_by(resources.c.arn, sections.c.since)
    )  # fmt: skip
    rows = list(connection.execute(query))
    contents = fetch_json(connection, {row.hash for row in rows})
    seen = select(visits.c.place, visits.c.scan, scans.c.as_of).join_from(visits, scans).order_by(visits.c.scan)
    looked = [(place, scan, datetime.fromisoformat(as_of)) for place, scan, as_of in connection.execute(seen)]
    found = []
    for row in rows:
        moments = tuple(
            moment
            for place, scan, moment in looked
            if place == row.place and row.since <= scan and (row.ended is None or scan < row.ended)
        )
        found.append(
            Span(account=row.account, region=row.region, arn=row.arn, name=row.name, moments=moments,
                 doc=contents[row.hash])
        )  # fmt: skip
    return found
