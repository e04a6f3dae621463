"""Of every kind: no order of a set and no value that is noise is a change, and each other value that changes is one.

Tried on what the real collector made of synthetic answers, value by value.
"""

from __future__ import annotations

import copy
import json
import random
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import pytest

from scanner.engine.drift import Comparer, Group, Normaliser
from scanner.engine.drift.canonicalise import NOTHING, Node, canonicalise
from scanner.engine.registry import kinds
from scanner.kinds.canon import normaliser
from scanner.model.change import Change
from scanner.model.resource import Resource, Section, SectionState
from scanner.model.secret import REDACTED
from tests.aws.night import night

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scanner.model.kind import Kind

EVERY = [pytest.param(kind, id=kind.cfn) for kind in kinds().values()]
WORLDS = "ab"
Place = tuple[Any, ...]


@cache
def known() -> Normaliser:
    return normaliser(kinds().values())


@cache
def seen(cfn: str) -> list[Resource]:
    """Some resources of a kind, each as if it stood for itself."""
    found = [each for name in WORLDS for each in night(name).snapshot.resources if each.kind == cfn]
    return [alone(each) for each in found[:3]]


def alone(resource: Resource) -> Resource:
    made = copy.copy(resource)
    made.identity = made.id
    return made


def changes(before: Resource, after: Resource) -> list[Change]:
    group = Group(
        account=before.account, region=before.region, kind=before.kind, key=before.id, before=(before,), after=(after,)
    )
    return [each for each in Comparer(known()).compare([group]) if isinstance(each, Change)]


def altered(resource: Resource, alter: Callable[[str, Any, Node], Any]) -> Resource:
    compiled = known().sections(resource.kind)
    made = copy.copy(resource)
    made.sections = {
        name: Section(section.state, alter(name, copy.deepcopy(section.doc), compiled.node(name)))
        if section.state is SectionState.OK and compiled
        else section
        for name, section in resource.sections.items()
    }
    return made


def stirred(value: Any, node: Node, chance: random.Random) -> Any:
    """Reorder what is a set, rewrite what is noise."""
    if node.drop:
        return "noise" if not isinstance(value, list) else [*value, "noise"]
    if node.form is not None:
        return respelt(value, node)
    if isinstance(value, dict) and REDACTED not in value:
        names = list(value)
        chance.shuffle(names)
        return {name: stirred(value[name], node.member(name), chance) for name in names}
    if isinstance(value, list):
        items = [stirred(item, node.item, chance) for item in value]
        if not node.ordered:
            chance.shuffle(items)
        return items
    return value


def respelt(value: Any, node: Node) -> Any:
    """Write the JSON that lies as text in an answer otherwise."""
    if isinstance(value, str) and value.startswith("{"):
        return json.dumps(json.loads(value), indent=3)
    if isinstance(value, list) and not node.ordered:
        turned = list(reversed(value))
        return turned if canonicalise(turned, node) == canonicalise(value, node) else value
    return value


def _stir(chance: random.Random, _section: str, doc: Any, node: Node) -> Any:
    return stirred(doc, node, chance)


def _put(where: str, at: Place, value: Any, section: str, doc: Any, _node: Node) -> Any:
    return put(doc, at, value) if section == where else doc


@pytest.mark.parametrize("kind", EVERY)
def test_noise_and_order_are_no_change(kind: type[Kind]) -> None:
    for number, resource in enumerate(seen(kind.cfn)):
        chance = random.Random(number)  # noqa: S311  the same order in every run
        again = altered(resource, partial(_stir, chance))
        assert [(each.path, each.before, each.after) for each in changes(resource, again)] == []


def leaves(value: Any, node: Node, at: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Go over the values that are compared, other than by a form."""
    if node.drop or node.form is not None or (isinstance(value, dict) and REDACTED in value):
        return
    if isinstance(value, dict):
        for name, item in value.items():
            yield from leaves(item, node.member(name), (*at, name))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from leaves(item, node.item, (*at, number))
    elif value not in (None, ""):
        yield at, value


def other(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    return value + 1000 if isinstance(value, int | float) else f"{value}-changed"


def put(doc: Any, at: Place, value: Any) -> Any:
    if not at:
        return value
    doc[at[0]] = put(doc[at[0]], at[1:], value)
    return doc


@pytest.mark.parametrize("kind", EVERY)
def test_each_value_that_changes_is_one_change(kind: type[Kind]) -> None:
    if known().canons[kind.cfn].observed:
        pytest.skip("no configuration")
    compiled = known().sections(kind.cfn)
    wrong = []
    for resource in seen(kind.cfn)[:1]:
        for name, section in resource.sections.items():
            node = compiled.node(name) if compiled else NOTHING
            for at, value in leaves(section.doc, node) if section.state is SectionState.OK else ():
                changed = altered(resource, partial(_put, name, at, other(value)))
                found = changes(resource, changed)
                if len(found) != 1:
                    wrong.append((name, at, value, [(each.path, each.before, each.after) for each in found]))
    assert wrong == []


def test_the_worlds_hold_nearly_every_kind() -> None:
    lacking = [kind.cfn for kind in kinds().values() if kind.calls and not seen(kind.cfn)]
    assert len(lacking) <= 8, lacking
