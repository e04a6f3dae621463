"""What a rule reads, learned by judging its examples, and the calls that this takes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from scanner.engine.examples import case_of, examples, judge_in, world_of
from scanner.engine.normalise import builtin
from scanner.engine.registry import kinds
from scanner.model.gap import Unknown
from scanner.model.operation import Applied, Call

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scanner.engine.evaluate import Judgement
    from scanner.model.kind import Kind
    from scanner.model.resource import Resource
    from scanner.model.rule import Case, Rule

PARENT = re.compile(r"\$of\.([A-Za-z_][A-Za-z0-9_]*)")


@dataclass(frozen=True)
class Seen:
    """A resource of an example: the facts that were read of it, with their values, in the order of reading."""

    kind: str
    arn: str
    facts: dict[str, Any]


@dataclass(frozen=True)
class Judged:
    """An example with what the rule said of it, and the resources that it read, the judged one first."""

    case: Case
    said: Judgement
    seen: list[Seen]


@dataclass
class Need:
    """A call that a rule's facts take, and those of the facts that it carries itself."""

    kind: type[Kind]
    call: Call
    facts: list[str] = field(default_factory=list)


@dataclass
class Reading:
    """All examples of a rule, judged, by the verdict they stand for; and the facts read, by kind."""

    examples: dict[str, list[Judged]]
    facts: dict[type[Kind], list[str]]


def reading(rule: type[Rule]) -> Reading:
    """Judge all examples of a rule and gather the facts that were read."""
    judged: dict[str, list[Judged]] = {}
    read: dict[str, dict[str, None]] = {kind.cfn: {} for kind in rule.judged()}
    for label, _, example in examples(rule):
        one = _judged(rule, case_of(example))
        judged.setdefault(label, []).append(one)
        for resource in one.seen:
            read.setdefault(resource.kind, {}).update(dict.fromkeys(resource.facts))
    everything = {kind.cfn: kind for kind in (*kinds().values(), *rule.needs, *rule.judged())}
    return Reading(judged, {everything[cfn]: sorted(names) for cfn, names in read.items()})


def _judged(rule: type[Rule], case: Case) -> Judged:
    subject, everything, inventory = world_of(rule, case)
    said = judge_in(rule, subject, inventory, case)
    names: dict[str, list[str]] = {subject.arn: []}
    for item in said.evidence:
        names.setdefault(item.resource or subject.arn, []).append(item.fact)
    seen = [
        Seen(resource.kind, resource.arn, {name: builtin(resource.facts[name]) for name in dict.fromkeys(read)})
        for resource in everything
        if (read := [name for name in names.get(resource.arn, []) if _known(resource, name)]) or resource is subject
    ]
    return Judged(case, said, seen)


def _known(resource: Resource, name: str) -> bool:
    return name in resource.facts and not isinstance(resource.facts[name], Unknown)


def needs(facts: dict[type[Kind], list[str]]) -> list[Need]:
    """Give the calls that some facts take, the listings of their kinds among them, sorted by kind and section."""
    found: dict[tuple[str, str], Need] = {}
    for kind, names in facts.items():
        _add(kind, [call.name for call in kind.roots()], found)
        for name in names:
            _carried(kind, name, found)
    return [found[key] for key in sorted(found)]


def _carried(kind: type[Kind], name: str, found: dict[tuple[str, str], Need]) -> None:
    sections = [section for section in dict.fromkeys(kind.facts[name].sections) if section in kind.calls]
    _add(kind, sections, found)
    for section in sections:
        carried = found[kind.cfn, section].facts
        if name not in carried:
            carried.append(name)


def _add(kind: type[Kind], sections: Iterable[str], found: dict[tuple[str, str], Need]) -> None:
    for section in sections:
        if (kind.cfn, section) in found:
            continue
        call = kind.calls[section]
        found[kind.cfn, section] = Need(kind, call)
        _add(kind, call.uses, found)
        if call.of is not None:
            _add(call.of, [parent.name for parent in call.of.roots()], found)
        for parent, asked in _of_parent(kind, call):
            own = parent.facts[asked].sections if asked in parent.facts else (asked,)
            _add(parent, [name for name in own if name in parent.calls], found)
        for other, fact in _referring(call):
            _add(other, [root.name for root in other.roots()], found)
            _add(other, [name for name in other.facts[fact].sections if name in other.calls], found)


def _of_parent(kind: type[Kind], call: Call) -> Iterator[tuple[type[Kind], str]]:
    parents = [root.of for root in kind.roots() if root.of is not None]
    for asked in dict.fromkeys(PARENT.findall(" ".join(_texts(call.params)))):
        yield from ((parent, asked) for parent in parents)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Applied):
        yield from value.references
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)


def _referring(call: Call) -> Iterator[tuple[type[Kind], str]]:
    by_name = {kind.__name__: kind for kind in kinds().values()}
    for text in call.facts:
        name, _, fact = text.partition(".")
        yield by_name[name], fact
