"""One thing that a document says of one address, before it is known whether it is a resource or a part of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from scanner.model.planned import UNKNOWN
from scanner.model.resource import Resource


@dataclass(eq=False, slots=True)
class Entry:
    """An address with its document, the key of its provider's configuration, and its code where that is given."""

    address: str
    type: str
    doc: dict[str, Any]
    provider: str = ""
    code: Any = None


World = dict[str, Entry]
"""What stands in one world, by address; a deposed object stands beside what took its place."""


@dataclass
class Folded:
    """The resources of a world with their addresses, and what each address is or is folded into."""

    resources: list[tuple[Entry, Resource]] = field(default_factory=list)
    of: dict[str, Resource] = field(default_factory=dict)


@dataclass(frozen=True)
class Place:
    """Where resources lie when nothing better says it: by provider configuration, else as the caller says."""

    account: str = ""
    region: str = ""
    accounts: Mapping[str, str] = field(default_factory=dict)
    regions: Mapping[str, str] = field(default_factory=dict)


def hidden(value: Any) -> bool:
    """Say whether a value is not known."""
    return isinstance(value, dict) and UNKNOWN in value


def deposed(address: str, key: str) -> str:
    """Give the address of an object that another one has replaced and that still stands."""
    return f"{address} (deposed {key})"
