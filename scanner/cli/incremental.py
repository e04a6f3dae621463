"""Incremental nights: whether tonight is one, and what the store gives it from the night before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from scanner.cli.wire import UsageError
from scanner.engine.incremental import FULL, INCREMENTAL, Night, Recalled
from scanner.engine.incremental_table import IncrementalTable

if TYPE_CHECKING:
    from scanner.aws.incremental import Shortcut
    from scanner.aws.limits import Limits
    from scanner.aws.sessions import Sessions, Target
    from scanner.cli.wire import Wiring
    from scanner.model.kind import Kind
    from scanner.store import ScanInfo, Store

NIGHT = "night"
"""Under this key a scan's versions say whether it was a full night or an incremental one."""

SAME: Mapping[str, str] = {
    "phiward": "another phiward wrote it",
    "normaliser": "its documents were compared otherwise",
    "code": "other code, or another boto3, read it",
    "steady": "other answers were taken to stay",
    "key": "its secrets bear another redaction key",
}
"""What must be as it was for a night to be used, and what it means where it is not."""


class Looks(NamedTuple):
    """What tonight looks for: a night that looked for less does not stand for a full one."""

    kinds: frozenset[str]
    rules: frozenset[str]


@dataclass(frozen=True)
class Plan:
    """How tonight is gone about: what its versions say of it, and from which scan each account's answers may come."""

    table: IncrementalTable
    versions: dict[str, str]
    why: str = ""
    before: Mapping[str, ScanInfo] = field(default_factory=dict)

    @property
    def mode(self) -> str:
        """`full` or `incremental`."""
        return self.versions[NIGHT]

    def shortcut(
        self, kinds: Mapping[str, type[Kind]], sessions: Sessions, targets: Sequence[Target], store: Store,
        info: ScanInfo, limits: Limits | None = None,
    ) -> Shortcut | None:  # fmt: skip
        """Make what spares calls; nothing on a full night."""
        from scanner.aws.incremental import Shortcut
        from scanner.aws.trail_events import trail_client
        from scanner.kinds.steady import steady

        if self.mode == FULL:
            return None
        stay = {kind for kind, _ in steady()} & set(kinds)

        def recall(account: str, region: str) -> Recalled | None:
            scan = self.before.get(account)
            if scan is None or (account, region) not in scan.targets:
                return None
            resources, known = store.known(scan.id, account, region, stay)
            return Recalled(scan.id, scan.started, resources, known)

        return Shortcut(kinds, self.table, recall, trail_client(sessions, targets, limits), info.as_of, info.id)

    def night(self, shortcut: Shortcut | None) -> Night:
        """Say how it went."""
        return Night(mode=self.mode, why=self.why, places=tuple(shortcut.told) if shortcut is not None else ())


def plan_of(
    wiring: Wiring, *, asked: bool | None, store: Store | None, looks: Looks, targets: Sequence[Target], key_id: str,
    threads: bool, versions: Mapping[str, str], resumed: ScanInfo | None = None,
) -> Plan | None:  # fmt: skip
    """Say whether tonight is full or incremental; None where neither config.toml nor the command line asks for it.

    Raises:
        UsageError: an incremental night is asked for where there can be none.
    """
    table = wiring.config.aws.incremental or (IncrementalTable() if asked is not None else None)
    if table is None or (asked is False and wiring.config.aws.incremental is None):
        return None
    if not threads and asked is not False:
        raise UsageError(
            "incremental nights are not carried to a cluster: leave out --engine or ask for a whole scan by --full"
        )
    if store is None:
        return None
    now = {**versions, **_versions(key_id)}
    scans = [each for each in reversed(store.scans()) if each.finished]
    if resumed is not None and (asked := resumed.versions.get(NIGHT) == INCREMENTAL) is False:
        return Plan(table, now | {NIGHT: FULL}, "so the interrupted scan began")
    before, why = ({}, "--full") if asked is False else _before(scans, table, now, looks, targets, due=not resumed)
    return Plan(table, now | {NIGHT: INCREMENTAL if before else FULL}, "" if before else why, before)


def _versions(key_id: str) -> dict[str, str]:
    from scanner.aws.far import code
    from scanner.kinds.steady import version

    return {"code": code(), "steady": version(), "key": key_id}


def _before(
    scans: Sequence[ScanInfo], table: IncrementalTable, now: Mapping[str, str], looks: Looks,
    targets: Sequence[Target], *, due: bool,
) -> tuple[dict[str, ScanInfo], str]:  # fmt: skip
    """Give each account's scan of the night before; none where any account's full night is due, and why."""
    found: dict[str, ScanInfo] = {}
    why = "the store holds no night before"
    by_account = _by_account(scans)
    for target in targets:
        own = by_account.get(target.account, [])
        if not own:
            continue
        if due and _since_full(own, looks, target) + 1 >= table.full_every:
            return {}, f"every {table.full_every}. is" if table.full_every > 1 else "every one is"
        newest = own[0].scan
        other = [said for key, said in SAME.items() if newest.versions.get(key) != now[key]]
        if not other:
            found[target.account] = newest
        else:
            said = other[0] if NIGHT in newest.versions else "it was not kept for incremental nights"
            why = f"scan {newest.id} cannot be used: {said}"
    return found, why


class _Looked(NamedTuple):
    """A scan and the places that it looked at."""

    scan: ScanInfo
    places: frozenset[tuple[str, str]]


def _by_account(scans: Sequence[ScanInfo]) -> dict[str, list[_Looked]]:
    """Sort scans by account, the newest first; scans of the same places share what says where."""
    places: dict[int, frozenset[tuple[str, str]]] = {}
    found: dict[str, list[_Looked]] = defaultdict(list)
    for scan in scans:
        known = places.setdefault(id(scan.targets), frozenset(scan.targets))
        for account in {account for account, _ in known}:
            found[account].append(_Looked(scan, known))
    return found


def _since_full(own: Sequence[_Looked], looks: Looks, target: Target) -> int:
    """Count the incremental nights of an account since all of it was asked for; its first scan counts as full."""
    regions = {(target.account, region) for region in target.regions}
    wide = [each for each in own if looks.kinds <= set(each.scan.kinds) and looks.rules <= set(each.scan.rules)]
    full = (
        count
        for count, each in enumerate(wide)
        if each.scan.versions.get(NIGHT) != INCREMENTAL and regions <= each.places
    )
    return next(full, max(0, len(wide) - 1))
