"""What the declarations of several services share: pure functions of answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


def tags(key: str = "Key", value: str = "Value") -> Callable[[Any], Mapping[str, str]]:
    """Give the function that makes a map of a list of tags with these member names; a map stays a map."""

    def parse(given: Any) -> Mapping[str, str]:
        if isinstance(given, Mapping):
            return {str(name): str(text) for name, text in given.items()}
        return {str(tag[key]): str(tag.get(value, "")) for tag in given}

    return parse
