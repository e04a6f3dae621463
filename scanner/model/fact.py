"""Facts: named, typed attributes of a kind, derived from the sections that were seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from scanner.model import path as paths
from scanner.model.gap import Gap, GapState, Unknown
from scanner.model.path import MISSING
from scanner.model.planned import DOCUMENT, gather
from scanner.model.planned import read as read_planned
from scanner.model.resource import Resource, SectionState, Source

if TYPE_CHECKING:
    from scanner.model.kind import Kind


@dataclass(frozen=True)
class Const:
    """A value that a source does not hold because it can be no other there."""

    value: Any


class _Required:
    """The default of a fact that an answer always holds: nothing there means not learned."""

    def __repr__(self) -> str:
        return "REQUIRED"


REQUIRED = _Required()

Path = str | Const | None


@dataclass(eq=False)
class Fact:
    """A named, typed attribute of a kind, with its path in each source.

    `api` is `section.path` (alternatives joined by ` | `: the first that holds anything; one that was not seen hides
    those after it), `plan` and `template` are paths in the Terraform resource and the CloudFormation properties (a
    part's path starts with the part's type; paths joined by ` + `, or one behind `+ `, are read together: `parse` is
    given what they lead to by their texts, and may look at what is known beside what is not). Without `default`, an
    answer that holds nothing there makes the fact unknown. `parse` turns what the path yields into the fact's value.
    `sample` is the value that examples have unless they say another.
    """

    api: Path = None
    plan: Path = None
    template: Path = None
    default: Any = REQUIRED
    parse: Callable[[Any], Any] | Mapping[str, Callable[[Any], Any]] | None = None
    sample: Any = REQUIRED
    doc: str = ""
    name: str = ""
    kind: str = ""
    annotation: str = ""
    readers: dict[Source, Callable[[Resource], Any]] = field(default_factory=dict, init=False, repr=False)

    def __set_name__(self, owner: type, name: str) -> None:
        """Take the attribute's name."""
        self.name = name

    def __get__(self, view: Kind | None, owner: type) -> Any:
        """Read the fact through a view, which records the reading.

        Raises:
            Unknown: it could not be learned.
        """
        return self if view is None else view.reader.read(view.resource, self)

    def path(self, source: Source) -> Path:
        """Give the path in a source, or None where the source does not say it."""
        return {Source.API: self.api, Source.PLAN: self.plan, Source.TEMPLATE: self.template}.get(source)

    def default_in(self, source: Source) -> Any:
        """Give the value that holds when the source has nothing at the path; `REQUIRED` when there is none.

        Where a source has no path at all, only a default of its own holds: nothing was looked at.
        """
        if isinstance(self.default, Mapping) and self.default and set(self.default) <= set(Source):
            return self.default.get(source, REQUIRED)
        if source in {Source.PLAN, Source.TEMPLATE} and self.path(source) is None:
            return REQUIRED
        return self.default

    def parser(self, source: Source) -> Callable[[Any], Any] | None:
        """Give the function that makes the value of what is at the path."""
        return self.parse.get(source) if isinstance(self.parse, Mapping) else self.parse

    @property
    def sections(self) -> tuple[str, ...]:
        """Name the sections that the live path reads."""
        return tuple(paths.split(text)[0] for text in alternatives(self.api))


def alternatives(path: Path) -> tuple[str, ...]:
    """Split a fact's path into its alternatives."""
    return tuple(part.strip() for part in path.split("|")) if isinstance(path, str) else ()


def joined(text: str) -> tuple[str, ...]:
    """Split an alternative of a fact's path in a plan or template into the paths that are read together."""
    return tuple(text.removeprefix("+ ").split(" + "))


def fact(
    api: Path = None,
    *,
    plan: Path = None,
    template: Path = None,
    default: Any = REQUIRED,
    parse: Callable[[Any], Any] | Mapping[str, Callable[[Any], Any]] | None = None,
    sample: Any = REQUIRED,
    doc: str = "",
) -> Any:
    """Declare a fact; see `Fact`."""
    return Fact(api, plan, template, default, parse, sample, doc)


class Reader(Protocol):
    """What a view reads through: it derives the fact and records that it was read."""

    def read(self, resource: Resource, fact: Fact) -> Any:
        """Give the fact's value, or raise `Unknown`."""


class PlainReader:
    """A reader that records nothing."""

    def read(self, resource: Resource, fact: Fact) -> Any:
        """Give the fact's value.

        Raises:
            Unknown: it could not be learned.
        """
        return derive(resource, fact)


PLAIN = PlainReader()


def derive(resource: Resource, fact: Fact) -> Any:
    """Derive a fact from the sections of a resource, once.

    Raises:
        Unknown: it could not be learned.
    """
    value = resource.facts.get(fact.name, MISSING)
    if value is MISSING:
        value = learn(resource, fact)
    if isinstance(value, Unknown):
        raise Unknown(*value.gaps)
    return value


def learn(resource: Resource, fact: Fact) -> Any:
    """Work a fact out and keep it with the resource: its value, or the `Unknown` that says what is missing."""
    source = resource.source
    read = fact.readers.get(source)
    if read is None:
        read = fact.readers[source] = _reader(fact, source)
    value: Any
    try:
        value = read(resource)
    except Unknown as error:
        value = error
        error.__traceback__ = error.__cause__ = error.__context__ = None  # else it keeps alive what was on the stack
    resource.facts[fact.name] = value
    return value


def _reader(fact: Fact, source: Source) -> Callable[[Resource], Any]:
    """Compile a fact into the function that works it out of a resource from one source."""
    path = fact.path(source)
    if source is Source.FACTS:
        return partial(_not_said, fact)
    if isinstance(path, Const):
        return partial(_always, path.value)
    find = _from_sections(fact, path) if source is Source.API else _from_document(fact, path)
    default, parse = fact.default_in(source), _parser(fact, source)

    def read(resource: Resource) -> Any:
        value = find(resource)
        if value is MISSING or value is None:
            if default is REQUIRED:
                message = f"the answer holds no {path}" if path else f"{resource.source} does not say {fact.name}"
                raise Unknown(Gap(_call_of(resource, fact), message=message, state=GapState.ERROR))
            return default
        if parse is None:
            return tuple(value) if isinstance(value, list) else value
        try:
            return parse(value)
        except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
            said = f"{type(error).__name__}: {error}"
            raise Unknown(Gap(_call_of(resource, fact), error="Malformed", message=said)) from error

    return read


def _not_said(fact: Fact, _: Resource) -> Any:
    raise Unknown(Gap(message=f"{fact.kind} example does not say {fact.name}", state=GapState.NOT_COLLECTED))


def _always(value: Any, _: Resource) -> Any:
    return value


def _from_sections(fact: Fact, path: Path) -> Callable[[Resource], Any]:
    wanted = [(name, paths.getter(rest) if rest else None) for name, rest in map(paths.split, alternatives(path))]

    def find(resource: Resource) -> Any:
        for name, get in wanted:
            section = resource.sections.get(name)
            if section is None:
                message = "not collected in this scan"
                raise Unknown(Gap(f"{fact.kind}.{name}", message=message, state=GapState.NOT_COLLECTED))
            if section.state is SectionState.OK:
                value = section.doc if get is None else get(section.doc)
                if value is not MISSING and value is not None:
                    return value
            elif section.state is SectionState.UNSEEN:
                raise Unknown(section.gap or Gap())
        return MISSING

    return find


def _from_document(fact: Fact, path: Path) -> Callable[[Resource], Any]:
    wanted = [
        {part: paths.steps(part) for part in joined(text)} if "+ " in text else paths.steps(text)
        for text in alternatives(path)
    ]

    def find(resource: Resource) -> Any:
        section = resource.sections.get(DOCUMENT)
        if section is None or section.state is not SectionState.OK:
            message = f"{fact.name} is not said by what was given"
            raise Unknown(Gap(message=message, state=GapState.NOT_COLLECTED))
        for steps in wanted:
            value = gather(section.doc, steps) if isinstance(steps, dict) else read_planned(section.doc, steps)
            if value is not MISSING:
                return value
        return MISSING

    return find


def _parser(fact: Fact, source: Source) -> Callable[[Any], Any] | None:
    parse = fact.parser(source)
    return _moment if parse is None and fact.annotation.startswith("datetime") else parse


def _moment(value: Any) -> Any:
    if not isinstance(value, str):
        return tuple(value) if isinstance(value, list) else value
    moment = datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _call_of(resource: Resource, fact: Fact) -> str:
    return f"{resource.kind}.{fact.sections[0]}" if fact.sections else resource.kind
