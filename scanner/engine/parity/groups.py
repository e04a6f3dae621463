"""Compares the accounts of a group, each with the model: what is missing, what is more, what is other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from scanner.engine.parity.match import Matcher
from scanner.engine.parity.plan import Cell, Place, blueprint_of, planned
from scanner.engine.parity.refs import hide_dangling
from scanner.engine.parity.result import Parity, Unseen
from scanner.engine.parity.things import gather
from scanner.engine.parity.weigh import Weigher, is_alike
from scanner.engine.parity.words import words_of
from scanner.model.gap import Gap, GapState
from scanner.model.inventory import World

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scanner.engine.parity.plan import Plan, Shape
    from scanner.engine.settings import Config
    from scanner.model.inventory import Inventory


def compare(world: World, plan: Plan, group: str = "") -> Parity:
    """Compare the members of a plan; the facts are read through the world, which records them.

    That a resource is missing is said only where the member's listing is whole, that there is one more only where the
    model's is, that they differ only where both are known. What could not be learned is said account by account.
    """
    words = words_of(plan.members)
    gathered = gather(world, plan, words)
    order = sorted((one.account for one in plan.members), key=lambda account: account != plan.blueprint)
    matcher = Matcher(gathered.things, words, order)
    hide_dangling(gathered, matcher.references, plan.kinds)
    slots = sorted(matcher.match(), key=lambda slot: (slot.kind, slot.region, slot.name))
    for each in matcher.unmatched:
        place = (each.account, each.kind, each.region)
        message = f"{each.number} of {each.kind} are too many to be paired with those of other accounts"
        gathered.lacks[place] += (Gap(message=f"{message}: {each.name or 'without name'}", state=GapState.PARTIAL),)
    weigher = Weigher(plan, gathered, words, matcher.references)
    rows = [row for slot in slots for row in weigher.rows(slot)]
    listed = {kind for _, kind, _ in gathered.lacks}
    return Parity(
        group=group,
        blueprint=plan.blueprint,
        accounts={one.account: one.name for one in plan.members},
        compared=len(rows),
        rows=tuple(row for row in rows if not is_alike(row)),
        differences=tuple(each for row in rows for each in weigher.differences(row)),
        unseen=tuple(Unseen(*place, gaps) for place, gaps in sorted(gathered.lacks.items()) if gaps),
        left_out=tuple(sorted({shape.kind.cfn for shape in plan.shapes} - listed)),
    )


def group_members(cell: Cell, accounts: dict[str, Place], group: str, environment: str = "") -> list[str]:
    """Give the accounts of a group, of one environment if it is named; a blueprint is always one of them."""
    found = {
        account
        for account, place in accounts.items()
        if place.group == group and environment in {"", place.environment}
    }
    blueprint = blueprint_of(cell, accounts)
    return sorted(found | ({blueprint} if blueprint else set()))


def compare_group(inventory: Inventory, group: str, config: Config, shapes: Sequence[Shape]) -> Parity:
    """Compare the accounts of a group as config.toml says, with its blueprint or by majority.

    Kinds that no account was asked for are left out and named.

    Raises:
        ValueError: config.toml has no account in such a group, or only one.
    """
    known = config.model_dump()
    accounts = {key: msgspec.convert(table, Place) for key, table in known["accounts"].items()}
    cell = msgspec.convert(known["cells"].get(group, {}), Cell)
    wanted = group_members(cell, accounts, group)
    if len(wanted) < 2:  # noqa: PLR2004  one account is like itself
        groups = sorted({place.group for place in accounts.values()} - {""})
        message = f"{group!r} names no two accounts of [accounts] in config.toml; groups there: {', '.join(groups)}"
        raise ValueError(message)
    plan = planned(cell, accounts, wanted, shapes, blueprint=blueprint_of(cell, accounts))
    world = World(inventory, plan.kinds, wanted[0], "")
    return compare(world, replace(plan, whole=False), group)
