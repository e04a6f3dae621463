"""The life of failures in words: what a scan changed, how long resolved ones stood, what stands open the longest."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from reports.figures import RESOLVED, UNSEEN, WORST_FIRST
from reports.words import clean, moment
from scanner.model.finding import Verdict

if TYPE_CHECKING:
    from reports.view import LifeView, ReportData
    from scanner.engine.lives import Life, Pace

DAY = 1.0
HOURS = 24


class PaceRow(NamedTuple):
    """One severity: how many failures were resolved and in which time, how many stand open, the oldest of them."""

    severity: str
    resolved: int
    mean: str
    median: str
    open: int
    oldest: str


class Fates(NamedTuple):
    """What became of failures in a scan; `still` and `unseen` are those that stood before."""

    new: int
    still: int
    reopened: int
    resolved: int
    unseen: int


def fates(data: ReportData, view: LifeView) -> Fates:
    """Count what the scan changed, and what stood before and does still, or could not be looked at."""
    found = Counter(finding.status for finding in data.findings if finding.verdict is Verdict.FAIL)
    turn = view.turnover
    return Fates(turn.new, found["still"], turn.reopened, turn.resolved, found[UNSEEN])


def sentence(found: Fates) -> str:
    """Say what became of failures."""
    return (
        f"{found.new:,} new, {found.still:,} still failing, {found.reopened:,} reopened, "
        f"{found.resolved:,} {RESOLVED}, {found.unseen:,} not seen again"
    )


def paces(view: LifeView) -> list[Pace]:
    """Give the severities at which anything ever failed, the worst first."""
    return [view.paces[severity] for severity in WORST_FIRST if severity in view.paces]


def rows(view: LifeView) -> list[PaceRow]:
    """Put each severity in words."""
    return [
        PaceRow(
            pace.severity, pace.resolved, days(pace.mean_days), days(pace.median_days), pace.open, oldest(pace.oldest)
        )
        for pace in paces(view)
    ]


def days(given: float | None) -> str:
    """Write a length of time: in days, or in hours where it is less than one."""
    if given is None:
        return ""
    return f"{given * HOURS:.0f} h" if given < DAY else f"{given:.1f} d"


def oldest(life: Life | None) -> str:
    """Name the failure that has stood the longest, and since when."""
    return f"{clean(life.rule)} since {life.opened:%Y-%m-%d}" if life is not None else ""


def pace_line(view: LifeView) -> str:
    """Say in one line how long failures stood until they were resolved, by severity, and which is open the longest."""
    told = [
        f"{pace.severity} {days(pace.mean_days)} mean, {days(pace.median_days)} median of {pace.resolved:,}"
        for pace in paces(view)
        if pace.resolved
    ]
    first = min((pace.oldest for pace in paces(view) if pace.oldest), key=lambda life: life.opened, default=None)
    return "; ".join(
        part
        for part in (
            f"Time to resolve: {'; '.join(told)}" if told else "Nothing was resolved yet",
            f"open the longest: {oldest(first)}" if first else "",
        )
        if part
    )


def document(data: ReportData) -> dict[str, Any] | None:
    """Give the life of failures as plain values; None where there is no history."""
    view = data.life
    if view is None:
        return None
    severities = {pace.severity: _pace(pace) for pace in paces(view)}
    return {**fates(data, view)._asdict(), "severities": severities}


def _pace(pace: Pace) -> dict[str, Any]:
    life = pace.oldest
    return {
        "resolved": pace.resolved,
        "mean_days": _rounded(pace.mean_days),
        "median_days": _rounded(pace.median_days),
        "open": pace.open,
        "oldest": None
        if life is None
        else {
            "fingerprint": life.fingerprint,
            "rule": life.rule,
            "account": life.account,
            "since": moment(life.opened),
            "days": _rounded(pace.oldest_days),
        },
    }


def _rounded(given: float | None) -> float | None:
    return None if given is None else round(given, 3)
