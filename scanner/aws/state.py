"""What is still open of a kind in one account and Region."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from scanner.model.kind import Kind
from scanner.model.operation import Call
from scanner.model.resource import Resource

FULL = 8
"""So many batches' worth of resources are not kept waiting for more."""


@dataclass(eq=False)
class KindState:
    """What is still open of a kind in a place.

    `calls` are those that are made, all of the kind's or some. `open` are listings and resources that are not done,
    `building` the resources among them, `flying` the questions about resources that are not answered.
    """

    kind: type[Kind]
    calls: Mapping[str, Call]
    open: int = 0
    building: int = 0
    flying: int = 0
    refs_open: int = 0
    lists_open: int = 0
    done: bool = False
    arns: set[str] = field(default_factory=set)
    resources: list[Resource] = field(default_factory=list)
    children: list[tuple[type[Kind], Call]] = field(default_factory=list)
    referrers: list[tuple[KindState, Call]] = field(default_factory=list)
    referred: list[Any] = field(default_factory=list)
    held: list[tuple[Call, Any]] = field(default_factory=list)
