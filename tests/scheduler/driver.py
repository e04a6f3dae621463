"""`phiward schedule` as a real process whose clock the test moves and whose jobs are stubs.

Its arguments are the folder and the words of the command. The file `clock` there holds the seconds by which the clock
is ahead; the machine's own timers go on as they are, as they do when a machine slept.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

STUB = Path(__file__).with_name("stub.py")
PAUSES = (timedelta(seconds=0.05),)


def moved(folder: Path) -> type[datetime]:
    """Make the clock that the file moves."""

    class Moved(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            ahead = timedelta(seconds=float((folder / "clock").read_text()))
            return datetime.now(tz) + ahead

    return Moved


def prepared(folder: Path, patch: Any = setattr) -> None:
    """Put the moved clock and the stub in their places."""
    import apscheduler.schedulers.base

    import scanner.cli.scheduling
    import scheduler.clock
    import scheduler.service

    clock = moved(folder)
    patch(apscheduler.schedulers.base, "datetime", clock)
    patch(scheduler.clock, "now", lambda: clock.now(UTC))
    patch(scanner.cli.scheduling, "CHILD", (str(STUB), str(folder)))
    how = partial(scheduler.service.How, tick=0.05, grace=1.0, pauses=PAUSES)
    patch(scheduler.service, "How", how)


if __name__ == "__main__":
    from scanner.cli import run

    prepared(Path(sys.argv[1]))
    sys.exit(run(sys.argv[2:]))
