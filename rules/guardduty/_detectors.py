"""What several rules on GuardDuty ask: whether a detector is on in the Region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.guardduty import Detector

if TYPE_CHECKING:
    from scanner.model.inventory import World


def detector_that_is_on(world: World) -> Detector | None:
    """Give the Region's detector if it is on; a Region has one at the most.

    Raises:
        Unknown: it could not be seen.
    """
    return world.first(Detector, on=True)
