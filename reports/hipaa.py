"""The standards and implementation specifications of the HIPAA Security Rule, as the reports list them."""

from __future__ import annotations

from scanner.engine.citations import SECTIONS, citations, compiled
from scanner.engine.citations import Citation as Standard

__all__ = ["SECTIONS", "Standard", "compiled", "standards"]


def standards() -> tuple[Standard, ...]:
    """Give all standards and specifications, in the order of the regulation."""
    return tuple(citations().values())
