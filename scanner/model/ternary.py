"""Deciding by three values: what could not be learned hides neither what surely holds nor what surely does not."""

from __future__ import annotations

from operator import methodcaller
from typing import TYPE_CHECKING, Any, TypeVar

from scanner.model.gap import Gap, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

T = TypeVar("T")
_CALL: Callable[[Any], Any] = methodcaller("__call__")


def any_of(items: Iterable[T], holds: Callable[[T], object] | None = None) -> bool:
    """Say whether any item holds; an unknown one does not hide a true one.

    Without `holds`, the items are functions of nothing.

    Raises:
        Unknown: none is known to hold and some could not be learned.
    """
    return _some_is(items, _CALL if holds is None else holds, wanted=True)


def all_of(items: Iterable[T], holds: Callable[[T], object] | None = None) -> bool:
    """Say whether all items hold; an unknown one does not hide a false one.

    Without `holds`, the items are functions of nothing.

    Raises:
        Unknown: all known ones hold and some could not be learned.
    """
    return not _some_is(items, _CALL if holds is None else holds, wanted=False)


def _some_is(items: Iterable[T], holds: Callable[[T], object], *, wanted: bool) -> bool:
    """Say whether an item's outcome is the wanted one, whatever else could not be learned."""
    gaps: list[Gap] = []
    source = iter(items)
    while True:
        try:
            for item in source:
                if bool(holds(item)) is wanted:
                    return True
            break
        except Unknown as error:
            gaps.extend(error.gaps)
            if not _goes_on(source):
                break
    if gaps:
        raise Unknown(*gaps)
    return False


def _goes_on(source: Iterator[Any]) -> bool:
    """A generator that raised is at its end; another iterator goes on."""
    return getattr(source, "gi_frame", True) is not None
