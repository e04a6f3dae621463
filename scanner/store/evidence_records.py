"""What the store gives as evidence, as plain records."""

from __future__ import annotations

import msgspec

Moment = tuple[str, str]
"""A scan's id and the moment it speaks of."""


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """How long a section of a resource was as it was.

    `hash` names its document, empty where there is none; `ended` is the first scan that found it otherwise, None where
    none did up to the scan asked for; `current` says that it is what that scan saw.
    """

    account: str
    region: str
    kind: str
    arn: str
    id: str
    section: str
    state: str
    hash: str
    since: Moment
    ended: Moment | None
    current: bool


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """How long a rule said the same of a resource or a part of it; `since` and `ended` as in `Held`."""

    fingerprint: str
    account: str
    region: str
    rule: str
    kind: str
    resource: str
    name: str
    part: str
    verdict: str
    severity: str
    message: str
    members: tuple[str, ...]
    tags: dict[str, str] | None
    since: Moment
    ended: Moment | None


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """One seal of an account's chain: `head` is the SHA-256 of `previous`, `scan`, `as_of` and `content`, by lines."""

    scan: str
    as_of: str
    previous: str
    content: str
    head: str
    pruned: bool


class Place(msgspec.Struct, frozen=True):
    """What was sealed of one Region: the names of its coverage, of its shape, and of the list of its sections."""

    coverage: str
    shape: str
    sections: str


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """What an account's seal in a scan stands for, by the SHA-256 of each part; `names` are those that the store keeps.

    `content` names `parts`; `verdicts` the list of verdicts, `judged` what was judged. `cards` name what rules say of
    themselves, `bodies` what is said of each fingerprint's resource and by its judgement.
    """

    account: str
    content: str
    parts: bytes
    places: dict[str, Place]
    judged: str
    verdicts: str
    cards: tuple[str, ...]
    bodies: dict[str, tuple[str, str]]
