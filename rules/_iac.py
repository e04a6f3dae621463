"""What the rules on infrastructure as code share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.iac import IacState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World

NONE_GIVEN = "no Terraform state and no stack was given to this scan to compare with"


def given(world: World) -> bool | str:
    """Say whether there is anything to compare with; if not, why the rule does not apply."""
    return True if world.first(IacState) else NONE_GIVEN


def states(world: World) -> Iterator[IacState]:
    """Go over the states that were given."""
    yield from world.all(IacState)
