"""Weighs the slots: what the model has of each property, and who differs from it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from scanner.engine.normalise import canonical
from scanner.engine.parity.result import Difference, Reading, Row, Sort

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from scanner.engine.parity.match import Slot
    from scanner.engine.parity.plan import Plan
    from scanner.engine.parity.refs import References
    from scanner.engine.parity.things import Gathered, Thing
    from scanner.engine.parity.words import Words

ABSENT = Reading("absent")


class Weigher:
    """Makes the rows of slots, and of rows the differences."""

    def __init__(
        self, plan: Plan, gathered: Gathered, words: Mapping[str, Words], references: Mapping[str, References]
    ) -> None:
        """Take what was gathered and by which words it is written."""
        self._plan = plan
        self._gathered = gathered
        self._words = words
        self._references = references
        self._accounts = tuple(one.account for one in plan.members)

    def rows(self, slot: Slot) -> Iterator[Row]:
        """Give the properties of a slot: the resource itself, then the facts of those accounts that have it."""
        lacks = {account: self._gathered.lacks.get((account, slot.kind, slot.region), ()) for account in self._accounts}
        numbers = {
            account: Reading("unknown", gaps=lacks[account]) if lacks[account] else self._number(slot, account)
            for account in self._accounts
        }
        itself = self._row(slot, "", numbers)
        yield itself
        shape = slot.any.shape
        if itself.golden == (0,):
            return
        renamed = len({thing.name for things in slot.held.values() for thing in things}) > 1
        for fact in (*(["name"] if renamed else []), *shape.facts):
            readings = {}
            for account in self._accounts:
                if numbers[account].state == "unknown":
                    readings[account] = numbers[account]
                elif account not in slot.held:
                    readings[account] = ABSENT
                elif fact == "name" and renamed:
                    readings[account] = Reading("is", tuple(thing.name for thing in slot.held[account]))
                else:
                    readings[account] = self._reading(slot.held[account], fact)
            if fact not in self._plan.differ:
                yield self._row(slot, fact, readings)

    def _number(self, slot: Slot, account: str) -> Reading:
        number = len(slot.held.get(account, ()))
        return Reading("is", (min(number, 1) if slot.any.shape.mode == "class" else number,))

    def _reading(self, things: Sequence[Thing], fact: str) -> Reading:
        gaps = tuple(dict.fromkeys(gap for thing in things for gap in thing.unknown.get(fact, ())))
        if gaps:
            return Reading("unknown", gaps=gaps)
        spelled = {canonical(value): value for value in (self._spelled(thing, fact) for thing in things)}
        return Reading("is", tuple(value for _, value in sorted(spelled.items())))

    def _spelled(self, thing: Thing, fact: str) -> Any:
        def say(other: Thing) -> str:
            where = "" if other.region in {thing.region, "global"} else f" {other.region}"
            return f"<{other.short}{where} {other.label}>"

        references = self._references[thing.account]
        ordered = fact in thing.shape.ordered
        return references.spell(thing.values[fact], self._words[thing.account], say, ordered=ordered)

    def _row(self, slot: Slot, fact: str, readings: dict[str, Reading]) -> Row:
        golden, held, asked = self._golden(readings)
        region = "" if slot.region == "global" else slot.region
        return Row(slot.kind, region, slot.name, fact, golden, held, asked, readings)

    def _golden(self, readings: Mapping[str, Reading]) -> tuple[tuple[Any, ...] | None, int, int]:
        """Give what the model has, how many have it, and of how many: those that have it or may have it.

        Those that are unknown count among the many, so that a majority stays one whatever they may turn out to be.
        """
        asked = sum(reading.state != "absent" for reading in readings.values())
        votes = Counter(canonical(list(reading.values)) for reading in readings.values() if reading.state == "is")
        if self._plan.blueprint:
            model = readings[self._plan.blueprint]
            return (
                (model.values, votes[canonical(list(model.values))], asked) if model.state == "is" else (None, 0, asked)
            )
        if not votes:
            return None, 0, asked
        most, held = votes.most_common(1)[0]
        if 2 * held <= asked:
            return None, held, asked
        return next(one.values for one in readings.values() if canonical(list(one.values)) == most), held, asked

    def differences(self, row: Row) -> Iterator[Difference]:
        """Give how each account differs from the model; what is unknown differs from nothing."""
        for account, reading in row.readings.items():
            if reading.state != "is" or (row.golden is not None and reading.values == row.golden):
                continue
            if row.golden is None and not self._is_tie(row):
                continue
            sort = _sort(row, reading)
            allowed = next(
                (
                    each.reason
                    for each in self._plan.allowed
                    if each.means(row.kind, row.fact, row.name) and each.holds(reading.values, row.golden or ())
                ),
                "",
            )
            held = row.held if row.golden is not None else self._same(row, reading)
            yield Difference(
                sort, account, row.kind, row.region, row.name, row.fact, reading.values, row.golden or (), held,
                row.asked, self._plan.blueprint, allowed,
            )  # fmt: skip

    def _is_tie(self, row: Row) -> bool:
        """Say whether the accounts surely have no majority: they differ, and none that is unknown could make one."""
        if self._plan.blueprint:
            return False
        known = [reading for reading in row.readings.values() if reading.state == "is"]
        unknown = sum(reading.state == "unknown" for reading in row.readings.values())
        most = max((self._same(row, reading) for reading in known), default=0)
        return len(known) > 1 and 2 * (most + unknown) <= row.asked

    def _same(self, row: Row, reading: Reading) -> int:
        return sum(other.state == "is" and other.values == reading.values for other in row.readings.values())


def _sort(row: Row, reading: Reading) -> Sort:
    if row.golden is None:
        return "tie"
    if row.fact:
        return "other"
    return "missing" if reading.values < row.golden else "more"


def is_alike(row: Row) -> bool:
    """Say whether all accounts that have the resource are known to have the same."""
    states = {reading.state for reading in row.readings.values()}
    values = {canonical(list(reading.values)) for reading in row.readings.values() if reading.state == "is"}
    return "unknown" not in states and len(values) <= 1
