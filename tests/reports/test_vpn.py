"""VPN availability: shares with their denominators, unknown time apart."""

from __future__ import annotations

import pytest

from reports import FORMATS
from reports.vpn import duration, lines, windows
from tests.reports.factory import report


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 min"), (59 * 60, "59 min"), (3600, "1 h 0 min"), (86_400, "1 d 0 h"), (2 * 86_400 + 5 * 3600, "2 d 5 h")],
)
def test_lengths_have_two_units(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_a_connection_comes_before_its_tunnels() -> None:
    found = list(lines(report()))
    assert [line.name for line in found] == ["datacenter-a", "tunnel 203.0.113.17", "tunnel 203.0.113.29"]
    assert windows(report()) == ("30 days", "90 days", "365 days")
    first, second = found[1], found[2]
    assert first.figures[0] == "99.59 % of 20 d 2 h known"
    assert first.outage.startswith("2 h 0 min from ")
    assert first.falls == 0
    assert second.figures == ("0.00 % of 2 d 5 h known",) * 3


def test_the_page_and_the_print_show_it() -> None:
    page = str(FORMATS["html"].render(report()))
    assert "VPN availability" in page
    assert "99.59 % of 20 d 2 h known" in page
