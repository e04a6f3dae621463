"""Reckoning with the lives of findings: days to resolve, what is open, what a scan changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from scanner.engine.lives import Life, Pace, Turnover, paces, turnover

FIRST = datetime(2026, 11, 21, 2, tzinfo=UTC)


def day(number: float) -> datetime:
    return FIRST + timedelta(days=number)


def life(name: str, opened: float, resolved: float | None = None, severity: str = "high", reopened: int = 0) -> Life:
    return Life(
        fingerprint=name, rule="r", severity=severity, account="111122223333", opened=day(opened),
        resolved=None if resolved is None else day(resolved), reopened=reopened,
    )  # fmt: skip


LIVES = [
    life("a", 0, 1),
    life("a", 3, 5, reopened=1),
    life("b", 1, 10),
    life("c", 2),
    life("d", 1.5),
    life("e", 4, severity="low"),
    life("f", 5, severity="low", reopened=2),
]


def test_times_to_resolve_and_what_is_open_by_severity() -> None:
    found = paces(LIVES, day(10))
    assert list(found) == ["high", "low"]
    high = found["high"]
    assert (high.resolved, high.mean_days, high.median_days) == (3, 4.0, 2.0)
    assert (high.open, high.oldest, high.oldest_days) == (2, LIVES[4], 8.5)
    assert found["low"] == Pace(severity="low", open=2, oldest=LIVES[5], oldest_days=6.0)


def test_an_earlier_moment_knows_nothing_of_what_came_later() -> None:
    found = paces(LIVES, day(4))
    assert (found["high"].resolved, found["high"].mean_days, found["high"].open) == (1, 1.0, 4)
    assert found["high"].oldest == LIVES[2]
    assert found["low"].open == 1
    assert paces(LIVES, day(-1)) == {}
    assert paces([life("a", 0, 2)], day(2))["high"] == Pace(severity="high", resolved=1, mean_days=2.0, median_days=2.0)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (0, Turnover(new=1)),
        (1, Turnover(new=1, resolved=1)),
        (3, Turnover(reopened=1)),
        (5, Turnover(resolved=1, reopened=1)),
        (7, Turnover()),
    ],
)
def test_what_a_scan_changed(number: int, expected: Turnover) -> None:
    assert turnover(LIVES, day(number)) == expected
