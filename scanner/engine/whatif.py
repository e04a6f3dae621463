"""Since when something has been so: today's rule on the nights that are stored, put together to runs of failing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from scanner.model.finding import Finding, Verdict
from scanner.model.resource import Coverage

Place = tuple[str, str, str]
"""Account, Region and kind."""

Key = tuple[str, str, str, str, str]
"""Rule, account, Region, kind and key of what was judged."""

OPEN = frozenset({Verdict.UNKNOWN, Verdict.ERROR})


class Night(msgspec.Struct, frozen=True):
    """A stored scan."""

    scan: str
    as_of: datetime


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """Nights in which a finding failed, with no night between them that saw it mended.

    `first` and `last` are the first and the last night that saw it fail, `ended` the one that saw it mended (None: none
    did). `unknown` are the nights from before `first` until `ended` that could not tell; they end nothing. `before`:
    the earliest night that was judged saw it fail already, so it may have failed for longer.
    """

    first: Night
    last: Night
    ended: Night | None = None
    unknown: tuple[Night, ...] = ()
    before: bool = False


class Since(msgspec.Struct, frozen=True, kw_only=True):
    """A finding as the newest failing night told it, and its runs of failing, the earliest first; at least one."""

    finding: Finding
    runs: tuple[Run, ...]

    @property
    def failing(self) -> bool:
        """Say whether it fails now, as far as is known."""
        return self.runs[-1].ended is None


class _Seen(msgspec.Struct):
    """What a night told: what failed, what it judged and what of it not in full, and which listings were whole."""

    night: Night
    failing: frozenset[str]
    judged: frozenset[Key]
    hidden: frozenset[Key]
    whole: frozenset[Place]


class Retrospect:
    """Takes the nights one after another, the earliest first, and tells since when each finding fails."""

    def __init__(self) -> None:
        """Start without a night."""
        self._nights: list[_Seen] = []
        self._last: dict[str, Finding] = {}

    def add(self, night: Night, findings: Iterable[Finding], coverage: Iterable[Coverage]) -> None:
        """Take what the rules say of a night, and how whole its listings were."""
        failing: set[str] = set()
        judged: set[Key] = set()
        hidden: set[Key] = set()
        for finding in findings:
            key = _key(finding)
            judged.add(key)
            if finding.verdict is Verdict.FAIL:
                failing.add(finding.fingerprint)
                self._last[finding.fingerprint] = finding
            if finding.verdict in OPEN or finding.missing:
                hidden.add(key)
        told = _Seen(night, frozenset(failing), frozenset(judged), frozenset(hidden), _whole(coverage))
        self._nights.append(told)

    @property
    def nights(self) -> Sequence[Night]:
        """The nights taken."""
        return [seen.night for seen in self._nights]

    def told(self) -> list[Since]:
        """Give each finding that ever failed: those that fail now first, then by rule and place."""
        found = [Since(finding=finding, runs=tuple(self._runs(finding))) for finding in self._last.values()]
        return sorted(found, key=_order)

    def _runs(self, finding: Finding) -> Iterable[Run]:
        run: Run | None = None
        unknown: list[Night] = []
        for place, seen in enumerate(self._nights):
            state = _state(seen, finding)
            if state is Verdict.UNKNOWN:
                unknown.append(seen.night)
            elif state is Verdict.FAIL:
                if run is None:
                    run = Run(first=seen.night, last=seen.night, before=place == 0)
                run = msgspec.structs.replace(run, last=seen.night, unknown=(*run.unknown, *unknown))
                unknown.clear()
            else:
                if run is not None:
                    yield msgspec.structs.replace(run, ended=seen.night, unknown=(*run.unknown, *unknown))
                run = None
                unknown.clear()
        if run is not None:
            yield msgspec.structs.replace(run, unknown=(*run.unknown, *unknown))


def _state(seen: _Seen, finding: Finding) -> Verdict:
    """Say whether it failed in a night; what was neither judged nor listed whole may have been there unseen."""
    if finding.fingerprint in seen.failing:
        return Verdict.FAIL
    key = _key(finding)
    if key in seen.judged:
        return Verdict.UNKNOWN if key in seen.hidden else Verdict.PASS
    return Verdict.PASS if (finding.account, finding.region, finding.kind) in seen.whole else Verdict.UNKNOWN


def _whole(coverage: Iterable[Coverage]) -> frozenset[Place]:
    found: dict[Place, bool] = {}
    for entry in coverage:
        if entry.listing:
            place = (entry.account, entry.region, entry.kind)
            found[place] = found.get(place, True) and entry.ok
    return frozenset(place for place, whole in found.items() if whole)


def _key(finding: Finding) -> Key:
    return finding.rule, finding.account, finding.region, finding.kind, finding.key


def _order(since: Since) -> tuple[bool, str, str, str, str, str, str]:
    finding = since.finding
    place = (finding.account, finding.region, finding.resource, finding.part, finding.fingerprint)
    return (not since.failing, finding.rule, *place)
