"""Charts as hand-made SVG: parts carry a class for the page's colours, and their own fill where no page gives one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from reports.view import TrendRow

COLOURS = {
    "critical": "#8e1230",
    "high": "#b03a0e",
    "medium": "#8a6400",
    "low": "#3d5f7d",
    "info": "#6b675f",
    "pass": "#2c6b45",
    "fail": "#8e1230",
    "unknown": "#5b4a8a",
    "ink": "#1d1c1a",
    "muted": "#5f5b54",
    "rule": "#dcd8cf",
}
WIDTH, HEIGHT = 460, 190
LEFT, RIGHT, TOP, BOTTOM = 46, 84, 12, 26


class Series(NamedTuple):
    """One line of a chart: what it counts, the class that colours it, its values, its dashes."""

    label: str
    colour: str
    values: Sequence[int]
    dashes: str = ""


def bar(parts: Iterable[tuple[str, int]], of: int) -> Markup:
    """Draw a bar that fills its cell: parts by class and count, side by side, out of `of`."""
    drawn, x = [], 0.0
    for colour, count in parts:
        width = 100 * count / of if of else 0
        if width:
            fill = COLOURS[colour]
            drawn.append(f'<rect class="c-{colour}" x="{x:.2f}" y="0" width="{width:.2f}" height="10" fill="{fill}"/>')
        x += width
    ground = f'<rect class="c-ground" x="0" y="0" width="100" height="10" fill="{COLOURS["rule"]}" fill-opacity="0.5"/>'
    return Markup(  # noqa: S704  numbers and our own names only
        f'<svg class="bar" viewBox="0 0 100 10" width="100" height="10" preserveAspectRatio="none" aria-hidden="true">'
        f"{ground}{''.join(drawn)}</svg>"
    )


def trend(rows: Sequence[TrendRow]) -> Markup:
    """Draw how many checks failed and how many could not be assessed, scan by scan; empty for fewer than two scans."""
    if len(rows) < 2:  # noqa: PLR2004
        return Markup()
    lines = (
        Series("failed", "fail", [row.verdicts.get("FAIL", 0) for row in rows]),
        Series("unknown", "unknown", [row.verdicts.get("UNKNOWN", 0) for row in rows], "5 3"),
    )
    step = _step(max(max(line.values) for line in lines))
    top = step * 4
    grid = "".join(_grid(step * n, top) for n in range(5))
    drawn = "".join(_line(line, top) for line in lines)
    ends = _apart([_y(line.values[-1], top) for line in lines])
    labels = "".join(_label(line, y) for line, y in zip(lines, ends, strict=True))
    days = _text(LEFT, HEIGHT - 6, f"{rows[0].as_of:%Y-%m-%d}", "start")
    days += _text(WIDTH - RIGHT, HEIGHT - 6, f"{rows[-1].as_of:%Y-%m-%d}", "end")
    title = f"Failed and unknown checks over {len(rows)} scans; the table beside holds the numbers"
    return Markup(  # noqa: S704  numbers, dates and our own names only; `_text` escapes
        f'<svg class="trend" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img" '
        f'aria-label="{title}">{grid}{drawn}{labels}{days}</svg>'
    )


def _step(highest: int) -> int:
    """Give a quarter of the scale: the least round number that four times over holds the highest."""
    need, size = max(highest, 4) / 4, 1
    while True:
        for unit in (1, 2, 5):
            if unit * size >= need:
                return unit * size
        size *= 10


def _x(place: int, count: int) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * place / (count - 1)


def _y(value: int, top: int) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top)


def _grid(value: int, top: int) -> str:
    y = _y(value, top)
    line = (
        f'<line class="c-grid" x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" '
        f'stroke="{COLOURS["rule"]}" stroke-width="1"/>'
    )
    return line + _text(LEFT - 6, y + 4, f"{value:,}", "end")


def _line(line: Series, top: int) -> str:
    points = [(_x(place, len(line.values)), _y(value, top)) for place, value in enumerate(line.values)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    colour = COLOURS[line.colour]
    dashes = f' stroke-dasharray="{line.dashes}"' if line.dashes else ""
    x, y = points[-1]
    return (
        f'<polyline class="l-{line.colour}" points="{path}" fill="none" stroke="{colour}" stroke-width="2"{dashes}/>'
        f'<circle class="c-{line.colour}" cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>'
    )


def _apart(heights: Sequence[float]) -> list[float]:
    """Push two labels apart until both can be read."""
    first, second = heights
    lack = 13 - abs(first - second)
    if lack <= 0:
        return [first, second]
    sign = -1 if first <= second else 1
    return [first + sign * lack / 2, second - sign * lack / 2]


def _label(line: Series, y: float) -> str:
    return _text(WIDTH - RIGHT + 8, y + 4, f"{line.values[-1]:,} {line.label}", "start", line.colour)


def _text(x: float, y: float, text: str, anchor: str, colour: str = "muted") -> str:
    return (
        f'<text class="c-{colour}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="11" '
        f'fill="{COLOURS[colour]}">{escape(text)}</text>'
    )
