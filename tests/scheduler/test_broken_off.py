"""A scan whose credentials expired exits with 3, as one that is whole but for what it could not see: it goes on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.scheduler.stage import FIRST, NIGHTLY, Stage


@pytest.mark.parametrize(("attempts", "ends"), [(2, (0, "ok", 2)), (1, (3, "failed", 1))])
def test_a_scan_that_was_broken_off_goes_on_at_the_next_try(
    stage: Stage, attempts: int, ends: tuple[int, str, int]
) -> None:
    stage.config(NIGHTLY + f"attempts = {attempts}\n")
    assert stage.once() == 0
    stage.at(FIRST + timedelta(hours=14, seconds=30))
    stage.tell("scan", "broken")
    assert (stage.once(), *stage.told()[0][1:]) == ends
    first, *others = stage.begun()
    assert "--resume" not in first
    for words in others:
        assert words[words.index("--id") - 1 :][:3] == ["--resume", "--id", first[first.index("--id") + 1]]


def test_a_scan_that_is_whole_and_ends_with_3_is_not_made_again(stage: Stage) -> None:
    stage.config(NIGHTLY + "attempts = 2\n")
    assert stage.once() == 0
    stage.at(FIRST + timedelta(hours=14, seconds=30))
    stage.tell("scan", "3")
    assert stage.once() == 3
    assert stage.told() == [(21, "incomplete", 1)]
