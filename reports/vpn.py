"""VPN availability in words: of what was known of each tunnel, how much was up, and the worst of what was not."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from reports.words import shorten

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reports.view import ReportData
    from scanner.engine.availability import Window

DAY, HOUR, MINUTE = 86_400, 3_600, 60


class VpnLine(NamedTuple):
    """A connection or one of its tunnels: a figure for each window, outage and falls of the longest window."""

    name: str
    where: str
    tunnel: bool
    figures: tuple[str, ...]
    outage: str
    falls: int


def windows(data: ReportData) -> tuple[str, ...]:
    """Name the windows."""
    return tuple(f"{window.days} days" for record in data.vpn[:1] for window in record.record.windows)


def lines(data: ReportData) -> Iterator[VpnLine]:
    """Give each connection, followed by its tunnels."""
    for item in data.vpn:
        where = f"{data.account_label(item.account)}, {item.region}"
        yield _line(shorten(item.name, 48), where, item.record.windows, tunnel=False)
        for tunnel in item.record.tunnels:
            yield _line(f"tunnel {tunnel.tunnel}", "", tunnel.windows, tunnel=True)


def _line(name: str, where: str, found: tuple[Window, ...], *, tunnel: bool) -> VpnLine:
    longest = found[-1]
    outage = "none known"
    if longest.outages:
        began = f" from {longest.longest_began:%Y-%m-%d %H:%M} UTC" if longest.longest_began else ""
        outage = f"{duration(longest.longest_outage) if longest.longest_outage else 'nobody knows how long'}{began}"
    return VpnLine(name, where, tunnel, tuple(figure(window) for window in found), outage, longest.falls)


def figure(window: Window) -> str:
    """Give a window's availability with its denominator: the time of which anything is known."""
    if window.share is None:
        return "unknown"
    return f"{window.share * 100:.2f} % of {duration(window.known)} known"


def duration(seconds: float) -> str:
    """Write a length of time with its two largest units."""
    whole = round(seconds)
    days, rest = divmod(whole, DAY)
    hours, rest = divmod(rest, HOUR)
    minutes = rest // MINUTE
    if 0 < whole < MINUTE:
        return f"{whole} s"
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
