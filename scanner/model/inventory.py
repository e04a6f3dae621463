"""The resources of a snapshot, asked in three values: found, absent, or unknown."""

from __future__ import annotations

from collections import defaultdict
from operator import methodcaller
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from scanner.model.gap import Gap, GapState, Unknown
from scanner.model.kind import PLAIN, Kind, Reader, derive

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from scanner.model.resource import Coverage, Resource

K = TypeVar("K", bound=Kind)
T = TypeVar("T")
Place = tuple[str, str, str]
"""Account, Region (or `global`) and kind."""
_NONE: Mapping[Any, None] = MappingProxyType({})
_CALL: Callable[[Any], Any] = methodcaller("__call__")


class Inventory:
    """All resources of a snapshot with the coverage of their listings.

    Absence is only claimed where the listing of that kind in that account and Region is known to be whole.
    """

    def __init__(self, resources: Iterable[Resource], listings: Mapping[Place, tuple[Gap, ...]]) -> None:
        """Take the resources and, for each place listed, what its listing lacks (nothing when it is whole)."""
        self._places: dict[Place, list[Resource]] = defaultdict(list)
        self._named: dict[tuple[str, str], list[Resource]] = defaultdict(list)
        self._indexes: dict[tuple[Place, str], tuple[dict[Any, dict[Resource, None]], list[Gap]]] = {}
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

    def everywhere(self, kind: type[K], *, account: str | None = None, **equals: Any) -> Iterator[K]:
        """Go over such resources of the account, or of another one, in all Regions that were looked at.

        Raises:
            Unknown: at the end, when there may be more of them.
        """
        places = self.inventory.regions(account or self.account, kind.cfn)
        anywhere = (account or self.account, "any Region", kind.cfn)
        hidden: list[Gap] = [] if places else list(self.inventory.lacks(anywhere))
        for region in places:
            try:
                yield from self.all(kind, region=region, account=account, **equals)
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
            raise Unknown(
                Gap(message=f"{kind.cfn} of {place[0]} {place[1]} was not collected", state=GapState.NOT_COLLECTED)
            )
        return found


def any_of(items: Iterable[T], holds: Callable[[T], object] | None = None) -> bool:
    """Say whether any item holds; an unknown one does not hide a true one.

    Without `holds`, the items are functions of nothing.

    Raises:
        Unknown: none is known to hold and some could not be learned.
    """
    return _some_is(items, _CALL if holds is None else holds, wanted=True)


def all_of(items: Iterable[T], holds: Callable[[T], object] | None = None) -> bool:
    """Say whether all items hold; an unknown one does not hide a false one.

    Without `holds`, the items are functions of nothing.

    Raises:
        Unknown: all known ones hold and some could not be learned.
    """
    return not _some_is(items, _CALL if holds is None else holds, wanted=False)


def _some_is(items: Iterable[T], holds: Callable[[T], object], *, wanted: bool) -> bool:
    """Say whether an item's outcome is the wanted one, whatever else could not be learned."""
    gaps: list[Gap] = []
    source = iter(items)
    while True:
        try:
            for item in source:
                if bool(holds(item)) is wanted:
                    return True
            break
        except Unknown as error:
            gaps.extend(error.gaps)
            if not _goes_on(source):
                break
    if gaps:
        raise Unknown(*gaps)
    return False


def _goes_on(source: Iterator[Any]) -> bool:
    """A generator that raised is at its end; another iterator goes on."""
    return getattr(source, "gi_frame", True) is not None
