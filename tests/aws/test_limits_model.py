"""The model behind docs/scale.md: every call once, throttled where AWS would, and the page says what it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import limits_model
from bench.limits_model import EACH, GLOBAL, QUIET, Model, Place, estate

PAGE = Path(__file__).parents[2] / "docs" / "scale.md"


def test_a_night_makes_each_call_once_and_is_bound_by_its_threads() -> None:
    asked = 4 * (3 * QUIET + GLOBAL + int(75 * EACH) * 2)
    slow, fast = (Model(threads, 0.1).run(estate(4, 3)) for threads in (4, 8))
    assert (slow.calls, slow.throttled, slow.lost) == (asked, 0, 0)
    assert slow.seconds == pytest.approx(asked * 0.1 / 4, rel=0.05)
    assert fast.seconds == pytest.approx(slow.seconds / 2, rel=0.05)


def test_one_service_is_throttled_slows_down_and_loses_nothing() -> None:
    night = Model(64, 0.01).run(iter([Place(1, [], []), Place(2, ["ssm"] * 2000, [])]))
    assert (night.calls, night.lost) == (2000, 0)
    assert night.throttled > 0
    rate, burst = limits_model.OTHERS
    assert night.seconds >= (2000 - burst) / rate


def test_the_page_holds_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    limits_model.main()
    printed = capsys.readouterr().out.strip()
    assert printed in PAGE.read_text()
