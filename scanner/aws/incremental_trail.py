"""The writes that CloudTrail's event history knows of since a moment, read once for each account and Region."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from scanner.aws.client import AwsClient, Place, Request
from scanner.aws.errors import Refusal
from scanner.aws.trail_events import PAGE, TRAIL_OPERATIONS
from scanner.engine.incremental import Window
from scanner.engine.trail_event import Odd, TrailEvent, parse
from scanner.model.operation import permission_of

TRIED = 4
"""After so many pages it is reckoned whether the rest can be read at all."""

TELLING = timedelta(minutes=10)
"""So much time the pages must lie apart for that."""


@dataclass
class Sweep:
    """All writes of one account and Region since a moment, the newest first; several places may wait for it.

    What is refused, cut short or unreadable makes the whole of it worthless: nothing can be said not to have changed.
    """

    client: AwsClient
    place: Place
    since: datetime
    _events: list[TrailEvent] = field(default_factory=list)
    _pages: int = 0
    _done: bool = False
    _why: str = ""
    _following: Iterator[dict[str, Any]] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _closed: threading.Event = field(default_factory=threading.Event)

    def read(self, most: int) -> Window:
        """Read on, up to so many pages in all; who asks with a larger number later goes on where this one stopped."""
        with self._lock:
            before = self._pages
            try:
                while not self._done and not self._why and self._pages < most and not self._closed.is_set():
                    self._page()
                    if self._hopeless(most):
                        break
            except Refusal as refusal:
                said = refusal.gap
                self._why = f"CloudTrail's history was refused: {said.error}: {said.message}".rstrip(": ")
            why = self._why
            if not why and not self._done:
                why = f"CloudTrail's history has too many writes: {self._expected() * PAGE:,.0f} or so"
            return Window(tuple(self._events), self._pages - before, why)

    def _hopeless(self, most: int) -> bool:
        """Say whether the rest can hardly be read: judged not by a burst of writes, but by some time or many pages."""
        reach = self._events[0].at - self._oldest() if self._events else timedelta(0)
        told = self._pages >= TRIED and (reach >= TELLING or self._pages >= most // 3)
        return told and self._expected() > 1.5 * most

    def _oldest(self) -> datetime:
        return min(event.at for event in self._events[-PAGE:])

    def _expected(self) -> float:
        """Say how many pages there are likely to be in all, by the time that the last one of them spans."""
        if not self._events:
            return self._pages + 1
        oldest, newest = self._oldest(), max(event.at for event in self._events[-PAGE:])
        return self._pages + max(1.0, (oldest - self.since) / max(newest - oldest, timedelta(seconds=1)))

    def close(self) -> None:
        """Read no further page."""
        self._closed.set()

    def _page(self) -> None:
        if self._following is None:
            operation = TRAIL_OPERATIONS[0]
            params = {
                "LookupAttributes": [{"AttributeKey": "ReadOnly", "AttributeValue": "false"}],
                "MaxResults": PAGE,
                "StartTime": self.since,
            }
            request = Request(operation, params, expect="Events", permission=permission_of(operation))
            self._following = self.client.pages(self.place, request)
        page = next(self._following, None)
        if page is None:
            self._done = True
            return
        self._pages += 1
        for entry in page["Events"]:
            event = parse(entry)
            if isinstance(event, Odd):
                self._why = f"CloudTrail's history has an event that cannot be read: {event.reason}"
            elif event.at >= self.since:
                self._events.append(event)
        self._done = not page.get("NextToken")
