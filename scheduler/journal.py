"""What the scheduler says: one JSON object a line."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import msgspec

from scheduler import clock

if TYPE_CHECKING:
    from typing import BinaryIO


class Journal:
    """Writes one line an event: `at`, `level`, `event`, and what belongs to it."""

    def __init__(self, stream: BinaryIO) -> None:
        """Write to this stream."""
        self._stream = stream

    def say(self, event: str, level: str = "info", **fields: Any) -> None:
        """Write an event; a reader that is gone ends nothing."""
        told = {name: value for name, value in fields.items() if value not in (None, "")}
        line = msgspec.json.encode({"at": clock.now(), "level": level, "event": event, **told})
        try:
            self._stream.write(line + b"\n")
            self._stream.flush()
        except (OSError, ValueError):
            return

    def heed(self, name: str) -> None:
        """Say what a library logs under a name, from warnings on."""
        logger = logging.getLogger(name)
        logger.handlers[:] = [_Handler(self)]
        logger.propagate = False
        logger.setLevel(logging.WARNING)


class _Handler(logging.Handler):
    def __init__(self, journal: Journal) -> None:
        super().__init__()
        self._journal = journal

    def emit(self, record: logging.LogRecord) -> None:
        self._journal.say("library says", record.levelname.lower(), text=" ".join(record.getMessage().split()))
