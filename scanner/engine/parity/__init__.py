"""Compares accounts that are built alike: resource by resource, property by property, each with the model."""

from scanner.engine.parity.groups import compare, compare_group, group_members
from scanner.engine.parity.plan import (
    Allowed,
    Cell,
    Member,
    Place,
    Plan,
    Shape,
    blueprint_of,
    kinds_of,
    member,
    planned,
)
from scanner.engine.parity.result import Difference, Parity, Reading, Row, Unseen
from scanner.engine.parity.shapes import lasting, shape_of
from scanner.engine.parity.words import Words, words_of

__all__ = [
    "Allowed",
    "Cell",
    "Difference",
    "Member",
    "Parity",
    "Place",
    "Plan",
    "Reading",
    "Row",
    "Shape",
    "Unseen",
    "Words",
    "blueprint_of",
    "compare",
    "compare_group",
    "group_members",
    "kinds_of",
    "lasting",
    "member",
    "planned",
    "shape_of",
    "words_of",
]
