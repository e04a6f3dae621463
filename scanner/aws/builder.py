"""A resource in the making: its sections arrive one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from scanner.aws.resolve import value_of
from scanner.model.gap import Unknown
from scanner.model.kind import PLAIN, Kind
from scanner.model.operation import Call
from scanner.model.resource import Resource, Section, seen


@dataclass(eq=False)
class Builder:
    """The sections that have arrived, and the calls that wait for some of them.

    `calls` are those that are made for it, all of the kind where none are given. It is the scope that references of
    its calls are resolved against.
    """

    kind: type[Kind]
    partition: str
    account: str
    region: str
    as_of: datetime
    root: str = ""
    parent: Builder | None = None
    sections: dict[str, Section] = field(default_factory=dict)
    waiting: list[Call] = field(default_factory=list)
    closed: bool = False
    summary: dict[str, str] | None = None
    calls: Mapping[str, Call] | None = None

    def section(self, name: str) -> Section | None:
        """Give a section, or None while it has not arrived."""
        return self.sections.get(name)

    def context(self, name: str, rest: str) -> Any:
        """Give the account, Region or partition, or something of the parent: a section's path, its id or its ARN."""
        if name != "of":
            return {"account": self.account, "region": self.region, "partition": self.partition}[name]
        if self.parent is None:
            return None
        section, _, inner = rest.partition(".")
        if section in self.parent.kind.calls:
            return value_of(self.parent.sections.get(section), inner)
        return self.sections["of"].doc.get(rest or "id")

    def ready(self, call: Call) -> bool:
        """Say whether all that a call uses has arrived."""
        return all(name in self.sections for name in call.uses)

    def complete(self) -> bool:
        """Say whether every section has arrived and the resource is not made yet."""
        wanted = self.kind.calls if self.calls is None else self.calls
        return not self.closed and all(name in self.sections for name in wanted)

    def adopt(self) -> None:
        """Keep what children may say of their parent."""
        if self.parent is not None:
            self.sections["of"] = seen(self.parent.summary)

    def resource(self) -> Resource:
        """Make the resource of the sections that have arrived; what could not be learned of its names is replaced."""
        made = Resource(
            self.kind.cfn, "", partition=self.partition, account=self.account, region=self.region,
            sections=dict(self.sections),
        )  # fmt: skip
        made.id = self._fallback() if self.kind.singleton else str(self._read(made, "id") or self._fallback())
        if self.kind.singleton:
            made.facts["id"] = made.id
        made.arn = str(self._read(made, "arn") or self._formatted(made.id))
        made.tags = self._read(made, "tags")
        named = self._read(made, "name") if "name" in self.kind.facts else (made.tags or {}).get("Name")
        made.name = str(named or made.id)
        made.identity = str(next((value for name in self.kind.identity if (value := self._read(made, name))), made.id))
        self.summary = {"id": made.id, "arn": made.arn, "name": made.name}
        return made

    def _read(self, made: Resource, name: str) -> Any:
        declared = self.kind.facts.get(name)
        if declared is None:
            return None
        try:
            return PLAIN.read(made, declared)
        except Unknown:
            return None

    def _fallback(self) -> str:
        if self.kind.singleton:
            return self.account if self.kind.scope == "global" else self.region
        doc = self.sections[self.root].doc
        return doc if isinstance(doc, str) else repr(doc)[:200]

    def _formatted(self, id: str) -> str:
        if self.kind.arn_format:
            return self.kind.arn_format.format(
                partition=self.partition, account=self.account, region=self.region, id=id
            )
        return f"{self.kind.cfn}/{self.account}/{self.region}/{id}" if self.kind.singleton else id
