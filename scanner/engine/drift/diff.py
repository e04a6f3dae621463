"""The typed difference of two canonical trees: maps by key, sets by the identity of their elements, lists in order."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from scanner.engine.drift.canonicalise import KEY, NOTHING, Node
from scanner.engine.normalise import canonical
from scanner.model.canon import Bag, Labelled
from scanner.model.change import Action
from scanner.model.secret import REDACTED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

PAIRS = 10_000
"""How many pairs of unmatched elements of a set are looked at for one that differs in one leaf."""

NAMES = re.compile(r"(^|[a-z])(id|name|key|arn|identifier)$", re.IGNORECASE)
"""Members by which an element of a set is known where a canon says nothing."""


class At(NamedTuple):
    """A place in a document: `path` for people, `property` in the words of the answers, without elements."""

    path: str = ""
    property: str = ""

    def member(self, name: str, node: Node) -> At:
        """Step to a member."""
        shown = name if node.show is None else node.show
        path = f"{self.path}.{shown}" if self.path and shown else self.path or shown
        return At(path, f"{self.property}.{name}" if self.property else name)

    def element(self, label: str) -> At:
        """Step to an element of a set or list."""
        return At(f"{self.path}[{label}]", self.property)


class Leaf(NamedTuple):
    """One difference. `said` are the values as people know them, where these are better than the values."""

    at: At
    action: Action
    before: Any = None
    after: Any = None
    redacted: bool = False
    incomparable: str = ""


def diff(before: Any, after: Any, node: Node = NOTHING, at: At | None = None) -> list[Leaf]:
    """Give the differences of two canonical trees; None is nothing there."""
    return list(_diff(before, after, node, at or At()))


def _diff(before: Any, after: Any, node: Node, at: At) -> Iterator[Leaf]:
    if before == after and type(before) is type(after):
        return
    if _redacted(before) or _redacted(after):
        yield from _secret(before, after, at)
    elif _speaking(before, after):
        yield from _bags(before or Bag(), after or Bag(), node, at)
    elif before is None:
        yield Leaf(at, Action.ADDED, None, veiled(after))
    elif after is None:
        yield Leaf(at, Action.REMOVED, veiled(before), None)
    elif isinstance(before, dict) and isinstance(after, dict):
        for name in [*before, *(name for name in after if name not in before)]:
            inner = node.member(name)
            yield from _diff(before.get(name), after.get(name), inner, at.member(name, inner))
    elif isinstance(before, Bag) and isinstance(after, Bag):
        yield from _bags(before, after, node, at)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _lists(before, after, node, at)
    else:
        yield Leaf(at, Action.CHANGED, veiled(before), veiled(after))


def _speaking(before: Any, after: Any) -> bool:
    """Say whether a set came or went of which each element has a name of its own, such as the rules of a group."""
    there = after if before is None else before if after is None else None
    return isinstance(there, Bag) and all(isinstance(item, Labelled) for item in there)


def _redacted(value: Any) -> bool:
    return isinstance(value, dict) and REDACTED in value


def veiled(value: Any) -> Any:
    """Give a value without what stands for secrets in it."""
    if isinstance(value, dict):
        return None if REDACTED in value else {name: veiled(item) for name, item in value.items()}
    return [veiled(item) for item in value] if isinstance(value, list) else value


def _secret(before: Any, after: Any, at: At) -> Iterator[Leaf]:
    if _redacted(before) and _redacted(after) and before[KEY] != after[KEY]:
        yield Leaf(at, Action.CHANGED, incomparable="its hash was made with another redaction key")
        return
    action = Action.ADDED if before is None else Action.REMOVED if after is None else Action.CHANGED
    yield Leaf(at, action, redacted=True)


def _bags(before: Bag, after: Bag, node: Node, at: At) -> Iterator[Leaf]:
    left, right = _less(before, after), _less(after, before)
    for label_of in _labels(node, left, right):
        for one, other in _matched(left, right, label_of):
            yield from _diff(one, other, node.item, at.element(label_of(one)))
    yield from _rest(left, right, node, at)


def _less(some: Sequence[Any], others: Sequence[Any]) -> list[Any]:
    """Take from a multiset what another has too."""
    there = Counter(canonical(item) for item in others)
    left = []
    for item in some:
        packed = canonical(item)
        if there[packed]:
            there[packed] -= 1
        else:
            left.append(item)
    return left


def _labels(node: Node, left: Sequence[Any], right: Sequence[Any]) -> Iterator[Callable[[Any], str]]:
    """Give the ways to know an element on both sides, the surest first."""
    yield lambda item: label(item, node)
    names = [name for item in (*left, *right) if isinstance(item, dict) for name in item]
    for name in dict.fromkeys(name for name in names if NAMES.search(name)):
        yield partial(_member, name)


def _member(name: str, item: Any) -> str:
    return _text(item.get(name)) if isinstance(item, dict) else ""


def _matched(left: list[Any], right: list[Any], label_of: Callable[[Any], str]) -> list[tuple[Any, Any]]:
    """Take out of both sides the elements that alone bear a label on each."""
    names = [[label_of(item) for item in side] for side in (left, right)]
    counts = [Counter(filter(None, each)) for each in names]
    common = {name for name, count in counts[0].items() if count == 1 and counts[1][name] == 1}
    others = {name: item for name, item in zip(names[1], right, strict=True) if name in common}
    found = [(item, others[name]) for name, item in zip(names[0], left, strict=True) if name in common]
    for side, given in ((left, names[0]), (right, names[1])):
        side[:] = [item for name, item in zip(given, side, strict=True) if name not in common]
    return found


def _rest(left: list[Any], right: list[Any], node: Node, at: At) -> Iterator[Leaf]:
    for one, other in _near(left, right, node):
        left.remove(one)
        right.remove(other)
        if isinstance(one, dict) and not label(one, node):
            yield from _diff(one, other, node.item, at.element(shown(one, node)))
        elif isinstance(one, dict):
            inner = diff(one, other, node.item, at)[0].at.property
            place = At(at.element(shown(one, node)).path, inner)
            yield Leaf(place, Action.CHANGED, shown(one, node), shown(other, node))
        else:
            yield Leaf(at, Action.CHANGED, veiled(one), veiled(other))
    yield from (Leaf(at.element(shown(item, node)), Action.REMOVED, veiled(item), None) for item in left)
    yield from (Leaf(at.element(shown(item, node)), Action.ADDED, None, veiled(item)) for item in right)


def _near(left: Sequence[Any], right: Sequence[Any], node: Node) -> list[tuple[Any, Any]]:
    """Pair unmatched elements that are one leaf apart; simple values only where one became one other."""
    if len(left) == len(right) == 1 and not isinstance(left[0], dict | list):
        return [(left[0], right[0])]
    if len(left) * len(right) > PAIRS:
        return []
    free, found = list(right), []
    for one in left:
        near = next((other for other in free if _one_leaf_apart(one, other, node)), None)
        if near is not None:
            free.remove(near)
            found.append((one, near))
    return found


def _one_leaf_apart(one: Any, other: Any, node: Node) -> bool:
    if not (isinstance(one, dict) and isinstance(other, dict)):
        return False
    leaves = diff(one, other, node.item)
    return len(leaves) == 1 and not isinstance(leaves[0].before, dict | list)


def label(item: Any, node: Node) -> str:
    """Name an element of a set by what its canon says; empty where that says nothing."""
    if isinstance(item, Labelled):
        return item.label
    if not isinstance(item, dict) or not node.item.label:
        return ""
    return re.sub(r"\{([^}]+)\}", lambda name: _text(item.get(name[1])), node.item.label).strip()


def shown(item: Any, node: Node) -> str:
    """Name an element for people."""
    if not isinstance(item, dict | list):
        return _text(item)
    if isinstance(item, dict):
        named = label(item, node) or next((_text(held) for name, held in item.items() if NAMES.search(name)), "")
        if named:
            return named
    text = canonical(veiled(item)).decode()
    return text if len(text) <= 60 else f"{text[:59]}…"  # noqa: PLR2004  a name, not a document


def _text(value: Any) -> str:
    return "" if value is None or isinstance(value, dict | list) else str(value)


def _lists(before: list[Any], after: list[Any], node: Node, at: At) -> Iterator[Leaf]:
    if not any(isinstance(item, dict) for item in (*before, *after)) or not (
        _less(before, after) or _less(after, before)
    ):
        yield Leaf(at, Action.CHANGED, veiled(before), veiled(after))
        return
    for one, other, place in _aligned(before, after):
        names = [label(each, node) for each in (one, other) if each is not None]
        if len(set(names)) > 1:
            yield Leaf(at.element(names[0]), Action.CHANGED, veiled(one), veiled(other))
        else:
            yield from _diff(one, other, node.item, at.element(names[0] or str(place)))


def _aligned(before: list[Any], after: list[Any]) -> list[tuple[Any, Any, int]]:
    """Lay two lists beside each other, by position or by what they share, whichever leaves fewer differences."""
    left, right = ([canonical(item) for item in side] for side in (before, after))
    found: list[tuple[Any, Any, int]] = []
    matcher = difflib.SequenceMatcher(None, left, right, autojunk=False)
    for verb, i1, i2, j1, j2 in matcher.get_opcodes():
        if verb != "equal":
            for step in range(max(i2 - i1, j2 - j1)):
                one = before[i1 + step] if i1 + step < i2 else None
                other = after[j1 + step] if j1 + step < j2 else None
                found.append((one, other, max(i1, j1) + step + 1))
    places = range(len(before)) if len(before) == len(after) else ()
    straight = [(before[n], after[n], n + 1) for n in places if left[n] != right[n]]
    return straight if straight and len(straight) <= len(found) else found
