"""Recording what a judgement reads, and what was read as evidence: made once for each resource and fact."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from scanner.engine.normalise import builtin
from scanner.model.fact import learn
from scanner.model.finding import Evidence
from scanner.model.gap import Unknown
from scanner.model.kind import Const, Fact

if TYPE_CHECKING:
    from scanner.model.resource import Resource, Source


class Told:
    """What was told of one snapshot: what several rules say or read of a resource is the same object for all.

    `bearings` are the members of a finding that hang on the resource alone.
    """

    __slots__ = ("_of_itself", "_of_others", "bearings")

    def __init__(self) -> None:
        """Start with none."""
        self._of_itself: dict[Resource, dict[Fact, Evidence]] = {}
        self._of_others: dict[tuple[Resource, Fact], Evidence] = {}
        self.bearings: dict[Resource, dict[str, Any]] = {}

    def of_itself(self, resource: Resource) -> dict[Fact, Evidence]:
        """Give the evidence that was made of a resource for its own findings."""
        known = self._of_itself.get(resource)
        if known is None:
            known = self._of_itself[resource] = {}
        return known

    def of_other(self, read: tuple[Resource, Fact]) -> Evidence:
        """Give the evidence of a resource for the findings of others."""
        known = self._of_others.get(read)
        if known is None:
            resource, fact = read
            known = self._of_others[read] = evidence_of(resource, fact, resource.arn)
        return known


class Recorder:
    """A reader that keeps what was read, in the order of reading."""

    __slots__ = ("reads", "subject")

    def __init__(self, subject: Resource) -> None:
        """Record for the judging of one resource."""
        self.subject = subject
        self.reads: dict[Fact | tuple[Resource, Fact], None] = {}

    def read(self, resource: Resource, fact: Fact) -> Any:
        """Give the fact's value and record it.

        Raises:
            Unknown: it could not be learned.
        """
        try:
            value = resource.facts[fact.name]
        except KeyError:
            value = learn(resource, fact)
        if isinstance(value, Unknown):
            raise Unknown(*value.gaps)
        self.reads[fact if resource is self.subject else (resource, fact)] = None
        return value

    def evidence(self, told: Told) -> tuple[Evidence, ...]:
        """Give what was read as plain values."""
        subject = self.subject
        own = told.of_itself(subject)
        found: list[Evidence] = []
        for read in self.reads:
            if isinstance(read, tuple):
                found.append(told.of_other(read))
                continue
            known = own.get(read)
            if known is None:
                known = own[read] = evidence_of(subject, read, "")
            found.append(known)
        return tuple(found)


def evidence_of(resource: Resource, fact: Fact, where: str) -> Evidence:
    """Give what a fact of a resource was, and where in its source it stands."""
    plain = builtin(resource.facts[fact.name])
    return Evidence(fact.name, plain, _place_of(fact, resource.source, resource.kind), _holds_redacted(plain), where)


@cache
def _place_of(fact: Fact, source: Source, kind: str) -> str:
    path = fact.path(source)
    text = "" if path is None else f"={path.value!r}" if isinstance(path, Const) else str(path)
    return f"{kind} {text}".strip()


def _holds_redacted(value: Any) -> bool:
    if isinstance(value, dict):
        return "$redacted" in value or any(_holds_redacted(item) for item in value.values())
    return isinstance(value, list) and any(_holds_redacted(item) for item in value)
