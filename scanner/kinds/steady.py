"""Which answers stay until a call changes them, read from the dated table `data/steady.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import msgspec

from scanner.engine.normalise import digest
from scanner.kinds.canon import tables
from scanner.model.operation import PERMISSION_PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scanner.model.kind import Kind
    from scanner.model.operation import Call

SOURCES: Mapping[str, str] = {"cloudwatch": "monitoring", "tag": "tagging"}
"""Services whose events bear another name than their permissions."""


class Steady(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Calls of a kind whose answers stay; see the table for what the keys mean."""

    kind: str
    calls: tuple[str, ...]
    because: str
    settled: str = ""
    drifting: bool = False
    content: bool = False


class Harmless(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Events of a source that change none of the answers that stay, and why."""

    source: str
    events: tuple[str, ...]
    because: str


class _Broad(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sources: tuple[str, ...]


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    as_of: str
    steady: tuple[Steady, ...]
    harmless: tuple[Harmless, ...]
    broad: _Broad


@cache
def _table() -> _Table:
    text = files("scanner.kinds").joinpath("data/steady.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), _Table)


@cache
def steady() -> Mapping[tuple[str, str], Steady]:
    """Give the calls whose answers stay, by CloudFormation type and section."""
    return {(each.kind, call): each for each in _table().steady for call in each.calls}


@cache
def harmless() -> frozenset[tuple[str, str]]:
    """Give the events, as (event source, event name), that change none of the answers that stay."""
    return frozenset((each.source, event) for each in _table().harmless for event in each.events)


def broad() -> frozenset[str]:
    """Give the event sources whose writes reach into other services."""
    return frozenset(_table().broad.sources)


def source_of(call: Call) -> str:
    """Give the event source under which CloudTrail writes the calls of an operation's service."""
    prefix = PERMISSION_PREFIX.get(call.service, call.service)
    return f"{SOURCES.get(prefix, prefix)}.amazonaws.com"


def sources_of(kind: type[Kind]) -> frozenset[str]:
    """Give the event sources under which the calls that list a kind are written."""
    return frozenset(source_of(root) for root in (kind.roots() or kind.calls.values()) if root.operation)


def births(kinds: Iterable[type[Kind]]) -> dict[str, set[str]]:
    """Give the events of each source that make a resource of a kind, as the tables of drift say."""
    found: dict[str, set[str]] = {}
    for kind in kinds:
        table = tables().get(kind.cfn)
        for source in sources_of(kind) if table is not None else ():
            found.setdefault(source, set()).update(table.added.events if table is not None else ())
    return found


@cache
def version() -> str:
    """Name the state of the table: what was kept under another may not stand."""
    return digest(files("scanner.kinds").joinpath("data/steady.toml").read_bytes())[:12]
