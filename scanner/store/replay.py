"""Goes through the scans in time and reckons from what is stored what each one's digests should be."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

import msgspec
from sqlalchemy import select

from scanner.store.blobs import fetch, fetch_json
from scanner.store.bodies import Line
from scanner.store.judging import verdict_digest
from scanner.store.life import Judged
from scanner.store.reading import intervals, lift, present, visits_of
from scanner.store.recording import line, visit_digest
from scanner.store.tables import judgements, verdicts
from scanner.store.verdict_rows import COLUMNS, sealed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sqlalchemy import Connection

    from scanner.store.reading import Looked


class Interval(Protocol):
    """What holds from one scan up to another."""

    @property
    def since(self) -> int:
        """The scan in which it began."""

    @property
    def ended(self) -> int | None:
        """The scan in which it held no longer."""


T = TypeVar("T", bound=Interval)


def sweep(rows: Iterable[T], scans: Iterable[int]) -> Iterator[tuple[int, list[T], bool]]:
    """Give for each scan what holds in it, and whether that differs from the scan before."""
    waiting = sorted(rows, key=lambda row: row.since, reverse=True)
    live: list[T] = []
    for scan in sorted(scans):
        now = [row for row in live if row.ended is None or row.ended > scan]
        changed = len(now) < len(live)
        while waiting and waiting[-1].since <= scan:
            row = waiting.pop()
            if row.ended is None or row.ended > scan:
                now.append(row)
                changed = True
        live = now
        yield scan, live, changed


def visit_digests(connection: Connection) -> Iterator[tuple[Looked, str]]:
    """Give each visit, and the digest of what is stored of it now."""
    by_place: dict[int, dict[int, Looked]] = defaultdict(dict)
    for visit in visits_of(connection):
        by_place[visit.place][visit.scan] = visit
    shapes = fetch_json(connection, {visit.shape for some in by_place.values() for visit in some.values()})
    for place, looked in by_place.items():
        yield from _visits(connection, place, looked, shapes)


def _visits(
    connection: Connection, place: int, looked: Mapping[int, Looked], shapes: Mapping[str, dict[str, list[str]]]
) -> Iterator[tuple[Looked, str]]:
    known: dict[tuple[str, str], str] = {}
    for scan, live, changed in sweep(intervals(connection, place=place), looked):
        if changed:
            known.clear()
        coverage, shape = looked[scan].coverage, looked[scan].shape
        if (coverage, shape) not in known:
            seen = [row for of in present(lift(live), shapes[shape]).values() for row in of.values()]
            lines = [line((row.kind, row.arn, row.name), row.section, row.value) for row in seen]
            known[coverage, shape] = visit_digest(coverage, shape, lines)
        yield looked[scan], known[coverage, shape]


class Life(NamedTuple):
    """One interval of a verdict."""

    line: Line
    since: int
    ended: int | None


def verdict_digests(connection: Connection, account: str) -> dict[int, str]:
    """Give for each scan that judged an account the digest of what is stored of its verdicts now."""
    query = select(judgements.c.scan, judgements.c.judged).where(judgements.c.account == account)
    names: dict[int, str] = dict(connection.execute(query).all())
    contents = fetch(connection, names.values())
    by = {name: msgspec.json.decode(content, type=Judged) for name, content in contents.items()}
    query = select(*COLUMNS, verdicts.c.ended).where(verdicts.c.account == account)
    lives = [Life(line := Line(*row[:-1]), line.since, row[-1]) for row in connection.execute(query)]
    found: dict[int, str] = {}
    known: dict[str, str] = {}
    for scan, live, changed in sweep(lives, names):
        if changed:
            known.clear()
        name = names[scan]
        if name not in known:
            covers = by[name].covers
            lines = [sealed(each.line) for each in live if covers(each.line.rule, each.line.region, each.line.kind)]
            known[name] = verdict_digest(name, lines)
        found[scan] = known[name]
    return found
