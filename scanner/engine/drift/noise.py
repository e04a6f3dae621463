"""Says of two documents that differ and yet mean the same why that is so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scanner.engine.drift.canonicalise import NOTHING, Node, canonicalise
from scanner.engine.drift.diff import At
from scanner.engine.normalise import canonical
from scanner.model.secret import REDACTED

if TYPE_CHECKING:
    from collections.abc import Iterator

ORDER = "the order of these means nothing"
SPELLING = "another spelling of the same"
EMPTY = "nothing there and an empty value are the same"
DETECTED = "what a detector says of the secret changed, its value did not"


def noise(before: Any, after: Any, node: Node = NOTHING, at: At | None = None) -> Iterator[tuple[str, str]]:
    """Give the paths at which two raw documents differ although nothing changed, each with the reason."""
    at = at or At()
    if before == after:
        return
    if node.drop:
        yield at.path, node.drop
    elif node.form is None and isinstance(before, dict) and isinstance(after, dict):
        if REDACTED in before or REDACTED in after:
            yield at.path, DETECTED
            return
        for name in [*before, *(name for name in after if name not in before)]:
            inner = node.member(name)
            yield from noise(before.get(name), after.get(name), inner, at.member(name, inner))
    elif canonicalise(before, node) == canonicalise(after, node):
        yield at.path, _same(before, after, node)
    elif node.form is None and isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for one, other in zip(*(_sorted(side, node) for side in (before, after)), strict=True):
            yield from noise(one, other, node.item, at.element(""))


def _sorted(side: list[Any], node: Node) -> list[Any]:
    """Bring elements into the order in which they are compared."""
    return list(side) if node.ordered else sorted(side, key=lambda item: canonical(canonicalise(item, node.item)))


def _same(before: Any, after: Any, node: Node) -> str:
    if before in (None, "", [], {}) or after in (None, "", [], {}):
        return EMPTY
    if node.form is None and isinstance(before, list) and isinstance(after, list):
        if sorted(map(canonical, before)) == sorted(map(canonical, after)):
            return ORDER
        sides = zip(_sorted(before, node), _sorted(after, node), strict=False)
        return min((why for one, other in sides for _, why in noise(one, other, node.item)), default=SPELLING)
    return SPELLING
