"""The store: what was seen, what was judged, and what was decided about it, over the years."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from scanner.engine.drift.canonicalise import HEAD
from scanner.model.resource import Snapshot
from scanner.store import accepting, scanning, seal, summary, tallies
from scanner.store.courses import courses_until
from scanner.store.differing import Difference
from scanner.store.errors import StoreError
from scanner.store.evidence import Evidencing
from scanner.store.history import history_of
from scanner.store.judging import findings_in, judged_in
from scanner.store.known import Named, known_in
from scanner.store.lives import lives_until
from scanner.store.reading import coverage_of, resources_of, unseen_of, visits_of
from scanner.store.records import Seal
from scanner.store.spans import Span, spans
from scanner.store.tables import accounts, judgements, scans, seals
from scanner.store.turning import turned

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from scanner.engine.drift import Group
    from scanner.engine.lives import Life
    from scanner.model.finding import Finding
    from scanner.model.gap import Gap
    from scanner.model.resource import Coverage, Resource
    from scanner.store.courses import Course
    from scanner.store.records import AnsweredRow, HistoryEntry, ScanInfo, StandardRow, TallyRow, TrendRow
    from scanner.store.tallies import Tag


class Store(Evidencing):
    """One database of scans; use it in a `with` statement.

    Every method raises `StoreError`, one line for the user, when the database cannot do what is asked.
    """

    def scans(self) -> list[ScanInfo]:
        """Give all scans that are kept, the oldest first; one without `finished` was broken off."""
        with self._reading() as connection:
            return scanning.kept(connection)

    def newest(self, account: str | None = None) -> ScanInfo | None:
        """Give the newest finished scan, of an account if one is named."""
        with self._reading() as connection:
            return next(reversed(scanning.kept(connection, finished=True, account=account)), None)

    def snapshot(self, scan_id: str) -> Snapshot:
        """Give all that a scan saw, so that a rule can judge an old night.

        Resources come by account, Region, kind and id.

        Raises:
            StoreError: there is no such scan, it was pruned, or its content was changed.
        """
        with self._reading() as connection:
            row = scanning.row_of(connection, scan_id)
            info = scanning.info_of(connection, [row])[0]
            looked = visits_of(connection, scan=row.seq)
            return Snapshot(
                id=info.id,
                as_of=info.as_of,
                resources=resources_of(connection, row.seq, looked),
                coverage=coverage_of(connection, looked),
                targets=list(info.targets),
                names=dict(info.names),
                kinds=list(info.kinds),
            )

    def inventory(self, scan_id: str) -> list[Resource]:
        """Give the resources that a scan saw without their documents: what they are, where, and their tags.

        Raises:
            StoreError: there is no such scan, it was pruned, or its content was changed.
        """
        with self._reading() as connection:
            row = scanning.row_of(connection, scan_id)
            return resources_of(connection, row.seq, visits_of(connection, scan=row.seq), section=HEAD)

    def between(self, older: str, newer: str, *, every: bool = False) -> Iterator[Group]:
        """Give what may differ between two scans, by what was last known in the first and seen in the second.

        With `every` also what only noise tells apart. What the second did not look for is left out.

        Raises:
            StoreError: there is no such scan, it was pruned, or they are given in the wrong order.
        """
        with self._reading() as connection:
            first, second = (scanning.row_of(connection, scan) for scan in (older, newer))
            if first.seq >= second.seq:
                raise StoreError(f"scan {newer} is not later than {older}; give the later one second")
            yield from Difference(connection, first.seq, second.seq, self._normaliser.version, every=every).groups()

    def coverage(self, scan_id: str) -> list[Coverage]:
        """Give how far each call of a scan was answered.

        Raises:
            StoreError: there is no such scan, or it was pruned.
        """
        with self._reading() as connection:
            row = scanning.row_of(connection, scan_id)
            return coverage_of(connection, visits_of(connection, scan=row.seq))

    def seen(self, scan_id: str, account: str, region: str, kind: str) -> list[Resource]:
        """Give the resources of one kind that a scan saw in one place.

        Raises:
            StoreError: there is no such scan, or it was pruned.
        """
        with self._reading() as connection:
            row = scanning.row_of(connection, scan_id)
            looked = visits_of(connection, scan=row.seq)
            here = [visit for visit in looked if (visit.account, visit.region) == (account, region)]
            return resources_of(connection, row.seq, here, kind=kind)

    def known(
        self, scan_id: str, account: str, region: str, kinds: Collection[str]
    ) -> tuple[list[Resource], list[Named]]:
        """Give the resources of some kinds that a scan saw in one place, and the (kind, ARN, id) of all it saw there.

        Raises:
            StoreError: there is no such scan, or it was pruned.
        """
        with self._reading() as connection:
            return known_in(connection, scanning.row_of(connection, scan_id).seq, account, region, kinds)

    def spans(self, kind: str, section: str) -> list[Span]:
        """Give all that was seen of one section of a kind over the nights that are kept, by ARN and in time."""
        with self._reading() as connection:
            return spans(connection, kind, section)

    def unseen(self, scan_id: str) -> list[tuple[Resource, Gap]]:
        """Give the resources that were known before and that a scan could not see, as last known, and why.

        Raises:
            StoreError: there is no such scan, or it was pruned.
        """
        with self._reading() as connection:
            row = scanning.row_of(connection, scan_id)
            return unseen_of(connection, row.seq, visits_of(connection, scan=row.seq))

    def findings(self, scan_id: str | None = None) -> list[Finding]:
        """Give the findings of a scan, by default of the newest finished one, as `finish` gave them.

        They come by rule and place, with the acceptances that held until the next scan was finished: the newest scan's
        are today's. An unfinished scan has none.

        Raises:
            StoreError: there is no such scan, it was pruned, or its content was changed.
        """
        with self._reading() as connection:
            row = scanning.row_of(connection, scan_id) if scan_id else self._newest_row(connection)
            if row is None:
                return []
            query = select(judgements.c.account).where(judgements.c.scan == row.seq).order_by(judgements.c.account)
            found = findings_in(connection, row.seq, connection.execute(query).scalars().all())
            accepting.attach(connection, found, row)
            return found

    def turned(
        self, older: str, newer: str, *, own: Mapping[str, str] | None = None
    ) -> tuple[list[Finding], list[Finding]]:
        """Give what two scans say of each resource under a rule of which they say different things.

        `own` gives for accounts the scans that are taken for the older one. Dates and acceptances are left out.

        Raises:
            StoreError: there is no such scan, it was pruned, or its content was changed.
        """
        with self._reading() as connection:
            row = scanning.row_of(connection, newer)
            if own is None:
                before = scanning.row_of(connection, older).seq
                earlier = dict.fromkeys(judged_in(connection, before), before)
            else:
                earlier = {account: scanning.row_of(connection, scan).seq for account, scan in own.items()}
            return turned(connection, row.seq, earlier)

    def _newest_row(self, connection: Connection) -> Any:
        query = select(scans).where(scans.c.finished.is_not(None)).order_by(scans.c.seq.desc()).limit(1)
        return connection.execute(query).one_or_none()

    def history(self, fingerprint: str) -> list[HistoryEntry]:
        """Give the life of a finding, the oldest time first; nothing for an unknown fingerprint."""
        with self._reading() as connection:
            return history_of(connection, fingerprint)

    def courses(self, until: str, wanted: Collection[str]) -> dict[str, list[Course]]:
        """Give the times during which the verdicts of some fingerprints were the same, up to a scan, the oldest first.

        Raises:
            StoreError: there is no such scan, or it was pruned.
        """
        with self._reading() as connection:
            return courses_until(connection, scanning.row_of(connection, until).seq, wanted)

    def trend(self) -> list[TrendRow]:
        """Give the counts of all finished scans by account, rule, severity and verdict, the oldest first."""
        with self._reading() as connection:
            return summary.trend(connection)

    def standards(self) -> list[StandardRow]:
        """Give the counts of all finished scans by account, HIPAA standard and verdict, the oldest first."""
        with self._reading() as connection:
            return summary.standard_trend(connection)

    def tallies(self, ids: Sequence[str], tag: Tag | None = None) -> tuple[list[TallyRow], list[StandardRow]]:
        """Give the counts of some scans by account and severity, and by standard; of a tag's resources if one is given.

        Without a tag they are read from the summaries, with one they are reckoned anew from the verdicts.
        """
        with self._reading() as connection:
            if tag is not None:
                return tallies.tallies_tagged(connection, ids, tag)
            return tallies.tallies(connection, ids)

    def answered(self, ids: Sequence[str]) -> list[AnsweredRow]:
        """Give how many calls of some scans were answered in full, by account."""
        with self._reading() as connection:
            return tallies.answered(connection, ids)

    def owned(self, tag: Tag) -> set[str]:
        """Give the fingerprints of all findings on what bears a tag (its key in any case), as it was last known."""
        with self._reading() as connection:
            return tallies.owned(connection, tag)

    def seals(self, scan_id: str = "") -> list[Seal]:
        """Give the seals of a scan, or the newest of each account: what stands in reports, so that tampering shows."""
        with self._reading() as connection:
            query = select(seals.c.account, scans.c.id.label("scan"), scans.c.as_of, seals.c.head)
            newest = query.join_from(seals, scans).join(accounts, accounts.c.head == seals.c.head)
            query = query.join_from(seals, scans).where(scans.c.id == scan_id) if scan_id else newest
            query = query.order_by(seals.c.account)
            return [Seal(**row) for row in connection.execute(query).mappings()]

    def verify(self, head: str | None = None) -> list[str]:
        """Say, one line each, where the store is not what was sealed; nothing when all is well.

        `head` is a seal from a report: without it, newest scans that were cut off whole do not show.
        """
        with self._reading() as connection:
            return seal.verify(connection, head)

    def lives(self, until: str | None = None) -> list[Life]:
        """Give the times during which findings failed, up to a scan, by default the newest finished one.

        They come by account, rule, fingerprint and time; `scanner.engine.lives` reckons with them.

        Raises:
            StoreError: there is no such scan, or it was pruned.
        """
        with self._reading() as connection:
            row = scanning.row_of(connection, until) if until else self._newest_row(connection)
            return lives_until(connection, row.seq) if row is not None else []
