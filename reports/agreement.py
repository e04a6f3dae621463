"""Compares the files that a PDF carries with what the store gives today: what is sealed, and what people decided."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from reports.words import clean

PLACE = ("account", "region", "kind", "call", "operation")
DECIDED = ("reason", "owner", "until", "by", "at")
"""What makes an acceptance another one."""
DECIDED_COLUMNS = frozenset(("accepted_until", "accepted_by", "accepted_because", "not_accepted"))
SHOWN = 60
NOTHING = object()


def subject(each: Mapping[str, Any]) -> str:
    """Name what was accepted: a finding by its fingerprint, a gap by call and account."""
    return str(each.get("fingerprint") or f"{each.get('call')} {each.get('account')}")


MEMBERS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "findings": lambda each: f"finding {clean(str(each.get('fingerprint')))}",
    "coverage": lambda each: "coverage of " + " ".join(clean(str(each.get(name))) for name in PLACE),
    "accepted_gaps": lambda each: f"accepted gap {clean(subject(each))}",
}
"""The lists of a report whose members have names."""


class Difference(NamedTuple):
    """One place where two documents differ: in which key, of which finding, and what either says."""

    where: str
    key: str
    subject: str
    here: Any
    there: Any


class Agreement(NamedTuple):
    """Where a report and the store differ: in what was sealed, and in which risks are accepted."""

    faults: Sequence[str]
    decided: Sequence[str]


def compare(
    given: Mapping[str, Any], stored: Mapping[str, Any], ever: Iterable[tuple[str, Mapping[str, Any]]], *, same: bool
) -> Agreement:
    """Compare two JSON documents of a report.

    `ever` are all acceptances that were ever given, by `subject`: one that is none of them is a fault. `same` says
    that one version of phiward made both; else keys that only the report has are passed over, as a later version adds
    some and none removes any.
    """
    said = {_decision(fingerprint, each) for fingerprint, each in ever}
    faults, decided = [], []
    for each in _all(given, stored, same=same):
        words = f"{each.where}: {_told(each.here)} in the report, {_told(each.there)} in the store"
        if each.key != "acceptance":
            faults.append(words)
        elif each.here and _decision(each.subject, each.here) not in said:
            faults.append(f"{words}, where nobody ever accepted it so")
        else:
            decided.append(words)
    if decided:
        faults = [fault for fault in faults if not (fault.startswith("summary.") and "accepted: " in fault)]
    return Agreement(faults, decided)


def _decision(subject: str, acceptance: Any) -> tuple[str, ...]:
    given = acceptance if isinstance(acceptance, dict) else {}
    return (subject, *(str(given.get(name, "")) for name in DECIDED))


def _all(given: Mapping[str, Any], stored: Mapping[str, Any], *, same: bool) -> Iterator[Difference]:
    for part, name in MEMBERS.items():
        here, there = _by(given.get(part), name), _by(stored.get(part), name)
        for called in sorted(here.keys() | there.keys()):
            if called not in there or called not in here:
                yield _alone(part, called, here, there)
                continue
            of = subject(there[called])
            for key, one, other in _walk(here[called], there[called], (), same=same):
                yield Difference(f"{called}, {'.'.join(key)}", key[0], of, one, other)
    rest = [{key: value for key, value in each.items() if key not in MEMBERS} for each in (given, stored)]
    for key, one, other in _walk(rest[0], rest[1], (), same=same):
        yield Difference(".".join(key), "", "", one, other)


def _alone(part: str, called: str, here: Mapping[str, Any], there: Mapping[str, Any]) -> Difference:
    """Give what only one side has; an accepted gap is a decision there, and none on the other."""
    only = here.get(called, there.get(called))
    if part == "accepted_gaps" and isinstance(only, dict):
        given = (side.get(called, {}).get("acceptance") for side in (here, there))
        return Difference(called, "acceptance", subject(only), *given)
    return Difference(called, "", "", *("there" if called in side else NOTHING for side in (here, there)))


def _by(given: Any, name: Callable[[Mapping[str, Any]], str]) -> dict[str, Any]:
    """Give members by name; one that has the name of another gets its number with it."""
    found: dict[str, Any] = {}
    for each in given if isinstance(given, list) else []:
        called = name(each) if isinstance(each, dict) else f"member {_told(each)}"
        found[called if called not in found else f"{called} (number {len(found)})"] = each
    return found


def _walk(here: Any, there: Any, path: tuple[str, ...], *, same: bool) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    """Give the innermost places where two documents differ; an acceptance is one place."""
    if here == there:
        return
    if isinstance(here, dict) and isinstance(there, dict) and path[-1:] != ("acceptance",):
        for key in sorted(here.keys() | there.keys()):
            if same or key in there:
                yield from _walk(here.get(key, NOTHING), there.get(key, NOTHING), (*path, clean(key)), same=same)
    elif isinstance(here, list) and isinstance(there, list) and len(here) == len(there):
        for place, (one, other) in enumerate(zip(here, there, strict=True), 1):
            yield from _walk(one, other, (*path, str(place)), same=same)
    else:
        yield path, here, there


def _told(value: Any) -> str:
    if value is NOTHING:
        return "nothing"
    if isinstance(value, dict) and {"owner", "until"} <= value.keys():
        return f"accepted by {_told(value['owner'])} until {_told(value['until'])}"
    if value is None:
        return "none"
    text = clean(value if isinstance(value, str) else str(value))
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def compare_tables(name: str, given: bytes, stored: str, *, same: bool, decided: bool) -> Iterator[str]:
    """Say where a CSV file differs from the store's, whatever the order of its rows.

    `decided` says that acceptances differ, which are then passed over; `same` as in `compare`.
    """
    if given == stored.encode():
        return
    try:
        read = [csv.DictReader(io.StringIO(text, newline="")) for text in (given.decode(), stored)]
        heads, (here, there) = [set(each.fieldnames or ()) for each in read], map(list, read)
    except (UnicodeDecodeError, csv.Error) as error:
        yield f"{name}: is no table: {clean(str(error))}"
        return
    if heads[0] != heads[1] and (same or not heads[1] <= heads[0]):
        yield f"{name}: its columns are not those of the store"
        return
    columns = sorted(str(each) for each in heads[0] & heads[1] if each not in DECIDED_COLUMNS or not decided)
    one, other = (Counter(tuple(str(row[column]) for column in columns) for row in rows) for rows in (here, there))
    for count, words in ((one - other, "in the report and not in the store"), (other - one, "missing")):
        if count:
            first = dict(zip(columns, next(iter(count)), strict=True))
            what = clean(first.get("fingerprint") or " ".join(first.get(column, "") for column in PLACE))
            yield f"{name}: rows that are {words}: {count.total()}, the first of {what}"
    if same and not decided and one == other:
        yield f"{name}: the same rows as the store's, in another order or written otherwise"
