"""The record of a VPN over time: held against examples drawn by hand and against counting minute by minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.engine.availability import (
    Carried,
    Sample,
    Sighting,
    Stretch,
    TrafficRecord,
    Window,
    record,
    stretches,
    together,
    window,
)

NIGHT = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY = 86400.0


def at(minutes: float) -> datetime:
    """Give the moment so many minutes after a day before the night."""
    return NIGHT - timedelta(days=1) + minutes * MINUTE


def saw(minutes: float, state: str, since: float | None = None, tunnel: str = "a") -> Sighting:
    return Sighting(tunnel, at(minutes), state, None if since is None else at(since))


def kept(minutes: float, up: float, tunnel: str = "a") -> Sample:
    return Sample(tunnel, at(minutes), up)


def drawn(*given: Stretch) -> list[tuple[float, float, float]]:
    return [((item.start - at(0)) / MINUTE, (item.end - at(0)) / MINUTE, item.up) for item in given]


@pytest.mark.parametrize(
    ("sightings", "samples", "expected"),
    [
        ([], [], []),
        ([saw(100, "UP", 40)], [], [(40, 40, 0), (40, 100, 1)]),
        ([saw(100, "DOWN", 40)], [], [(40, 100, 0)]),
        ([saw(100, "DOWN", 100)], [], [(100, 100, 0)]),
        ([saw(100, "UP")], [], [(100, 100, 1)]),
        ([saw(100, "")], [], []),
        ([saw(100, "UP", 101)], [], []),
        ([saw(100, "UP", 40), saw(90, "UP", 40)], [], [(40, 40, 0), (40, 100, 1)]),
        ([saw(50, "UP", 40), saw(100, "UP", 80)], [], [(40, 40, 0), (40, 50, 1), (80, 80, 0), (80, 100, 1)]),
        ([saw(50, "UP", 40), saw(100, "DOWN", 50)], [], [(40, 40, 0), (40, 50, 1), (50, 100, 0)]),
        ([saw(60, "UP", 40), saw(100, "DOWN", 50)], [], [(40, 40, 0), (40, 50, 1), (50, 100, 0)]),
        ([], [kept(0, 1.0), kept(5, 1.0), kept(15, 0.4)], [(0, 10, 1), (15, 20, 0.4)]),
        ([], [kept(0, 1.0), kept(0, 0.5)], [(0, 5, 0.5)]),
        ([], [kept(0, 1.5), kept(5, -1.0)], [(0, 5, 1), (5, 10, 0)]),
        ([saw(100, "UP", 3)], [kept(0, 0.5), kept(5, 0.0)], [(0, 3, 0.5), (3, 3, 0), (3, 100, 1)]),
        ([saw(7, "DOWN", 3)], [kept(0, 1.0), kept(5, 1.0)], [(0, 3, 1), (3, 7, 0), (7, 10, 1)]),
    ],
)
def test_what_is_known_of_a_tunnel(
    sightings: list[Sighting], samples: list[Sample], expected: list[tuple[float, float, float]]
) -> None:
    assert drawn(*stretches(sightings, samples)) == expected
    assert drawn(*stretches(reversed(sightings), reversed(samples))) == expected


def figures(*given: tuple[float, float, float]) -> Window:
    return window([Stretch(at(start), at(end), up) for start, end, up in given], NIGHT, 1)


def test_unknown_time_is_neither_up_nor_down() -> None:
    assert figures() == Window(1, unknown=DAY)
    assert figures().share is None
    assert figures().coverage == 0
    some = figures((0, 60, 1.0), (100, 120, 0.0))
    assert (some.up, some.down, some.unknown) == (3600.0, 1200.0, DAY - 4800)
    assert some.share == 0.75
    assert some.known == 4800
    assert some.coverage == 4800 / DAY


def test_a_sample_counts_by_its_share() -> None:
    some = figures((0, 10, 0.25))
    assert (some.up, some.down, some.outages, some.longest_outage) == (150.0, 450.0, 1, 450.0)


def test_an_outage_ends_when_the_tunnel_is_up_or_nothing_is_known() -> None:
    some = figures((0, 10, 0.0), (10, 20, 0.5), (20, 30, 1.0), (30, 40, 0.0), (50, 60, 0.0))
    assert some.outages == 3
    assert some.longest_outage == 900
    assert some.longest_began == at(0)


def test_the_longest_outage_is_the_first_of_equals() -> None:
    assert figures((0, 10, 0.0), (20, 30, 0.0)).longest_began == at(0)
    assert figures((0, 9, 0.0), (20, 30, 0.0)).longest_began == at(20)


@pytest.mark.parametrize(
    ("known", "falls"),
    [
        ([(0, 10, 1.0)], 0),
        ([(0, 10, 0.0)], 0),
        ([(0, 10, 1.0), (10, 20, 0.0)], 1),
        ([(0, 10, 1.0), (15, 20, 0.0)], 1),
        ([(0, 10, 1.0), (10, 20, 0.9), (20, 30, 0.0)], 1),
        ([(0, 10, 1.0), (15, 15, 0.0), (15, 20, 1.0), (20, 30, 0.5)], 2),
        ([(0, 10, 0.0), (10, 20, 1.0)], 0),
        ([(-10, 0, 1.0), (0, 10, 0.0)], 1),
        ([(-10, -5, 1.0), (-5, 10, 0.0)], 0),
        ([(-20, -10, 1.0), (5, 10, 0.0)], 1),
    ],
)
def test_falls_are_changes_from_up_to_down(known: list[tuple[float, float, float]], falls: int) -> None:
    assert figures(*known).falls == falls


def test_a_window_cuts_what_lies_outside() -> None:
    some = figures((-60, 60, 0.0), (1430, 1500, 1.0), (1500, 1600, 0.0))
    assert (some.down, some.up, some.outages, some.longest_outage) == (3600.0, 600.0, 1, 3600.0)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ([(0, 10, 1.0)], [(0, 10, 0.0)], [(0, 10, 1)]),
        ([(0, 10, 0.0)], [(5, 15, 0.0)], [(5, 10, 0)]),
        ([(0, 10, 0.0)], [], []),
        ([(0, 10, 1.0)], [], [(0, 10, 1)]),
        ([(0, 10, 0.4)], [(0, 10, 0.6)], [(0, 10, 0.6)]),
        ([(0, 10, 0.4)], [], []),
        ([(0, 10, 1.0), (10, 20, 0.0)], [(0, 15, 0.0), (15, 20, 1.0)], [(0, 10, 1), (10, 15, 0), (15, 20, 1)]),
        ([(0, 5, 1.0), (5, 5, 0.0), (5, 10, 1.0)], [(0, 10, 1.0)], [(0, 10, 1)]),
        ([(0, 5, 1.0), (5, 5, 0.0), (5, 10, 1.0)], [(0, 10, 0.0)], [(0, 5, 1), (5, 5, 0), (5, 10, 1)]),
        ([(0, 5, 1.0), (5, 5, 0.0), (5, 10, 1.0)], [], [(0, 10, 1)]),
        (
            [(0, 5, 1.0), (5, 5, 0.0), (5, 9, 1.0)],
            [(0, 5, 0.0), (5, 5, 0.0), (5, 9, 1.0)],
            [(0, 5, 1), (5, 5, 0), (5, 9, 1)],
        ),
    ],
)  # fmt: skip
def test_a_connection_is_up_while_a_tunnel_is(
    one: list[tuple[float, float, float]],
    other: list[tuple[float, float, float]],
    expected: list[tuple[float, float, float]],
) -> None:
    lines = [[Stretch(at(a), at(b), up) for a, b, up in line] for line in (one, other)]
    assert drawn(*together(lines)) == expected
    assert drawn(*together(lines[::-1])) == expected
    if not other:
        assert drawn(*together(lines[:1])) == expected


SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20), st.sampled_from([0.0, 1.0])), max_size=6)


@pytest.mark.drill
@given(SPANS, SPANS)
def test_the_record_is_what_counting_minutes_finds(
    one: list[tuple[int, int, float]], other: list[tuple[int, int, float]]
) -> None:
    samples = [
        Sample(name, at(start), up, length * 60)
        for name, spans in (("a", one), ("b", other))
        for start, length, up in spans
    ]

    def state(spans: list[tuple[int, int, float]], minute: int) -> float | None:
        return min((up for start, length, up in spans if start <= minute < start + length), default=None)

    made = record("vpn-1", NIGHT, samples=samples, days=(1,))
    counted = {
        "a": [state(one, minute) for minute in range(1440)],
        "b": [state(other, minute) for minute in range(1440)],
    }
    counted["both"] = [
        1.0 if 1.0 in pair else None if None in pair else 0.0 for pair in zip(counted["a"], counted["b"], strict=True)
    ]
    said = {item.tunnel: item.windows[0] for item in made.tunnels} | {"both": made.windows[0]}
    for name, figure in said.items():
        assert figure.up == 60.0 * counted[name].count(1.0)
        assert figure.down == 60.0 * counted[name].count(0.0)
        assert figure.unknown == 60.0 * counted[name].count(None)
        known = [value for value in counted[name] if value is not None]
        assert figure.falls == sum(a == 1.0 and b == 0.0 for a, b in pairwise(known))


def test_a_connections_record_over_three_windows() -> None:
    made = record(
        "vpn-1",
        NIGHT,
        sightings=[saw(1440, "UP", -1440 * 40, "a"), saw(1440, "DOWN", 1380, "b")],
        samples=[kept(1370, 1.0, "b")],
        carried=[Carried(at(0), 5.0), Carried(at(0), 0.0), Carried(at(15), 0.0), Carried(at(-72000), 1.0)],
    )
    assert [item.days for item in made.windows] == [30, 90, 365]
    assert [item.share for item in made.windows] == [1.0, 1.0, 1.0]
    assert [item.up for item in made.windows] == [30 * DAY, 41 * DAY, 41 * DAY]
    first, second = made.tunnels
    assert (first.tunnel, second.tunnel) == ("a", "b")
    assert second.windows[0].known == 3900
    assert (second.windows[0].falls, second.windows[0].longest_outage) == (1, 3600)
    assert made.traffic == (
        TrafficRecord(30, 900.0, 1800.0),
        TrafficRecord(90, 1800.0, 2700.0),
        TrafficRecord(365, 1800.0, 2700.0),
    )


def test_a_connection_of_which_one_tunnel_was_never_seen_is_not_taken_for_down() -> None:
    made = record("vpn-1", NIGHT, sightings=[saw(1440, "DOWN", 0)], days=(1,))
    assert made.tunnels[0].windows[0].down == DAY
    assert made.windows[0] == Window(1, unknown=DAY)


def test_a_year_of_samples_is_reckoned_in_good_time() -> None:
    samples = [
        Sample("a", NIGHT - number * 5 * MINUTE, float(number % 7 > 0)) for number in range(1, 12 * 24 * 365 + 1)
    ]
    made = record("vpn-1", NIGHT, samples=samples)
    assert made.tunnels[0].windows[2].unknown == 0
    assert made.tunnels[0].windows[2].share == pytest.approx(6 / 7, abs=1e-4)
