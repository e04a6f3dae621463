"""What rules on cells take from config.toml: the groups with their blueprints, and the accounts in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from rules.cell._compare import Difference, Side, compared
from scanner.model.gap import Gap, Unknown
from scanner.model.rule import Fail, Note
from scanner.model.rule import Settings as RuleSettings

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from rules.cell._compare import Shape
    from scanner.model.inventory import World
    from scanner.model.rule import Outcome


class Place(msgspec.Struct, frozen=True):
    """What config.toml says of an account, as far as it tells to which others it is compared."""

    name: str = ""
    group: str = ""
    environment: str = ""


class Allowed(msgspec.Struct, frozen=True):
    """A difference that is meant, and why; a word that is empty means any."""

    kind: str = ""
    fact: str = ""
    name: str = ""
    reason: str = ""

    def means(self, one: Difference) -> bool:
        """Say whether the difference is this one."""
        return self.kind in {"", one.kind} and self.fact in {"", one.fact} and self.name in {"", one.name}


class Cell(msgspec.Struct, frozen=True):
    """A group of accounts that are built alike, as `[cells.<group>]` says it."""

    blueprint: str = ""
    parameters: tuple[str, ...] = ()
    allowed: tuple[Allowed, ...] = ()


class CellSettings(RuleSettings, frozen=True, kw_only=True):
    """The groups and the accounts in them."""

    cells: Annotated[
        dict[str, Cell], msgspec.Meta(description="The groups of accounts built alike.", extra={"config": "cells"})
    ] = msgspec.field(default_factory=dict)
    accounts: Annotated[
        dict[str, Place],
        msgspec.Meta(description="The accounts with name, group and environment.", extra={"config": "accounts"}),
    ] = msgspec.field(default_factory=dict)

    def cell_of(self, account: str) -> Cell | None:
        """Give the group that an account belongs to, if it is one of cells."""
        return self.cells.get(self.accounts.get(account, Place()).group)

    def side(self, account: str) -> Side:
        """Give an account with the words that are its own."""
        place = self.accounts.get(account, Place())
        return Side(account, (place.name, place.environment))

    def model(self, account: str) -> str:
        """Give the blueprint's account for a member of a group, empty for one that is in none.

        Raises:
            Unknown: config.toml names no account of that name.
        """
        cell = self.cell_of(account)
        if cell is None:
            return ""
        if cell.blueprint.isdigit():
            return cell.blueprint
        found = next((key for key, place in self.accounts.items() if place.name == cell.blueprint), "")
        if not found:
            raise Unknown(Gap(message=f"config.toml names no account {cell.blueprint}"))
        return found

    def is_member(self, account: str) -> bool | str:
        """Say whether an account is to match a blueprint, or why not."""
        if self.cell_of(account) is None:
            return "the account belongs to no group of cells (cells in config.toml)"
        return "the account is its group's blueprint" if self.model(account) == account else True


def told(world: World, shapes: Collection[Shape], settings: CellSettings, sorts: Collection[str]) -> Iterator[Outcome]:
    """Tell how a member differs from its blueprint, as far as the sorts of differences count."""
    account, cell = world.account, settings.cell_of(world.account) or Cell()
    model = settings.model(account)
    for one in compared(world, shapes, settings.side(model), settings.side(account), cell.parameters):
        if not isinstance(one, Difference):
            yield one
        elif one.sort in sorts:
            meant = next((allowed for allowed in cell.allowed if allowed.means(one)), None)
            if meant:
                yield Note(f"{one.part}: {one.said}; allowed: {meant.reason}")
            else:
                yield Fail(f"{one.part}: {one.said}", part=one.part)
