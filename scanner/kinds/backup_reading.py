"""How AWS Backup's selections and schedules are to be read: pure functions of what its API says.

Sources: AWS Backup Developer Guide, "Assigning resources to a backup plan" and "Assign resources with AWS CLI"
(resources are joined by OR, conditions by AND); Amazon EventBridge User Guide, "Cron expressions".
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from fnmatch import fnmatchcase
from functools import lru_cache
from itertools import pairwise
from typing import Any

import msgspec

PREFIX = "aws:ResourceTag/"
DAY = 24.0
"""Hours of a day."""

SPECIAL = 31 * DAY
"""What is taken for the distance of days that are counted within their month (`L`, `15W`, `2#1`)."""

UNTIL = 5 * 366
"""Days over which a schedule is laid out: a leap year lies among them."""

_MONTHS = {name.upper(): number for number, name in enumerate(calendar.month_abbr) if name}
_DAYS = {name: number for number, name in enumerate("SUN MON TUE WED THU FRI SAT".split(), 1)}
_START = date(2023, 1, 1)
_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_HOURS = {"minute": 1 / 60, "hour": 1.0, "day": DAY}
_CRON_FIELDS = 6


class TagTest(msgspec.Struct, frozen=True):
    """A test of one tag: `equals`, `not equals`, `like` or `not like`."""

    how: str
    key: str
    value: str


class Selection(msgspec.Struct, frozen=True):
    """What a selection says: patterns of ARNs (any of them), patterns left out, tests of which any or all must hold."""

    resources: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    any_tag: tuple[TagTest, ...] = ()
    all_tags: tuple[TagTest, ...] = ()


_TESTS = (
    ("StringEquals", "equals"),
    ("StringNotEquals", "not equals"),
    ("StringLike", "like"),
    ("StringNotLike", "not like"),
)


def selection(given: Mapping[str, Any]) -> Selection:
    """Read a selection as GetBackupSelection gives it."""
    conditions = given.get("Conditions") or {}
    return Selection(
        tuple(given.get("Resources") or ()),
        tuple(given.get("NotResources") or ()),
        tuple(_test("equals", item) for item in given.get("ListOfTags") or ()),
        tuple(_test(how, item) for name, how in _TESTS for item in conditions.get(name) or ()),
    )


def _test(how: str, item: Mapping[str, str]) -> TagTest:
    return TagTest(how, item["ConditionKey"].removeprefix(PREFIX), item["ConditionValue"])


def matches(patterns: Sequence[str], arn: str) -> bool:
    """Say whether any of the patterns, whose asterisk stands for any text, matches the ARN."""
    return any(_like(pattern, arn) for pattern in patterns)


def _like(pattern: str, text: str) -> bool:
    return fnmatchcase(text, _only_stars(pattern))


@lru_cache(maxsize=1 << 12)
def _only_stars(pattern: str) -> str:
    return re.sub(r"([\[?])", r"[\1]", pattern)


def holds(test: TagTest, tags: Mapping[str, str]) -> bool | None:
    """Say whether a test of a tag holds; None where AWS does not say: a negated test of a tag that is not there."""
    if test.key not in tags:
        return None if test.how.startswith("not") else False
    same = tags[test.key] == test.value if test.how.endswith("equals") else _like(test.value, tags[test.key])
    return same is not test.how.startswith("not")


def by_tags(said: Selection, tags: Mapping[str, str]) -> bool | None:
    """Say whether all of a selection's conditions hold of the tags; None where AWS does not say."""
    found = [holds(test, tags) for test in said.all_tags]
    if False in found:
        return False
    return None if None in found else True


def hours_between(expression: str) -> float:
    """Give the longest time between two runs of a schedule, in hours.

    A day that is counted within its month (`L`, `W`, `#`) is taken to come once in 31 days; a schedule that runs in
    one year only, once or never, comes after infinity. Without an expression AWS Backup runs every day at 5.

    Raises:
        ValueError: the text is neither a cron nor a rate expression.
    """
    text = expression.strip() or "cron(0 5 ? * * *)"
    rate = _RATE.fullmatch(text)
    if rate:
        return int(rate[1]) * _HOURS[rate[2]]
    if not (text.startswith("cron(") and text.endswith(")")):
        raise ValueError(f"{expression!r} is neither a cron nor a rate expression")
    fields = text[5:-1].split()
    if len(fields) != _CRON_FIELDS:
        raise ValueError(f"{expression!r} does not have six fields")
    return _longest(*fields)


@lru_cache(maxsize=1 << 10)
def _longest(minutes: str, hours: str, days: str, months: str, weekdays: str, years: str) -> float:
    special = bool(re.search(r"[LW#]", days + re.sub("[A-Z]{3}", "", weekdays.upper())))
    times = sorted(hour + minute / 60 for hour in _values(hours, 0, 23) for minute in _values(minutes, 0, 59))
    fitting_months = _values(months, 1, 12, _MONTHS)
    dates = [
        day
        for day in (_START + timedelta(number) for number in range(UNTIL))
        if day.month in fitting_months and (special or _fits(day, days, weekdays))
    ]
    if len(dates) < 2 or not times or years.isdecimal():  # noqa: PLR2004  a distance takes two
        return float("inf")
    within = max((later - earlier for earlier, later in pairwise(times)), default=0.0)
    apart = max((later - earlier).days for earlier, later in pairwise(dates))
    across = apart * DAY - (times[-1] - times[0])
    return max(within, across, SPECIAL if special else 0.0)


def _fits(day: date, days: str, weekdays: str) -> bool:
    weekday = day.isoweekday() % 7 + 1
    return day.day in _days(days) and weekday in _weekdays(weekdays)


@lru_cache
def _days(text: str) -> frozenset[int]:
    return _values(text, 1, 31)


@lru_cache
def _weekdays(text: str) -> frozenset[int]:
    return _values(text, 1, 7, _DAYS)


def _values(text: str, first: int, last: int, names: Mapping[str, int] | None = None) -> frozenset[int]:
    """Give the numbers that a field of a cron expression stands for."""
    return frozenset(number for part in text.split(",") for number in _part(part, first, last, names or {}))


def _part(text: str, first: int, last: int, names: Mapping[str, int]) -> Iterator[int]:
    span, _, step = text.partition("/")
    low, dash, high = span.partition("-")
    if span in {"*", "?"}:
        start, end = first, last
    else:
        start = _number(low, names)
        end = _number(high, names) if dash else last if step else start
    yield from range(start, end + 1, int(step or 1))


def _number(text: str, names: Mapping[str, int]) -> int:
    return names[text.upper()] if text.upper() in names else int(text)
