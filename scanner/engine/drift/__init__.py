"""Drift: what changed between two looks, what it touches, and what only seems to have changed."""

from scanner.engine.drift.canonicalise import Normaliser
from scanner.engine.drift.compare import Comparer, Lookup
from scanner.engine.drift.groups import Group, groups
from scanner.engine.drift.judged import judge

__all__ = ["Comparer", "Group", "Lookup", "Normaliser", "groups", "judge"]
