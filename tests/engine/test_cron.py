"""Lines of cron mean what they mean to every cron; one that is none, or never comes, is said."""

from __future__ import annotations

import re

import pytest

from scanner.engine.cron import parse


def test_five_fields() -> None:
    line = parse("*/20 5/10 1,15-17 */3 mon-fri")
    assert line.minutes == (0, 20, 40)
    assert line.hours == (5, 15)
    assert line.days == (1, 15, 16, 17)
    assert line.months == (1, 4, 7, 10)
    assert line.weekdays == (1, 2, 3, 4, 5)


@pytest.mark.parametrize("text", ["0 2 * * 0", "0 2 * * 7", "0 2 * * sun", "0 2 * * SUN", "@weekly"])
def test_sunday(text: str) -> None:
    assert parse(text).weekdays == (0,)


def test_a_range_up_to_sunday() -> None:
    assert parse("0 2 * * 5-7").weekdays == (0, 5, 6)


@pytest.mark.parametrize(
    ("text", "either"),
    [("0 2 1 * 1", True), ("0 2 1 * *", False), ("0 2 * * 1", False), ("0 2 */2 * 1", False), ("0 2 1 * */2", False)],
)
def test_day_or_weekday_only_where_both_are_named(text: str, either: bool) -> None:
    assert parse(text).either is either


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "minute, hour, day of the month"),
        ("0 2 * *", "minute, hour, day of the month"),
        ("* * * * * *", "minute, hour, day of the month"),
        ("60 2 * * *", "'60' is no minute"),
        ("0 24 * * *", "'24' is no hour"),
        ("0 2 0 * *", "'0' is no day of the month"),
        ("0 2 * 13 *", "'13' is no month"),
        ("0 2 * * 8", "'8' is no day of the week"),
        ("0 2 * * mo", "'mo' is no day of the week"),
        ("0 2 ? * *", "'?' is no day of the month"),
        ("0 2 * * mon-fri/x", "'mon-fri/x' is no day of the week"),
        ("*/0 2 * * *", "a step lies from 1 to 59"),
        ("*/60 2 * * *", "a step lies from 1 to 59"),
        ("0 22-2 * * *", "it goes backwards"),
        ("0 2 -1 * *", "'-1' is no day"),
        ("0 2 \u0661 * *", "is no day"),
        ("@reboot", "minute, hour, day of the month"),
        ("0 2 30 2 *", "never comes"),
        ("0 2 31 2,4,6,9,11 *", "never comes"),
    ],
)
def test_what_is_no_line(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        parse(text)


@pytest.mark.parametrize("text", ["0 2 29 2 *", "0 2 31 2,12 *", "0 2 30 2 1"])
def test_what_comes_seldom_comes(text: str) -> None:
    assert parse(text).hours == (2,)
