"""Reads plans, states and templates: values are known, absent, or unknown until the plan is applied.

A document holds what a resource says, and lists of what is folded into it by the type of the part. A value that nobody
can know yet is `{"$unknown": reason}`. One that is another planned resource's is the token of that resource, the same
wherever it is referred to, so that both join.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from scanner.model.gap import Gap, GapState, Unknown
from scanner.model.path import MISSING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scanner.model.path import Step

UNKNOWN = "$unknown"
COMPUTED = "$computed"
DOCUMENT = "planned"
"""The one section of a resource that comes from a plan, a state or a template."""


def unknown(reason: str) -> dict[str, str]:
    """Make what stands for a value that is not known yet."""
    return {UNKNOWN: reason}


def computed(reason: str) -> dict[str, Any]:
    """Make what stands for a value that is not known yet and that no source writes: the provider will set it."""
    return {UNKNOWN: reason, COMPUTED: True}


def token(address: str) -> str:
    """Give what stands for a planned resource in whatever refers to it, and for its own id, ARN and name."""
    return f"${{{address}}}"


def read(document: Any, todo: Sequence[Step]) -> Any:
    """Give what lies at a path, MISSING where nothing does.

    Raises:
        Unknown: what lies there, or what it would lie in, is not known yet.
    """
    document = read_shallow(document, todo)
    if document is not MISSING:
        _demand_all_known(document)
    return document


def read_shallow(document: Any, todo: Sequence[Step]) -> Any:
    """Give what lies at a path, MISSING where nothing does; what lies within that may be unknown.

    Raises:
        Unknown: what lies there, or what it would lie in, is not known yet.
    """
    _demand_known(document)
    for place, (verb, argument) in enumerate(todo):
        if verb == "member" and isinstance(document, list):
            document = _only(document)
            _demand_known(document)
        if verb == "member":
            document = document.get(argument, MISSING) if isinstance(document, dict) else MISSING
        elif not isinstance(document, list):
            return MISSING
        elif verb == "at":
            document = document[argument] if argument < len(document) else MISSING
        elif verb == "where":
            document = _where(document, *argument)
        else:
            return _each(document, todo[place + 1 :])
        _demand_known(document)
        if document is MISSING or document is None:
            return MISSING
    return document


class Known(Mapping[str, Any]):
    """A part of a document, to be looked into by a parser: a member that is not known yet raises when it is read."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        """Look into a document."""
        self._document = document

    def __getitem__(self, name: str) -> Any:
        """Give a member.

        Raises:
            Unknown: it is not known yet.
        """
        return _wrapped(self._document[name])

    def __iter__(self) -> Iterator[str]:
        """Go over the members' names."""
        return iter(self._document)

    def __len__(self) -> int:
        """Count the members."""
        return len(self._document)

    def written(self, name: str) -> Any:
        """Give a member, None where no source writes it and the provider will set it.

        Raises:
            Unknown: a source writes it, and it is not known yet.
        """
        value = self._document.get(name)
        return None if isinstance(value, Mapping) and value.get(COMPUTED) is True else self.get(name)


def _wrapped(value: Any) -> Any:
    _demand_known(value)
    if isinstance(value, dict):
        return Known(value)
    return [_wrapped(item) for item in value] if isinstance(value, list) else value


def plain(value: Any) -> Any:
    """Give a value as plain JSON.

    Raises:
        Unknown: something in it is not known yet.
    """
    if isinstance(value, Mapping):
        return {name: plain(item) for name, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


def is_token(value: Any) -> bool:
    """Say whether a value stands for a planned resource."""
    return isinstance(value, str) and value.startswith("${")


def gather(document: Any, wanted: Mapping[str, Sequence[Step]]) -> Any:
    """Give what lies at several paths by their texts, MISSING where all lead to nothing.

    Raises:
        Unknown: what a path leads through is not known yet; what it leads to raises when a parser reads it.
    """
    found: dict[str, Any] = {}
    for text, todo in wanted.items():
        holder = read_shallow(document, todo[:-1])
        (verb, name) = todo[-1]
        if verb != "member":
            raise ValueError(f"{text} does not end with a member")
        value = holder.get(name) if isinstance(holder, dict) else None
        if value is not None and value != []:
            found[text] = value
    return Known(found) if found else MISSING


def _only(parts: Sequence[Any]) -> Any:
    """Give the one part of a type that is folded into a resource; parts lie in lists, and most may be there once.

    Raises:
        Unknown: there are several, and nothing says which one counts.
    """
    if len(parts) > 1:
        message = f"it is declared {len(parts)} times"
        raise Unknown(Gap(message=message, state=GapState.NOT_COLLECTED))
    return parts[0] if parts else MISSING


def _where(items: Sequence[Any], key: str, text: str) -> Any:
    for item in items:
        _demand_known(item)
        if isinstance(item, dict):
            _demand_known(item.get(key))
            if item.get(key) == text:
                return item
    return MISSING


def _each(items: Sequence[Any], rest: Sequence[Step]) -> list[Any]:
    nested = any(step.verb == "each" for step in rest)
    found: list[Any] = []
    for item in items:
        value = read(item, rest)
        if value is MISSING:
            continue
        if nested:
            found.extend(value)
        else:
            found.append(value)
    return found


def _demand_known(value: Any) -> None:
    if isinstance(value, dict) and UNKNOWN in value:
        raise Unknown(Gap(message=str(value[UNKNOWN]), state=GapState.NOT_COLLECTED))


def _demand_all_known(value: Any) -> None:
    _demand_known(value)
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            _demand_all_known(item)
