"""Plain values: half a character, as AWS leaves it where it cuts a text, breaks nothing that is written or hashed."""

from __future__ import annotations

import pytest

from scanner.engine.normalise import builtin, canonical, plain, whole


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ("stopped", "stopped"),
        ("Zürich 日本 \U0001f600", "Zürich 日本 \U0001f600"),
        ("cut \ud83d", "cut \\ud83d"),
        ("\ude00\ud83d", "\\ude00\\ud83d"),
    ],
)
def test_only_half_of_a_pair_is_written_as_its_escape(given: str, made: str) -> None:
    assert whole(given) == made
    nested = {given: [given, {"a": (given,)}]}
    for found in (plain(nested), builtin({"k": [given]})):
        assert canonical(found).decode()
    assert plain(nested) == {made: [made, {"a": [made]}]}
    assert builtin([given]) == [made]
    assert whole(made) == made
