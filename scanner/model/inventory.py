"""The resources of a snapshot, asked in three values: found, absent, or unknown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from scanner.model.gap import Gap, GapState, Unknown
from scanner.model.kind import PLAIN, Kind, Reader, derive
from scanner.model.ternary import all_of, any_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from scanner.model.resource import Coverage, Resource

__all__ = ["Inventory", "Place", "World", "all_of", "any_of"]

K = TypeVar("K", bound=Kind)
By = Callable[["World", Any], Iterable[Any]]
"""What a resource is looked up by: all of its names for something, such as the roles that it has."""
_WRONG = (TypeError, ValueError, AttributeError, LookupError)
Place = tuple[str, str, str]
"""Account, Region (or `global`) and kind."""
_NONE: Mapping[Any, None] = MappingProxyType({})


class Inventory:
    """All resources of a snapshot with the coverage of their listings.

    Absence is only claimed where the listing of that kind in that account and Region is known to be whole.
    """

    def __init__(self, resources: Iterable[Resource], listings: Mapping[Place, tuple[Gap, ...]]) -> None:
        """Take the resources and, for each place listed, what its listing lacks (nothing when it is whole)."""
        self._places: dict[Place, list[Resource]] = defaultdict(list)
        self._named: dict[tuple[str, str], list[Resource]] = defaultdict(list)
        self._indexes: dict[tuple[Place, str], tuple[dict[Any, dict[Resource, None]], list[Gap]]] = {}
        self._joins: dict[tuple[Place, tuple[str, str], By], Mapping[Any, Mapping[Resource, int]] | None] = {}
        self.listings = dict(listings)
        for resource in sorted(resources, key=lambda resource: (resource.arn, resource.id)):
            self._places[resource.account, resource.region, resource.kind].append(resource)
            for name in {resource.id, resource.arn}:
                self._named[resource.kind, name].append(resource)
        self._by_kind: dict[str, list[Place]] = defaultdict(list)
        for place in sorted(self._places):
            self._by_kind[place[2]].append(place)
        self._listed: dict[str, list[Place]] = defaultdict(list)
        self._regions: dict[tuple[str, str], list[str]] = defaultdict(list)
        for place in sorted(self.listings):
            self._listed[place[2]].append(place)
            self._regions[place[0], place[2]].append(place[1])

    @classmethod
    def of(cls, resources: Iterable[Resource], coverage: Iterable[Coverage]) -> Inventory:
        """Make the inventory of a snapshot."""
        listings: dict[Place, tuple[Gap, ...]] = {}
        for entry in coverage:
            if entry.listing:
                place = (entry.account, entry.region, entry.kind)
                listings[place] = listings.get(place, ()) + (() if entry.ok else (entry.gap,))
        return cls(resources, listings)

    def resources(self, kind: type[Kind]) -> Iterator[Resource]:
        """Go over all resources of a kind, in an order that does not hang on that of the collection."""
        for place in self._by_kind.get(kind.cfn, ()):
            yield from self._places[place]

    def listed(self, kind: str) -> Sequence[Place]:
        """Give the places where a kind was listed, wholly or not, in their order."""
        return self._listed.get(kind, ())

    def regions(self, account: str, kind: str) -> Sequence[str]:
        """Name the Regions of an account where a kind was listed, sorted."""
        return self._regions.get((account, kind), ())

    def lacks(self, place: Place) -> tuple[Gap, ...]:
        """Say what the listing of a place lacks; a place that was not listed lacks everything."""
        if place in self.listings:
            return self.listings[place]
        account, region, kind = place
        where = f"{account} {region}".strip()
        return (Gap(message=f"{kind} was not collected in {where}", state=GapState.NOT_COLLECTED),)

    def matching(
        self, place: Place, kind: type[Kind], fact: str, value: Any
    ) -> tuple[Mapping[Resource, None], Sequence[Gap]]:
        """Find the resources of a place whose fact has the value, in order, and what hid others; indexed at first use.

        Those found are the keys of a map, so that it is quickly said whether one is among them.
        """
        known = self._indexes.get((place, fact))
        if known is None:
            known = self._indexes[place, fact] = self._index(place, kind, fact)
        return known[0].get(value, _NONE), known[1]

    def _index(self, place: Place, kind: type[Kind], fact: str) -> tuple[dict[Any, dict[Resource, None]], list[Gap]]:
        index: dict[Any, dict[Resource, None]] = defaultdict(dict)
        hidden: list[Gap] = []
        declared = kind.facts[fact]
        for resource in self._places.get(place, ()):
            try:
                index[derive(resource, declared)][resource] = None
            except Unknown as error:
                hidden.extend(error.gaps)
        return index, hidden

    def joined(
        self, place: Place, kind: type[Kind], by: By, world: World
    ) -> Mapping[Any, Mapping[Resource, int]] | None:
        """Give the resources of a place, numbered in order, by each thing that `by` gives of them; made at first use.

        None where it could not be learned of some. `world` is what `by` looks at; what it reads is not recorded.
        """
        asked = (place, (world.account, world.region), by)
        if asked not in self._joins:
            unrecorded = World(self, world.needs, world.account, world.region)
            index: dict[Any, dict[Resource, int]] = defaultdict(dict)
            try:
                for number, resource in enumerate(self.at(place)):
                    for name in by(unrecorded, kind(resource)):
                        index[name][resource] = number
                self._joins[asked] = index
            except (Unknown, *_WRONG):  # whoever asks it of all will tell what is wrong
                self._joins[asked] = None
        return self._joins[asked]

    def at(self, place: Place) -> Sequence[Resource]:
        """Give the resources of a place."""
        return self._places.get(place, ())

    def named(self, kind: type[Kind], name: str) -> Sequence[Resource]:
        """Give the resources of a kind with this id or ARN, in any place."""
        return self._named.get((kind.cfn, name), ())


class World:
    """The inventory as one rule sees it from one resource: only kinds that it needs, from its account and Region.

    What is read through the views it gives is recorded as evidence of the finding.
    """

    def __init__(
        self,
        inventory: Inventory,
        needs: Iterable[type[Kind]],
        account: str,
        region: str,
        reader: Reader = PLAIN,
        regions: Iterable[str] = (),
    ) -> None:
        """Look at the inventory from an account and Region."""
        self.inventory = inventory
        self.needs = frozenset(needs)
        self.account = account
        self.region = region
        self.reader = reader
        self.regions = tuple(regions)

    def _place(self, kind: type[Kind], region: str | None, account: str | None) -> Place:
        if kind not in self.needs:
            message = f"the rule reads {kind.__name__} but does not declare that it needs it"
            raise TypeError(message)
        where = "global" if kind.scope == "global" else region or self.region
        return (account or self.account, where, kind.cfn)

    def all(
        self, kind: type[K], *, region: str | None = None, account: str | None = None, **equals: Any
    ) -> Iterator[K]:
        """Go over the resources of a kind whose facts equal the given values.

        Raises:
            Unknown: at the end, when there may be more of them.
        """
        place = self._place(kind, region, account)
        inventory, reader = self.inventory, self.reader
        found: Iterable[Resource] = inventory.at(place)
        hidden: tuple[Gap, ...] = ()
        for number, (fact, value) in enumerate(equals.items()):
            matching, gaps = inventory.matching(place, kind, fact, value)
            found = matching if number == 0 else [item for item in found if item in matching]
            hidden += (*gaps,)
        declared = [kind.facts[fact] for fact in equals]
        for resource in found:
            for fact_read in declared:
                reader.read(resource, fact_read)
            yield kind(resource, reader)
        hidden += inventory.lacks(place)
        if hidden:
            raise Unknown(*hidden)

    def candidates(
        self, kind: type[K], by: By, wanted: Callable[[], Iterable[Any]], *, region: str | None = None,
        account: str | None = None, **equals: Any,
    ) -> Iterator[K]:  # fmt: skip
        """Go over the resources of a kind for which something may hold: those of which `by` gives what is wanted.

        For what hangs on a value that both have, and is asked of those found by the rule: `by`, the same function at
        each call, is given a world and a resource, and what it reads is no evidence. Where it cannot be learned of some
        resources what `by` gives, or what is wanted, all are gone over.

        Raises:
            Unknown: at the end, when there may be more of them.
        """
        place = self._place(kind, region, account)
        found = self._joined(place, kind, by, wanted) if self.inventory.at(place) else []
        if found is None:
            yield from self.all(kind, region=region, account=account, **equals)
            return
        for resource in found:
            view = kind(resource, self.reader)
            if all(self.reader.read(resource, kind.facts[fact]) == value for fact, value in equals.items()):
                yield view
        lacks = self.inventory.lacks(place)
        if lacks:
            raise Unknown(*lacks)

    def _joined(
        self, place: Place, kind: type[Kind], by: By, wanted: Callable[[], Iterable[Any]]
    ) -> Iterable[Resource] | None:
        index = self.inventory.joined(place, kind, by, self)
        if index is None:
            return None
        try:
            some = [index[value] for value in dict.fromkeys(wanted()) if value in index]
        except (Unknown, *_WRONG):
            return None
        if len(some) < 2:  # noqa: PLR2004  those of several values are brought into one order
            return some[0] if some else ()
        numbers = {resource: number for one in some for resource, number in one.items()}
        return sorted(numbers, key=numbers.__getitem__)

    def candidates_everywhere(self, kind: type[K], by: By, wanted: Callable[[], Iterable[Any]]) -> Iterator[K]:
        """Go over such resources of the account in all Regions that were looked at; see `candidates`."""
        return self._in_all_regions(kind, None, lambda region: self.candidates(kind, by, wanted, region=region))

    def everywhere(self, kind: type[K], *, account: str | None = None, **equals: Any) -> Iterator[K]:
        """Go over such resources of the account, or of another one, in all Regions that were looked at.

        Raises:
            Unknown: at the end, when there may be more of them.
        """
        return self._in_all_regions(
            kind, account, lambda region: self.all(kind, region=region, account=account, **equals)
        )

    def _in_all_regions(self, kind: type[K], account: str | None, look: Callable[[str], Iterator[K]]) -> Iterator[K]:
        places = self.inventory.regions(account or self.account, kind.cfn)
        anywhere = (account or self.account, "any Region", kind.cfn)
        hidden: list[Gap] = [] if places else list(self.inventory.lacks(anywhere))
        for region in places:
            try:
                yield from look(region)
            except Unknown as error:
                hidden.extend(error.gaps)
        if hidden:
            raise Unknown(*hidden)

    def first(self, kind: type[K], *, region: str | None = None, account: str | None = None, **equals: Any) -> K | None:
        """Give the first such resource, or None where there surely is none.

        Raises:
            Unknown: none was seen, and the listing is not whole.
        """
        return next(self.all(kind, region=region, account=account, **equals), None)

    def get(self, kind: type[K], name: str, *, region: str | None = None, account: str | None = None) -> K | None:
        """Give the resource with this id or ARN, or None where there surely is none.

        An ARN is looked up in its own account and Region.

        Raises:
            Unknown: it was not seen, and the listing where it would stand is not whole or was not made.
        """
        parts = name.split(":", 5)
        if parts[0] == "arn" and len(parts) == 6:  # noqa: PLR2004  an ARN's parts
            account, region = parts[4] or account, parts[3] or region
        place = self._place(kind, region, account)
        for resource in self.inventory.named(kind, name):
            if (resource.account, resource.region, resource.kind) == place:
                return kind(resource, self.reader)
        lacks = self.inventory.lacks(place)
        if lacks:
            raise Unknown(*lacks)
        return None

    def only(self, kind: type[K], *, region: str | None = None, account: str | None = None) -> K:
        """Give the one resource of a settings kind.

        Raises:
            Unknown: it was not collected.
        """
        found = self.first(kind, region=region, account=account)
        if found is None:
            place = self._place(kind, region, account)
            message = f"{kind.cfn} of {place[0]} {place[1]} was not collected"
            raise Unknown(Gap(message=message, state=GapState.NOT_COLLECTED))
        return found
