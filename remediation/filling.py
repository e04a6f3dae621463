"""Remedies made out for one resource: names and facts filled in, nothing carried out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from scanner.engine.normalise import builtin
from scanner.model.finding import Finding
from scanner.model.kind import Kind
from scanner.model.plan import WriteCall
from scanner.model.remedy import Around, Direct, Remedy, Write, Writes
from scanner.model.resource import Resource

HOME_REGION: Mapping[str, str] = {"aws": "us-east-1", "aws-us-gov": "us-gov-west-1", "aws-cn": "cn-north-1"}
"""Where a global service of each partition is called."""

_WORD = re.compile(r"(?<!\$)\{(id|arn|name|region|account|partition|part)\}")
_FACT = re.compile(r"\$([a-z_][a-z0-9_]*)")
_SHELL = re.compile(r"[;&|$`<>\\'\"!\x00-\x1f\x7f]")
_ONE = re.compile(rf"{_WORD.pattern}|{_FACT.pattern}")


def words_of(resource: Resource, part: str = "") -> dict[str, str]:
    """Give what a remedy may call a resource by."""
    return {
        "id": resource.id,
        "arn": resource.arn,
        "name": resource.name,
        "region": region_of(resource),
        "account": resource.account,
        "partition": resource.partition,
        "part": part,
    }


def spoken(words: Mapping[str, str]) -> dict[str, str]:
    """Give the words as a person's commands may hold them: what a shell would act on in a name becomes `?`."""
    if _SHELL.search("".join(words.values())) is None:
        return dict(words)
    return {name: _SHELL.sub("?", word) for name, word in words.items()}


def region_of(resource: Resource | Finding) -> str:
    """Give the Region where a resource is changed: its own, else its ARN's, else the home of its partition."""
    if resource.region and resource.region != "global":
        return resource.region
    arn = resource.arn if isinstance(resource, Resource) else resource.resource
    parts = [*arn.split(":"), "", "", "", ""]
    return parts[3] or HOME_REGION.get(parts[1], HOME_REGION["aws"])


@lru_cache(maxsize=1 << 12)
def _pieces(text: str) -> tuple[str, ...]:
    """Split a text at the words to be filled in: every other piece is the name of one."""
    return tuple(_WORD.split(text))


def _worded(text: str, words: Mapping[str, str]) -> str:
    pieces = _pieces(text)
    if len(pieces) == 1:
        return text
    put = list(pieces)
    put[1::2] = [words[name] for name in pieces[1::2]]
    return "".join(put)


def filled(value: Any, words: Mapping[str, str], view: Kind | None = None) -> Any:
    """Put a resource's names where a remedy says `{id}` and the like, and its facts where a text is `$fact`.

    Raises:
        Unknown: a fact could not be learned.
        AttributeError: there is no such fact.
    """
    if isinstance(value, str):
        if view is not None and (fact := _FACT.fullmatch(value)) and fact[1] in type(view).facts:
            return builtin(getattr(view, fact[1]))
        return _worded(value, words)
    if isinstance(value, Mapping):
        return {filled(key, words): filled(item, words, view) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [filled(item, words, view) for item in value]
    return value


def writes_of(remedy: Direct, view: Kind, part: str, around: Around) -> tuple[WriteCall, ...]:
    """Make out the operations of a direct remedy.

    Raises:
        NotByMachine: a person must decide.
        Unknown: a fact that is needed could not be learned.
    """
    made: Writes | Sequence[Write] = remedy.by or (Write(remedy.operation, remedy.parameters),)
    return calls(made, view, part, around if remedy.across else None)


def undo_of(remedy: Remedy, view: Kind, part: str, around: Around) -> tuple[WriteCall, ...]:
    """Make out the operations that bring the present state back.

    Raises:
        NotByMachine: nothing can, for this resource.
        Unknown: a fact that is needed could not be learned.
    """
    looks = isinstance(remedy, Direct) and remedy.across
    return calls(remedy.effect.undo, view, part, around if looks else None)


def calls(
    writes: Writes | Sequence[Write], view: Kind, part: str, around: Around | None = None
) -> tuple[WriteCall, ...]:
    """Make out operations for a resource, seen through its kind, and one part of it."""
    given = (view, part) if around is None else (view, part, around)
    made: Iterable[Write] = writes(*given) if callable(writes) else writes
    words = words_of(view.resource, part)
    fill = _named if callable(writes) else filled
    return tuple(
        WriteCall(
            write.operation, builtin(fill(write.parameters, words, view)), write.region or region_of(view.resource)
        )
        for write in made
    )


def _named(parameters: Mapping[str, Any], words: Mapping[str, str], view: Kind) -> dict[str, Any]:
    """Fill in what a function made: only a parameter that is one word, for what is within may be a document as it is.

    A policy or a prefix in the account may well say `{name}`, and must be written back as it stands.
    """
    return {
        name: filled(value, words, view) if isinstance(value, str) and _ONE.fullmatch(value) else value
        for name, value in parameters.items()
    }


def redacted(value: Any) -> bool:
    """Say whether a value holds what was redacted as it was read, so that it cannot be written back."""
    if isinstance(value, dict):
        return "$redacted" in value or any(map(redacted, value.values()))
    return isinstance(value, list | tuple) and any(map(redacted, value))
