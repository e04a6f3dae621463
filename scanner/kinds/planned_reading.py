"""What the readers of plans and templates share: pure functions of what resources and their parts say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from scanner.kinds.containers import text
from scanner.model.planned import Known, is_token


def members_of(*names: str) -> Callable[[Known], tuple[str, ...]]:
    """Give the reader of texts that stand as a list or one by one: `name` in the resource, `part.member` in parts."""

    def parse(given: Known) -> tuple[str, ...]:
        found: list[str] = []
        for name in names:
            part, _, member = name.partition(".")
            for item in _several(given.written(part)):
                found += [text(value) for value in _several(_written(item, member) if member else item)]
        return named(found)

    return parse


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _written(item: Any, name: str) -> Any:
    return item.written(name) if isinstance(item, Known) else item.get(name)


def named(given: Iterable[str]) -> tuple[str, ...]:
    """Give the texts of a list that are not empty, each once."""
    return tuple(dict.fromkeys(item for item in given if item))


def one(given: Any) -> tuple[str, ...]:
    """Give one text as a list of one; an empty one as the empty list."""
    return named([text(given)])


def first(given: Any) -> Mapping[str, Any]:
    """Give the one block of its name, which stands in a list; an empty one where there is none."""
    return given[0] if isinstance(given, list) and given else {}


def present(given: Known) -> bool:
    """Say whether any of what is looked at is written."""
    return any(bool(given.written(name)) for name in given)


def arns(given: Iterable[str]) -> tuple[str, ...]:
    """Give ARNs, or what stands for planned resources.

    Raises:
        ValueError: something is named otherwise.
    """
    found = named(given)
    if not all(item.startswith("arn:") or is_token(item) for item in found):
        raise ValueError("it is named by its name alone, not by its ARN")
    return found


def shaped(given: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Give the members of a block of Terraform by the API's names, those left out that hold nothing."""
    found = {api: _written(given, name) for name, api in names.items()}
    return {api: value for api, value in found.items() if value not in (None, "", [])}
