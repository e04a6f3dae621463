"""The trend as tables: findings by severity, scores, what is new and resolved, calls answered, night by night.

Plain Python: a trend is at most 92 scans by a score of accounts and standards, which pandas takes longer to import
than this takes to reckon, and the PDF and the pages need no further package.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from reports.figures import WORST_FIRST, Score
from reports.words import moment
from scanner.engine.citations import citations, heads
from scanner.engine.lives import Life, Pace
from scanner.model.finding import Verdict

if TYPE_CHECKING:
    from reports.history import Counted, CountedStandard, History
    from reports.view import ReportData

OLDEST = 10


class Fates(NamedTuple):
    """How many findings began to fail, failed again and were resolved."""

    new: int
    reopened: int
    resolved: int


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One scan: checks by verdict, failed checks by severity, calls answered in full.

    `fates` says what became of findings since the row before; None in the first one, which is where the trend begins.
    """

    scan: str
    as_of: datetime
    verdicts: Mapping[str, int]
    severities: Mapping[str, int]
    answered: Score
    fates: Fates | None

    @property
    def score(self) -> Score:
        """How many checks passed, of those that apply."""
        return score(self.verdicts)


class Course(msgspec.Struct, frozen=True):
    """The score of one account or one standard, scan by scan; None where nothing was judged yet."""

    id: str
    title: str
    scores: Sequence[Score | None]

    @property
    def first(self) -> Score | None:
        """The first score that there is."""
        return next((each for each in self.scores if each is not None), None)

    @property
    def last(self) -> Score | None:
        """The score of the report's scan."""
        return self.scores[-1]


class Trend(msgspec.Struct, frozen=True, kw_only=True):
    """The tables; `left_out` counts the scans that are not told by a row of their own."""

    rows: Sequence[Row]
    accounts: Sequence[Course]
    standards: Sequence[Course]
    fates: Fates
    oldest: Sequence[Life]
    left_out: int


def score(verdicts: Mapping[str, int]) -> Score:
    """Give how many of the checks that apply passed; what could not be learned counts against."""
    return Score(verdicts.get(Verdict.PASS, 0), sum(verdicts.values()) - verdicts.get(Verdict.SKIP, 0))


def trend(data: ReportData) -> Trend | None:
    """Reckon the tables of a report; None where it has no history."""
    history = data.history
    if history is None or not history.nights:
        return None
    told = rows(history)
    standing = [life for life in history.lives if life.resolved is None]
    titles = {account.id: account.name for account in data.accounts}
    return Trend(
        rows=told,
        accounts=_courses(history, history.counts, lambda row: row.account, titles),
        standards=_courses(history, history.standards, lambda row: row.standard, standards()),
        fates=Fates(*(sum(some) for some in zip(*(row.fates or (0, 0, 0) for row in told), strict=True))),
        oldest=sorted(standing, key=lambda life: (life.opened, _rank(life), life.fingerprint))[:OLDEST],
        left_out=history.scans - len(told),
    )


def _rank(life: Life) -> int:
    return WORST_FIRST.index(life.severity)


def standards() -> dict[str, str]:
    """Give the titles of the standards by the paragraph that holds them, in the order of the regulation."""
    return {paragraph: head.title for paragraph, head in heads(citations().values()).items()}


def rows(history: History) -> list[Row]:
    """Reckon the scans, the oldest first."""
    by_look: dict[tuple[str, str], list[Counted]] = defaultdict(list)
    for count in history.counts:
        by_look[count.scan, count.account].append(count)
    calls = {(each.scan, each.account): each for each in history.answered}
    found: list[Row] = []
    for night in history.nights:
        looks = [(scan, account) for account, scan in night.speaks.items()]
        verdicts: Counter[str] = Counter()
        severities: Counter[str] = Counter()
        for count in (count for look in looks for count in by_look[look]):
            verdicts[count.verdict] += count.count
            severities[count.severity] += count.count if count.verdict == Verdict.FAIL else 0
        known = [calls[look] for look in looks if look in calls]
        found.append(
            Row(
                scan=night.scan,
                as_of=night.as_of,
                verdicts={str(verdict): verdicts[verdict] for verdict in Verdict},
                severities={severity: severities[severity] for severity in WORST_FIRST},
                answered=Score(sum(each.answered for each in known), sum(each.calls for each in known)),
                fates=_fates(history.lives, found[-1].as_of, night.as_of) if found else None,
            )
        )
    return found


def _fates(lives: Sequence[Life], after: datetime, until: datetime) -> Fates:
    opened = [life for life in lives if after < life.opened <= until]
    resolved = [life for life in lives if life.resolved is not None and after < life.resolved <= until]
    return Fates(sum(not life.reopened for life in opened), sum(life.reopened > 0 for life in opened), len(resolved))


def _courses(
    history: History,
    counted: Sequence[Counted] | Sequence[CountedStandard],
    of: Callable[[Any], str],
    titles: Mapping[str, str],
) -> list[Course]:
    by_look: dict[tuple[str, str], list[Counted | CountedStandard]] = defaultdict(list)
    for row in counted:
        by_look[row.scan, row.account].append(row)
    found: dict[str, list[Score | None]] = {}
    for place, night in enumerate(history.nights):
        verdicts: dict[str, Counter[str]] = defaultdict(Counter)
        for account, scan in night.speaks.items():
            for row in by_look[scan, account]:
                verdicts[of(row)][row.verdict] += row.count
        for name, counts in verdicts.items():
            found.setdefault(name, [None] * len(history.nights))[place] = score(counts)
    order = list(titles)
    names = sorted(found, key=lambda name: (order.index(name) if name in titles else len(order), name))
    return [Course(name, titles.get(name, ""), found[name]) for name in names]


def lines(data: ReportData) -> list[str]:
    """Say the trend in three lines; none without a scan to compare with."""
    found = trend(data)
    if found is None or len(found.rows) == 1:
        return []
    first, last = found.rows[0], found.rows[-1]
    named = [name for name in WORST_FIRST if first.severities[name] or last.severities[name]]
    failed = ", ".join(f"{name} {first.severities[name]:,} → {last.severities[name]:,}" for name in named)
    fates = found.fates
    since = f"Trend since {first.as_of:%Y-%m-%d}, {len(found.rows) + found.left_out:,} scans"
    return [
        f"{since}: {first.score} → {last.score} checks passed; {first.answered} → {last.answered} calls answered.",
        f"Failed checks: {failed or 'none then, none now'}.",
        f"Findings of this time: {fates.new:,} new, {fates.reopened:,} reopened, {fates.resolved:,} resolved.",
    ]


def document(data: ReportData) -> dict[str, Any] | None:
    """Give the trend as plain values; None where there is no history."""
    found = trend(data)
    if found is None:
        return None
    return {
        "since": moment(found.rows[0].as_of),
        "scans": len(found.rows) + found.left_out,
        **found.fates._asdict(),
        "nights": [_night(row) for row in found.rows],
        "accounts": [{"id": each.id, "name": each.title, "scores": _scores(found, each)} for each in found.accounts],
        "standards": [
            {"citation": each.id, "title": each.title, "scores": _scores(found, each)} for each in found.standards
        ],
        "time_to_resolve": _paces(data.life.paces if data.life else {}),
        "oldest": [_oldest(data, life) for life in found.oldest],
    }


def _night(row: Row) -> dict[str, Any]:
    fates = row.fates._asdict() if row.fates else dict.fromkeys(Fates._fields)
    return {
        "scan": row.scan,
        "as_of": moment(row.as_of),
        "score": row.score._asdict(),
        "verdicts": dict(row.verdicts),
        "severities": dict(row.severities),
        **fates,
        "calls": {"answered": row.answered.passed, "of": row.answered.of},
    }


def _scores(found: Trend, course: Course) -> list[dict[str, Any]]:
    return [
        {"scan": row.scan, **given._asdict()}
        for row, given in zip(found.rows, course.scores, strict=True)
        if given is not None
    ]


def _paces(paces: Mapping[str, Pace]) -> dict[str, Any]:
    return {name: _pace(paces[name]) for name in WORST_FIRST if name in paces}


def _pace(pace: Pace) -> dict[str, Any]:
    days = {"mean_days": _rounded(pace.mean_days), "median_days": _rounded(pace.median_days)}
    return {"resolved": pace.resolved, **days}


def _rounded(given: float | None) -> float | None:
    return None if given is None else round(given, 3)


def _oldest(data: ReportData, life: Life) -> dict[str, Any]:
    known = next((finding for finding in data.findings if finding.fingerprint == life.fingerprint), None)
    return {
        "fingerprint": life.fingerprint,
        "rule": life.rule,
        "severity": life.severity,
        "account": life.account,
        "resource": known.resource if known else "",
        "since": moment(life.opened),
        "days": _rounded(life.days(data.as_of)),
    }
