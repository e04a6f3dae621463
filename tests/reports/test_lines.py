"""Lines laid out by ourselves are those that rich would make."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from reports.lines import Lines, fitted, folded

WORDS = st.lists(st.text(st.sampled_from("ab-"), max_size=12) | st.text(st.sampled_from("xé漢"), max_size=9))


@given(WORDS, st.sampled_from([" ", "  "]), st.integers(2, 30))
def test_text_is_broken_as_rich_breaks_it(words: list[str], between: str, width: int) -> None:
    text = between.join(words)
    wrapped = [line.plain.rstrip() for line in Text(text).wrap(Console(width=80), width, overflow="fold")]
    assert [line.rstrip() for line in folded(text, width)] == wrapped


@given(st.text(st.sampled_from("abé漢 "), max_size=20), st.integers(2, 15))
def test_what_is_fitted_takes_its_width_and_says_what_it_lacks(text: str, width: int) -> None:
    made = fitted(text, width)
    assert cell_len(made) == width
    assert made.rstrip() == text.rstrip() if cell_len(text) <= width else made.endswith("…")


@pytest.mark.parametrize(
    ("system", "said"), [("standard", "\x1b[1;31mFAIL\x1b[0m  plain\n\nnext\n"), (None, "FAIL  plain\n\nnext\n")]
)
def test_lines_bear_their_styles_and_end_where_their_text_does(system: str | None, said: str) -> None:
    console = Console(file=io.StringIO(), width=4, force_terminal=system is not None, color_system=system)  # type: ignore[arg-type]
    lines = [[("FAIL", "bold red"), ("  ", ""), ("plain  ", ""), ("   ", "dim")], [], [("next", "")]]
    with console.capture() as captured:
        console.print(Lines(lines), crop=False, end="")
    assert captured.get() == said
