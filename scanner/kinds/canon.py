"""How each kind is compared, read from the dated tables in `data/drift`; a kind without a table has what is general."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import msgspec

from scanner.engine.drift import Normaliser
from scanner.engine.normalise import NORMALISER_VERSION, digest
from scanner.kinds.forms import FORMS
from scanner.kinds.policy_touches import policy_touches
from scanner.model.canon import Canon, Governed, Touch
from scanner.model.fact import alternatives
from scanner.model.operation import ROOTS
from scanner.model.path import split, steps

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from scanner.model.kind import Kind

TIMESTAMP = "a moment that AWS writes"
DECLARED = "a state, a counter or an id that changes by itself"
TAGS = "compared as the resource's tags"


class Folded(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A condition under which a resource is made by a service: a property's value, as a pattern."""

    property: str
    match: str
    reason: str


class Shown(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A reference between kinds: the other kind and the property."""

    kind: str
    property: str


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A policy in an answer: the form that reads it, and the events that write it."""

    form: str = "resource policy"
    events: tuple[str, ...] = ()


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kind's table; see `scanner.model.canon.Canon` for what the keys mean.

    `keep` are moments that are no noise: the day on which a key is deleted. `observed` says why a kind is not
    configuration at all, `derived` why its resources come and go with others. `policies` are paths of policies, of
    which `policy_touches` says how a change weighs.
    """

    volatile: dict[str, str] = {}
    keep: tuple[str, ...] = ()
    ordered: tuple[str, ...] = ()
    labels: dict[str, str] = {}
    forms: dict[str, str] = {}
    policies: dict[str, Policy] = {}
    defaults: dict[str, Any] = {}
    show: dict[str, str] = {}
    individual: tuple[str, ...] = ()
    members: str = ""
    observed: str = ""
    derived: str = ""
    governed: tuple[Governed, ...] = ()
    follows: dict[str, str] = {}
    shown_on: Shown | None = None
    owner: Shown | None = None
    folded: tuple[Folded, ...] = ()
    touches: tuple[Touch, ...] = ()
    added: Touch = Touch()
    removed: Touch = Touch()


@cache
def tables() -> dict[str, Table]:
    """Read the tables, by CloudFormation type.

    Raises:
        ValueError: two files have a table of one kind, or a table has an unknown key.
    """
    found: dict[str, Table] = {}
    for file in sorted(files("scanner.kinds").joinpath("data/drift").iterdir(), key=lambda item: item.name):
        for name, given in tomllib.loads(file.read_text("utf-8")).items():
            if name == "as_of":
                continue
            if name in found:
                message = f"{file.name}: {name} has a table in another file too"
                raise ValueError(message)
            try:
                found[name] = msgspec.convert(given, Table)
            except msgspec.ValidationError as error:
                message = f"{file.name}, {name}: {error}"
                raise ValueError(message) from error
    return found


@cache
def timestamps() -> dict[str, tuple[str, ...]]:
    """Read which paths of each kind's answers are moments, as botocore's models say."""
    text = files("scanner.kinds").joinpath("data/timestamps.toml").read_text("utf-8")
    return {name: tuple(paths) for name, paths in tomllib.loads(text)["kinds"].items()}


def canon(kind: type[Kind]) -> Canon:
    """Say how a kind is compared."""
    table = tables().get(kind.cfn, Table())
    noise = dict.fromkeys(timestamps().get(kind.cfn, ()), TIMESTAMP)
    noise |= dict.fromkeys(kind.volatile, DECLARED)
    noise |= dict.fromkeys(_tag_paths(kind), TAGS)
    noise |= table.volatile
    if table.observed:
        noise = dict.fromkeys(kind.calls, table.observed)
    return Canon(
        kind=kind.cfn,
        volatile={path: reason for path, reason in noise.items() if path not in table.keep},
        ordered=frozenset(table.ordered),
        labels=table.labels,
        forms={path: FORMS[name] for path, name in _forms(table)},
        defaults=table.defaults,
        show={**{call.name: "" for call in kind.roots()}, **table.show},
        individual=table.individual,
        members=table.members,
        observed=table.observed,
        derived=table.derived,
        governed=table.governed,
        follows=table.follows,
        shown_on=(table.shown_on.kind, table.shown_on.property) if table.shown_on else None,
        owner=(table.owner.kind, table.owner.property) if table.owner else None,
        folded=tuple((each.property, each.match, each.reason) for each in table.folded),
        touches=(
            *table.touches,
            *(each for path, held in table.policies.items() for each in policy_touches(path, held.events)),
        ),
        added=table.added,
        removed=table.removed,
    )


def _tag_paths(kind: type[Kind]) -> Iterator[str]:
    """Say where an answer holds the tags, which are the resource's own; a section that holds nothing else, whole."""
    read = [text for name, fact in kind.facts.items() if name != "tags" for text in alternatives(fact.api)]
    for text in alternatives(kind.facts["tags"].api) if "tags" in kind.facts else ():
        section, rest = split(text)
        alone = section not in {split(other)[0] for other in read} and kind.calls[section].form not in ROOTS
        if alone or all(step.verb == "member" for step in steps(rest)):
            yield section if alone else text


@cache
def version() -> str:
    """Name the state of the tables and of the moments, so that what was written under another is compared anew."""
    folder = files("scanner.kinds").joinpath("data")
    texts = [
        folder.joinpath("timestamps.toml"),
        *sorted(folder.joinpath("drift").iterdir(), key=lambda item: item.name),
    ]
    return f"{NORMALISER_VERSION}-{digest(b''.join(text.read_bytes() for text in texts))[:12]}"


def normaliser(kinds: Iterable[type[Kind]]) -> Normaliser:
    """Make the normaliser of some kinds."""
    return Normaliser(canons(kinds), version())


def _forms(table: Table) -> Iterator[tuple[str, str]]:
    yield from table.forms.items()
    yield from ((path, held.form) for path, held in table.policies.items())


def canons(kinds: Iterable[type[Kind]]) -> Mapping[str, Canon]:
    """Say how each of some kinds is compared, by CloudFormation type."""
    return {kind.cfn: canon(kind) for kind in kinds}
