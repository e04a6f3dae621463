"""References and conditions of declarations, resolved against what was learned of one resource."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from scanner.model.operation import Applied, Clause, clauses
from scanner.model.path import MISSING, getter
from scanner.model.resource import Section, SectionState

_REFERENCE = re.compile(r"\$([A-Za-z_]\w*)\.?(.*)", re.DOTALL)
_AGO = re.compile(r"\$as_of(?:-(\d+)([smhd]))?")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


class Scope(Protocol):
    """What references are resolved against."""

    def section(self, name: str) -> Section | None:
        """Give a section of the resource, or None where it is not there yet."""

    def context(self, name: str, rest: str) -> Any:
        """Give `of`, `account`, `region` or `partition`; `rest` is the path after `of`."""

    @property
    def as_of(self) -> datetime:
        """The moment of the scan."""


class UnseenReferenceError(Exception):
    """A reference leads to a section that could not be learned; `section` says why."""

    def __init__(self, section: Section) -> None:
        """Keep the section."""
        super().__init__(str(section.gap))
        self.section = section


def resolve(value: Any, scope: Scope) -> Any:
    """Replace every reference in a parameter; a reference to nothing becomes None.

    Raises:
        UnseenReferenceError: a section referred to was not learned.
    """
    if isinstance(value, str):
        return _text(value, scope) if "$" in value else value
    if isinstance(value, Applied):
        return value.function(*(_text(reference, scope) for reference in value.references))
    if isinstance(value, Mapping):
        return {key: resolve(item, scope) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [resolve(item, scope) for item in value]
    return value


def resolve_all(params: Mapping[str, Any], scope: Scope) -> dict[str, Any]:
    """Resolve the parameters of a call, leaving out those that refer to nothing.

    Raises:
        UnseenReferenceError: a section referred to was not learned.
    """
    made = {name: resolve(value, scope) for name, value in params.items()}
    return {name: value for name, value in made.items() if value is not None}


def _text(text: str, scope: Scope) -> Any:
    for part in text.split(" or "):
        value = _one(part.strip(), scope)
        if value is not None and value != "":
            return value
    return None


def _one(text: str, scope: Scope) -> Any:
    if not text.startswith("$"):
        return text.strip("'")
    ago = _AGO.fullmatch(text)
    if ago:
        count, unit = ago.groups()
        return scope.as_of - timedelta(**{_UNITS[unit]: int(count)}) if count else scope.as_of
    match = _REFERENCE.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no reference")
    name, rest = match.groups()
    if name in {"of", "account", "region", "partition"}:
        return scope.context(name, rest)
    return value_of(scope.section(name), rest)


def value_of(section: Section | None, rest: str) -> Any:
    """Give what a path finds in a section; None where there is nothing.

    Raises:
        UnseenReferenceError: the section was not learned.
    """
    if section is None or section.state in {SectionState.ABSENT, SectionState.SKIPPED}:
        return None
    if section.state is SectionState.UNSEEN:
        raise UnseenReferenceError(section)
    value = getter(rest)(section.doc) if rest else section.doc
    return None if value is MISSING else value


def holds(when: str, scope: Scope) -> bool:
    """Say whether a condition holds.

    Raises:
        UnseenReferenceError: a section that it reads was not learned.
    """
    return all(_clause(clause, scope) for clause in clauses(when))


def holds_of(when: str, document: Any) -> bool:
    """Say whether a condition holds of one document, whose members it names directly."""
    return all(_compared(clause, getter(clause.path)(document)) for clause in clauses(when))


def _clause(clause: Clause, scope: Scope) -> bool:
    name, _, rest = clause.path.partition(".")
    value = scope.context(name, rest) if name == "of" else value_of(scope.section(name), rest)
    return _compared(clause, value)


def _compared(clause: Clause, value: Any) -> bool:
    if value is MISSING:
        value = None
    if not clause.comparison:
        return bool(value) is not clause.negated
    text = "" if value is None else str(value)
    if clause.comparison == "contains":
        return any(literal in text for literal in clause.literals) is not clause.negated
    known = text in clause.literals
    return (not known if clause.comparison == "!=" else known) is not clause.negated
