"""Charts over time as hand-made SVG: lines, bars up and down, lying bars, and lines small enough for a table's cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup, escape

from reports.charts import COLOURS, Series

WIDTH, HEIGHT = 400, 190
LEFT, RIGHT, TOP, BOTTOM = 40, 96, 12, 26
GAP = 12
"""How far apart labels stand, so that each can be read."""
SPARK_WIDTH, SPARK_HEIGHT = 120, 22


class Plot(NamedTuple):
    """What a chart is called, what it tells in words, and the names of its first and last moment."""

    id: str
    title: str
    told: str
    first: str = ""
    last: str = ""


def lines(plot: Plot, series: Sequence[Series], *, percent: bool = False) -> Markup:
    """Draw series over time, each named at its end; `percent` says that values go up to a hundred."""
    if not series:
        return Markup()
    top = 100 if percent else 4 * step(max(max(line.values) for line in series))
    unit = " %" if percent else ""
    grid = "".join(_grid(top * n // 4, _y(top * n // 4, top), unit) for n in range(5))
    drawn = "".join(_line(line, [_y(value, top) for value in line.values]) for line in series)
    ends = apart([_y(line.values[-1], top) for line in series])
    named = "".join(
        text(WIDTH - RIGHT + 8, y + 3.5, f"{line.values[-1]:,}{unit} {line.label}", "start", line.colour)
        for line, y in zip(series, ends, strict=True)
    )
    return _svg(plot, grid + drawn + named + _days(plot))


def up_and_down(plot: Plot, up: Series, down: Series) -> Markup:
    """Draw two counts of each time as bars, one above the middle and one below it."""
    each = _half(max(*up.values, *down.values))
    room = (HEIGHT - TOP - BOTTOM) / 2
    middle = TOP + room
    grid = "".join(_grid(abs(value), middle - room * value / each) for value in (each, each // 2, 0, -each // 2, -each))
    wide = (WIDTH - LEFT - RIGHT) / len(up.values)
    thick = max(min(wide * 0.7, 16), 0.8)
    bars = "".join(
        _rect(LEFT + wide * (place + 0.5) - thick / 2, middle - (height if over else 0), thick, height, line.colour)
        for line, over in ((up, True), (down, False))
        for place, value in enumerate(line.values)
        if (height := room * value / each)
    )
    named = "".join(
        text(WIDTH - RIGHT + 8, middle + shift, said, "start", line.colour)
        for line, shift in ((up, -room / 2), (down, room / 2 + 6))
        for said in (f"{sum(line.values):,} {line.label}",)
    )
    return _svg(plot, grid + bars + named + _days(plot))


def lying(plot: Plot, bars: Sequence[tuple[str, str, float, str]]) -> Markup:
    """Draw lying bars: the name, the colour, the length and the words at its end of each."""
    longest = max((length for _, _, length, _ in bars), default=0) or 1
    tall = min((HEIGHT - TOP) / max(len(bars), 1), 34)
    begin, room = 60, WIDTH - 60 - 118
    drawn = []
    for place, (name, colour, length, said) in enumerate(bars):
        y = TOP + tall * place
        width = max(room * length / longest, 1)
        drawn += [
            text(begin - 8, y + tall / 2 + 3.5, name, "end"),
            _rect(begin, y + tall * 0.2, width, tall * 0.6, colour),
            text(begin + width + 8, y + tall / 2 + 3.5, said, "start", colour),
        ]
    return _svg(plot, "".join(drawn))


def spark(values: Sequence[float | None]) -> Markup:
    """Draw values as a line for a cell, from the least to the greatest of them; empty for fewer than two."""
    known = [value for value in values if value is not None]
    if len(known) < 2:  # noqa: PLR2004
        return Markup()
    least, most = min(known), max(known)
    room = SPARK_HEIGHT - 8
    points = [
        (3 + (SPARK_WIDTH - 6) * place / (len(values) - 1), 4 + room * (1 - (value - least) / (most - least)))
        if most > least
        else (3 + (SPARK_WIDTH - 6) * place / (len(values) - 1), SPARK_HEIGHT / 2)
        for place, value in enumerate(values)
        if value is not None
    ]
    x, y = points[-1]
    path = " ".join(f"{left:.1f},{top:.1f}" for left, top in points)
    return Markup(  # noqa: S704  numbers and our own names only
        f'<svg class="spark" viewBox="0 0 {SPARK_WIDTH} {SPARK_HEIGHT}" width="{SPARK_WIDTH}" height="{SPARK_HEIGHT}" '
        f'aria-hidden="true"><polyline class="l-muted" points="{path}" fill="none" stroke="{COLOURS["muted"]}" '
        f'stroke-width="1.5"/><circle class="c-ink" cx="{x:.1f}" cy="{y:.1f}" r="2.4" fill="{COLOURS["ink"]}"/></svg>'
    )


def step(highest: float) -> int:
    """Give a quarter of the scale: the least round number that four times over holds the highest."""
    need, size = max(highest, 4) / 4, 1
    while True:
        for unit in (1, 2, 5):
            if unit * size >= need:
                return unit * size
        size *= 10


def apart(heights: Sequence[float]) -> list[float]:
    """Push labels apart until all can be read, in their order, within the drawing."""
    order = sorted(range(len(heights)), key=lambda place: (heights[place], place))
    placed = dict.fromkeys(order, 0.0)
    floor = float(TOP)
    for place in order:
        placed[place] = floor = max(heights[place], floor)
        floor += GAP
    roof = HEIGHT - BOTTOM + 2.0
    for place in reversed(order):
        placed[place] = roof = min(placed[place], roof)
        roof -= GAP
    return [placed[place] for place in range(len(heights))]


def _half(highest: int) -> int:
    """Give the scale of one side: the least even round number that holds the highest."""
    size = 1
    while True:
        for unit in (2, 4, 6, 8, 10, 12, 16):
            if unit * size >= highest:
                return unit * size
        size *= 10


def text(x: float, y: float, said: str, anchor: str, colour: str = "muted") -> str:
    """Write words into a drawing."""
    return (
        f'<text class="c-{colour}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="10" '
        f'fill="{COLOURS[colour]}">{escape(said)}</text>'
    )


def _svg(plot: Plot, drawn: str) -> Markup:
    return Markup(  # noqa: S704  numbers, dates and our own names only; the words are escaped
        f'<svg class="plot" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img" '
        f'aria-labelledby="{plot.id}-t {plot.id}-d"><title id="{plot.id}-t">{escape(plot.title)}</title>'
        f'<desc id="{plot.id}-d">{escape(plot.told)}</desc>{drawn}</svg>'
    )


def _days(plot: Plot) -> str:
    return text(LEFT, HEIGHT - 6, plot.first, "start") + text(WIDTH - RIGHT, HEIGHT - 6, plot.last, "end")


def _y(value: float, top: int) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top)


def _grid(value: int, y: float, unit: str = "") -> str:
    line = (
        f'<line class="c-grid" x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" '
        f'stroke="{COLOURS["rule"]}" stroke-width="1"/>'
    )
    return line + text(LEFT - 6, y + 3.5, f"{value:,}{unit}", "end")


def _line(line: Series, heights: Sequence[float]) -> str:
    count = max(len(heights) - 1, 1)
    points = [(LEFT + (WIDTH - LEFT - RIGHT) * place / count, y) for place, y in enumerate(heights)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    colour = COLOURS[line.colour]
    dashes = f' stroke-dasharray="{line.dashes}"' if line.dashes else ""
    x, y = points[-1]
    return (
        f'<polyline class="l-{line.colour}" points="{path}" fill="none" stroke="{colour}" stroke-width="2" '
        f'stroke-linejoin="round"{dashes}/><circle class="c-{line.colour}" cx="{x:.1f}" cy="{y:.1f}" r="3" '
        f'fill="{colour}"/>'
    )


def _rect(x: float, y: float, width: float, height: float, colour: str) -> str:
    return (
        f'<rect class="c-{colour}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" '
        f'fill="{COLOURS[colour]}"/>'
    )
