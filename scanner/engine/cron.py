"""Lines of cron: five fields, as every cron reads them, turned into the numbers that they name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

PART = re.compile(r"(?:(?P<all>\*)|(?P<first>\w+)(?:-(?P<last>\w+))?)(?:/(?P<step>\d+))?", re.ASCII)
LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
SHORTHANDS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}


class Field(NamedTuple):
    """One of the five: what it counts, its bounds, its names from the lower bound on."""

    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()


MONTHS = tuple("jan feb mar apr may jun jul aug sep oct nov dec".split())
WEEKDAYS = tuple("sun mon tue wed thu fri sat".split())
FIELDS = (
    Field("minute", 0, 59),
    Field("hour", 0, 23),
    Field("day of the month", 1, 31),
    Field("month", 1, 12, MONTHS),
    Field("day of the week", 0, 7, WEEKDAYS),
)


@dataclass(frozen=True)
class Cron:
    """When a job is due: all that fits the numbers, at second 0. Weekdays count from Sunday, 0.

    `either` says that both days and weekdays were named, so that a day that fits one of them fits, as in every cron.
    """

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]
    either: bool


def parse(text: str) -> Cron:
    """Read a line of cron: minute, hour, day of the month, month, day of the week, or a shorthand such as @daily.

    Raises:
        ValueError: it is none, or names a day that never comes.
    """
    fields = SHORTHANDS.get(text.strip().lower(), text).split()
    if len(fields) != len(FIELDS):
        raise ValueError(
            f"{text!r} is no cron line; give minute, hour, day of the month, month, day of the week: '0 2 * * *'"
        )
    minutes, hours, days, months, weekdays = (_numbers(part, field) for part, field in zip(fields, FIELDS, strict=True))
    either = not fields[2].startswith("*") and not fields[4].startswith("*")
    if not either and all(LONGEST[month - 1] < days[0] for month in months):
        raise ValueError(f"{text!r} never comes: no month named has a day {days[0]}")
    return Cron(minutes, hours, days, months, tuple(sorted({day % 7 for day in weekdays})), either)


def _numbers(text: str, field: Field) -> tuple[int, ...]:
    return tuple(sorted({number for part in text.split(",") for number in _range(part, field)}))


def _range(part: str, field: Field) -> range:
    match = PART.fullmatch(part)
    if match is None:
        raise ValueError(f"{part!r} is no {field.name}; give a number, a range such as 1-5, a list, or *")
    step = int(match["step"] or 1)
    if match["all"]:
        first, last = field.low, field.high - (field.names is WEEKDAYS)
    else:
        first = _number(match["first"], field)
        last = _number(match["last"], field) if match["last"] else field.high if match["step"] else first
    if not 0 < step <= field.high:
        raise ValueError(f"{part!r} is no {field.name}; a step lies from 1 to {field.high}")
    if last < first:
        raise ValueError(f"{part!r} is no {field.name}; it goes backwards: write it as two ranges, with a comma")
    return range(first, last + 1, step)


def _number(text: str, field: Field) -> int:
    if text.lower() in field.names:
        return field.names.index(text.lower()) + field.low
    if not text.isdecimal() or not field.low <= int(text) <= field.high:
        names = f", or {field.names[0]} to {field.names[-1]}" if field.names else ""
        raise ValueError(f"{text!r} is no {field.name}; it lies from {field.low} to {field.high}{names}")
    return int(text)
