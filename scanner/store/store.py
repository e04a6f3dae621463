"""The store: what was seen, what was judged, and what was decided about it, over the years."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from scanner.model.resource import Snapshot
from scanner.store import accepting, retention, scanning, seal, summary
from scanner.store.accepting import FINDING, GAP
from scanner.store.history import history_of
from scanner.store.judging import findings_in
from scanner.store.reading import coverage_of, resources_of, unseen_of, visits_of
from scanner.store.recording import Visit
from scanner.store.records import Acceptance, Seal, written
from scanner.store.session import Session
from scanner.store.spans import Span, spans
from scanner.store.tables import accounts, judgements, scans, seals

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection

    from scanner.model.finding import Finding
    from scanner.model.gap import Gap
    from scanner.model.resource import Coverage, Resource
    from scanner.store.records import AcceptanceEvent, HistoryEntry, ScanInfo, StandardRow, TrendRow


class Store(Session):
    """One database of scans; use it in a `with` statement.

    Every method raises `StoreError`, one line for the user, when the database cannot do what is asked.
    """

    def begin(self, scan: ScanInfo) -> None:
        """Begin a scan, or go on with the unfinished one of this id; from now on no other process may write one.

        Raises:
            StoreError: another process writes a scan, or the id's scan was finished or overtaken.
        """
        self._take_lock()
        with self._writing() as connection:
            scanning.begin(connection, scan)

    def add(
        self, scan_id: str, account: str, region: str, resources: Sequence[Resource], coverage: Sequence[Coverage]
    ) -> None:
        """Write all that was seen in one account and Region (or `global`), in one transaction.

        A place that this scan wrote before is left as it is.

        Raises:
            StoreError: there is no such scan, or it was finished.
        """
        with self._writing() as connection:
            row = scanning.open_row(connection, scan_id)
            Visit(connection, row.seq, self._noise).write(account, region, resources, coverage)

    def places_done(self, scan_id: str) -> set[tuple[str, str]]:
        """Give the (account, Region) pairs that a scan has written."""
        with self._reading() as connection:
            row = scanning.row_of(connection, scan_id)
            return {(visit.account, visit.region) for visit in visits_of(connection, scan=row.seq)}

    def unfinished(self) -> ScanInfo | None:
        """Give the scan that began last, if it was not finished: it can be resumed by `begin`."""
        with self._reading() as connection:
            return scanning.unfinished(connection)

    def finish(self, scan_id: str, findings: Iterable[Finding], *, finished: datetime) -> list[Finding]:
        """Close a scan with what its rules said, and give it back with the lives of the findings told.

        Status and dates are filled in, in place. Further findings follow for what failed before and is not named now:
        `resolved` ones (verdict SKIP) where a part no longer fails or the resource is gone from a whole listing,
        `unseen` ones with their last verdict where it could not be seen. What this scan did not look at is not named.

        Raises:
            StoreError: there is no such scan, or it was finished.
        """
        with self._writing() as connection:
            found = scanning.finish(connection, scan_id, findings, finished)
        self._lock.release()
        return found

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

        They come by rule and place, with the acceptances of today. An unfinished scan has none.

        Raises:
            StoreError: there is no such scan, it was pruned, or its content was changed.
        """
        with self._reading() as connection:
            row = scanning.row_of(connection, scan_id) if scan_id else self._newest_row(connection)
            if row is None:
                return []
            query = select(judgements.c.account).where(judgements.c.scan == row.seq).order_by(judgements.c.account)
            found = findings_in(connection, row.seq, connection.execute(query).scalars().all())
            accepting.attach(connection, found, row.as_of)
            return found

    def _newest_row(self, connection: Connection) -> Any:
        query = select(scans).where(scans.c.finished.is_not(None)).order_by(scans.c.seq.desc()).limit(1)
        return connection.execute(query).one_or_none()

    def history(self, fingerprint: str) -> list[HistoryEntry]:
        """Give the life of a finding, the oldest time first; nothing for an unknown fingerprint."""
        with self._reading() as connection:
            return history_of(connection, fingerprint)

    def trend(self) -> list[TrendRow]:
        """Give the counts of all finished scans by account, rule, severity and verdict, the oldest first."""
        with self._reading() as connection:
            return summary.trend(connection)

    def standards(self) -> list[StandardRow]:
        """Give the counts of all finished scans by account, HIPAA standard and verdict, the oldest first."""
        with self._reading() as connection:
            return summary.standard_trend(connection)

    def seals(self) -> list[Seal]:
        """Give the newest seal of each account: what stands in reports, so that tampering shows."""
        with self._reading() as connection:
            query = (
                select(seals.c.account, scans.c.id.label("scan"), scans.c.as_of, seals.c.head)
                .join_from(seals, scans)
                .join(accounts, accounts.c.head == seals.c.head)
                .order_by(seals.c.account)
            )
            return [Seal(**row) for row in connection.execute(query).mappings()]

    def verify(self, head: str | None = None) -> list[str]:
        """Say, one line each, where the store is not what was sealed; nothing when all is well.

        `head` is a seal from a report: without it, newest scans that were cut off whole do not show.
        """
        with self._reading() as connection:
            return seal.verify(connection, head)

    def accept(
        self,
        fingerprint: str,
        *,
        reason: str,
        owner: str,
        until: str,
        by: str,
        at: datetime,
        addressable_reason: str = "",
        equivalent_measure: str = "",
    ) -> None:
        """Accept a finding's risk until a day (ISO 8601); the finding stays a FAIL and carries this.

        For an addressable specification say why it is not reasonable and appropriate and what is done instead
        (45 CFR 164.306(d)(3)(ii)(B)).

        Raises:
            StoreError: a word is missing, the day is none, or there is no such finding.
        """
        words = {"reason": reason, "owner": owner, "until": until, "by": by, "at": written(at)}
        measures = {"addressable_reason": addressable_reason, "equivalent_measure": equivalent_measure}
        with self._writing() as connection:
            accepting.accept(connection, Acceptance(scope=FINDING, subject=fingerprint, **words, **measures))

    def accept_gap(
        self, call: str, account: str, *, reason: str, owner: str, until: str, by: str, at: datetime
    ) -> None:
        """Accept until a day that a call (`service.Operation`) stays unanswered in an account.

        Raises:
            StoreError: a word is missing, or the day is none.
        """
        words = {"reason": reason, "owner": owner, "until": until, "by": by, "at": written(at)}
        with self._writing() as connection:
            accepting.accept(connection, Acceptance(scope=GAP, subject=call, account=account, **words))

    def revoke(self, subject: str, *, account: str = "", by: str, at: datetime, reason: str = "") -> None:
        """Take back the acceptance of a finding (by fingerprint) or, with `account`, of a call.

        Raises:
            StoreError: there is none.
        """
        scope = GAP if account else FINDING
        with self._writing() as connection:
            accepting.revoke(connection, scope, subject, account, by=by, at=written(at), reason=reason)

    def acceptances(self) -> list[Acceptance]:
        """Give all acceptances that were not revoked, expired ones included."""
        with self._reading() as connection:
            return accepting.accepted(connection)

    def acceptance_log(self) -> list[AcceptanceEvent]:
        """Give who accepted and revoked what, in order."""
        with self._reading() as connection:
            return accepting.log(connection)

    def prune(self, keep: int = retention.SIX_YEARS, *, now: datetime | None = None) -> list[str]:
        """Forget what is older than `keep` days, except its seals; give the ids of the scans.

        Raises:
            StoreError: another process writes a scan.
        """
        before = written((now or datetime.now(UTC)) - timedelta(days=keep))
        self._take_lock()
        try:
            with self._writing() as connection:
                return retention.prune(connection, before)
        finally:
            self._lock.release()
