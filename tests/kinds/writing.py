"""Writes the documents of plans and templates that say what an example says: the inverse of a fact's path."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from scanner.model import path as paths
from scanner.model.fact import Fact, alternatives
from scanner.model.gap import Unknown
from scanner.model.kind import REQUIRED, Const, Kind
from scanner.model.planned import DOCUMENT
from scanner.model.policy import PolicyDocument
from scanner.model.resource import Resource, Source, seen
from tests.kinds.samples_of_sources import SAMPLES

LOADED = {"id", "arn", "name"}
"""What the reader of a document gives a resource itself, where the document does not know it."""
PREFIX = {Source.PLAN: "aws_", Source.TEMPLATE: "AWS::"}


def document(source: Source, said: Mapping[str, Any]) -> dict[str, Any]:
    """Write values at paths."""
    made: dict[str, Any] = {}
    for path, value in said.items():
        steps = paths.steps(path)
        if str(steps[0].argument).startswith(PREFIX[source]) and len(steps) > 1 and steps[1].verb == "member":
            steps = (steps[0], paths.Step("at", 0), *steps[1:])
        _put(made, steps, value)
    return made


def _put(holder: Any, steps: tuple[paths.Step, ...], value: Any) -> None:
    (verb, argument), rest = steps[0], steps[1:]
    if verb == "each":
        for item in value:
            whole = [item] if any(step.verb == "each" for step in rest) else item
            holder.append(_made(rest, whole) if rest else item)
        return
    if verb == "where":
        held = next((item for item in holder if item.get(argument[0]) == argument[1]), None)
        if held is None:
            holder.append(held := {argument[0]: argument[1]})
        _put(held, rest, value)
        return
    if verb == "at":
        holder.extend({} for _ in range(argument + 1 - len(holder)))
    if not rest:
        holder[argument] = value
        return
    empty: Any = {} if rest[0].verb == "member" else []
    if verb == "member":
        holder.setdefault(argument, empty)
    _put(holder[argument], rest, value)


def _made(steps: tuple[paths.Step, ...], value: Any) -> Any:
    made: dict[str, Any] = {}
    _put(made, steps, value)
    return made


def encoded(source: Source, fact: Fact, value: Any) -> Any:
    """Write a value as a source writes it; `REQUIRED` where that takes a parser's own sample."""
    if isinstance(value, PolicyDocument):
        return json.dumps(value.to_json()) if source is Source.PLAN else value.to_json()
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        pairs = [{"Key": key, "Value": text} for key, text in value.items()]
        return pairs if source is Source.TEMPLATE and fact.name == "tags" else dict(value)
    if isinstance(value, tuple | list):
        items = [encoded(source, fact, item) for item in value]
        return REQUIRED if REQUIRED in items else items
    return value if isinstance(value, str | int | float | bool) else REQUIRED


def plain(source: Source, fact: Fact) -> bool:
    """Say whether a fact lies in a source as it is: at one path, with no parser that a sample proves."""
    path = fact.path(source)
    return isinstance(path, str) and "+ " not in path and (fact.kind, fact.name, source) not in SAMPLES


def said_in(kind: type[Kind], source: Source) -> bool:
    """Say whether resources of a kind are written in a source."""
    declared = kind.tf if source is Source.PLAN else any(fact.template is not None for fact in kind.facts.values())
    return bool(declared)


def rewritten(kind: type[Kind], resource: Resource, source: Source) -> set[str] | None:
    """Make an example's resource one that a source says; give the facts written, None where it cannot say the example.

    What only a parser reads stays as the example has it: the parsers' own samples prove them.
    """
    known, said, kept, written = resource.facts, {}, {}, set()
    for name, fact in kind.facts.items():
        value, path = known.get(name, REQUIRED), fact.path(source)
        if name in LOADED or isinstance(value, Unknown):
            kept[name] = value
        elif isinstance(path, Const):
            if value is not REQUIRED and value != path.value:
                return None
        elif value is REQUIRED:
            continue
        elif plain(source, fact) and (text := encoded(source, fact, value)) is not REQUIRED:
            said[alternatives(path)[0]] = text
            written.add(name)
        elif path is not None and value is not None:
            kept[name] = value
    resource.facts = {name: value for name, value in kept.items() if value is not REQUIRED}
    resource.source, resource.sections = source, {DOCUMENT: seen(document(source, said))}
    return written
