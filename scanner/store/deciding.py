"""What lies beside the sealed record: which risks people accept, which scans they approve, who changed what."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from scanner.store import accepting, attributions, baselines, scanning
from scanner.store.accepting import FINDING, GAP
from scanner.store.records import Acceptance, written
from scanner.store.session import Session
from scanner.store.writing import DECIDING, take_turn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from sqlalchemy import Connection

    from scanner.engine.accepted_gaps import GapAcceptance
    from scanner.model.change import Attribution, Change
    from scanner.store.attributions import Property
    from scanner.store.records import AcceptanceEvent, Baseline, BaselineEvent


class Deciding(Session):
    """The part of the store that is decided or learned later; no seal depends on it."""

    def _volatile(self, kind: str) -> list[str]:
        """Give the paths (`section.path`) of a CloudFormation type that change by themselves."""
        canon = self._normaliser.canons.get(kind)
        return list(canon.volatile) if canon else []

    @contextmanager
    def _deciding(self) -> Iterator[Connection]:
        """Write alone among those that decide: what holds is read and replaced in one go."""
        with self._writing() as connection:
            take_turn(connection, DECIDING)
            yield connection

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
        (45 CFR 164.306(d)(3)(ii)(B)). It lapses after its day, or when the finding fails by another value.

        Raises:
            StoreError: a word is missing, the day is none, or there is no such finding.
        """
        words = {"reason": reason, "owner": owner, "until": until, "by": by, "at": written(at)}
        measures = {"addressable_reason": addressable_reason, "equivalent_measure": equivalent_measure}
        with self._deciding() as connection:
            given = Acceptance(scope=FINDING, subject=fingerprint, **words, **measures)
            accepting.accept(connection, given, self._volatile)

    def accept_gap(
        self, call: str, account: str, *, reason: str, owner: str, until: str, by: str, at: datetime
    ) -> None:
        """Accept until a day that a call (`service.Operation`) stays unanswered in an account.

        Raises:
            StoreError: a word is missing, or the day is none.
        """
        words = {"reason": reason, "owner": owner, "until": until, "by": by, "at": written(at)}
        with self._deciding() as connection:
            accepting.accept(connection, Acceptance(scope=GAP, subject=call, account=account, **words), self._volatile)

    def revoke(self, subject: str, *, account: str = "", by: str, at: datetime, reason: str = "") -> None:
        """Take back the acceptance of a finding (by fingerprint) or, with `account`, of a call.

        Raises:
            StoreError: there is none.
        """
        scope = GAP if account else FINDING
        with self._deciding() as connection:
            accepting.revoke(connection, scope, subject, account, by=by, at=written(at), reason=reason)

    def acceptances(self) -> list[Acceptance]:
        """Give all acceptances that were not revoked, expired and lapsed ones included."""
        with self._reading() as connection:
            return accepting.accepted(connection)

    def accepted_gaps(self, scan_id: str) -> list[GapAcceptance]:
        """Give the calls whose silence was accepted in a scan, expired ones included; the newest scan's are today's.

        Raises:
            StoreError: there is no such scan, or it was pruned.
        """
        with self._reading() as connection:
            return accepting.gaps(connection, scanning.row_of(connection, scan_id))

    def acceptance_log(self) -> list[AcceptanceEvent]:
        """Give who accepted and revoked what, and what lapsed, in order."""
        with self._reading() as connection:
            return accepting.log(connection)

    def approve_baseline(self, name: str, scan_id: str, *, by: str, reason: str, at: datetime) -> Baseline:
        """Approve a finished scan as how things should be; it supersedes what was approved under this name before.

        Raises:
            StoreError: a word is missing, or the scan is unknown, pruned or unfinished.
        """
        with self._deciding() as connection:
            return baselines.approve(connection, name, scan_id, by=by, reason=reason, at=written(at))

    def baselines(self) -> list[Baseline]:
        """Give all baselines by name and version, superseded ones included."""
        with self._reading() as connection:
            return baselines.every(connection)

    def baseline(self, name: str) -> Baseline:
        """Give what is approved under a name now.

        Raises:
            StoreError: nothing is; the message names the baselines there are.
        """
        with self._reading() as connection:
            return baselines.current(connection, name)

    def prune_baselines(self, name: str = "", *, by: str, at: datetime, reason: str = "") -> list[Baseline]:
        """Remove what was superseded, of one name or of all, and give what was removed; the log keeps it.

        Raises:
            StoreError: there is no baseline of this name.
        """
        with self._deciding() as connection:
            return baselines.prune(connection, name, by=by, at=written(at), reason=reason)

    def baseline_log(self) -> list[BaselineEvent]:
        """Give who approved and pruned which baselines, in order."""
        with self._reading() as connection:
            return baselines.log(connection)

    def keep_attributions(self, scan_id: str, given: Iterable[tuple[Change, Attribution]]) -> None:
        """Keep who made a scan's changes; confidence `none` means that it is to be asked again, for some nights.

        Raises:
            StoreError: there is no such scan, or it was pruned.
        """
        with self._deciding() as connection:
            attributions.keep(connection, scan_id, given)

    def attributions(self, scan_id: str) -> dict[str, Attribution]:
        """Give who made a scan's changes, by `Change.id`.

        Raises:
            StoreError: there is no such scan, or it was pruned.
        """
        with self._reading() as connection:
            return attributions.of_scan(connection, scan_id)

    def attributed_between(self, older: str, newer: str) -> dict[Property, Attribution]:
        """Give who last changed what after one scan and up to another, by account, Region, kind, key and path.

        Raises:
            StoreError: there is no such scan, or it was pruned.
        """
        with self._reading() as connection:
            return attributions.between(connection, older, newer)

    def pending_attributions(self) -> list[tuple[str, str, str]]:
        """Give the scans, oldest first, with the accounts and Regions whose logs are to be asked again."""
        with self._reading() as connection:
            return attributions.pending(connection)
