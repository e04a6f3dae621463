"""The exit codes."""

from __future__ import annotations

CLEAN, VIOLATION, MISUSE, INCOMPLETE, INTERNAL = range(5)
"""Clean; new violation; usage, configuration or credentials; incomplete; internal error."""
