"""What rules on cells take from config.toml: the groups with their blueprints, and the accounts in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from scanner.engine.parity.groups import compare, group_members
from scanner.engine.parity.plan import Cell, Place, blueprint_of, planned
from scanner.model.rule import Fail, Missing, Note
from scanner.model.rule import Settings as RuleSettings

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from scanner.engine.parity.plan import Plan, Shape
    from scanner.model.inventory import World
    from scanner.model.rule import Outcome


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

    def model(self, account: str) -> str:
        """Give the blueprint's account for a member of a group, empty for one that is in none or has no blueprint.

        Raises:
            Unknown: config.toml names no account of that name.
        """
        cell = self.cell_of(account)
        return blueprint_of(cell, self.accounts) if cell else ""

    def alike(self, account: str) -> list[str]:
        """Give the accounts that an account is to be like: its blueprint, else those of its group and environment."""
        place, cell = self.accounts.get(account, Place()), self.cell_of(account) or Cell()
        if cell.blueprint:
            return [self.model(account)]
        return [each for each in group_members(cell, self.accounts, place.group, place.environment) if each != account]

    def is_member(self, account: str) -> bool | str:
        """Say whether an account is to match others, or why not."""
        if self.cell_of(account) is None:
            return "the account belongs to no group of cells (cells in config.toml)"
        if self.model(account) == account:
            return "the account is its group's blueprint"
        return True if self.alike(account) else "no other account of its group and environment is there to compare with"


def told(world: World, shapes: Sequence[Shape], settings: CellSettings, sorts: Collection[str]) -> Iterator[Outcome]:
    """Tell how a member differs from the model, as far as the sorts of differences count."""
    account, cell = world.account, settings.cell_of(world.account) or Cell()
    accounts = {account, *settings.alike(account)}
    plan = planned(cell, settings.accounts, accounts, shapes, blueprint=settings.model(account))
    yield from outcomes(world, plan, sorts)


def outcomes(world: World, plan: Plan, sorts: Collection[str]) -> Iterator[Outcome]:
    """Compare by a plan, and tell what is found of the account that is judged."""
    parity = compare(world, plan)
    for one in parity.of(world.account):
        if one.sort in sorts:
            if one.reason:
                yield Note(f"{one.part}: {one.said}; allowed: {one.reason}")
            else:
                yield Fail(f"{one.part}: {one.said}", part=one.part)
    doubts = parity.doubts(world.account)
    if doubts:
        yield Missing(doubts)
