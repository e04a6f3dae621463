"""Makes resources of our kinds from a template's resources, folding those that are parts into what they belong to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from scanner.cloudformation.redaction import redacted
from scanner.cloudformation.shaping import policies, shaped, typed
from scanner.cloudformation.values import NO_VALUE, is_unknown, reason, text_of
from scanner.model.fact import alternatives, derive
from scanner.model.gap import Unknown
from scanner.model.given import Origin, Setting
from scanner.model.planned import DOCUMENT, unknown
from scanner.model.resource import Resource, Source, seen

if TYPE_CHECKING:
    from scanner.cloudformation.references import Names
    from scanner.cloudformation.resolving import Resolver
    from scanner.engine.redact import Redactor
    from scanner.model.kind import Kind

KEPT = ("DeletionPolicy", "UpdateReplacePolicy")
"""Attributes of a resource, beside its properties, that its document keeps."""


class Folding:
    """The resources of one template, made of its declarations."""

    def __init__(
        self,
        resolver: Resolver,
        names: Names,
        kinds: Mapping[str, type[Kind]],
        redactor: Redactor,
        place: tuple[str, str, str],
    ) -> None:
        """Take the resolver, the resources' names, the kinds, what redacts, and the account, Region and partition."""
        self.resolver, self.names, self.kinds, self.redactor = resolver, names, kinds, redactor
        self.account, self.region, self.partition = place
        self.declared = resolver.sections["Resources"]
        self.types = {logical: str(resource["Type"]) for logical, resource in self.declared.items()}
        self.notes: list[str] = []
        self._of_kind: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._named: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        self.parents: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for cfn, kind in kinds.items():
            for part, attribute in kind.cfn_parts.items():
                self.parents[part].append((cfn, attribute))

    def setting(self, file: str) -> Setting:
        """Give the world that the template describes."""
        documents: dict[str, dict[str, Any]] = {}
        parts: list[str] = []
        others: list[tuple[str, str]] = []
        for logical, type_name in self.types.items():
            exists = self.resolver.exists(logical)
            if exists is False:
                continue
            is_kind, is_part = is_read(self.kinds.get(type_name)), type_name in self.parents
            if exists is None:
                condition = self.declared[logical]["Condition"]
                self.notes.append(f"{logical} ({type_name}) is not judged: {self._why(condition)}")
            elif is_kind:
                documents[logical] = self.document(logical)
            if is_part:
                parts.append(logical)
            elif not is_kind:
                others.append((logical, type_name))
        self._index(documents)
        outside = [logical for logical in parts if not self._fold(logical) and logical not in documents]
        others += [(logical, self.types[logical]) for logical in outside]
        resources = [self.resource(logical, document) for logical, document in documents.items()]
        origins: dict[str, Origin] = {}
        for logical, resource in zip(documents, resources, strict=True):
            origin = Origin(address=logical, file=file, line=self.declared.lines.get(logical, 0))
            for key in (resource.id, resource.arn, resource.identity):
                origins.setdefault(key, origin)
        return Setting(tuple(resources), origins, tuple(others))

    def _why(self, condition: Any) -> str:
        found = self.resolver.condition(condition) if isinstance(condition, str) else None
        return reason(found) if is_unknown(found) else "whether its condition holds is not known"

    def document(self, logical: str) -> dict[str, Any]:
        """Give a resource's properties as they are known, without secrets."""
        declared, type_name = self.declared[logical], self.types[logical]
        kind = self.kinds.get(type_name)
        found = self.resolver.resolve(declared.get("Properties") or {})
        if is_unknown(found):
            properties = dict.fromkeys(_heads(kind), found) if kind is not None else {}
        else:
            properties = dict(found) if isinstance(found, Mapping) else {}
        properties = redacted(type_name, kind, shaped(properties), self.redactor)
        properties = policies(properties, self.types, self.account, self.partition)
        for name in KEPT:
            value = self.resolver.resolve(declared[name]) if declared.get(name) is not None else NO_VALUE
            if value is not NO_VALUE:
                properties[name] = value
        if kind is not None:
            properties = typed(kind, properties)
            self._name(kind, logical, properties)
        return properties

    def _name(self, kind: type[Kind], logical: str, document: dict[str, Any]) -> None:
        """Let a resource that has no known name be named by its token, which is what refers to it."""
        known, arn = self.names.id_and_arn(logical)
        for fact, value in (("id", known), ("arn", arn), ("name", self.names.token(logical))):
            paths = alternatives(kind.facts[fact].template if fact in kind.facts else None)
            said = [document.get(text) for text in paths]
            is_said = any(item is not None and not isinstance(item, Mapping) for item in said)
            if paths and paths[0].isalnum() and not is_said:
                document[paths[0]] = value

    def _index(self, documents: Mapping[str, dict[str, Any]]) -> None:
        """Find documents by their kind, and by their kind and each of their names."""
        for logical, document in documents.items():
            cfn = self.types[logical]
            self._of_kind[cfn].append(document)
            for name in dict.fromkeys(self.names.id_and_arn(logical)):
                self._named[cfn, name].append(document)

    def _fold(self, logical: str) -> bool:
        """Put a part into what it belongs to; say whether that is in the template."""
        type_name = self.types[logical]
        part: dict[str, Any] = self.document(logical)
        if type_name in self.kinds:
            part["Ref"] = self.names.ref(logical)
        said: Any = part
        if self.resolver.exists(logical) is None:
            said = unknown(f"whether {logical} is made is not known: {self._why(self.declared[logical]['Condition'])}")
        folded = False
        owners = list(self._owners(type_name, part))
        for cfn, item in owners:
            if is_unknown(item):
                doubt = unknown(f"{logical} may belong to it: {reason(item)}")
                for parent in self._of_kind[cfn]:
                    parent.setdefault(type_name, []).append(doubt)
            elif not isinstance(item, Mapping):
                for parent in self._named[cfn, text_of(item)]:
                    parent.setdefault(type_name, []).append(said)
                    folded = True
        if owners and not folded and type_name not in self.kinds:
            where = "outside of the template, or not judged itself"
            self.notes.append(f"{logical} ({type_name}) is not judged: what it belongs to is {where}")
        return folded

    def _owners(self, type_name: str, part: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        """Give what a part says that it belongs to, each with the kind that it would be."""
        for cfn, attribute in self.parents[type_name]:
            value = part.get(attribute)
            items = value if isinstance(value, list) else [value]
            yield from ((cfn, item) for item in items if item is not None)

    def resource(self, logical: str, document: dict[str, Any]) -> Resource:
        """Make the resource of a document."""
        kind = self.kinds[self.types[logical]]
        known, arn = self.names.id_and_arn(logical)
        resource = Resource(
            kind.cfn,
            known,
            arn=arn,
            partition=self.partition,
            account=self.account,
            region="global" if kind.scope == "global" else self.region,
            sections={DOCUMENT: seen(document)},
            source=Source.TEMPLATE,
        )
        for fact, value in (("id", known), ("arn", arn)):
            if fact in kind.facts and kind.facts[fact].template is None:
                resource.facts[fact] = value
        tags = _fact(kind, resource, "tags")
        resource.tags = tags if isinstance(tags, Mapping) else None
        resource.name = (resource.tags or {}).get("Name") or (known if known != self.names.token(logical) else logical)
        identities = (_fact(kind, resource, name) for name in kind.identity)
        resource.identity = next((str(value) for value in identities if value), known)
        return resource


def is_read(kind: type[Kind] | None) -> bool:
    """Say whether a template says anything of a kind: some fact has a path there."""
    return kind is not None and any(isinstance(fact.template, str) for fact in kind.facts.values())


def _heads(kind: type[Kind]) -> list[str]:
    """Name the properties that the facts of a kind read."""
    paths = [fact.template for fact in kind.facts.values() if isinstance(fact.template, str)]
    pieces = [piece for path in paths for text in alternatives(path) for piece in text.split(" + ")]
    return sorted({piece.replace("[", ".").split(".")[0] for piece in pieces})


def _fact(kind: type[Kind], resource: Resource, name: str) -> Any:
    if name not in kind.facts:
        return None
    try:
        return derive(resource, kind.facts[name])
    except Unknown:
        return None
