"""Use cases: scanning and judging, with everything that acts handed in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache, partial
from typing import Any, Protocol

import msgspec

from scanner.engine.drift import Comparer, Group, Normaliser, judge
from scanner.engine.evaluate import Context, evaluate
from scanner.engine.gate import Gate, compared, origins, overlay
from scanner.engine.gate.destructive import destroyed
from scanner.engine.incremental import Night
from scanner.engine.members import Archive, companions, newest
from scanner.engine.parity import Parity, compare_group
from scanner.engine.registry import kinds
from scanner.engine.settings import Config
from scanner.kinds.canon import canons
from scanner.kinds.losses import losses
from scanner.kinds.parity import shapes
from scanner.model.change import Action, Change, Suppressed
from scanner.model.exits import CLEAN, INCOMPLETE, INTERNAL, VIOLATION
from scanner.model.finding import Finding, Verdict
from scanner.model.given import Given, Origin
from scanner.model.inventory import Inventory
from scanner.model.resource import Coverage, Resource, Snapshot
from scanner.model.rule import SEVERITIES, Rule

NEW = frozenset({"new", "reopened"})


class Place(Protocol):
    """What was seen in one account and Region."""

    @property
    def account(self) -> str:
        """The account's twelve digits."""

    @property
    def region(self) -> str:
        """The Region, or `global`."""

    @property
    def resources(self) -> Sequence[Resource]:
        """The resources."""

    @property
    def coverage(self) -> Sequence[Coverage]:
        """How far each call was answered."""


class History(Protocol):
    """Where scans are kept; `scanner.store.Store` is one."""

    def add(
        self, scan_id: str, account: str, region: str, resources: Sequence[Resource], coverage: Sequence[Coverage]
    ) -> None:
        """Keep what was seen in one place."""

    def finish(self, scan_id: str, findings: Iterable[Finding], *, finished: datetime) -> list[Finding]:
        """Keep the verdicts, and give them back with their place in the history."""


@dataclass
class Result:
    """What a scan found: the findings with their status, the coverage, and the snapshot that was judged.

    `night` says what was taken from the night before; None where everything was asked for.
    """

    scan: str
    as_of: datetime
    findings: list[Finding]
    snapshot: Snapshot
    calls: int = 0
    resumed: bool = False
    targets: Sequence[Any] = ()
    night: Night | None = None

    @property
    def coverage(self) -> list[Coverage]:
        """How far each call was answered."""
        return self.snapshot.coverage

    @property
    def complete(self) -> bool:
        """Say whether every call was answered."""
        return self.snapshot.complete


@dataclass(frozen=True)
class Judge:
    """What judging needs: the rules, their parameters and the scope.

    `others` gives, for the accounts of a scan and the kinds that rules over accounts need, the snapshots of further
    accounts that these are compared with; they are not judged themselves.
    """

    rules: Sequence[type[Rule]]
    settings: object = None
    scope: object = None
    remedy: Callable[[type[Rule], Finding], dict[str, object]] | None = None
    known: Mapping[str, type[Rule]] = field(default_factory=dict)
    others: Callable[[Sequence[str], Sequence[str]], Sequence[Snapshot]] | None = None

    def findings(self, snapshot: Snapshot) -> Iterator[Finding]:
        """Judge a snapshot."""
        alone = Context(Inventory.of(snapshot.resources, snapshot.coverage), snapshot.as_of, self.settings, self.scope)
        beside = self._beside(snapshot)
        together = _with(snapshot, beside, alone) if beside else alone
        for rule in sorted(self.rules, key=lambda rule: rule.id):
            for finding in evaluate([rule], together if rule.across else alone):
                if rule.across and not _own(finding, beside):
                    continue
                if self.remedy is not None and finding.verdict is Verdict.FAIL:
                    finding.remedy = self.remedy(rule, finding)
                yield finding

    def _beside(self, snapshot: Snapshot) -> Sequence[Snapshot]:
        kinds = {kind.cfn for rule in self.rules if rule.across for kind in (*rule.judged(), *rule.needs)}
        return self.others(snapshot.accounts, sorted(kinds)) if self.others is not None and kinds else ()


def _with(snapshot: Snapshot, beside: Sequence[Snapshot], alone: Context) -> Context:
    """Lay the snapshots of further accounts beside one."""
    resources = [*snapshot.resources, *(resource for other in beside for resource in other.resources)]
    coverage = [*snapshot.coverage, *(entry for other in beside for entry in other.coverage)]
    return replace(alone, inventory=Inventory.of(resources, coverage))


def _own(finding: Finding, beside: Sequence[Snapshot]) -> bool:
    """Say whether a finding is of an account that was scanned; tell of the nights that it was compared with."""
    by_account = {account: other for other in beside for account in other.accounts}
    if finding.account in by_account:
        return False
    read = {part for evidence in finding.evidence for part in evidence.resource.split(":")}
    finding.notes += tuple(
        f"account {account} was not scanned this time; its snapshot of {other.as_of:%Y-%m-%d %H:%M} UTC was compared"
        for account, other in sorted(by_account.items())
        if account in read
    )
    return True


def scan(
    snapshot: Snapshot, places: Iterable[Place], judge: Judge, *, history: History | None = None,
    now: Callable[[], datetime] | None = None, beside: Callable[[Snapshot], Iterable[Resource]] | None = None,
) -> Result:  # fmt: skip
    """Collect the places into the snapshot, judge it, and keep both.

    `snapshot` comes with id, moment and targets, and with what an interrupted scan already holds. `beside` gives what
    is judged with it and no call lists: what the code says of what was seen.
    """
    for place in places:
        snapshot.resources += place.resources
        snapshot.coverage += place.coverage
        if history is not None:
            history.add(snapshot.id, place.account, place.region, place.resources, place.coverage)
    snapshot.coverage.sort(key=lambda entry: (entry.account, entry.region, entry.kind, entry.call))
    if beside is not None:
        snapshot.resources += beside(snapshot)
    findings = list(judge.findings(snapshot))
    if history is not None:
        finished = now() if now is not None else snapshot.as_of
        findings = history.finish(snapshot.id, findings, finished=finished)
    return Result(snapshot.id, snapshot.as_of, findings, snapshot)


def exit_code(findings: Iterable[Finding], fail_on: str, *, allow_incomplete: bool = False) -> int:
    """Give the exit code of a scan: 4 over 1 over 3 over 0.

    1: a FAIL at or above `fail_on` that the account's previous scan did not have; accepted and advisory ones do not
    count, those whose acceptance lapsed do. 3: something new could not be assessed at or above `fail_on`.
    """
    least = SEVERITIES.index(fail_on)
    codes = {CLEAN}
    for finding in findings:
        if finding.verdict is Verdict.ERROR:
            codes.add(INTERNAL)
        if finding.status not in NEW or finding.accepted or finding.category == "advisory":
            continue
        if SEVERITIES.index(finding.severity) < least:
            continue
        if finding.verdict is Verdict.FAIL:
            codes.add(VIOLATION)
        elif finding.verdict is Verdict.UNKNOWN and not allow_incomplete:
            codes.add(INCOMPLETE)
    return next(code for code in (INTERNAL, VIOLATION, INCOMPLETE, CLEAN) if code in codes)


def cells(archive: Archive, config: Config, group: str) -> Parity:
    """Compare the accounts of a group, each by its newest finished scan that is kept.

    Raises:
        ValueError: config.toml has no account in such a group, or only one.
    """
    known = kinds()
    members = {account for account, table in config.accounts.items() if table.group == group}
    snapshots = newest(archive, members | companions(config, members))
    resources = [resource for each in snapshots for resource in each.resources]
    coverage = [entry for each in snapshots for entry in each.coverage]
    chosen = shapes(known, canons(known.values()))
    parity = compare_group(Inventory.of(resources, coverage), group, config, chosen)
    return msgspec.structs.replace(parity, as_of={each.accounts[0]: each.as_of for each in snapshots})


class Nights(Protocol):
    """Where two scans can be laid beside each other; `scanner.store.Store` is one."""

    def between(self, older: str, newer: str, *, every: bool = False) -> Iterator[Group]:
        """Give what may differ between two scans."""

    def seen(self, scan_id: str, account: str, region: str, kind: str) -> Sequence[Resource]:
        """Give the resources of one kind that a scan saw in one place."""

    def turned(self, older: str, newer: str) -> tuple[Sequence[Finding], Sequence[Finding]]:
        """Give what two scans say of each resource under a rule of which they say different things."""


@dataclass
class Drift:
    """What changed between two scans, the weightiest first, and what only seems to have changed."""

    changes: list[Change]
    suppressed: list[Suppressed]


def compare(nights: Nights, normaliser: Normaliser, older: str, newer: str, *, explain: bool = False) -> Drift:
    """Compare two scans by what they saw, and weigh the changes by the rules that they turned.

    With `explain`, what was left out is told too, each with its reason.
    """
    lookup, earlier = (cache(partial(nights.seen, scan)) for scan in (newer, older))
    comparer = Comparer(normaliser, lookup, earlier, explain)
    found = list(comparer.compare(nights.between(older, newer, every=explain)))
    changes = distinct(each for each in found if isinstance(each, Change))
    judge(changes, *(nights.turned(older, newer) if changes else ((), ())))
    changes.sort(key=_weight)
    return Drift(changes, [each for each in found if isinstance(each, Suppressed)])


def _weight(change: Change) -> tuple[object, ...]:
    place = (change.account, change.region, change.kind, change.key, change.path)
    return (change.action is Action.UNSEEN, -SEVERITIES.index(change.severity), *place)


def distinct(changes: Iterable[Change]) -> list[Change]:
    """Tell a change of one thing once, also where several kinds hold it: a trail and its shadow in the home Region.

    Of one kind in one place all are told: two statements of a policy may bear the same name.
    """
    found: dict[tuple[str, ...], list[Change]] = {}
    for change in changes:
        what = (change.account, change.resource, change.path, str(change.action)) if change.resource else (change.id,)
        known = found.setdefault(what, [])
        if known and known[0].region == "global" and change.region != "global":
            known.clear()
        if not known or (known[0].region, known[0].kind) == (change.region, change.kind):
            known.append(change)
    return [change for some in found.values() for change in some]


def gate(given: Given, judge: Judge, as_of: datetime, snapshot: Snapshot | None = None) -> Gate:
    """Judge the world before a plan and the one after it, and say what the plan makes new, worse or better.

    Without a snapshot the plan is all that is known: what may stand elsewhere is UNKNOWN. With one, the plan is laid
    over it. A file of one world, as a template is, is judged as if nothing stood before.
    """
    judge = replace(judge, remedy=None)  # what is not there yet is mended where it is written
    after, before = _worlds(given, as_of, snapshot)
    known = origins(given)

    def origin(finding: Finding) -> Origin | None:
        return known.get((finding.kind, finding.resource)) or known.get((finding.kind, finding.key))

    def address(finding: Finding) -> str:
        where = origin(finding)
        return where.address if where is not None else ""

    found = compared(given.name, judge.findings(before), judge.findings(after), address)
    there = {(each.kind, each.id): each for each in (given.before.resources if given.before else ())}
    found.new = [*found.new, *destroyed(given.changes, losses(), there)]
    told = (*found.new, *found.kept, *found.fixed, *found.doubts)
    found.origins = {each.fingerprint: where for each in told if (where := origin(each)) is not None}
    found.notes = tuple(given.notes)
    if given.errored:
        found.problems = ("the plan failed: what it would have done after that is not known",)
    return found


def _worlds(given: Given, as_of: datetime, snapshot: Snapshot | None) -> tuple[Snapshot, Snapshot]:
    if snapshot is not None:
        return overlay(snapshot, given, kinds()), snapshot
    sides = [given.after.resources, given.before.resources if given.before is not None else ()]
    after, before = (Snapshot(given.name, as_of, resources=list(side)) for side in sides)
    return after, before
