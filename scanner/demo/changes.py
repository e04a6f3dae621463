"""The calendar of the demo: what happens in each night, as a table. In `QUIET` nights nobody changes anything."""

from __future__ import annotations

from scanner.demo import first_week, second_week
from scanner.demo.change import Change

CHANGES: tuple[Change, ...] = (*first_week.CHANGES, *second_week.CHANGES)
QUIET = frozenset(range(1, max(change.night for change in CHANGES) + 1)) - {change.night for change in CHANGES}

__all__ = ["CHANGES", "QUIET", "Change"]
