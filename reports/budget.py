"""A bound on the rows that a printed report holds, spent on what matters most first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, NamedTuple, TypeVar

Row = TypeVar("Row")


class Cut(NamedTuple, Generic[Row]):
    """The rows that fit, and how many did not."""

    rows: Sequence[Row]
    left_out: int


class Budget:
    """So many rows in all; each taking leaves fewer for the next."""

    def __init__(self, rows: int) -> None:
        """Start with all rows to spend."""
        self.left = rows

    def take(self, rows: Sequence[Row], at_most: int | None = None) -> Cut[Row]:
        """Spend rows, the first ones first, at most so many."""
        room = self.left if at_most is None else min(self.left, at_most)
        kept = rows[: max(room, 0)]
        self.left -= len(kept)
        return Cut(kept, len(rows) - len(kept))
