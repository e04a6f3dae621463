"""How long VPN tunnels were up: a record over time of what scans saw and what CloudWatch kept between them.

Sources: EC2 API Reference, VgwTelemetry (Status, LastStatusChange); Site-to-Site VPN User Guide, "Monitor tunnels
using Amazon CloudWatch" (TunnelState, TunnelDataIn, TunnelDataOut).

What no source tells is unknown: neither up nor down, and shown beside every figure.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

import msgspec

WINDOWS = (30, 90, 365)
"""The days looked back on."""

UP, DOWN = "UP", "DOWN"
_SEEN, _SAMPLED = 0, 1


class Sighting(msgspec.Struct, frozen=True):
    """What a scan saw of a tunnel: `UP` or `DOWN` (anything else says nothing), and since when AWS says it is so."""

    tunnel: str
    moment: datetime
    state: str
    since: datetime | None = None


class Sample(msgspec.Struct, frozen=True):
    """What CloudWatch kept of a tunnel: the share of time (0 to 1) that it was up in a period."""

    tunnel: str
    began: datetime
    up: float
    seconds: int = 300


class Carried(msgspec.Struct, frozen=True):
    """What CloudWatch kept of a connection: the bytes, of both directions, that its tunnels carried in a period."""

    began: datetime
    size: float
    seconds: int = 900


class Stretch(msgspec.Struct, frozen=True):
    """A stretch of time of which it is known for what share it was up."""

    start: datetime
    end: datetime
    up: float

    @property
    def seconds(self) -> float:
        """Its length."""
        return (self.end - self.start).total_seconds()

    @property
    def down(self) -> float:
        """The seconds of it that were down."""
        return self.seconds * (1 - self.up)


class Window(msgspec.Struct, frozen=True):
    """The figures of some days up to a moment, in seconds; `known` and `unknown` make the whole of them.

    `share` is `up` of `known`, None where nothing is known. An outage lasts until the tunnel is up or nothing is known
    of it. `falls` counts each change from up to down that is known of; what happened in unknown time is not in it.
    """

    days: int
    up: float = 0.0
    down: float = 0.0
    unknown: float = 0.0
    outages: int = 0
    longest_outage: float = 0.0
    longest_began: datetime | None = None
    falls: int = 0

    @property
    def known(self) -> float:
        """The seconds of which the state is known."""
        return self.up + self.down

    @property
    def share(self) -> float | None:
        """The availability: from 0 to 1, of the time that is known."""
        return self.up / self.known if self.known else None

    @property
    def coverage(self) -> float:
        """The share of the window that is known, from 0 to 1."""
        return self.known / (self.known + self.unknown)


class TunnelRecord(msgspec.Struct, frozen=True):
    """A tunnel by its outside address, with its figures for each window."""

    tunnel: str
    windows: tuple[Window, ...]


class TrafficRecord(msgspec.Struct, frozen=True):
    """In how many seconds of a window a connection carried traffic, of those for which CloudWatch kept figures."""

    days: int
    carried: float = 0.0
    known: float = 0.0


class ConnectionRecord(msgspec.Struct, frozen=True):
    """A connection, which is up while any of its tunnels is, with its tunnels."""

    connection: str
    as_of: datetime
    windows: tuple[Window, ...]
    tunnels: tuple[TunnelRecord, ...]
    traffic: tuple[TrafficRecord, ...]


def record(
    connection: str,
    as_of: datetime,
    *,
    sightings: Iterable[Sighting] = (),
    samples: Iterable[Sample] = (),
    carried: Iterable[Carried] = (),
    days: Sequence[int] = WINDOWS,
) -> ConnectionRecord:
    """Make the record of a connection from what was seen of its tunnels, in any order and with repetitions."""
    seen, sampled = defaultdict[str, list[Sighting]](list), defaultdict[str, list[Sample]](list)
    for sighting in sightings:
        seen[sighting.tunnel].append(sighting)
    for sample in samples:
        sampled[sample.tunnel].append(sample)
    tunnels = {name: stretches(seen[name], sampled[name]) for name in sorted({*seen, *sampled})}
    whole = together(tuple(tunnels.values()))
    return ConnectionRecord(
        connection,
        as_of,
        tuple(window(whole, as_of, number) for number in days),
        tuple(
            TunnelRecord(name, tuple(window(known, as_of, number) for number in days))
            for name, known in tunnels.items()
        ),
        _traffic(carried, as_of, days),
    )


def stretches(sightings: Iterable[Sighting], samples: Iterable[Sample]) -> tuple[Stretch, ...]:
    """Lay out what is known of one tunnel, in order and without overlap.

    A scan's state holds from AWS's last change of it to the scan; where AWS gives none, for that moment alone. It goes
    before CloudWatch's figures, which fill the rest. Where two of a kind contradict each other the worse one counts.
    A tunnel that has been up since a change was down just before it, which leaves a stretch of no length there.
    """
    found: list[tuple[int, Stretch]] = []
    for item in sightings:
        if item.state in {UP, DOWN} and (item.since is None or item.since <= item.moment):
            up = 1.0 if item.state == UP else 0.0
            found.append((_SEEN, Stretch(item.since or item.moment, item.moment, up)))
            found += [(_SEEN, Stretch(item.since, item.since, 0.0))] if item.since and up else []
    for sample in samples:
        end = sample.began + timedelta(seconds=sample.seconds)
        found.append((_SAMPLED, Stretch(sample.began, end, min(max(sample.up, 0.0), 1.0))))
    return tuple(_joined(_laid_out(found)))


def _laid_out(found: Sequence[tuple[int, Stretch]]) -> Iterator[Stretch]:
    """Give the best known value between each two moments at which anything changes, and the points."""
    begins, ends = (
        defaultdict[datetime, list[tuple[int, float]]](list),
        defaultdict[datetime, list[tuple[int, float]]](list),
    )
    points = defaultdict[datetime, set[float]](set)
    for layer, item in found:
        if item.start == item.end:
            points[item.start].add(item.up)
        else:
            begins[item.start].append((layer, item.up))
            ends[item.end].append((layer, item.up))
    holding: Counter[tuple[int, float]] = Counter()
    for moment, following in _pairs({*begins, *ends, *points}):
        holding -= Counter(ends.get(moment, ()))
        yield from (Stretch(moment, moment, up) for up in sorted(points.get(moment, ())))
        holding += Counter(begins.get(moment, ()))
        if holding and following is not None:
            yield Stretch(moment, following, min(holding)[1])


def _pairs(moments: Iterable[datetime]) -> Iterator[tuple[datetime, datetime | None]]:
    ordered = sorted(moments)
    return itertools.zip_longest(ordered, ordered[1:])


def _joined(laid_out: Iterable[Stretch]) -> Iterator[Stretch]:
    """Join stretches of one value that touch."""
    last: Stretch | None = None
    for item in laid_out:
        if last is not None and last.end == item.start and last.up == item.up:
            last = Stretch(last.start, item.end, last.up)
            continue
        if last is not None:
            yield last
        last = item
    if last is not None:
        yield last


def together(tunnels: Sequence[Sequence[Stretch]], expected: int = 2) -> tuple[Stretch, ...]:
    """Lay out what is known of a connection: up while a tunnel is, unknown while that hangs on an unknown tunnel.

    Where tunnels were up in part only, the larger share counts: the least that the connection can have been up.
    """
    lines = [*tunnels, *([()] * (expected - len(tunnels)))]
    starts = [[item.start for item in line if item.start < item.end] for line in lines]
    solid = [[item for item in line if item.start < item.end] for line in lines]

    def at(number: int, moment: datetime, *, before: bool) -> float | None:
        place = (bisect_left if before else bisect_right)(starts[number], moment) - 1
        if place < 0:
            return None
        item = solid[number][place]
        return item.up if (moment <= item.end if before else moment < item.end) else None

    marks = defaultdict[datetime, dict[int, float]](dict)
    for number, line in enumerate(lines):
        for item in line:
            if item.start == item.end:
                marks[item.start][number] = min(item.up, marks[item.start].get(number, 1.0))
    found = []
    for moment, following in _pairs({edge for line in lines for item in line for edge in (item.start, item.end)}):
        if moment in marks:
            own = marks[moment]
            value = _any_up([own[n] if n in own else at(n, moment, before=True) for n in range(len(lines))])
            found += [Stretch(moment, moment, value)] if value is not None else []
        if following is not None:
            value = _any_up([at(number, moment, before=False) for number in range(len(lines))])
            found += [Stretch(moment, following, value)] if value is not None else []
    return tuple(_joined(found))


def _any_up(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return max(known) if known and (len(known) == len(values) or max(known) == 1) else None


def window(known: Iterable[Stretch], as_of: datetime, days: int) -> Window:
    """Reckon up the figures of the days before a moment."""
    begin = as_of - timedelta(days=days)
    up = down = 0.0
    falls, outages = 0, list[Stretch]()
    before: Stretch | None = None
    for item in known:
        inside = Stretch(max(item.start, begin), min(item.end, as_of), item.up)
        if inside.start > inside.end:
            before = item
            continue
        up, down = up + inside.seconds - inside.down, down + inside.down
        if item.up < 1:
            falls += before is not None and before.up == 1 and item.start >= begin
            outages.append(inside)
        before = item
    lengths = list(_outages(outages))
    longest, began = max(lengths, key=lambda outage: outage[0], default=(0.0, None))
    return Window(days, up, down, timedelta(days=days).total_seconds() - up - down, len(lengths), longest, began, falls)


def _outages(parts: Sequence[Stretch]) -> Iterator[tuple[float, datetime]]:
    """Give each outage, which is of parts that touch: the seconds that were down, and when it began."""
    length, began, end = 0.0, None, None
    for part in parts:
        if began is not None and part.start != end:
            yield length, began
            length, began = 0.0, None
        length, began, end = length + part.down, began or part.start, part.end
    if began is not None:
        yield length, began


def _traffic(carried: Iterable[Carried], as_of: datetime, days: Sequence[int]) -> tuple[TrafficRecord, ...]:
    """Reckon up the periods that lie in each window; a period told twice counts once, with the larger figure."""
    periods: dict[datetime, Carried] = {}
    for item in carried:
        known = periods.get(item.began)
        periods[item.began] = item if known is None or item.size > known.size else known
    found = []
    for number in days:
        inside = [item for item in periods.values() if as_of - timedelta(days=number) <= item.began < as_of]
        busy = sum(item.seconds for item in inside if item.size > 0)
        found.append(TrafficRecord(number, float(busy), float(sum(item.seconds for item in inside))))
    return tuple(found)
