"""Charts of the HTML page alone: when the changes of a period were made, and how long VPN tunnels were up."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from markupsafe import Markup, escape

from reports import charts
from reports.changes import ordered, who
from reports.charts import COLOURS
from reports.figures import WORST_FIRST
from reports.plots import text
from reports.words import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reports.view import DriftView, ReportData
    from scanner.engine.availability import Window
    from scanner.model.change import Change

WIDTH, LEFT, RIGHT, LANE, TOP, BOTTOM = 720, 64, 112, 26, 6, 24
BINS = 60
SMALL, LARGE = 3.5, 10.0


class Spot(NamedTuple):
    """So many changes of a severity in one part of the time; `bin` is None where nobody knows when."""

    severity: str
    bin: int | None


def timeline(view: DriftView | None) -> Markup:
    """Draw when changes were made, as CloudTrail tells it: a lane for each severity; empty where none has a time."""
    changes = ordered(view.changes) if view else []
    if view is None or not changes:
        return Markup()
    spots = Counter(Spot(change.severity, _bin(change, view)) for change in changes)
    if all(spot.bin is None for spot in spots):
        return Markup()
    lanes = [name for name in WORST_FIRST if any(spot.severity == name for spot in spots)]
    tall = TOP + LANE * len(lanes) + BOTTOM
    drawn = "".join(_lane(name, TOP + LANE * (place + 0.5), spots) for place, name in enumerate(lanes))
    ends = text(LEFT, tall - 6, f"{view.older.as_of:%Y-%m-%d %H:%M}", "start")
    ends += text(WIDTH - RIGHT, tall - 6, f"{view.newer.as_of:%Y-%m-%d %H:%M} UTC", "end")
    if any(spot.bin is None for spot in spots):
        ends += text(WIDTH - RIGHT + 12, tall - 6, "time not known", "start")
    told = "; ".join(_told(name, spots) for name in lanes)
    return Markup(  # noqa: S704  numbers, dates and our own names only; the words are escaped
        f'<svg class="plot timeline" viewBox="0 0 {WIDTH} {tall}" width="{WIDTH}" height="{tall}" role="img" '
        f'aria-labelledby="t-when-t t-when-d"><title id="t-when-t">When the changes were made</title>'
        f'<desc id="t-when-d">{escape(told)}. The table below holds them one by one.</desc>{drawn}{ends}</svg>'
    )


def _bin(change: Change, view: DriftView) -> int | None:
    given = change.attribution
    if given is None or not given.at or not who(given):
        return None
    try:
        share = (datetime.fromisoformat(given.at) - view.older.as_of) / (view.newer.as_of - view.older.as_of)
    except (ValueError, TypeError, ZeroDivisionError):
        return None
    return min(int(share * BINS), BINS - 1) if 0 <= share <= 1 else None


def _lane(name: str, y: float, spots: Counter[Spot]) -> str:
    line = (
        f'<line class="c-grid" x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" stroke="{COLOURS["rule"]}"/>'
    )
    wide = (WIDTH - LEFT - RIGHT) / BINS
    dots = "".join(
        f'<circle class="c-{name}" cx="{LEFT + wide * (spot.bin + 0.5):.1f}" cy="{y:.1f}" '
        f'r="{min(SMALL * count**0.5, LARGE):.1f}" fill="{COLOURS[name]}" fill-opacity="0.8"/>'
        for spot, count in sorted(spots.items(), key=str)
        if spot.severity == name and spot.bin is not None
    )
    unknown = spots[Spot(name, None)]
    beside = text(WIDTH - RIGHT + 12, y + 3.5, f"{unknown:,}", "start", name) if unknown else ""
    return line + text(LEFT - 10, y + 3.5, name, "end", name) + dots + beside


def _told(name: str, spots: Counter[Spot]) -> str:
    dated = sum(count for spot, count in spots.items() if spot.severity == name and spot.bin is not None)
    return f"{name}: {plural(dated, 'change')} with a time, {spots[Spot(name, None)]:,} without"


def vpn_bars(data: ReportData) -> list[list[Markup]]:
    """Draw each window of each connection and tunnel, in the order of `reports.vpn.lines`: up, down, and not known."""
    found = []
    for item in data.vpn:
        found.append(_bars(item.record.windows))
        found += [_bars(tunnel.windows) for tunnel in item.record.tunnels]
    return found


def _bars(windows: Sequence[Window]) -> list[Markup]:
    return [_bar(window) for window in windows]


def _bar(window: Window) -> Markup:
    parts: list[tuple[str, Any]] = [("pass", window.up), ("fail", window.down)]
    return charts.bar(parts, round(window.known + window.unknown))
