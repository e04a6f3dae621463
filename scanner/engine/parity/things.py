"""Gathers what is compared: of each account the resources with their names, their facts, and what could not be seen."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from scanner.engine.normalise import builtin
from scanner.engine.parity.words import Words, shown
from scanner.model.gap import Unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scanner.engine.parity.plan import Member, Plan, Shape
    from scanner.model.gap import Gap
    from scanner.model.inventory import World
    from scanner.model.kind import Kind

Where = tuple[str, str, str]
"""Account, kind, Region."""

_STRONG = re.compile(r"(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{16}|[0-9a-f]{32}|[EZ]\d[0-9A-Z]{8,})$")
_PREFIXED = re.compile(r"([a-z]+(?:-[a-z]+)*)-(?:\d|[0-9a-f]{6,17})$")


def prefix_of(kind: type[Kind]) -> str:
    """Give the beginning of the ids that AWS makes for a kind, as its sample shows it; empty where there is none."""
    found = _PREFIXED.fullmatch(str(kind.facts["id"].sample))
    return found[1] if found else ""


def made_by_aws(kind: type[Kind], name: str) -> bool:
    """Say whether an id, or an ARN by its end, is one that AWS makes."""
    prefix, last = prefix_of(kind), re.split(r"[/:|]", name)[-1]
    return bool((prefix and last.startswith(f"{prefix}-")) or _STRONG.match(last))


def is_strong(token: str) -> bool:
    """Say whether a text is an id that AWS makes, of a form that no people write: hexadecimal, or a UUID."""
    return _STRONG.match(token) is not None


@dataclass(eq=False)
class Thing:
    """A resource in the comparison: `values` are its facts as plain values, with the account's own ids and words.

    `natural` says that its ARN follows from its name; `label` is the name of its slot, once it has one.
    """

    account: str
    shape: Shape
    region: str
    name: str
    id: str
    arn: str
    values: dict[str, Any] = field(default_factory=dict)
    unknown: dict[str, tuple[Gap, ...]] = field(default_factory=dict)
    natural: bool = True
    label: str = ""

    @property
    def kind(self) -> str:
        """The CloudFormation type."""
        return self.shape.kind.cfn

    @property
    def short(self) -> str:
        """The kind without its vendor."""
        return self.kind.removeprefix("AWS::").strip(":")


@dataclass
class Gathered:
    """All things, and for each place what its listing lacks."""

    things: list[Thing] = field(default_factory=list)
    lacks: dict[Where, tuple[Gap, ...]] = field(default_factory=dict)

    def whole(self, account: str, kind: str, region: str) -> bool:
        """Say whether the listing of a place shows all that is there."""
        return not self.lacks.get((account, kind, region))


def gather(world: World, plan: Plan, words: Mapping[str, Words]) -> Gathered:
    """Gather the resources of all members, Region by Region."""
    found = Gathered()
    accounts = {one.account for one in plan.members}
    for shape in plan.shapes:
        for region in _regions(world, shape.kind, accounts, whole=plan.whole):
            for one in plan.members:
                gaps = _listed(world, shape, region, one, words[one.account], found.things)
                found.lacks[one.account, shape.kind.cfn, region] = tuple(dict.fromkeys(gaps))
    found.things.sort(key=lambda thing: (thing.account, thing.kind, thing.region, thing.name, thing.arn))
    return found


def _regions(world: World, kind: type[Kind], accounts: set[str], *, whole: bool) -> list[str]:
    places = {region for account, region, cfn in world.inventory.listings if account in accounts and cfn == kind.cfn}
    if kind.scope == "global":
        return ["global"] if whole or places else []
    return sorted(places) or (["any Region"] if whole else [])


def _listed(world: World, shape: Shape, region: str, one: Member, words: Words, things: list[Thing]) -> list[Gap]:
    gaps: list[Gap] = []
    try:
        for view in world.all(shape.kind, region=region, account=one.account):
            try:
                name = shape.name(view)
                if name is not None:
                    things.append(_thing(view, shape, region, str(name), words))
            except Unknown as error:
                gaps += error.gaps
    except Unknown as error:
        gaps += error.gaps
    return gaps


def _thing(view: Kind, shape: Shape, region: str, name: str, words: Words) -> Thing:
    own, arn = str(view.resource.id), str(view.resource.arn)
    made = Thing(view.account, shape, region, shown(words.text(name)), own, arn)
    names = [text for text in (name, own) if text and ":" not in text]
    made.natural = shape.mode != "class" and any(arn.endswith(text) for text in names)
    for fact in shape.facts:
        try:
            value = getattr(view, fact)
        except Unknown as error:
            made.unknown[fact] = error.gaps
            continue
        if fact == "tags":
            value = sorted(key for key in value if not key.startswith("aws:"))
        made.values[fact] = builtin(_timeless(value))
    for fact in shape.own:
        _stand_in(view, fact, made)
    return made


def _stand_in(view: Kind, fact: str, thing: Thing) -> None:
    """Put the fact's name in the place of an id of the account's own."""
    try:
        own = str(getattr(view, fact))
    except Unknown as error:
        thing.unknown |= dict.fromkeys(thing.values, error.gaps)
        thing.values.clear()
        return
    if own:
        words = Words({f"account.{fact}": own})
        thing.values = {name: _worded(value, words) for name, value in thing.values.items()}


def _worded(value: Any, words: Words) -> Any:
    if isinstance(value, str):
        return words.text(value)
    if isinstance(value, dict):
        return {words.text(key): _worded(item, words) for key, item in value.items()}
    return [_worded(item, words) for item in value] if isinstance(value, list) else value


def _timeless(value: Any) -> Any:
    """Leave out the moments in a value: they are never alike."""
    if isinstance(value, datetime):
        return None
    if isinstance(value, msgspec.Struct):
        fields = {name: _timeless(item) for name, item in msgspec.structs.asdict(value).items()}
        return msgspec.structs.replace(value, **fields)
    if isinstance(value, dict):
        return {name: _timeless(item) for name, item in value.items()}
    return tuple(_timeless(item) for item in value) if isinstance(value, list | tuple) else value


def by_place(things: list[Thing]) -> dict[tuple[str, str, str], list[Thing]]:
    """Group things by kind, Region and name."""
    found: dict[tuple[str, str, str], list[Thing]] = defaultdict(list)
    for thing in things:
        found[thing.kind, thing.region, thing.name].append(thing)
    return found
