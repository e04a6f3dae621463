"""Folds parts into the resources that they belong to: by real id, name or ARN, or by the token of a planned resource.

A part whose parent the file does not hold is left out and told: the parent is never judged as if it had no such part.
One whose parent is not known yet makes every resource that it may belong to unknown there.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from scanner.model.planned import COMPUTED, token, unknown
from scanner.terraform.addresses import parse
from scanner.terraform.entries import Entry, World, hidden
from scanner.terraform.types import INLINE, OPEN_SETS

if TYPE_CHECKING:
    from scanner.model.kind import Kind
    from scanner.terraform.references import References
    from scanner.terraform.types import Types

MOST = 20
"""How many parts without a parent are named one by one."""


class Fold:
    """Folds the parts of one world."""

    def __init__(self, world: World, types: Types, references: References | None = None) -> None:
        """Index the resources by what they may be referred to by."""
        self._types = types
        self._references = references
        self.parents = [entry for entry in world.values() if entry.type in types.kinds]
        self._parts = [entry for entry in world.values() if entry.type in types.parts]
        self.docs = {entry.address: dict(entry.doc) for entry in self.parents}
        self.owners: dict[str, list[str]] = defaultdict(list)
        self.lost: list[str] = []
        self._told: set[tuple[str, str, str | None]] = set()
        self._named: dict[tuple[str, str], list[Entry]] = defaultdict(list)
        self._by_kind: dict[str, list[Entry]] = defaultdict(list)
        for entry in self.parents:
            kind = types.kinds[entry.type]
            self._by_kind[kind.cfn].append(entry)
            for name in self.names(entry):
                self._named[kind.cfn, name].append(entry)

    def names(self, entry: Entry) -> set[str]:
        """Give everything by which a resource may be referred to."""
        said = (entry.doc.get(name) for name in self._types.names(entry.type))
        return {value for value in said if isinstance(value, str) and value} | {token(entry.address)}

    def run(self) -> None:
        """Fold every part."""
        for part in self._parts:
            found = [self._into(part, kind, attribute) for kind, attribute in self._types.parts[part.type]]
            if not any(found) and part.type not in self._types.kinds:
                self.lost.append(part.address)
        for parent in self.parents:
            self._settle(parent)

    def _into(self, part: Entry, kind: type[Kind], attribute: str) -> bool:
        value = part.doc.get(attribute)
        found = [self._one(part, kind, attribute, each) for each in (value if isinstance(value, list) else [value])]
        return any(found)

    def _one(self, part: Entry, kind: type[Kind], attribute: str, value: Any) -> bool:
        if hidden(value):
            return self._perhaps(part, kind, attribute)
        if not isinstance(value, str):
            return False
        parents = self.parents_of(kind, value, part.provider)
        if len(parents) > 1:
            self._all(parents, part, (kind.cfn, part.type, value), f"{value} is the name of {len(parents)} resources")
        elif parents:
            self.docs[parents[0].address].setdefault(part.type, []).append(part.doc)
            self.owners[part.address].append(parents[0].address)
        return bool(parents)

    def parents_of(self, kind: type[Kind], value: str, provider: str) -> list[Entry]:
        """Give the resources that a part may mean by a name: those of its own provider, where there are any."""
        found = self._named.get((kind.cfn, value), [])
        return [entry for entry in found if entry.provider == provider] or found

    def _perhaps(self, part: Entry, kind: type[Kind], attribute: str) -> bool:
        """Let every resource that a part may belong to be unknown where the part would lie."""
        code = part.code.get(attribute) if isinstance(part.code, dict) else None
        meant = self._references.candidates(part.address, code) if self._references else None
        key = (kind.cfn, part.type, ",".join(sorted(meant)) if meant is not None else None)
        if key in self._told:
            return True
        parents = [
            entry
            for entry in self._by_kind[kind.cfn]
            if (parse(entry.address).code in meant if meant is not None else token(entry.address) in _texts(entry.doc))
        ]
        self._all(parents, part, key, f"{part.address} may belong to it: what it belongs to is known after apply")
        return bool(parents)

    def _all(self, parents: list[Entry], part: Entry, key: tuple[str, str, str | None], reason: str) -> None:
        """Make each of several resources unknown where a part would lie, once for each sort of part."""
        if parents and key not in self._told:
            self._told.add(key)
            for parent in parents:
                self.docs[parent.address].setdefault(part.type, []).append(unknown(reason))

    def _settle(self, parent: Entry) -> None:
        """Decide what an attribute is that stands for parts too and that the code of a new resource does not write.

        With parts it is empty: both together are not allowed. A set that a `dynamic` block writes looks the same.
        """
        doc = self.docs[parent.address]
        for name in INLINE.get(parent.type, ()):
            value: Any = doc.get(name)
            if not hidden(value) or value.get(COMPUTED) is not True:
                continue
            if name not in OPEN_SETS or any(part in doc for part in self._types.kinds[parent.type].tf_parts):
                del doc[name]
            elif name != "egress":
                doc[name] = unknown("known after apply: the code writes it in a dynamic block, or not at all")

    def notes(self) -> list[str]:
        """Tell the parts that were left out."""
        named = [
            f"{address}: what it belongs to is not in this file, so it was left out" for address in self.lost[:MOST]
        ]
        more = len(self.lost) - MOST
        return [*named, f"{more} more parts belong to resources that are not in this file"] if more > 0 else named


def _texts(doc: dict[str, Any]) -> list[str]:
    return [value for value in doc.values() if isinstance(value, str)]
