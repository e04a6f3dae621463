"""What a night may take from the one before: which writes of CloudTrail touch what, and how it is told."""

from __future__ import annotations

import hashlib
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from scanner.engine.trail_event import TrailEvent
    from scanner.model.resource import Resource

OVERLAP = timedelta(hours=1)
"""By so much a window begins before the night before: CloudTrail tells of a call some 15 minutes late, or later."""

HISTORY = timedelta(days=89)
"""So far back CloudTrail's event history is sure to go (CloudTrail User Guide: 90 days)."""

MAKING = re.compile(r"(Create|Run|Register|Import|Allocate|Copy|Restore|Request|Start|Launch)[A-Z]")
"""How the names of calls begin that make something new, whose names later calls may bear."""

FAULT = re.compile(r"internal|unavailable|serverexception|timeout|servicefailure", re.IGNORECASE)
"""Errors after which a call may have done its work all the same."""

GENERAL = re.compile(
    r"|[\d.*$-]+|[a-z]{2}(-[a-z]+)+-\d[a-z]?|arn|aws(-cn|-us-gov)?|true|false|default|global", re.IGNORECASE
)
"""Words that name nothing."""

ARN_PARTS = 5
"""How many parts of an ARN stand before the resource."""

_NAMING = re.compile(r"(?<!request)(?<!owner)(?<!account)(?:id|arn|name|identifier)s?$|^resource$")
_ARN = re.compile(r'arn:[^\s"\\,]+')


@dataclass(frozen=True)
class Recalled:
    """What the store holds of one account and Region from the night before.

    `resources` are those of the kinds with answers that stay, `known` the (kind, ARN, id) of all resources.
    """

    scan: str
    started: datetime
    resources: Sequence[Resource] = ()
    known: Sequence[tuple[str, str, str]] = ()


@dataclass(frozen=True)
class Window:
    """The writes since the night before in one account and Region.

    `pages` is how many pages were read for it now, `why` says why it cannot be relied on.
    """

    events: Sequence[TrailEvent] = ()
    pages: int = 0
    why: str = ""


class Spared(msgspec.Struct, frozen=True, kw_only=True):
    """What came of the shortcut in one account and Region.

    `since` is the scan from which answers were taken, `spared` how many calls were, `sampled` how many of the answers
    were asked for nevertheless, `pages` how many pages of CloudTrail's history were read for it. `wrong` names the
    answers that were not as they had been, after which the place was read in full; `why` says why nothing was taken.
    """

    account: str
    region: str
    since: str = ""
    spared: int = 0
    sampled: int = 0
    pages: int = 0
    wrong: tuple[str, ...] = ()
    why: str = ""


def words_of(text: str) -> Iterable[str]:
    """Give what a text may name: itself, and the parts of an ARN, a path or a revision, without the type of the ARN."""
    yield text
    short = text.removesuffix(":*")
    parts = re.split(r"[/:]", short)
    if parts[0] == "arn" and len(parts) > ARN_PARTS:
        yield short
        yield ":".join(short.split(":")[ARN_PARTS:])
        typed = len(parts) > ARN_PARTS + 1 and parts[2] != "s3"
        parts = parts[ARN_PARTS + typed :]
    if len(parts) > 1 or parts[0] != short:
        yield from (part for part in parts if not GENERAL.fullmatch(part))


def names_of(*texts: str) -> set[str]:
    """Give the names by which a resource may be called, of its id, ARN and name: whole, and the last part alone."""
    found: set[str] = set()
    for text in filter(None, texts):
        short = text.removesuffix(":*")
        tail = short.rpartition("/")[2] if "/" in short else short.rpartition(":")[2]
        found |= {text, short}
        found |= {part for part in (tail, re.sub(r":\d+$", "", tail)) if not GENERAL.fullmatch(part)}
        if text.startswith("arn:"):
            found.add(":".join(short.split(":")[ARN_PARTS:]))
    return found


def mentions(document: bytes) -> set[str]:
    """Give the names within the ARNs that a document holds."""
    if b"arn:" not in document:
        return set()
    return {word for arn in _ARN.findall(document.decode()) for word in words_of(arn)}


def may_change(event: TrailEvent) -> bool:
    """Say whether an event may have changed anything; a call that a fault ended may have."""
    return event.management and not event.read_only and (not event.error or bool(FAULT.search(event.error)))


@dataclass
class Touched:
    """What the writes of a window may have changed.

    `words` are all that they name; `sources` the services of which one named nothing that is known, so that all of
    them is in doubt; `all` is set where a write that reaches into other services named nothing known.
    """

    words: set[str] = field(default_factory=set)
    sources: set[str] = field(default_factory=set)
    all: bool = False

    def names(self, names: Iterable[str]) -> bool:
        """Say whether a write names one of these."""
        return not self.words.isdisjoint(names)


def touched_by(
    events: Iterable[TrailEvent], known: Iterable[tuple[str, str]], births: Mapping[str, Iterable[str]],
    harmless: frozenset[tuple[str, str]], broad: frozenset[str],
) -> Touched:  # fmt: skip
    """Say what writes may have changed.

    `known` are the (event source, name) of all that was seen in the night before; `births` the events of each source
    that make a resource and change no other; `harmless` the (source, event) that change nothing that stays.
    """
    by_source: dict[str, set[str]] = defaultdict(set)
    for source, name in known:
        by_source[source].add(name)
    everything = set().union(*by_source.values())
    writes = [each for each in events if may_change(each) and (each.source, each.call) not in harmless]
    making = [each for each in writes if MAKING.match(each.call) or each.call in births.get(each.source, ())]
    born = set().union(*(_given(each) for each in making)) - everything
    found = Touched()
    for event in writes:
        words = {word for text in event.asked.names for word in words_of(text)}
        found.words |= words
        telling = {word for word in words if not GENERAL.fullmatch(word)}
        anything = everything if event.source in broad else by_source[event.source]
        tied = not telling.isdisjoint(anything) or not telling.isdisjoint(born)
        if not tied and event.call not in births.get(event.source, ()):
            found.sources.add(event.source)
            found.all = found.all or event.source in broad
    return found


def _given(event: TrailEvent) -> set[str]:
    """Give the names that a call that makes something says, by which later calls may mean it."""
    texts = [text for text, keys in event.asked.names.items() if any(_NAMING.search(key) for key in keys)]
    return {word for text in texts for word in words_of(text) if not GENERAL.fullmatch(word)}


def sample_of(names: Sequence[str], share: float, seed: str) -> set[str]:
    """Choose a share of names, one at least, by a seed: the same for the same names, another for another seed."""
    count = min(len(names), max(1, math.ceil(share * len(names))))
    drawn = sorted(names, key=lambda name: hashlib.sha256(f"{seed}/{name}".encode()).digest())
    return set(drawn[:count])


class Night(msgspec.Struct, frozen=True, kw_only=True):
    """How a scan went about what did not change.

    `mode` is `full` or `incremental`, `why` says why it is full. `places` say what came of each account and Region of
    which the store knows an earlier night.
    """

    mode: str
    why: str = ""
    places: tuple[Spared, ...] = ()

    @property
    def document(self) -> dict[str, object]:
        """The night as plain values, for JSON."""
        return {"mode": self.mode, "why": self.why, "places": [msgspec.to_builtins(each) for each in self.places]}

    @property
    def line(self) -> str:
        """The night in one line."""
        if self.mode == FULL:
            return f"full night: {self.why}"
        spared = sum(each.spared for each in self.places if not each.wrong)
        sampled, pages = (sum(getattr(each, name) for each in self.places) for name in ("sampled", "pages"))
        wrong = sum(len(each.wrong) for each in self.places)
        since = ", ".join(sorted({each.since for each in self.places if each.spared and not each.wrong}))
        taken = f"{spared:,} answers taken from scan {since}" if spared else "no answer taken from an earlier scan"
        checked = f"{sampled - wrong:,} of {sampled:,} asked again were as before" if sampled else "none asked again"
        return f"incremental night: {taken}; {checked}; {pages:,} requests to CloudTrail"

    @property
    def warnings(self) -> list[str]:
        """What the sample refuted, place by place; each such place was read in full."""
        return [
            f"{each.account}/{each.region}: {len(each.wrong)} of {each.sampled} answers asked again were not as in "
            f"{each.since}, and CloudTrail named no change ({'; '.join(each.wrong[:SHOWN])}"
            f"{'; ...' if len(each.wrong) > SHOWN else ''}); all was read in full"
            for each in self.places
            if each.wrong
        ]

    @property
    def reasons(self) -> list[str]:
        """Why places were read in full, or in part, though the night is incremental."""
        return [f"{each.account}/{each.region}: {each.why}" for each in self.places if each.why]


FULL, INCREMENTAL = "full", "incremental"
SHOWN = 3
"""So many answers are named in a line."""
