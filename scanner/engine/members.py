"""Accounts that are looked at beside a scan: each by its newest snapshot in the history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from scanner.model.resource import Snapshot

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from scanner.engine.settings import Config

LOOK_BACK = 30
"""So many scans of an account are looked through for one that is complete."""


class Kept(Protocol):
    """A scan that is kept; `scanner.store.ScanInfo` is one."""

    @property
    def id(self) -> str:
        """The scan's id."""

    @property
    def accounts(self) -> list[str]:
        """The accounts looked at."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The CloudFormation types collected."""

    @property
    def finished(self) -> datetime | None:
        """When it was finished; None for one that was broken off."""


class Archive(Protocol):
    """Where old nights are; `scanner.store.Store` is one."""

    def scans(self) -> Sequence[Kept]:
        """Give all scans, the oldest first."""

    def snapshot(self, scan_id: str) -> Snapshot:
        """Give all that a scan saw."""


def newest(
    archive: Archive, accounts: Collection[str], kinds: Collection[str] = (), *, complete: bool = False
) -> list[Snapshot]:
    """Give for each account the newest finished scan of it, as far as it saw that account and these kinds.

    With `complete`, the newest in which every call of these kinds was answered there, among the last 30 of the account;
    an account without one has none here. Of each snapshot `targets` name the one account.
    """
    finished = [scan for scan in reversed(archive.scans()) if scan.finished is not None]
    held: dict[str, Snapshot] = {}
    found: list[Snapshot] = []
    for account in sorted(accounts):
        own = [scan for scan in finished if account in scan.accounts and set(kinds) <= set(scan.kinds)]
        for scan in own[: LOOK_BACK if complete else 1]:
            if scan.id not in held:
                held = {**dict(list(held.items())[-1:]), scan.id: archive.snapshot(scan.id)}
            part = _part(held[scan.id], account, kinds)
            if not complete or part.complete:
                found.append(part)
                break
    return found


def _part(snapshot: Snapshot, account: str, kinds: Collection[str]) -> Snapshot:
    return Snapshot(
        id=snapshot.id,
        as_of=snapshot.as_of,
        resources=[one for one in snapshot.resources if one.account == account and (not kinds or one.kind in kinds)],
        coverage=[one for one in snapshot.coverage if one.account == account and (not kinds or one.kind in kinds)],
        targets=[target for target in snapshot.targets if target[0] == account],
        names={account: snapshot.names.get(account, "")},
        kinds=[kind for kind in snapshot.kinds if not kinds or kind in kinds],
    )


def companions(config: Config, accounts: Iterable[str]) -> set[str]:
    """Name the accounts that these are compared with and that are not among them: of their groups, and blueprints."""
    known = set(accounts)
    groups = {config.accounts[account].group for account in known & config.accounts.keys()} - {""}
    by_name = {table.name: account for account, table in config.accounts.items() if table.name}
    beside = {account for account, table in config.accounts.items() if table.group in groups}
    for group in groups & config.cells.keys():
        blueprint = config.cells[group].blueprint
        beside |= {by_name.get(blueprint, blueprint)} - {""}
    return beside - known
