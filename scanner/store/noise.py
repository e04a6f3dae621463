"""Takes out of a document what a kind declares as volatile, so that what is left changes only when it matters."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from scanner.model.path import Step, split, steps

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Noise = dict[tuple[str, str], tuple[tuple[Step, ...], ...]]
"""For a kind and a section, the paths in the section's document that are noise."""


def noise_of(volatile: Mapping[str, Sequence[str]]) -> Noise:
    """Order the volatile paths (`section.path`) of each kind by section."""
    found: dict[tuple[str, str], list[tuple[Step, ...]]] = {}
    for kind, declared in volatile.items():
        for text in declared:
            section, rest = split(text)
            found.setdefault((kind, section), []).append(_steps(rest))
    return {place: tuple(some) for place, some in found.items()}


@cache
def _steps(text: str) -> tuple[Step, ...]:
    return steps(text)


def without(document: Any, todo: Sequence[Step]) -> Any:
    """Give the document less what the steps lead to; what they do not touch is shared, nothing is changed."""
    if not todo:
        return None
    (verb, argument), rest = todo[0], todo[1:]
    if verb == "member":
        return _member(document, argument, rest)
    if not isinstance(document, list):
        return document
    chosen = [_chosen(item, index, verb, argument) for index, item in enumerate(document)]
    if not rest:
        return [item for item, hit in zip(document, chosen, strict=True) if not hit]
    return [without(item, rest) if hit else item for item, hit in zip(document, chosen, strict=True)]


def _member(document: Any, name: str, rest: Sequence[Step]) -> Any:
    if not isinstance(document, dict) or name not in document:
        return document
    left = {key: value for key, value in document.items() if key != name}
    if rest:
        left[name] = without(document[name], rest)
    return left


def _chosen(item: Any, index: int, verb: str, argument: Any) -> bool:
    if verb == "each":
        return True
    if verb == "at":
        return bool(index == argument)
    key, text = argument
    return isinstance(item, dict) and item.get(key) == text
