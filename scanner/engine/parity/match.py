"""Finds what is one and the same in every account: by name, where one lasts, else by what it is and what is round it.

Things without a name of their own are told apart by their class: what they say of themselves and, twice over, the
classes of their neighbours (Weisfeiler and Leman 1968). Those of one class are one; what is left is paired so that the
pairs differ least.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scanner.engine.normalise import canonical, digest
from scanner.engine.parity.pairing import pairs
from scanner.engine.parity.refs import References
from scanner.engine.parity.things import Thing, by_place

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from scanner.engine.parity.words import Words

ROUNDS = 2
LIMIT = 200
"""Above so many things of one kind and name in an account, none are paired by their differences."""
ALIKE, RENAMED = 0.5, 0.25
"""The share of its properties in which one thing may differ and still be the same; under another name, fewer."""


@dataclass(eq=False)
class Slot:
    """One thing, or one sort or class of things, as every account should have it."""

    kind: str
    region: str
    name: str
    held: dict[str, list[Thing]] = field(default_factory=dict)

    @property
    def any(self) -> Thing:
        """One of its things, of the first account that has one."""
        return next(things[0] for things in self.held.values())


@dataclass(frozen=True)
class Unmatched:
    """Things of an account that were too many to be paired."""

    account: str
    kind: str
    region: str
    name: str
    number: int


class Matcher:
    """Sorts the things of all accounts into slots."""

    def __init__(self, things: Iterable[Thing], words: Mapping[str, Words], order: Sequence[str]) -> None:
        """Take the things; `order` are the accounts, the one that others are laid beside first."""
        self.things = list(things)
        self.words = words
        self.order = list(order)
        self.references: dict[str, References] = {
            account: References(thing for thing in self.things if thing.account == account) for account in order
        }
        self.slots: list[Slot] = []
        self.unmatched: list[Unmatched] = []
        self._classes: dict[Thing, str] = {}
        self._spelled: dict[Thing, dict[str, bytes]] = {}

    def match(self) -> list[Slot]:
        """Give the slots, each with what every account has of it; all things but the unmatched are in one."""
        groups = by_place(self.things)
        unclear: list[tuple[tuple[str, str, str], list[Thing]]] = []
        for place, things in sorted(groups.items()):
            per_account = _by_account(things)
            if place[2] and (things[0].shape.mode != "items" or all(len(mine) == 1 for mine in per_account.values())):
                self._open(place, per_account)
            else:
                unclear.append((place, things))
        self._refine([thing for _, things in unclear for thing in things])
        for place, things in unclear:
            self._match_within(place, _by_account(things))
        self._merge_renamed()
        _label(self.slots, self.references)
        return self.slots

    def _open(self, place: tuple[str, str, str], held: dict[str, list[Thing]]) -> None:
        kind, region, name = place
        self.slots.append(Slot(kind, region, name, held))
        for thing in (thing for things in held.values() for thing in things):
            self._classes[thing] = f"{kind} {region} {name}"

    def _refine(self, unclear: list[Thing]) -> None:
        """Give each unclear thing its class: what it says and, for each round, the classes of its neighbours."""
        for thing in unclear:
            self._classes[thing] = f"{thing.kind} {thing.region} {thing.name}"
        beside = self._neighbours()
        self._spelled = {thing: self._spell(thing) for thing in unclear}
        for _ in range(ROUNDS):
            refined = {}
            for thing in unclear:
                said = self._spell(thing)
                round_it = sorted(f"{fact} of {self._classes[other]}" for other, fact in beside[thing])
                text = canonical([self._classes[thing], sorted(said.items()), round_it])
                refined[thing] = digest(text)
            self._classes |= refined

    def _neighbours(self) -> dict[Thing, list[tuple[Thing, str]]]:
        found: dict[Thing, list[tuple[Thing, str]]] = defaultdict(list)
        for thing in self.things:
            for fact, value in thing.values.items():
                for target in self.references[thing.account].targets(value):
                    found[target].append((thing, fact))
        return found

    def _spell(self, thing: Thing) -> dict[str, bytes]:
        references, words = self.references[thing.account], self.words[thing.account]
        return {
            fact: canonical(
                references.spell(value, words, lambda other: self._classes[other], ordered=fact in thing.shape.ordered)
            )
            for fact, value in thing.values.items()
        }

    def _match_within(self, place: tuple[str, str, str], things: dict[str, list[Thing]]) -> None:
        slots: list[Slot] = []
        for account in sorted(things, key=lambda name: (self.order.index(name) != 0, self.order.index(name))):
            mine = sorted(things[account], key=lambda thing: (sorted(self._spelled[thing].items()), thing.arn))
            left = self._exact(slots, account, mine)
            open_slots = [slot for slot in slots if account not in slot.held]
            if left and open_slots and max(len(left), len(open_slots)) > LIMIT:
                self.unmatched.append(Unmatched(account, *place, len(left)))
                continue
            costs = [[self._cost(slot.any, thing) for slot in open_slots] for thing in left]
            paired = dict(pairs(costs, ALIKE))
            for number, thing in enumerate(left):
                if number in paired:
                    open_slots[paired[number]].held[account] = [thing]
                else:
                    slots.append(Slot(*place, held={account: [thing]}))
        self.slots += slots

    def _exact(self, slots: list[Slot], account: str, things: list[Thing]) -> list[Thing]:
        """Lay things into the slots of their class; give those that found none."""
        free: dict[str, list[Slot]] = defaultdict(list)
        for slot in slots:
            for known in {self._classes[thing] for mine in slot.held.values() for thing in mine}:
                free[known].append(slot)
        left = []
        for thing in things:
            found = next((slot for slot in free[self._classes[thing]] if account not in slot.held), None)
            if found is None:
                left.append(thing)
            else:
                found.held[account] = [thing]
        return left

    def _cost(self, one: Thing, other: Thing) -> float:
        """Say in which share of their properties two things differ; what is unknown does not count."""
        ours, theirs = self._spelled[one], self._spelled[other]
        both = ours.keys() & theirs.keys()
        names = one.name != other.name
        differing = sum(ours[fact] != theirs[fact] for fact in both) + names
        return differing / max(1, len(both) + names)

    def _merge_renamed(self) -> None:
        """Take two slots for one where no account has both, and little but the name differs."""
        lone: dict[tuple[str, str], list[Slot]] = defaultdict(list)
        for slot in self.slots:
            if slot.any.shape.mode == "items" and slot.any.shape.made and len(slot.held) < len(self.order):
                lone[slot.kind, slot.region].append(slot)
        gone: set[int] = set()
        for slots in lone.values():
            if len(slots) <= LIMIT:
                gone |= self._merged(slots)
        self.slots = [slot for slot in self.slots if id(slot) not in gone]

    def _merged(self, slots: list[Slot]) -> set[int]:
        for slot in slots:
            thing = slot.any
            if thing not in self._spelled:
                self._spelled[thing] = self._spell(thing)
        costs = sorted(
            (self._cost(one.any, other.any), first, second)
            for first, one in enumerate(slots)
            for second, other in enumerate(slots[first + 1 :], first + 1)
            if not one.held.keys() & other.held.keys()
        )
        gone: set[int] = set()
        for cost, first, second in costs:
            one, other = slots[first], slots[second]
            free = not {id(one), id(other)} & gone and not one.held.keys() & other.held.keys()
            if cost <= RENAMED and free:
                keep, drop = sorted((one, other), key=lambda slot: (self.order[0] not in slot.held, -len(slot.held)))
                keep.held |= drop.held
                gone.add(id(drop))
        return gone


def _by_account(things: Iterable[Thing]) -> dict[str, list[Thing]]:
    found: dict[str, list[Thing]] = defaultdict(list)
    for thing in things:
        found[thing.account].append(thing)
    return dict(found)


def _label(slots: list[Slot], references: Mapping[str, References]) -> None:
    """Name the slots: by the name, else by the first thing that it refers to; several of one name by a number too."""
    taken: dict[tuple[str, str, str], int] = defaultdict(int)
    for slot in sorted(slots, key=lambda slot: (not slot.name, slot.kind, slot.region, slot.name)):
        name = slot.name or _said_of(slot, references)
        taken[slot.kind, slot.region, name] += 1
        number = taken[slot.kind, slot.region, name]
        slot.name = name if number == 1 else f"{name} #{number}".strip()
        for thing in (thing for things in slot.held.values() for thing in things):
            thing.label = slot.name


def _said_of(slot: Slot, references: Mapping[str, References]) -> str:
    thing = slot.any
    for value in thing.values.values():
        for target in references[thing.account].targets(value)[:1] if isinstance(value, str) else ():
            if target is not thing:
                return f"of {target.label or target.name or target.short}"
    return "without name"
