"""Writes the verdicts of one account in one scan as intervals, some rows at a time, and seals them as it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import update

from scanner.store.blobs import Drawer, Sealing, chunks
from scanner.store.bodies import Line, Packer
from scanner.store.tables import verdicts
from scanner.store.writing import AT_ONCE, insert

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from scanner.model.finding import Finding
    from scanner.store.life import Dates, Judged

COLUMNS = tuple(verdicts.c[name] for name in Line._fields)

Held = tuple[int, Line]
"""An interval that holds: its number, and what it says."""

_UNCHANGING = len(Line._fields) - len(("status", "first", "seen", "since"))


class Writer:
    """Takes what is said of each fingerprint, in the order of these."""

    def __init__(self, connection: Connection, scan: int) -> None:
        """Write with the connection, in its transaction."""
        self._connection = connection
        self._scan = scan
        self._packer = Packer()
        self._drawer = Drawer(connection)
        self._sealing = Sealing()
        self._ended: list[int] = []
        self._opened: list[tuple[Any, ...]] = []

    def say(self, finding: Finding, dates: Dates, before: Held | None, *, passing: bool) -> None:
        """Go on with the interval that holds, where it says the same; else end it and open a new one.

        One that is passing tells of what is gone, and ends at once.
        """
        line, contents = self._packer.packed(finding, self._scan, *dates)
        if before is not None:
            number, held = before
            if _continues(held, line, self._scan):
                self._sealing.add(sealed(held))
                return
            self.end(number)
        for content in contents:
            self._drawer.keep(*content)
        self._opened.append((*line, self._scan + 1 if passing else None))
        self._sealing.add(sealed(line))
        if len(self._opened) >= AT_ONCE:
            self._flush()

    def end(self, number: int) -> None:
        """End an interval."""
        self._ended.append(number)

    def _flush(self) -> None:
        for some in chunks(self._ended):
            self._connection.execute(update(verdicts).where(verdicts.c.id.in_(some)).values(ended=self._scan))
        insert(self._connection, verdicts, (*Line._fields, "ended"), self._opened)
        self._ended.clear()
        self._opened.clear()

    def done(self, judged: Judged) -> tuple[str, str]:
        """Write the rest; give the name of what was judged, and the seal of the lines."""
        name = self._drawer.put(judged)
        self._drawer.flush()
        self._flush()
        return name, self._sealing.name()


def _continues(before: Line, now: Line, scan: int) -> bool:
    """Say whether an interval goes on: it says the same, and its status is what it would be anyway."""
    return before[:_UNCHANGING] == now[:_UNCHANGING] and before.status_in(scan) == now.status


def sealed(line: Line) -> str:
    """Write one verdict for the seal."""
    return "\x1f".join(map(str, line))
