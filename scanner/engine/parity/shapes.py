"""The shape of a kind by its declaration: what of it is settings, and by what it is known in every account."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from scanner.engine.parity.plan import Mode, Shape
from scanner.engine.parity.things import made_by_aws, prefix_of
from scanner.model.fact import Const, alternatives
from scanner.model.operation import Form

if TYPE_CHECKING:
    from collections.abc import Collection

    from scanner.model.canon import Canon
    from scanner.model.fact import Fact
    from scanner.model.kind import Kind

NAMES = frozenset({"id", "arn", "name"})
"""Facts by which a resource is known; they are compared as the name of its slot."""


def lasting(view: Any) -> str:
    """Give the name that people gave to a resource, or a class that identity names; empty where AWS made it."""
    kind = type(view)
    if kind.singleton:
        return "settings"
    for fact in kind.identity if kind.identity != ("id",) else ():
        group = "" if fact == "id" else str(getattr(view, fact) or "")
        if group and not made_by_aws(kind, group):
            return group
    name = str(view.name or view.resource.id)
    return "" if name in {view.resource.id, view.resource.arn} and made_by_aws(kind, name) else name


def shape_of(
    kind: type[Kind],
    canon: Canon | None = None,
    *,
    name: Any = lasting,
    without: Collection[str] = (),
    own: tuple[str, ...] = (),
) -> Shape | None:
    """Give the shape of a kind with all facts that are settings; None where the kind is none to compare.

    Left out are facts that change by themselves (volatile, counters, moments), what is no part of an answer, and kinds
    that only say more of what another refers to, or what was observed.
    """
    if not kind.calls or (canon and canon.observed) or _looked_up(kind):
        return None
    noise = {*kind.volatile, *(canon.volatile if canon else ())}
    facts = [fact for fact in kind.facts.values() if fact.name not in NAMES and not isinstance(fact.api, Const)]
    declared = [fact for fact in facts if fact.api is not None and fact.name != "tags"]
    stable = [fact for fact in declared if not _is_moment(fact) and not _is_noise(fact, noise)]
    if declared and not stable:
        return None
    chosen = [fact.name for fact in stable if fact.name not in {*without, *own}]
    tags = kind.facts.get("tags")
    if tags is not None and tags.api is not None and not isinstance(tags.api, Const):
        chosen.append("tags")
    ordered = canon.ordered if canon else frozenset()
    return Shape(
        kind,
        name,
        tuple(chosen),
        _mode(kind, canon),
        frozenset(fact.name for fact in stable if set(alternatives(fact.api)) & ordered),
        made=bool(prefix_of(kind)),
        own=own,
    )


def _mode(kind: type[Kind], canon: Canon | None) -> Mode:
    return "class" if kind.identity != ("id",) or (canon and canon.members) else "items"


def _looked_up(kind: type[Kind]) -> bool:
    """Say whether the kind holds what is known of values that other kinds have: an image, an instance type."""
    return kind.identity == ("id",) and any(call.form is Form.REFS for call in kind.roots())


def _is_moment(fact: Fact) -> bool:
    return "datetime" in fact.annotation


def _is_noise(fact: Fact, noise: Collection[str]) -> bool:
    """Say whether all that the fact reads is noise, or the first of its alternatives."""
    paths = alternatives(fact.api)
    return any(_lies_in(path, each) for path in paths for each in noise)


def _lies_in(path: str, noise: str) -> bool:
    bare, other = _members(path), _members(noise)
    return bare[: len(other)] == other


def _members(path: str) -> list[str]:
    return re.sub(r"\[[^]]*\]", "", path).split(".")
