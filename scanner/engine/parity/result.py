"""What a comparison gives, as plain values: for the terminal, for programs, for rules."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

from scanner.engine.normalise import canonical
from scanner.model.gap import Gap

State = Literal["is", "absent", "unknown"]
Sort = Literal["missing", "more", "other", "tie"]
LONG = 160
"""Values that are longer are told by what one has and the other lacks."""


class Reading(msgspec.Struct, frozen=True):
    """What one account has of a property: its distinct values, or nothing, or what could not be learned of it."""

    state: State
    values: tuple[Any, ...] = ()
    gaps: tuple[Gap, ...] = ()


class Row(msgspec.Struct, frozen=True):
    """One property of one slot in every account.

    `fact` is empty where it is the resource itself: then the value is how many there are. `golden` is what the model
    has, None where that is not decided; `held` of `asked` accounts have it. `readings` are by account.
    """

    kind: str
    region: str
    name: str
    fact: str
    golden: tuple[Any, ...] | None
    held: int
    asked: int
    readings: dict[str, Reading]

    @property
    def slot(self) -> str:
        """The resource, in terms that last."""
        return " ".join(text for text in (self.kind, self.region, self.name) if text)


class Difference(msgspec.Struct, frozen=True):
    """Where an account is not as the model: `missing`, `more`, `other`, or `tie` where no majority says which is right.

    `fact` is empty where it is the resource itself. `model` is the account of the blueprint, empty where the majority
    of `held` of `asked` accounts counts. `reason` says why the difference is allowed, if it is.
    """

    sort: Sort
    account: str
    kind: str
    region: str
    name: str
    fact: str
    value: tuple[Any, ...]
    golden: tuple[Any, ...]
    held: int = 0
    asked: int = 0
    model: str = ""
    reason: str = ""

    @property
    def part(self) -> str:
        """What of the account it is, in terms that last."""
        return " ".join(text for text in (self.kind, self.region, self.name, self.fact) if text)

    @property
    def slot(self) -> str:
        """The resource, in terms that last."""
        return " ".join(text for text in (self.kind, self.region, self.name) if text)

    @property
    def said(self) -> str:
        """Say the difference in a sentence."""
        return self._resource_said() if not self.fact else self._fact_said()

    def _resource_said(self) -> str:
        here, wanted = self.value[0] if self.value else 0, self.golden[0] if self.golden else 0
        cells = f"{self.held} of {self.asked} cells have"
        if self.sort == "tie":
            return f"no majority: here {here or 'none'}, {cells} the same"
        if self.sort == "missing":
            said = f"{here} of {wanted}" if here else "missing"
            return said if self.model else f"{said}; {cells} {'it' if wanted == 1 else wanted}"
        if self.model:
            return f"{here} instead of {wanted}" if wanted else "there is none in the model"
        return f"{here} instead of {wanted}; {cells} {wanted}" if wanted else f"there is one; {cells} none"

    def _fact_said(self) -> str:
        here, wanted = told(self.value), told(self.golden)
        if self.sort == "tie":
            here = here if len(here) <= LONG else _short(here)
            return f"{self.fact} is {here}, and there is no majority: {self.held} of {self.asked} cells have that"
        where = "in the model" if self.model else f"in {self.held} of {self.asked} cells"
        if max(len(here), len(wanted)) > LONG:
            here, wanted = _apart(self.value, self.golden)
            if not here or not wanted:
                return (
                    f"{self.fact} lacks {wanted} ({where})" if wanted else f"{self.fact} has also {here} (not {where})"
                )
        return f"{self.fact} is {here}, {where} {wanted}"


def told(values: tuple[Any, ...]) -> str:
    """Write the values of a property."""
    return ", ".join(sorted(canonical(value).decode() for value in values))


def _apart(ours: tuple[Any, ...], theirs: tuple[Any, ...]) -> tuple[str, str]:
    """Write of two long values what only one of them has; of two members that differ, where they do."""
    here, there = _elements(ours), _elements(theirs)
    mine = [value for text, value in sorted(here.items()) if text not in there]
    other = [value for text, value in sorted(there.items()) if text not in here]
    if len(mine) == len(other) == 1 and isinstance(mine[0], dict) and isinstance(other[0], dict):
        keys = [key for key in sorted(mine[0].keys() | other[0].keys()) if mine[0].get(key) != other[0].get(key)]
        return tuple(_short(told(({key: side.get(key) for key in keys},))) for side in (mine[0], other[0]))  # type: ignore[return-value]
    return tuple(_short(told(tuple(side))) for side in (mine, other))  # type: ignore[return-value]


def _elements(values: tuple[Any, ...]) -> dict[str, Any]:
    items = [item for value in values for item in (value if isinstance(value, list) else [value])]
    return {canonical(item).decode(): item for item in items}


def _short(text: str) -> str:
    return text if len(text) <= 2 * LONG else f"{text[: 2 * LONG - 1]}…"


class Unseen(msgspec.Struct, frozen=True):
    """What could not be learned of the listing of a kind in one account and Region."""

    account: str
    kind: str
    region: str
    gaps: tuple[Gap, ...]


class Parity(msgspec.Struct, frozen=True):
    """How far the accounts of a group are built alike.

    `accounts` are ids with names, in order; `blueprint` is the account of the model, empty where the majority counts.
    `rows` are the properties that are not known to be alike, `compared` counts all. `unseen` are the listings that are
    not whole. `left_out` are kinds that no account was asked for. `as_of` is the moment of each account's snapshot.
    """

    group: str
    blueprint: str
    accounts: dict[str, str]
    compared: int
    rows: tuple[Row, ...]
    differences: tuple[Difference, ...]
    unseen: tuple[Unseen, ...] = ()
    left_out: tuple[str, ...] = ()
    as_of: dict[str, datetime] = {}

    @property
    def alike(self) -> bool:
        """Say whether every property is known to be alike, or allowed to differ."""
        return all(one.reason for one in self.differences) and not any(self.gaps(account) for account in self.accounts)

    def of(self, account: str) -> list[Difference]:
        """Give the differences of an account."""
        return [one for one in self.differences if one.account == account]

    def gaps(self, account: str) -> tuple[Gap, ...]:
        """Give what of an account could not be learned."""
        found = [gap for each in self.unseen if each.account == account for gap in each.gaps]
        found += [gap for row in self.rows for gap in row.readings[account].gaps]
        return tuple(dict.fromkeys(found))

    def doubts(self, account: str) -> tuple[Gap, ...]:
        """Give what could not be learned and might show a further difference of an account.

        That is what is unknown of the account and of the model; where the majority counts, what is unknown of those
        whose word would decide it.
        """
        found = list(self.gaps(account))
        if self.blueprint:
            return tuple(dict.fromkeys([*found, *self.gaps(self.blueprint)]))
        places: dict[tuple[str, str], list[Unseen]] = {}
        for each in self.unseen:
            places.setdefault((each.kind, each.region), []).append(each)
        for unseen in places.values():
            if 2 * len(unseen) >= len(self.accounts):
                found += [gap for each in unseen for gap in each.gaps]
        told_as_tie = {(one.slot, one.fact) for one in self.differences if one.sort == "tie"}
        for row in self.rows:
            if row.golden is None and (row.slot, row.fact) not in told_as_tie:
                found += [gap for reading in row.readings.values() for gap in reading.gaps]
        return tuple(dict.fromkeys(found))
