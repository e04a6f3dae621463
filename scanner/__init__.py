"""phiward: watches AWS accounts that hold protected health information."""

from __future__ import annotations

from typing import Any

__all__ = ["scan"]


def __getattr__(name: str) -> Any:
    """Load `scan` when it is first asked for (PEP 562): importing this package loads no AWS SDK."""
    if name == "scan":
        from scanner.cli.api import scan

        return scan
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
