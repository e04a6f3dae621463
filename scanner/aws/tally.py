"""What became of each call: the coverage of one account and Region."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from scanner.model.gap import Gap, GapState
from scanner.model.kind import Kind
from scanner.model.operation import ROOTS, Call
from scanner.model.resource import Coverage

ENTRY = "entry"
"""The name under which the coverage speaks of entering the account, for kinds that nothing lists."""


GIVEN = "given"
"""The name under which the coverage speaks of a kind that no call lists: what the user gives a scan, all of it."""


@dataclass
class Tally:
    """Counts of one call of one kind: subjects asked about, subjects not answered, and the first reason.

    `reused` are subjects whose answer was taken from the night before.
    """

    asked: int = 0
    failed: int = 0
    gap: Gap | None = None
    reused: int = 0

    def ok(self, count: int = 1) -> None:
        """Count subjects that were answered."""
        self.asked += count

    def fail(self, gap: Gap, count: int = 1) -> None:
        """Count subjects that were not."""
        self.asked += count
        self.failed += count
        self.gap = self.gap or gap


@dataclass
class Tallies:
    """The tallies of all calls of a place."""

    _of: dict[tuple[str, str], Tally] = field(default_factory=dict)

    def of(self, kind: type[Kind], call: Call) -> Tally:
        """Give the tally of a call."""
        return self._of.setdefault((kind.cfn, call.name), Tally())

    def listing_gap(self, kind: type[Kind]) -> Gap | None:
        """Say why the listing of a kind is not whole, or None when it is."""
        return next((gap for call in kind.roots() if (gap := self.of(kind, call).gap)), None)

    def coverage(self, account: str, region: str, kinds: Mapping[type[Kind], Mapping[str, Call]]) -> list[Coverage]:
        """Give the coverage of every call that is made of the kinds; a kind of settings counts as listed."""
        made = []
        for kind, calls in kinds.items():
            if kind.singleton:
                made.append(self._settings(account, region, kind))
            elif not kind.calls:
                made.append(Coverage(account, region, kind.cfn, GIVEN, "", listing=True))
            made += [self._entry(account, region, kind, call) for call in calls.values()]
        return made

    def _settings(self, account: str, region: str, kind: type[Kind]) -> Coverage:
        """Give the listing of a kind of settings: there is one, unless the account could not be entered."""
        gap = self._of[kind.cfn, ENTRY].gap if (kind.cfn, ENTRY) in self._of else None
        if gap is None:
            return Coverage(account, region, kind.cfn, ENTRY, "", listing=True, asked=1)
        return Coverage(
            account, region, kind.cfn, ENTRY, gap.call, str(gap.state), listing=True, asked=1, failed=1,
            error=gap.error, message=gap.message, permission=gap.permission,
        )  # fmt: skip

    def refuse(self, kinds: Mapping[type[Kind], Mapping[str, Call]], gap: Gap) -> None:
        """Count every call that is made of the kinds as not answered."""
        for kind, calls in kinds.items():
            self._of[kind.cfn, ENTRY] = Tally(1, 1, gap)
            for call in calls.values():
                self.of(kind, call).fail(gap)

    def _entry(self, account: str, region: str, kind: type[Kind], call: Call) -> Coverage:
        tally = self.of(kind, call)
        gap = tally.gap
        entry = Coverage(
            account, region, kind.cfn, call.name, call.operation, listing=call.form in ROOTS, asked=tally.asked,
            failed=tally.failed, reused=tally.reused,
        )  # fmt: skip
        if gap is None:
            return entry
        whole = tally.failed >= tally.asked
        permission = gap.permission if gap.state is GapState.DENIED else ""
        state = str(gap.state if whole else GapState.PARTIAL)
        return Coverage(
            account, region, kind.cfn, call.name, gap.call or call.operation, state, entry.listing, tally.asked,
            tally.failed, gap.error, gap.message, permission, tally.reused,
        )  # fmt: skip
