"""What several rules ask of the account's settings for ECS, which each Region has of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.model.gap import Gap, Unknown

if TYPE_CHECKING:
    from scanner.kinds.account import RegionSettings


def setting_of(region: RegionSettings, name: str) -> str:
    """Give the value of a setting of ECS.

    Raises:
        Unknown: AWS does not name it among those in effect.
    """
    if name not in region.ecs_settings:
        raise Unknown(Gap("ecs.ListAccountSettings", message=f"the settings in effect do not name {name}"))
    return region.ecs_settings[name]
