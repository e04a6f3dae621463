"""What was not assessed, and why: gaps that have the same cause told as one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import msgspec

from scanner.model.gap import GapState

if TYPE_CHECKING:
    from reports.view import ReportData
    from scanner.model.resource import Coverage

DENIALS = ("Denied", "Unauthorized", "NotAuthorized", "Forbidden")
LAPSED, IN_FORCE = "lapsed: this day is past", "in force"
THROTTLES = ("Throttl", "TooManyRequests", "RequestLimitExceeded", "SlowDown")


class GapGroup(msgspec.Struct, frozen=True):
    """One cause: an operation that was not answered, where, and what would mend it."""

    operation: str
    state: str
    error: str
    message: str
    permission: str
    accounts: Sequence[str]
    regions: Sequence[str]
    kinds: Sequence[str]
    asked: int
    failed: int

    @property
    def mend(self) -> str:
        """Say what to do about it."""
        if self.permission and (self.state == GapState.DENIED or _any(self.error, DENIALS)):
            return f"allow {self.permission}"
        if self.state == GapState.THROTTLED or _any(self.error, THROTTLES):
            return "scan again, or fewer Regions at once"
        return "scan without --kind and --rule" if self.state == GapState.NOT_COLLECTED else "see the error"

    @property
    def why(self) -> str:
        """Say the error, and how many of the requests met it."""
        return f"{self.error or self.state}, {self.failed:,} of {self.asked:,}"


class AcceptedGap(msgspec.Struct, frozen=True):
    """A call whose silence in an account somebody accepted: why, who answers for it, and how that stands now."""

    call: str
    account: str
    reason: str
    who: str
    until: str
    state: str


def _any(error: str, words: Sequence[str]) -> bool:
    return any(word in error for word in words)


def gap_groups(data: ReportData) -> list[GapGroup]:
    """Give the causes, those that touch most places first."""
    groups: dict[tuple[str, str, str, str], list[Coverage]] = defaultdict(list)
    for entry in data.coverage:
        if not entry.ok:
            groups[entry.operation, entry.state, entry.error, entry.permission].append(entry)
    found = [_group(cause, entries) for cause, entries in groups.items()]
    return sorted(found, key=lambda group: (-len(group.accounts) * len(group.regions), group.operation, group.state))


def _group(cause: tuple[str, str, str, str], entries: Sequence[Coverage]) -> GapGroup:
    operation, state, error, permission = cause
    return GapGroup(
        operation=operation,
        state=state,
        error=error,
        message=min((entry.message for entry in entries), default=""),
        permission=permission,
        accounts=sorted({entry.account for entry in entries}),
        regions=sorted({entry.region for entry in entries}),
        kinds=sorted({entry.kind for entry in entries}),
        asked=sum(entry.asked for entry in entries),
        failed=sum(entry.failed for entry in entries),
    )


def permissions(data: ReportData) -> list[str]:
    """Name the IAM actions that would close the gaps, sorted."""
    return sorted({group.permission for group in gap_groups(data) if group.mend.startswith("allow ")})


def accepted_gaps(data: ReportData) -> list[AcceptedGap]:
    """Give the gaps that were accepted, by account and call, those that lapsed included."""
    asked = {(entry.operation, entry.account) for entry in data.coverage}
    silent = {(entry.operation, entry.account) for entry in data.coverage if not entry.ok}
    return [
        AcceptedGap(
            each.call,
            each.account,
            each.reason,
            each.owner if each.owner == each.by else f"{each.owner}, recorded by {each.by}",
            each.until,
            ("lapsed: this day is past" if each.expired else "in force")
            + _now((each.call, each.account), asked, silent),
        )
        for each in data.accepted_gaps
    ]


def _now(pair: tuple[str, str], asked: Collection[tuple[str, str]], silent: Collection[tuple[str, str]]) -> str:
    """Say where an acceptance is of no gap of this scan."""
    if pair in silent:
        return ""
    return "; the call was answered in this scan" if pair in asked else "; this scan did not make the call"
