"""How a kind's documents are compared: what of them is noise, what is a set, and how much a change weighs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

Form = Callable[[Any], Any]
"""Turns what an answer holds into what it means: a policy's text, a list of pairs, the permissions of a group."""


class Bag(list[Any]):
    """A list whose order means nothing."""


class Labelled(dict[str, Any]):
    """An element of a bag that brings its own name, in words that last: `tcp/22 from 0.0.0.0/0`."""

    label: str = ""


class Touch(msgspec.Struct, frozen=True, kw_only=True):
    """What a change of a property touches, and the CloudTrail events that bring it about.

    `path` is a property (`section.member.member`, without elements) or the beginning of one; empty for the resource
    itself. `match` is a regular expression that must be found in the rendered path and values. `good` and `bad` are the
    values that are safe and unsafe; `gain` is what it means when something is there that was not (`better`, `worse`),
    or when a number grows. `events` are names of events; one written `StopLogging=false` also says which value it
    brings, so that no parameter need say it.
    """

    path: str = ""
    impact: str = "functional"
    severity: str = "low"
    match: str = ""
    good: tuple[Any, ...] = ()
    bad: tuple[Any, ...] = ()
    gain: str = ""
    events: tuple[str, ...] = ()


class Governed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A number that a machine sets, between bounds, where a resource of `kind` refers to this one.

    It refers by its property `refers`, which is the end of this one's ARN; `least` and `most` are the properties that
    hold the bounds.
    """

    property: str
    kind: str
    refers: str
    least: str
    most: str
    reason: str


class Canon(msgspec.Struct, frozen=True, kw_only=True):
    """How a kind is compared; every path is `section.member[].member`, as `Kind.volatile` writes it.

    `volatile` is noise, with the reason to give. `ordered` are lists whose order means something, all
    others are sets. `labels` name an element of a set by its members: `{"box.Rules[]": "{Id}"}`. `forms` turn what
    lies at a path into what it means. `defaults` is what an absent member stands for. `show` gives a property a better
    name. `individual` is what tells the members of a class apart and is not compared between them. `members` says, in
    words, what the class is whose members come and go (empty: resources are compared one by one). `observed` says why a
    kind is not configuration, so that none of it is compared; `derived` why its resources come and go by others.
    `shown_on` is the kind and the property by which a class is referred to, where its changes are shown. `owner` is the
    kind and the property by which a resource belongs to a member of a class, with which it comes and goes. `governed`
    are properties that a machine sets. `follows` are properties that change with another one, and are told with it
    alone: {property: the other}. `folded` are conditions (property, pattern) under which a resource is made by a
    service, with the reason. `added` and `removed` are what it touches that a resource is there or gone.
    """

    kind: str
    volatile: Mapping[str, str] = {}
    ordered: frozenset[str] = frozenset()
    labels: Mapping[str, str] = {}
    forms: Mapping[str, Form] = {}
    defaults: Mapping[str, Any] = {}
    show: Mapping[str, str] = {}
    individual: tuple[str, ...] = ()
    members: str = ""
    observed: str = ""
    derived: str = ""
    shown_on: tuple[str, str] | None = None
    owner: tuple[str, str] | None = None
    governed: tuple[Governed, ...] = ()
    follows: Mapping[str, str] = {}
    folded: tuple[tuple[str, str, str], ...] = ()
    touches: tuple[Touch, ...] = ()
    added: Touch = Touch()
    removed: Touch = Touch()
