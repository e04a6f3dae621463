"""Writing scans: what was seen, place by place, what was judged in the end, and forgetting it after years."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from scanner.store import retention, scanning
from scanner.store.deciding import Deciding
from scanner.store.errors import spoken
from scanner.store.reading import visits_of
from scanner.store.recording import Visit
from scanner.store.records import written

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection

    from scanner.model.finding import Finding
    from scanner.model.resource import Coverage, Resource
    from scanner.store.records import ScanInfo


class Keeping(Deciding):
    """The part of the store that scans are written with."""

    def begin(self, scan: ScanInfo) -> None:
        """Begin a scan, or go on with the unfinished one of this id.

        From now on no other process may write one of these accounts; beside SQLite, none at all.

        Raises:
            StoreError: another process writes, or the id's scan was finished or overtaken by a newer one.
        """
        with spoken(self._where):
            if fresh := not self._lock.held:
                self._lock.take(f"process {os.getpid()}")
            self._lock.keep()
        try:
            self._write(lambda connection: scanning.begin(connection, scan, self._lock))
        except BaseException:
            if fresh:
                self._lock.release()
            raise

    def add(
        self, scan_id: str, account: str, region: str, resources: Sequence[Resource], coverage: Sequence[Coverage]
    ) -> None:
        """Write all that was seen in one account and Region (or `global`), in one transaction.

        A place that this scan wrote before is left as it is.

        Raises:
            StoreError: there is no such scan, or it was finished, or overtaken by a newer one.
        """

        def write(connection: Connection) -> None:
            row = scanning.open_row(connection, scan_id)
            scanning.hold(connection, row, [account])
            Visit(connection, row.seq, self._normaliser).write(account, region, resources, coverage)

        self._keep_lock()
        self._write(write)

    def places_done(self, scan_id: str) -> set[tuple[str, str]]:
        """Give the (account, Region) pairs that a scan has written."""
        with self._reading() as connection:
            row = scanning.row_of(connection, scan_id)
            return {(visit.account, visit.region) for visit in visits_of(connection, scan=row.seq)}

    def unfinished(self) -> ScanInfo | None:
        """Give the scan that began last of those that `begin` can resume: broken off, and not overtaken since."""
        with self._reading() as connection:
            return scanning.unfinished(connection, self._lock)

    def finish(self, scan_id: str, findings: Iterable[Finding], *, finished: datetime) -> list[Finding]:
        """Close a scan with what its rules said, and give it back with the lives of the findings told.

        Status, dates and acceptances are filled in, in place; a failure whose acceptance lapses now is `reopened`.
        Further findings follow for what failed before and is not named now: `resolved` ones (verdict SKIP) where a part
        no longer fails or the resource is gone from a whole listing, `unseen` ones with their last verdict where it
        could not be seen. What this scan did not look at is not named.

        Raises:
            StoreError: there is no such scan, or it was finished, or overtaken by a newer one.
        """
        given = list(findings)
        self._keep_lock()
        found = self._write(lambda each: scanning.finish(each, scan_id, given, finished, self._volatile))
        self._lock.release()
        return found

    def _keep_lock(self) -> None:
        with spoken(self._where):
            self._lock.keep()

    def prune(self, keep: int = retention.SIX_YEARS, *, now: datetime | None = None) -> list[str]:
        """Forget what is older than `keep` days, except its seals; give the ids of the scans.

        Raises:
            StoreError: another process writes a scan.
        """
        before = written((now or datetime.now(UTC)) - timedelta(days=keep))
        with spoken(self._where):
            self._prune_lock.take(f"process {os.getpid()}")
        try:
            with self._writing() as connection:
                return retention.prune(connection, before)
        finally:
            self._prune_lock.release()
