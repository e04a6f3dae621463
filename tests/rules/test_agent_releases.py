"""The dated list of the agent's versions: it grows with time, and says between which days any version came out."""

from __future__ import annotations

from datetime import date

import pytest

from rules.ecs._agent_releases import AS_OF, RELEASED, bounds, number


def test_later_versions_came_out_later() -> None:
    dates = [RELEASED[version] for version in sorted(RELEASED)]
    assert dates == sorted(dates)
    assert dates[-1] <= AS_OF


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("1.103.2", (date(2026, 5, 25), date(2026, 5, 25))),
        ("v1.103.2", (date(2026, 5, 25), date(2026, 5, 25))),
        ("1.107.3", (date(2026, 9, 1), date(2026, 10, 9))),
        ("1.9.9", (None, date(2025, 4, 22))),
        ("1.200.0", (date(2026, 10, 9), None)),
    ],
)
def test_between_which_days_a_version_came_out(version: str, expected: tuple[date | None, date | None]) -> None:
    assert bounds(version) == expected


def test_versions_compare_as_numbers() -> None:
    assert number("1.99.0") < number("1.100.0")
    with pytest.raises(ValueError, match="invalid literal"):
        number("newest")
