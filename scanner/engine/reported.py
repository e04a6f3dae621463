"""What Terraform itself reports as changed outside of it (`resource_drift`): most is noise, told with its reason."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from scanner.engine.normalise import canonical
from scanner.model.given import Given, PlannedChange
from scanner.model.policy import PolicyDocument, PolicyError

SAME = "before and after are the same"
EMPTY = "nothing there and an empty value are the same"
SPELLING = "another spelling of the same JSON"
ECHO = "it repeats what {} has set"
SIDES = ("ingress", "egress")


class Reported(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of `resource_drift`: a change with the attributes that changed, or the reason why it is none."""

    address: str
    type: str
    deleted: bool = False
    attributes: tuple[str, ...] = ()
    reason: str = ""


Echoes = Mapping[str, Mapping[str, Sequence[str]]]
"""For a type and an attribute, the types whose resources set it."""


def reported(given: Given, echoes: Echoes) -> list[Reported]:
    """Say of each entry whether it is a change; the values are known on both sides, since Terraform has read them."""
    beside: dict[str, list[PlannedChange]] = {}
    for change in given.changes:
        beside.setdefault(change.type, []).append(change)
    return [_one(each, echoes.get(each.type, {}), beside) for each in given.drift]


def _one(
    entry: PlannedChange, echoes: Mapping[str, Sequence[str]], beside: Mapping[str, Sequence[PlannedChange]]
) -> Reported:
    if entry.after is None or entry.deletes:
        return Reported(address=entry.address, type=entry.type, deleted=True)
    before, after = dict(entry.before or {}), dict(entry.after)
    reasons: list[str] = []
    changed: list[str] = []
    for name in sorted({*before, *after}):
        reason = _reason(name, before.get(name), after.get(name), entry, echoes.get(name, ()), beside)
        if reason is None:
            changed.append(name)
        elif reason:
            reasons.append(f"{name}: {reason}")
    if changed:
        return Reported(address=entry.address, type=entry.type, attributes=tuple(changed))
    return Reported(address=entry.address, type=entry.type, reason="; ".join(reasons) or SAME)


def _reason(
    name: str, before: Any, after: Any, entry: PlannedChange, types: Sequence[str],
    beside: Mapping[str, Sequence[PlannedChange]],
) -> str | None:  # fmt: skip
    """Say why an attribute did not change; empty where it is the same, None where it changed."""
    if before == after:
        return ""
    if _bare(before) == _bare(after):
        return EMPTY
    if canonical(_meant(before)) == canonical(_meant(after)):
        return SPELLING
    parts = [each for sort in types for each in beside.get(sort, ()) if each.after is not None]
    mine = [each for each in parts if _refers(each, entry) and _is_of_side(each, name)]
    told = _echo(_bare(before), _bare(after), mine)
    return ECHO.format(", ".join(told)) if told else None


def _bare(value: Any) -> Any:
    """Leave out what is nothing: null, empty texts, lists and maps."""
    if isinstance(value, Mapping):
        made = {name: bare for name, item in value.items() if (bare := _bare(item)) is not None}
        return made or None
    if isinstance(value, list | tuple):
        return [bare for item in value if (bare := _bare(item)) is not None] or None
    return None if value == "" else value


def _meant(value: Any) -> Any:
    """Read JSON that lies as text, policies by meaning."""
    if isinstance(value, str) and value.lstrip()[:1] in {"{", "["}:
        try:
            policy = PolicyDocument.parse(value)
            return policy.canonical() if policy is not None else None
        except PolicyError:
            pass
        try:
            return json.loads(value)
        except ValueError:
            return value
    if isinstance(value, Mapping):
        return {name: _meant(item) for name, item in value.items()}
    return [_meant(item) for item in value] if isinstance(value, list | tuple) else _bare(value)


def _refers(part: PlannedChange, entry: PlannedChange) -> bool:
    """Say whether a resource written beside refers to this one by its id, name or ARN."""
    own = {**(entry.before or {}), **(entry.after or {})}
    names = {own.get(name) for name in ("id", "arn", "bucket", "name")} - {None, ""}
    return any(value in names for value in (part.after or {}).values() if isinstance(value, str))


def _is_of_side(part: PlannedChange, name: str) -> bool:
    """Say whether a rule written beside is of the side that an attribute holds: what comes in, or what goes out."""
    if name not in SIDES:
        return True
    said = part.after or {}
    side = SIDES[bool(said["egress"])] if isinstance(said.get("egress"), bool) else said.get("type", name)
    return bool(side == name)


def _echo(before: Any, after: Any, parts: Sequence[PlannedChange]) -> list[str]:
    """Name the resources that set all that came; nothing where something came or went that none of them set."""
    old, new = (side if isinstance(side, list) else [] if side is None else [side] for side in (before, after))
    if any(item not in new for item in old):
        return []
    told: set[str] = set()
    for item in (each for each in new if each not in old):
        setters = _setters(item, parts)
        if not setters:
            return []
        told |= {part.address for part in setters}
    return sorted(told)


def _setters(item: Any, parts: Sequence[PlannedChange]) -> list[PlannedChange]:
    """Give the resources that together set all of an item; AWS keeps rules that differ by their peers only as one."""
    lists = {name: value for name, value in item.items() if isinstance(value, list)} if isinstance(item, dict) else {}
    single = {name: value for name, value in item.items() if name not in lists} if isinstance(item, dict) else item
    wanted = set(_leaves(lists))
    found = [part for part in parts if _sets(part, single)]
    setters = [part for part in found if wanted & set(_leaves(part.after))] if wanted else found[:1]
    covered = {leaf for part in setters for leaf in _leaves(part.after)}
    return setters if wanted <= covered else []


def _sets(part: PlannedChange, item: Any) -> bool:
    """Say whether a resource sets an item: what both call the same is the same, all else is somewhere in it."""
    said = part.after or {}
    both = item.keys() & said.keys() if isinstance(item, Mapping) else set()
    there = set(_leaves(said))
    agree = all(set(_leaves(item[name])) == set(_leaves(said[name])) for name in both)
    return agree and there.issuperset(_leaves(item))


def _leaves(value: Any) -> Iterator[str]:
    """Give the values that say something: not nothing, not what is switched off, no zero."""
    if isinstance(value, Mapping):
        items: Iterable[Any] = value.values()
    elif isinstance(value, list | tuple):
        items = value
    else:
        if value not in (None, "", False, 0):
            meant = _meant(value)
            yield meant if isinstance(meant, str) else canonical(meant).decode()
        return
    for item in items:
        yield from _leaves(item)
