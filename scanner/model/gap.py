"""What could not be learned, and why."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable


class GapState(StrEnum):
    """Why something was not learned."""

    DENIED = "denied"
    THROTTLED = "throttled"
    PARTIAL = "partial"
    ERROR = "error"
    NOT_COLLECTED = "not collected"
    UNKNOWN_UNTIL_APPLY = "known after apply"


class Gap(msgspec.Struct, frozen=True, order=True):
    """One thing that was not learned.

    `call` is `service.Operation`, `permission` the IAM action that would have allowed it, `error` the error
    code of the service, `message` a sentence for the reader.
    """

    call: str = ""
    permission: str = ""
    error: str = ""
    message: str = ""
    state: GapState = GapState.ERROR

    def __str__(self) -> str:
        """Say the gap in one line."""
        need = f" (needs {self.permission})" if self.permission and self.state is GapState.DENIED else ""
        said = self.message or self.error or str(self.state)
        return f"{self.call}: {said}{need}" if self.call else f"{said}{need}"


class Unknown(Exception):
    """Raised by reading what could not be learned; the engine turns it into the verdict UNKNOWN."""

    def __init__(self, *gaps: Gap) -> None:
        """Carry at least one gap."""
        super().__init__("; ".join(str(gap) for gap in gaps))
        self.gaps: tuple[Gap, ...] = tuple(dict.fromkeys(gaps))


def raise_if(gaps: Iterable[Gap]) -> None:
    """Raise `Unknown` when there is any gap.

    Raises:
        Unknown: with all of them.
    """
    found = tuple(gaps)
    if found:
        raise Unknown(*found)
