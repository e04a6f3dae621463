"""Use cases: scanning and judging, with everything that acts handed in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from scanner.engine.evaluate import Context, evaluate
from scanner.model.finding import Finding, Verdict
from scanner.model.inventory import Inventory
from scanner.model.resource import Coverage, Resource, Snapshot
from scanner.model.rule import SEVERITIES, Rule

CLEAN, VIOLATION, MISUSE, INCOMPLETE, INTERNAL = range(5)
"""The exit codes: clean; new violation; usage, configuration or credentials; incomplete; internal error."""

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
    """What a scan found: the findings with their status, the coverage, and the snapshot that was judged."""

    scan: str
    as_of: datetime
    findings: list[Finding]
    snapshot: Snapshot
    calls: int = 0
    resumed: bool = False

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
    """What judging needs: the rules, their parameters and the scope."""

    rules: Sequence[type[Rule]]
    settings: object = None
    scope: object = None
    remedy: Callable[[type[Rule], Finding], dict[str, object]] | None = None
    known: Mapping[str, type[Rule]] = field(default_factory=dict)

    def findings(self, snapshot: Snapshot) -> Iterator[Finding]:
        """Judge a snapshot."""
        inventory = Inventory.of(snapshot.resources, snapshot.coverage)
        by_id = {rule.id: rule for rule in self.rules}
        for finding in evaluate(self.rules, Context(inventory, snapshot.as_of, self.settings, self.scope)):
            if self.remedy is not None and finding.verdict is Verdict.FAIL:
                finding.remedy = self.remedy(by_id[finding.rule], finding)
            yield finding


def scan(
    snapshot: Snapshot, places: Iterable[Place], judge: Judge, *, history: History | None = None,
    now: Callable[[], datetime] | None = None,
) -> Result:  # fmt: skip
    """Collect the places into the snapshot, judge it, and keep both.

    `snapshot` comes with id, moment and targets, and with what an interrupted scan already holds.
    """
    for place in places:
        snapshot.resources += place.resources
        snapshot.coverage += place.coverage
        if history is not None:
            history.add(snapshot.id, place.account, place.region, place.resources, place.coverage)
    snapshot.coverage.sort(key=lambda entry: (entry.account, entry.region, entry.kind, entry.call))
    findings = list(judge.findings(snapshot))
    if history is not None:
        finished = now() if now is not None else snapshot.as_of
        findings = history.finish(snapshot.id, findings, finished=finished)
    return Result(snapshot.id, snapshot.as_of, findings, snapshot)


def exit_code(findings: Iterable[Finding], fail_on: str, *, allow_incomplete: bool = False) -> int:
    """Give the exit code of a scan: 4 over 1 over 3 over 0.

    1: a FAIL at or above `fail_on` that the account's previous scan did not have; accepted and advisory ones do not
    count. 3: something new could not be assessed at or above `fail_on`.
    """
    least = SEVERITIES.index(fail_on)
    codes = {CLEAN}
    for finding in findings:
        if finding.verdict is Verdict.ERROR:
            codes.add(INTERNAL)
        if finding.status not in NEW or finding.acceptance or finding.category == "advisory":
            continue
        if SEVERITIES.index(finding.severity) < least:
            continue
        if finding.verdict is Verdict.FAIL:
            codes.add(VIOLATION)
        elif finding.verdict is Verdict.UNKNOWN and not allow_incomplete:
            codes.add(INCOMPLETE)
    return next(code for code in (INTERNAL, VIOLATION, INCOMPLETE, CLEAN) if code in codes)
