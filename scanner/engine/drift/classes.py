"""The shapes of a class's members: what they have in common, without what tells one from another."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from scanner.engine.drift.canonicalise import Sections, canonicalise
from scanner.engine.drift.diff import At, diff
from scanner.engine.normalise import canonical, digest
from scanner.model.resource import SectionState

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from scanner.engine.drift.diff import Leaf
    from scanner.model.canon import Canon
    from scanner.model.resource import Resource


class Shape:
    """What a member is like: a canonical tree for each section that was read, without what is its own."""

    def __init__(self, resource: Resource, compiled: Sections, trees: Mapping[str, Any]) -> None:
        """Keep one member that has it."""
        self.resource = resource
        self.compiled = compiled
        self.trees = trees

    def __eq__(self, other: object) -> bool:
        """Say whether two members are alike."""
        return isinstance(other, Shape) and self.digest == other.digest

    def __hash__(self) -> int:
        """Hash by the shape."""
        return hash(self.digest)

    @cached_property
    def digest(self) -> str:
        """Name the shape."""
        return digest(canonical(self.trees))

    def only(self, names: Collection[str]) -> Shape:
        """Give the shape by some sections alone."""
        if set(names) == set(self.trees):
            return self
        return Shape(self.resource, self.compiled, {name: tree for name, tree in self.trees.items() if name in names})

    def differs(self, before: Shape) -> list[Leaf]:
        """Give the differences from another shape of the same sections."""
        found = []
        for name in sorted({*self.trees, *before.trees}):
            node = self.compiled.node(name)
            found += diff(before.trees.get(name), self.trees.get(name), node, At().member(name, node))
        return found


def shape(resource: Resource, canon: Canon) -> Shape:
    """Give the shape of a member."""
    compiled = _compiled(canon)
    read = {name: section for name, section in resource.sections.items() if section.state in _READ}
    return Shape(
        resource, compiled, {name: canonicalise(section.doc, compiled.node(name)) for name, section in read.items()}
    )


_READ = frozenset({SectionState.OK, SectionState.ABSENT})
_KNOWN: dict[int, tuple[Canon, Sections]] = {}


def _compiled(canon: Canon) -> Sections:
    if id(canon) not in _KNOWN:
        _KNOWN[id(canon)] = (canon, Sections(canon, canon.individual))
    return _KNOWN[id(canon)][1]


def distinct(shapes: Iterable[Shape]) -> list[Shape]:
    """Give each shape once, in an order that does not hang on that of the members."""
    return sorted(dict.fromkeys(shapes), key=lambda each: each.digest)


def unlike(new: Sequence[Shape], old: Sequence[Shape]) -> list[tuple[Shape, Shape]]:
    """Give the shapes that no member had before, each after that from which it differs least.

    A member is compared by the sections that were read of it now and of members before: of itself, where it was there.
    What could not be read of one member hides nothing of the others.
    """
    itself = {each.resource.id: each.trees.keys() for each in old}
    kinds = distinct(old)
    ever = {name for each in kinds for name in each.trees}
    found: dict[str, tuple[Shape, Shape]] = {}
    looked: set[tuple[str, frozenset[str]]] = set()
    for each in new:
        names = frozenset(each.trees.keys() & itself.get(each.resource.id, ever))
        if (each.digest, names) not in looked:
            looked.add((each.digest, names))
            most = max(len(names & other.trees.keys()) for other in kinds)
            pairs = [_both(other, each, names) for other in kinds if len(names & other.trees.keys()) == most]
            if all(before != after for before, after in pairs):
                before, after = min(pairs, key=lambda pair: len(pair[1].differs(pair[0])))
                found.setdefault(after.digest, (before, after))
    return [found[name] for name in sorted(found)]


def _both(before: Shape, after: Shape, names: Collection[str]) -> tuple[Shape, Shape]:
    shared = [name for name in names if name in before.trees]
    return before.only(shared), after.only(shared)
