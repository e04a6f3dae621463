"""The lives of findings: how long failures stood until they were resolved, and what stands open."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from statistics import fmean, median

import msgspec

DAY = 24 * 60 * 60
"""In seconds."""


class Life(msgspec.Struct, frozen=True, kw_only=True):
    """A time during which a finding failed, as far as is known: what could not be seen counts as failing still.

    `opened` and `resolved` are the moments of the scan that first saw it fail and of the one that saw it mended (None:
    it stands open). `severity` is the last one. `reopened` says how often it had been resolved before.
    """

    fingerprint: str
    rule: str
    severity: str
    account: str
    opened: datetime
    resolved: datetime | None = None
    reopened: int = 0

    def days(self, until: datetime) -> float:
        """Give how long it stood, in days; until a moment where it stands open."""
        return ((self.resolved or until) - self.opened).total_seconds() / DAY


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How failures of one severity fared: resolved ones with their days to resolve, open ones and the oldest of them.

    `mean_days` and `median_days` are None where nothing was resolved, `oldest` and `oldest_days` where nothing is open.
    """

    severity: str
    resolved: int = 0
    mean_days: float | None = None
    median_days: float | None = None
    open: int = 0
    oldest: Life | None = None
    oldest_days: float | None = None


class Turnover(msgspec.Struct, frozen=True, kw_only=True):
    """What a scan changed: failures seen for the first time, those seen mended, those that came back."""

    new: int = 0
    resolved: int = 0
    reopened: int = 0


def paces(lives: Iterable[Life], as_of: datetime) -> dict[str, Pace]:
    """Reckon each severity's times to resolve and its open failures at a moment; what came later is left out."""
    by_severity: dict[str, list[Life]] = defaultdict(list)
    for life in lives:
        if life.opened <= as_of:
            by_severity[life.severity].append(life)
    return {severity: _pace(severity, some, as_of) for severity, some in sorted(by_severity.items())}


def _pace(severity: str, lives: Sequence[Life], as_of: datetime) -> Pace:
    days = [life.days(as_of) for life in lives if life.resolved is not None and life.resolved <= as_of]
    standing = [life for life in lives if life.resolved is None or life.resolved > as_of]
    oldest = min(standing, key=lambda life: (life.opened, life.fingerprint), default=None)
    return Pace(
        severity=severity,
        resolved=len(days),
        mean_days=fmean(days) if days else None,
        median_days=median(days) if days else None,
        open=len(standing),
        oldest=oldest,
        oldest_days=(as_of - oldest.opened).total_seconds() / DAY if oldest else None,
    )


def turnover(lives: Iterable[Life], as_of: datetime) -> Turnover:
    """Count what the scan of a moment changed."""
    known = list(lives)
    return Turnover(
        new=sum(life.opened == as_of and not life.reopened for life in known),
        resolved=sum(life.resolved == as_of for life in known),
        reopened=sum(life.opened == as_of and life.reopened > 0 for life in known),
    )
