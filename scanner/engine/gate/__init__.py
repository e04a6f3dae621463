"""The gate: only what a change makes new or worse stops it."""

from scanner.engine.gate.overlay import origins, overlay
from scanner.engine.gate.verdicts import Gate, accept, compared, stops, unclear

__all__ = ["Gate", "accept", "compared", "origins", "overlay", "stops", "unclear"]
