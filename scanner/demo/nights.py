"""The nights that pass over the demo."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scanner.demo.organisation import Organisation


def keep_alive(organisation: Organisation, moment: datetime) -> None:
    """Put metrics."""
