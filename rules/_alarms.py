"""What rules on several services ask of alarms: who is told when one goes off."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scanner.kinds.cloudwatch import CompositeAlarm
from scanner.model.inventory import any_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from scanner.kinds.cloudwatch import Alarm
    from scanner.model.inventory import World

TERM = re.compile(r"""(ALARM|OK|INSUFFICIENT_DATA)\(\s*("[^"]+"|'[^']+'|[^()"'\s]+)\s*\)""")


def acts(alarm: Alarm | CompositeAlarm) -> bool:
    """Say whether an alarm's actions are on and name a target."""
    return alarm.actions_enabled and bool(alarm.actions)


def tells(alarm: Alarm, world: World) -> bool:
    """Say whether somebody is told when an alarm goes off: by itself, or by a composite alarm that goes off with it.

    Raises:
        Unknown: it could not be learned.
    """
    return any_of([lambda: acts(alarm), lambda: told_by_composite(alarm, world)])


def told_by_composite(alarm: Alarm, world: World) -> bool:
    """Say whether a composite alarm with a target goes off whenever this alarm does: its rule is an OR of alarms.

    Raises:
        Unknown: it could not be learned.
    """

    def goes_off_too(composite: CompositeAlarm) -> bool:
        named = [TERM.fullmatch(term.strip()) for term in re.split(r"\bOR\b", composite.rule)]
        names = {hit.group(2).strip("\"'") for hit in named if hit and hit.group(1) == "ALARM"}
        return all(named) and bool(names & {alarm.id, alarm.arn}) and acts(composite)

    return any_of(
        world.all(CompositeAlarm, region=alarm.region, account=alarm.account),
        goes_off_too,
    )


def feeds_composite(names: Collection[str], world: World, seen: frozenset[str] = frozenset()) -> bool:
    """Say whether a composite alarm with an action reckons, in whatever way, with an alarm of these names.

    A composite alarm may feed another one.

    Raises:
        Unknown: it could not be learned.
    """

    def reckons(composite: CompositeAlarm) -> bool:
        if composite.id in seen or not {hit.group(2).strip("\"'") for hit in TERM.finditer(composite.rule)} & {*names}:
            return False
        return any_of(
            [
                lambda: bool(composite.actions),
                lambda: feeds_composite((composite.id, composite.arn), world, seen | {composite.id}),
            ]
        )

    return any_of(world.all(CompositeAlarm), reckons)
