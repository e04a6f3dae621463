"""What is compared with what: the accounts of a group with the words that are their own, and the shapes of kinds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from scanner.model.gap import Gap, Unknown

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from scanner.model.kind import Kind

Mode = Literal["sorts", "items", "class"]
"""How things of one name are compared: by their number and the set of their values; one by one; by shape alone."""


@dataclass(frozen=True)
class Shape:
    """What of a kind is compared: by which name, and which facts.

    `name` gives of a resource what it is called in every account, empty where it has no name that lasts, None where it
    is no part of the comparison. `ordered` are the facts whose lists have an order that means something. `made` says
    that AWS makes the ids of the kind, so that they stand for the resource wherever they are written. `own` are facts
    that hold an id of the account's own, which stands for itself in the other facts.
    """

    kind: type[Kind]
    name: Callable[[Any], str | None]
    facts: tuple[str, ...] = ()
    mode: Mode = "sorts"
    ordered: frozenset[str] = frozenset()
    made: bool = False
    own: tuple[str, ...] = ()


class Place(msgspec.Struct, frozen=True):
    """What config.toml says of an account, as far as it tells to which others it is compared."""

    name: str = ""
    group: str = ""
    environment: str = ""


class Allowed(msgspec.Struct, frozen=True):
    """A difference that is meant, and why; a word that is empty means any.

    With a `direction`, numbers alone, and only where the account's is `at_least` or `at_most` that of the model.
    """

    kind: str = ""
    fact: str = ""
    name: str = ""
    reason: str = ""
    direction: str = ""

    def means(self, kind: str, fact: str, name: str) -> bool:
        """Say whether a difference of this kind, fact and name is spoken of."""
        return self.kind in {"", kind} and self.fact in {"", fact} and self.name in {"", name}

    def holds(self, value: tuple[Any, ...], golden: tuple[Any, ...]) -> bool:
        """Say whether the account's values lie on the allowed side of the model's."""
        if not self.direction:
            return True
        if not value or not golden or not all(_is_number(each) for each in (*value, *golden)):
            return False
        return bool(min(value) >= max(golden) if self.direction == "at_least" else max(value) <= min(golden))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


class Cell(msgspec.Struct, frozen=True):
    """A group of accounts that are built alike, as `[cells.<group>]` says it; without blueprint the majority counts."""

    blueprint: str = ""
    parameters: tuple[str, ...] = ()
    allowed: tuple[Allowed, ...] = ()
    values: dict[str, dict[str, str]] = {}


@dataclass(frozen=True)
class Member:
    """An account of a group, and the words that are its own, by the names that they stand under in every account."""

    account: str
    name: str = ""
    words: Mapping[str, str] = field(default_factory=dict)


def member(account: str, place: Place, values: Mapping[str, Mapping[str, str]]) -> Member:
    """Make the member of an account: its id, name and environment, and the values that its group's table gives it."""
    words = {"account.id": account, "account.name": place.name, "account.environment": place.environment}
    own = {**(values.get(place.name, {}) if place.name else {}), **values.get(account, {})}
    words |= {f"cell.{key}": text for key, text in own.items()}
    return Member(account, place.name, {key: text for key, text in words.items() if text})


def blueprint_of(cell: Cell, accounts: Mapping[str, Place]) -> str:
    """Give the account that a group's members are to match; empty where the majority counts.

    Raises:
        Unknown: config.toml names no account of that name.
    """
    if not cell.blueprint or cell.blueprint.isdigit():
        return cell.blueprint
    found = next((key for key, place in accounts.items() if place.name == cell.blueprint), "")
    if not found:
        raise Unknown(Gap(message=f"config.toml names no account {cell.blueprint}"))
    return found


@dataclass(frozen=True)
class Plan:
    """A comparison: which members, by which shapes, with which model, and what may differ.

    `blueprint` is the account of the model, empty where the majority counts for each property. `differ` are facts that
    may differ from account to account. `whole` says that kinds which were collected in no account are told as unknown;
    else they are left out.
    """

    members: tuple[Member, ...]
    shapes: tuple[Shape, ...]
    blueprint: str = ""
    allowed: tuple[Allowed, ...] = ()
    differ: frozenset[str] = frozenset()
    whole: bool = True

    @property
    def kinds(self) -> tuple[type[Kind], ...]:
        """The kinds that the comparison needs."""
        return kinds_of(self.shapes)


def kinds_of(shapes: Iterable[Shape]) -> tuple[type[Kind], ...]:
    """Give the kinds that a comparison by these shapes needs."""
    return tuple(dict.fromkeys(shape.kind for shape in shapes))


def planned(
    cell: Cell, accounts: Mapping[str, Place], wanted: Collection[str], shapes: Iterable[Shape], *, blueprint: str = ""
) -> Plan:
    """Plan the comparison of these accounts, with those words and allowances that the group's table gives."""
    members = tuple(member(account, accounts.get(account, Place()), cell.values) for account in sorted(wanted))
    return Plan(members, tuple(shapes), blueprint, cell.allowed, frozenset(cell.parameters))
