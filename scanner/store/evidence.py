"""Gives what stands behind findings, so that others can check it without the store: documents, and what was sealed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from sqlalchemy import func, or_, select

from scanner.engine.normalise import digest
from scanner.store import scanning
from scanner.store.blobs import CHUNK, chunks, fetch, fetch_json, seal_of
from scanner.store.bodies import Line, Said, Subject
from scanner.store.errors import StoreError
from scanner.store.evidence_records import Held, Link, Moment, Place, Record, Told
from scanner.store.judging import lines_in, verdict_digest
from scanner.store.reading import intervals, lift, present, visits_of
from scanner.store.recording import line, visit_digest
from scanner.store.remedying import Remedying
from scanner.store.seal import parts_of
from scanner.store.tables import blobs, judgements, places, scans, seals, verdicts
from scanner.store.verdict_rows import COLUMNS, sealed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from sqlalchemy import Connection, Row

    from scanner.store.reading import Lasting, Looked


class _Asked(NamedTuple):
    """A scan, the first one of the period that ends with it, and the moments of all scans."""

    row: Row[Any]
    first: int
    moments: dict[int, Moment]

    def ended(self, number: int | None) -> Moment | None:
        return self.moments[number] if number is not None and number <= self.row.seq else None


class Evidencing(Remedying):
    """The part of the store that gives evidence."""

    def held(
        self, scan_id: str, accounts: Collection[str], wanted: Collection[tuple[str, str]], begin: str = ""
    ) -> list[Held]:
        """Give the sections of some resources, by (kind, ARN), in a scan or in the period from `begin` up to it.

        They come by place, kind, ARN and section, then in time.

        Raises:
            StoreError: there is no such scan, or it was pruned.
        """
        with self._reading() as connection:
            asked = _asked(connection, scan_id, begin)
            looked = {visit.place: visit for visit in visits_of(connection, scan=asked.row.seq)}
            shapes = fetch_json(connection, {visit.shape for visit in looked.values()})
            query = select(places).where(places.c.account.in_(accounts)).order_by(places.c.account, places.c.region)
            found: list[Held] = []
            for place in connection.execute(query).all():
                rows = intervals(connection, scan=asked.row.seq, place=place.id, first=asked.first)
                mine = [row for row in rows if (row.kind, row.arn) in wanted]
                visit = looked.get(place.id)
                seen = _seen(mine, asked.row.seq, shapes[visit.shape]) if visit else set()
                mine.sort(key=lambda row: (row.kind, row.arn, row.name, row.section, row.since, row.value))
                found += [_held(row, (place.account, place.region), asked, current=row in seen) for row in mine]
            return found

    def told(self, scan_id: str, accounts: Collection[str], rules: Collection[str], begin: str) -> list[Told]:
        """Give what some rules said in the period from one scan up to another, by rule, fingerprint and time.

        Raises:
            StoreError: there is no such scan, it was pruned, or its content was changed.
        """
        with self._reading() as connection:
            asked = _asked(connection, scan_id, begin)
            query = select(*COLUMNS, verdicts.c.ended).where(
                verdicts.c.account.in_(accounts)
                & verdicts.c.rule.in_(rules)
                & (verdicts.c.since <= asked.row.seq)
                & or_(verdicts.c.ended.is_(None), verdicts.c.ended > asked.first)
            )
            query = query.order_by(verdicts.c.rule, verdicts.c.fingerprint, verdicts.c.since, verdicts.c.id)
            rows = [(Line(*row[:-1]), row[-1]) for row in connection.execute(query)]
            return [each for some in chunks(rows) for each in _told(connection, some, asked)]

    def chain(self, account: str) -> list[Link]:
        """Give an account's seals, the oldest first.

        Raises:
            StoreError: a scan that was sealed is gone.
        """
        with self._reading() as connection:
            query = select(seals, scans.c.id, scans.c.as_of).join_from(seals, scans, isouter=True)
            rows = connection.execute(query.where(seals.c.account == account).order_by(seals.c.scan)).all()
        if any(row.id is None for row in rows):
            raise StoreError(f"account {account}: a scan that was sealed is gone; see `phiward verify`")
        return [
            Link(
                scan=row.id,
                as_of=row.as_of,
                previous=row.previous,
                content=row.content,
                head=row.head,
                pruned=row.pruned,
            )
            for row in rows
        ]

    def record(self, scan_id: str, account: str) -> Record:
        """Give what an account's seal in a scan stands for, reckoned from what is stored now.

        Raises:
            StoreError: there is no such scan, it was pruned, or what is stored is not what was sealed.
        """
        with self._reading() as connection:
            row = scanning.row_of(connection, scan_id)
            looked = [visit for visit in visits_of(connection, scan=row.seq) if visit.account == account]
            here, digests = {}, {}
            for visit in looked:
                seen = _section_lines(connection, visit)
                here[visit.region] = Place(visit.coverage, visit.shape, seal_of(seen))
                digests[visit.region] = visit_digest(visit.coverage, visit.shape, seen)
            parts = parts_of(connection, row, account, digests)
            where = (seals.c.scan == row.seq) & (seals.c.account == account)
            content = connection.execute(select(seals.c.content).where(where)).scalar_one_or_none()
            where = (judgements.c.scan == row.seq) & (judgements.c.account == account)
            judged = connection.execute(select(judgements.c.judged, judgements.c.digest).where(where)).one_or_none()
            lines = lines_in(connection, row.seq, account) if judged else []
            said = [sealed(each) for each in lines]
            if content != digest(parts) or judged is None or judged.digest != verdict_digest(judged.judged, said):
                raise StoreError(
                    f"scan {scan_id}, account {account}: what is stored is not what was sealed; see `phiward verify`"
                )
            return Record(
                account=account,
                content=content,
                parts=parts,
                places=here,
                judged=judged.judged,
                verdicts=seal_of(said),
                cards=tuple(sorted({each.card for each in lines})),
                bodies={each.fingerprint: (each.subject, each.said) for each in lines},
            )

    def section_list(self, scan_id: str, account: str, region: str) -> bytes:
        r"""Give the list of all sections that a scan saw in one place, as it is sealed.

        Each line holds kind, ARN, id, section, state, and the hashes with and without noise, between `\x1f`.
        """
        with self._reading() as connection:
            row = scanning.row_of(connection, scan_id)
            looked = visits_of(connection, scan=row.seq)
            one = [visit for visit in looked if (visit.account, visit.region) == (account, region)]
            return b"".join(_listed(_section_lines(connection, visit)) for visit in one)

    def verdict_list(self, scan_id: str, account: str) -> bytes:
        r"""Give the list of all verdicts on an account in a scan, as it is sealed: the fields of `Line`, by `\x1f`."""
        with self._reading() as connection:
            lines = lines_in(connection, scanning.row_of(connection, scan_id).seq, account)
            return _listed([sealed(each) for each in lines])

    def contents(self, names: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Give content by its names, sorted, a few at a time.

        Raises:
            StoreError: some is missing, or is not what its name says.
        """
        for some in chunks(sorted(set(names))):
            with self._reading() as connection:
                found = fetch(connection, some)
            yield from sorted(found.items())

    def weight(self, names: Iterable[str]) -> int:
        """Say how many bytes content takes, compressed."""
        size = func.sum(func.length(blobs.c.content))
        with self._reading() as connection:
            return sum(
                connection.execute(select(size).where(blobs.c.hash.in_(some))).scalar() or 0
                for some in chunks(set(names), CHUNK)
            )


def _asked(connection: Connection, scan_id: str, begin: str) -> _Asked:
    row = scanning.row_of(connection, scan_id)
    first = scanning.row_of(connection, begin).seq if begin else row.seq
    rows = connection.execute(select(scans.c.seq, scans.c.id, scans.c.as_of)).all()
    return _Asked(row, first, {seq: (name, as_of) for seq, name, as_of in rows})


def _seen(rows: list[Lasting], scan: int, shape: dict[str, list[str]]) -> set[Lasting]:
    """Say which intervals are what a scan saw."""
    live = [row for row in rows if row.since <= scan and (row.ended is None or row.ended > scan)]
    return {row for of in present(lift(live), shape).values() for row in of.values()}


def _held(row: Lasting, place: tuple[str, str], asked: _Asked, *, current: bool) -> Held:
    return Held(
        account=place[0],
        region=place[1],
        kind=row.kind,
        arn=row.arn,
        id=row.name,
        section=row.section,
        state=row.value.state,
        hash=row.value.hash,
        since=asked.moments[row.since],
        ended=asked.ended(row.ended),
        current=current,
    )


def _told(connection: Connection, rows: list[tuple[Line, int | None]], asked: _Asked) -> Iterator[Told]:
    contents = fetch(connection, {name for each, _ in rows for name in (each.subject, each.said)})
    for each, ended in rows:
        subject = msgspec.json.decode(contents[each.subject], type=Subject)
        said = msgspec.json.decode(contents[each.said], type=Said)
        own = {name: getattr(each, name) for name in Told.__struct_fields__ if name in Line._fields and name != "since"}
        yield Told(
            **own,
            resource=subject.resource,
            name=subject.name,
            tags=subject.tags,
            message=said.message,
            members=said.members,
            since=asked.moments[each.since],
            ended=asked.ended(ended),
        )


def _section_lines(connection: Connection, visit: Looked) -> list[str]:
    shape = fetch_json(connection, [visit.shape])[visit.shape]
    seen = present(lift(intervals(connection, scan=visit.scan, place=visit.place)), shape)
    return [line((row.kind, row.arn, row.name), row.section, row.value) for of in seen.values() for row in of.values()]


def _listed(lines: list[str]) -> bytes:
    """Write lines as `seal_of` hashes them."""
    return "\n".join(sorted(lines)).encode()
