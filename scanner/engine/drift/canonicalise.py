"""Brings a section's document into the form in which two looks at the same thing are equal.

What a `Canon` says of paths is compiled once into a tree of nodes, which is walked beside the document.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scanner.engine.normalise import canonical, digest
from scanner.model.canon import Bag, Labelled
from scanner.model.path import split, steps
from scanner.model.secret import REDACTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scanner.model.canon import Canon, Form

HEAD = "@"
"""The section that stands for a resource's own attributes: of them the tags are compared."""

KEY = "$key"
SERVICE_TAG = "aws:"


class Node:
    """What a canon says of one place in a document."""

    __slots__ = ("defaults", "drop", "form", "items", "label", "members", "ordered", "show")

    def __init__(self) -> None:
        """Say nothing."""
        self.members: dict[str, Node] = {}
        self.items: Node | None = None
        self.defaults: dict[str, Any] = {}
        self.drop = ""
        self.form: Form | None = None
        self.label = ""
        self.ordered = False
        self.show: str | None = None

    def member(self, name: str) -> Node:
        """Give the node of a member."""
        return self.members.get(name, NOTHING)

    @property
    def item(self) -> Node:
        """Give the node of a list's elements."""
        return self.items or NOTHING


NOTHING = Node()


class Sections:
    """The compiled canon of one kind: a node for each section."""

    def __init__(self, canon: Canon, also: Iterable[str] = ()) -> None:
        """Compile; `also` are further paths that are dropped."""
        self.nodes: dict[str, Node] = {}
        for path, reason in canon.volatile.items():
            self._at(path).drop = reason
        for path in also:
            self._at(path).drop = canon.members
        for path, form in canon.forms.items():
            self._at(path).form = form
        for path in canon.ordered:
            self._at(path).ordered = True
        for path, label in canon.labels.items():
            self._at(path).label = label
        for path, name in canon.show.items():
            self._at(path).show = name
        for path, value in canon.defaults.items():
            parent, _, name = path.rpartition(".")
            self._at(parent).defaults[name] = value

    def node(self, section: str) -> Node:
        """Give the node of a section."""
        return self.nodes.get(section, NOTHING)

    def _at(self, path: str) -> Node:
        section, rest = split(path)
        node = self.nodes.setdefault(section, Node())
        for step in steps(rest):
            if step.verb == "member":
                node = node.members.setdefault(str(step.argument), Node())
            elif step.verb == "each":
                node.items = node.items or Node()
                node = node.items
            else:
                message = f"{path}: a canon knows members and [] only"
                raise ValueError(message)
        return node


def canonicalise(value: Any, node: Node = NOTHING) -> Any:
    """Give a value without noise, defaults filled in, sets in one order; what is empty is None."""
    if node.drop:
        return None
    if node.form is not None:
        value = node.form(value)
    if isinstance(value, dict):
        return _mapping(value, node)
    if isinstance(value, list | tuple):
        items = [canonicalise(each, node.item) for each in value]
        if node.ordered:  # an empty word of a command has its place
            items = ["" if each == "" else item for item, each in zip(items, value, strict=True)]
        items = [item for item in items if item is not None]
        if not items:
            return None
        return items if node.ordered else Bag(sorted(items, key=canonical))
    return None if value == "" else value


def _mapping(value: Mapping[str, Any], node: Node) -> Any:
    if REDACTED in value:
        return {REDACTED: value[REDACTED], KEY: value.get(KEY)}
    made: dict[str, Any] = {}
    if isinstance(value, Labelled):
        made = Labelled()
        made.label = value.label
    for name, item in value.items():
        tree = canonicalise(item, node.member(name))
        if tree is not None:
            made[name] = tree
    for name, default in node.defaults.items():
        if name not in made and default is not None:
            made[name] = default
    return made or None


def head(tags: Mapping[str, str] | None) -> Any:
    """Give what of a resource's own attributes is compared: the tags that people give, None where none were learned."""
    return (
        None if tags is None else {"tags": {key: text for key, text in tags.items() if not key.startswith(SERVICE_TAG)}}
    )


class Normaliser:
    """Gives the two hashes of a section; `version` changes with whatever may change the second.

    The store holds one and compares by it what was written under the same version.
    """

    def __init__(self, canons: Mapping[str, Canon], version: str) -> None:
        """Take how each kind is compared."""
        self.canons = canons
        self.version = version
        self._compiled: dict[str, Sections] = {}

    def sections(self, kind: str) -> Sections | None:
        """Give the compiled canon of a kind."""
        if kind not in self._compiled and kind in self.canons:
            self._compiled[kind] = Sections(self.canons[kind])
        return self._compiled.get(kind)

    def tree(self, kind: str, section: str, document: Any) -> Any:
        """Give a section's document as it is compared."""
        if section == HEAD:
            return head(document.get("tags"))
        compiled = self.sections(kind)
        return canonicalise(document, compiled.node(section) if compiled else NOTHING)

    def stable(self, kind: str, section: str, document: Any) -> str:
        """Name a section's content without its noise, by the SHA-256 of its canonical JSON."""
        return digest(canonical(self.tree(kind, section, document)))
