"""Accepted gaps: that a call stays unanswered in an account is taken by somebody until a day; it stays UNKNOWN."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import msgspec

from scanner.model.finding import Finding, Verdict

if TYPE_CHECKING:
    from scanner.model.resource import Coverage

Pair = tuple[str, str]
"""An operation (`service.Operation`) and an account."""


class GapAcceptance(msgspec.Struct, frozen=True, kw_only=True):
    """Who takes it that a call stays unanswered in an account; `expired` says that `until` was past in the scan.

    `call` is `service.Operation`, `until` the last day, both that and `at` in ISO 8601.
    """

    account: str
    call: str
    reason: str
    owner: str
    until: str
    by: str
    at: str
    expired: bool = False


def among(given: Iterable[GapAcceptance], coverage: Iterable[Coverage]) -> list[GapAcceptance]:
    """Keep those of the calls that a scan made."""
    made = {(entry.operation, entry.account) for entry in coverage}
    return [each for each in given if (each.call, each.account) in made]


class Gaps:
    """What was accepted when a scan was judged, and what of it ended since the scan before."""

    def __init__(
        self, given: Iterable[GapAcceptance], before: Mapping[str, str] | None = None, *,
        across: Collection[str] = (), coverage: Iterable[Coverage] = (),
    ) -> None:  # fmt: skip
        """Take the acceptances of a scan.

        `before` gives the day of the scan before, by account. `across` names the rules over accounts: what they lack
        may lie in any account of `coverage` in which the call was not answered.
        """
        known, before = list(given), before or {}
        self.held = {(each.call, each.account) for each in known if not each.expired}
        self.ended = {
            (each.call, each.account)
            for each in known
            if each.expired and "" < before.get(each.account, "") <= each.until
        }
        self.across = across
        self.unanswered = {(entry.operation, entry.account) for entry in coverage if not entry.ok}

    def covers(self, finding: Finding) -> bool:
        """Say whether a finding is UNKNOWN by accepted gaps alone."""
        pairs = self._pairs(finding)
        return bool(pairs) and pairs <= self.held

    def counted(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        """Give the findings that an exit code counts: without those covered; what an ended one covered is reopened."""
        for finding in findings:
            pairs = self._pairs(finding)
            if pairs and pairs <= self.held:
                continue
            over = finding.status == "still" and pairs & self.ended and pairs <= self.held | self.ended
            yield msgspec.structs.replace(finding, status="reopened") if over else finding

    def _pairs(self, finding: Finding) -> set[Pair]:
        """Give what a finding lacks, as it can be accepted; nothing where part of it cannot."""
        calls = {gap.call for gap in finding.missing}
        if finding.verdict is not Verdict.UNKNOWN or "" in calls:
            return set()
        elsewhere = self.unanswered if finding.rule in self.across else set()
        return {(call, finding.account) for call in calls} | {pair for pair in elsewhere if pair[0] in calls}
