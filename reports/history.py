"""What the trend is reckoned from: which scan looked where, and the summary rows of the scans that are told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

import msgspec

from scanner.engine.lives import Life

MOST = 92
"""How many scans a trend tells at most: a quarter of nights."""


class Look(NamedTuple):
    """How a scan looked at an account: in which places and by which rules."""

    scan: str
    as_of: datetime
    account: str
    places: frozenset[str]
    rules: frozenset[str]

    def covers(self, other: Look) -> bool:
        """Say whether it looked wherever another one did, by every rule of that one."""
        return other.places <= self.places and other.rules <= self.rules


class Night(msgspec.Struct, frozen=True):
    """A scan of the trend: `speaks` names for each account the scan that was the last to look at it."""

    scan: str
    as_of: datetime
    speaks: Mapping[str, str]


class Counted(msgspec.Struct, frozen=True):
    """How many checks of an account had a verdict in a scan."""

    scan: str
    account: str
    severity: str
    verdict: str
    count: int


class CountedStandard(msgspec.Struct, frozen=True):
    """How many checks of an account that a HIPAA standard speaks of had a verdict in a scan."""

    scan: str
    account: str
    standard: str
    verdict: str
    count: int


class Answered(msgspec.Struct, frozen=True):
    """How many of the calls that a scan made in an account were answered in full."""

    scan: str
    account: str
    answered: int
    calls: int


class History(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the accounts of a report: `nights` oldest first, the last is the report's scan.

    `scans` says how many there were where only some are told. Rows are those of all scans that speak in `nights`.
    """

    nights: Sequence[Night]
    scans: int
    counts: Sequence[Counted] = ()
    standards: Sequence[CountedStandard] = ()
    answered: Sequence[Answered] = ()
    lives: Sequence[Life] = ()


def nights(looks: Iterable[Look]) -> list[Night]:
    """Put looks, the oldest first, together to nights: each account is told by the last scan that looked at it.

    A scan of a few rules or places says nothing of the others, so one that covers neither the look before nor the last
    one is passed over, as if the account had not been looked at.
    """
    given = list(looks)
    last = {look.account: look for look in given}
    standing: dict[str, Look] = {}
    made = []
    for scan, group in groupby(given, key=lambda look: look.scan):
        told = [look for look in group if _tells(look, standing.get(look.account), last[look.account])]
        standing |= {look.account: look for look in told}
        if told:
            made.append(Night(scan, told[0].as_of, {account: look.scan for account, look in standing.items()}))
    return made


def _tells(look: Look, before: Look | None, last: Look) -> bool:
    return before is None or look.covers(before) or look.covers(last)


def since(given: Sequence[Night], moment: datetime | None) -> list[Night]:
    """Give the nights of a period, which begins with the last night up to the moment; without one all of them."""
    if moment is None:
        return list(given)
    before = [night for night in given if night.as_of <= moment]
    return [*before[-1:], *(night for night in given if night.as_of > moment)]


def thinned(given: Sequence[Night], most: int = MOST) -> list[Night]:
    """Choose at most so many nights, evenly over the time: the first, and the last of each stretch."""
    if len(given) <= most:
        return list(given)
    first, span = given[0].as_of, given[-1].as_of - given[0].as_of
    chosen = {0: given[0]}
    for night in given[1:]:
        chosen[1 + min(int((night.as_of - first) / span * (most - 1)), most - 2)] = night
    return list(chosen.values())
