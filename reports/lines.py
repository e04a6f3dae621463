"""Many lines for a terminal: broken and padded here, for rich takes longer over ten thousand than a reader waits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.segment import Segment
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.console import ConsoleOptions, RenderResult
    from rich.style import Style

Part = tuple[str, str]
"""Text and its style."""

_WORD = re.compile(r"\s*\S+\s*")
_PLAIN = Console(width=80, color_system=None)


class Lines:
    """Lines of styled parts, without what is blank at their ends; print them with `crop=False` and `end=""`."""

    def __init__(self, lines: Iterable[Sequence[Part]]) -> None:
        """Hold the lines."""
        self.lines = lines

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Give the parts as rich takes them."""
        styles: dict[str, Style | None] = {"": None}
        for line in self.lines:
            for text, style in _trimmed(line):
                if style not in styles:
                    styles[style] = console.get_style(style)
                yield Segment(text, styles[style])
            yield Segment.line()


def _trimmed(line: Sequence[Part]) -> Iterator[Part]:
    last = max((place for place, (text, _) in enumerate(line) if text.strip()), default=-1)
    for place, (text, style) in enumerate(line[: last + 1]):
        yield (text.rstrip() if place == last else text), style


def fitted(text: str, width: int) -> str:
    """Fill text up to a width in cells; what is longer ends in a sign that more follows."""
    if text.isascii():
        return f"{text:<{width}}" if len(text) <= width else f"{text[: width - 1]}…"
    return set_cell_size(text, width) if cell_len(text) <= width else f"{set_cell_size(text, width - 1)}…"


def folded(text: str, width: int) -> list[str]:
    """Break text between words, and words that are longer than a line, as rich does."""
    if len(text) <= width and text.isascii():
        return [text]
    if not text.isascii():
        return [line.plain.rstrip() for line in Text(text).wrap(_PLAIN, width, overflow="fold")]
    lines, begin, room = [], 0, width
    for match in _WORD.finditer(text):
        start, word = match.start(), match.group()
        bare = len(word.rstrip())
        if bare <= room:
            room -= len(word)
        elif bare > width:
            lines.append(text[begin:start])
            cuts = range(start, start + len(word), width)
            lines += [text[cut : cut + width] for cut in cuts[:-1]]
            begin = cuts[-1]
            room = width - (start + len(word) - begin)
        else:
            lines.append(text[begin:start])
            begin, room = start, width - len(word)
    return [line.rstrip() for place, line in enumerate((*lines, text[begin:])) if line or place]
