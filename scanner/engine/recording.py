"""Recording what a judgement reads, and what was read as evidence: made once for each resource and fact."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, Any

from scanner.engine.normalise import builtin
from scanner.model.fact import learn
from scanner.model.finding import Evidence
from scanner.model.gap import Unknown
from scanner.model.kind import Const, Fact
from scanner.model.path import MISSING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scanner.model.finding import Finding
    from scanner.model.resource import Resource, Source

    Read = Fact | tuple[Resource, Fact]

_HOLDERS = frozenset({dict, list})


class Told:
    """What was told of one snapshot: what several rules say or read of a resource is the same object for all.

    `of_itself` and `of_others` are the evidence of resources for their own findings and for those of others; `bearings`
    hold what hangs on the resource alone.
    """

    __slots__ = ("bearings", "of_itself", "of_others")

    def __init__(self) -> None:
        """Start with none."""
        self.of_itself: defaultdict[Resource, dict[Fact, Evidence]] = defaultdict(dict)
        self.of_others: dict[tuple[Resource, Fact], Evidence] = {}
        self.bearings: dict[Resource, Finding] = {}

    def keep(self, subject: Resource, read: Read) -> Evidence:
        """Make the evidence of what was read: a fact of the subject's own, or one of another resource."""
        if isinstance(read, tuple):
            resource, fact = read
            made = self.of_others[read] = evidence_of(resource, fact, resource.arn)
        else:
            made = self.of_itself[subject][read] = evidence_of(subject, read, "")
        return made


class Recorder:
    """A reader that keeps what was read, in the order of reading."""

    __slots__ = ("reads", "subject")

    def __init__(self, subject: Resource) -> None:
        """Record for the judging of one resource."""
        self.subject = subject
        self.reads: dict[Read, None] = {}

    def read(self, resource: Resource, fact: Fact) -> Any:
        """Give the fact's value and record it.

        Raises:
            Unknown: it could not be learned.
        """
        value = resource.facts.get(fact.name, MISSING)
        if value is MISSING:
            value = learn(resource, fact)
        if isinstance(value, Unknown):
            raise Unknown(*value.gaps)
        self.reads[fact if resource is self.subject else (resource, fact)] = None
        return value

    def evidence(self, told: Told) -> tuple[Evidence, ...]:
        """Give what was read as plain values."""
        subject = self.subject
        own: Mapping[Any, Evidence] = told.of_itself[subject]
        others: Mapping[Any, Evidence] = told.of_others
        return tuple([own.get(read) or others.get(read) or told.keep(subject, read) for read in self.reads])


def evidence_of(resource: Resource, fact: Fact, where: str) -> Evidence:
    """Give what a fact of a resource was, and where in its source it stands."""
    plain = builtin(resource.facts[fact.name])
    redacted = type(plain) in _HOLDERS and _holds_redacted(plain)
    return Evidence(fact.name, plain, _place_of(fact, resource.source, resource.kind), redacted, where)


@cache
def _place_of(fact: Fact, source: Source, kind: str) -> str:
    path = fact.path(source)
    text = "" if path is None else f"={path.value!r}" if isinstance(path, Const) else str(path)
    return f"{kind} {text}".strip()


def _holds_redacted(value: Any) -> bool:
    if isinstance(value, dict):
        return "$redacted" in value or _any_redacted(value.values())
    return isinstance(value, list) and _any_redacted(value)


def _any_redacted(values: Iterable[Any]) -> bool:
    for value in values:  # noqa: SIM110  every value of every night comes by here
        if type(value) in _HOLDERS and _holds_redacted(value):
            return True
    return False
