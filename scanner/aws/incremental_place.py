"""One place on an incremental night: which of its calls are answered from the night before."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from scanner.aws.builder import Builder
from scanner.aws.client import Place
from scanner.aws.due import Due
from scanner.aws.place import PlaceGraph
from scanner.aws.pool import Pool
from scanner.aws.resolve import UnseenReferenceError, holds
from scanner.aws.sections import where
from scanner.engine.drift import Normaliser
from scanner.engine.incremental import Recalled, Spared, Window, mentions, names_of, sample_of, touched_by
from scanner.engine.incremental_table import IncrementalTable
from scanner.engine.normalise import canonical
from scanner.kinds.steady import Steady, broad, harmless, source_of, sources_of
from scanner.model.gap import Unknown
from scanner.model.kind import PLAIN, Kind
from scanner.model.operation import Call
from scanner.model.resource import Resource, Section, SectionState

ALL = Normaliser({}, "")
"""Compares everything, but for the order of lists."""

LEARNED = frozenset({SectionState.OK, SectionState.ABSENT})


class Waiting(NamedTuple):
    """A call of which it is not known yet whether it is made; `together` with others of its kind."""

    graph: PlaceGraph
    builder: Builder
    call: Call
    together: bool


@dataclass(frozen=True, eq=False)
class Pair:
    """An answer of the night before that may stand: of which resource and call, and in which Region writes are told."""

    resource: Resource
    call: Call
    steady: Steady
    region: str

    @cached_property
    def name(self) -> str:
        """What it is called when it is told."""
        return f"{self.resource.kind} {self.resource.arn or self.resource.id} {self.call.name}"

    @property
    def section(self) -> Section:
        """The answer."""
        section: Section = self.resource.sections[self.call.name]
        return section


@dataclass
class PlaceShortcut(Due):
    """Stands before the carrier: answers what the night before knows and no write has touched, and hands on the rest.

    Until the writes are read, calls that may be spared wait; no other does. `prepare` begins to read them.
    """

    carrier: Due
    pool: Pool
    place: Place
    home: str
    partition: str
    as_of: datetime
    recalled: Recalled
    kinds: Mapping[str, type[Kind]]
    steady: Mapping[tuple[str, str], Steady]
    births: Mapping[str, set[str]]
    normaliser: Normaliser
    table: IncrementalTable
    seed: str
    prepare: Callable[[], None] | None = None
    pairs: dict[tuple[Resource, str], Pair] = field(default_factory=dict)
    _exact: dict[tuple[str, ...], Resource | None] = field(default_factory=dict)
    _named: dict[tuple[str, str], Resource | None] = field(default_factory=dict)
    _matched: dict[Builder, Resource | None] = field(default_factory=dict)
    _free: frozenset[tuple[Resource, str]] = frozenset()
    _sampled: set[str] = field(default_factory=set)
    _checks: list[tuple[Builder, Pair]] = field(default_factory=list)
    _waiting: list[Waiting] = field(default_factory=list)
    _decided: bool = False
    _spared: int = 0
    _pages: int = 0
    _why: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        """Lay out what the night before knows."""
        for resource in self.recalled.resources:
            kind = self.kinds[resource.kind]
            key = (kind.cfn, resource.id)
            self._named[key] = None if key in self._named else resource
            for root in kind.roots():
                section = resource.sections.get(root.name)
                if section is not None and section.state is SectionState.OK:
                    exact = _exactly(kind, root.name, section, resource.sections.get("of"))
                    self._exact[exact] = None if exact in self._exact else resource
            for pair in self._pairs_of(resource, kind):
                self.pairs[resource, pair.call.name] = pair

    def _pairs_of(self, resource: Resource, kind: type[Kind]) -> Iterator[Pair]:
        scope = Builder(kind, self.partition, *self.place, self.as_of, sections=dict(resource.sections))
        for call in kind.calls.values():
            steady, section = self.steady.get((kind.cfn, call.name)), resource.sections.get(call.name)
            if steady is None or section is None or section.state not in LEARNED:
                continue
            try:
                region = where(call, scope) or self.place[1]
                if holds(steady.settled, scope):
                    yield Pair(resource, call, steady, self.home if region == "global" else region)
            except UnseenReferenceError:
                continue

    def regions(self) -> Counter[str]:
        """Say in which Regions writes are told of what may be spared, and of how many answers."""
        return Counter(pair.region for pair in self.pairs.values() if not pair.steady.content)

    # ---- what the graph hands over ----

    def listing(self, graph: PlaceGraph, sinks: list[tuple[type[Kind], Call]], parent: Builder | None) -> None:
        """List: what there is, is asked every night."""
        prepare, self.prepare = self.prepare, None
        if prepare is not None:
            prepare()
        self.carrier.listing(graph, sinks, parent)

    def one(self, graph: PlaceGraph, builder: Builder, call: Call) -> None:
        """Answer about one resource, ask, or wait until it is known which."""
        self._sort(graph, [builder], call, together=False)

    def many(self, graph: PlaceGraph, builders: list[Builder], call: Call) -> None:
        """Answer about those of which the answer is known, ask about the others together."""
        self._sort(graph, builders, call, together=True)

    def _sort(self, graph: PlaceGraph, builders: list[Builder], call: Call, *, together: bool) -> None:
        rest = []
        stays = (builders[0].kind.cfn, call.name) in self.steady
        for builder in builders:
            pair = self._pair(builder, call) if stays else None
            with self._lock:
                if pair is not None and not self._decided:
                    self._waiting.append(Waiting(graph, builder, call, together))
                    continue
            if pair is None or not self._take(graph, builder, pair):
                rest.append(builder)
        if together and rest:
            self.carrier.many(graph, rest, call)
        elif not together:
            for builder in rest:
                self.carrier.one(graph, builder, call)

    def _take(self, graph: PlaceGraph, builder: Builder, pair: Pair) -> bool:
        """Answer from the night before, unless a write may have changed it or it is of the sample."""
        if (pair.resource, pair.call.name) not in self._free:
            return False
        with self._lock:
            if pair.name in self._sampled:
                self._checks.append((builder, pair))
                return False
            self._spared += 1
        self.pool.submit(_answer, graph, builder, pair)
        return True

    # ---- what the night before knows ----

    def _pair(self, builder: Builder, call: Call) -> Pair | None:
        if builder not in self._matched:
            self._matched[builder] = self._match(builder)
        resource = self._matched[builder]
        pair = self.pairs.get((resource, call.name)) if resource is not None else None
        if pair is None or resource is None:
            return None
        used = (name for name in call.uses if name != builder.root)
        return pair if all(_same(builder.sections.get(name), resource.sections.get(name)) for name in used) else None

    def _match(self, builder: Builder) -> Resource | None:
        """Give the resource of the night before whose item in the listing was the same."""
        kind, root = builder.kind, builder.root
        section, of = builder.sections[root], builder.sections.get("of")
        exact = _exactly(kind, root, section, of)
        if exact in self._exact:
            return self._exact[exact]
        if not any(each.drifting and each.kind == kind.cfn for each in self.steady.values()):
            return None
        made = Resource(kind.cfn, "", sections={root: section})
        try:
            known = self._named.get((kind.cfn, str(PLAIN.read(made, kind.facts["id"]))))
        except Unknown:
            return None
        if known is None or not _same(of, known.sections.get("of")) or root not in known.sections:
            return None
        stable = (self.normaliser.stable(kind.cfn, root, each) for each in (section.doc, known.sections[root].doc))
        return known if len(set(stable)) == 1 else None

    # ---- what CloudTrail says ----

    def decide(self, windows: Mapping[str, Window]) -> None:
        """Take the writes of each Region, say what they leave untouched, draw the sample, and let go what waited."""
        whole = {region for region, window in windows.items() if not window.why}
        events = [event for region in whole for event in windows[region].events]
        touched = touched_by(events, self._known(), self.births, harmless(), broad())
        free = []
        for pair in self.pairs.values():
            sources = {source_of(pair.call), *sources_of(self.kinds[pair.resource.kind])}
            if pair.steady.content:
                free.append(pair)
            elif not {pair.region, self.home} <= whole or touched.all or not sources.isdisjoint(touched.sources):
                continue
            elif not touched.names({*_names(pair.resource), *mentions(canonical(pair.section.doc))}):
                free.append(pair)
        self._pages = sum(window.pages for window in windows.values())
        self._why = next((f"{region}: {window.why}" for region, window in windows.items() if window.why), "")
        self._free = frozenset((pair.resource, pair.call.name) for pair in free)
        self._sampled = sample_of([pair.name for pair in free], self.table.sample, f"{self.seed}/{self.place}")
        with self._lock:
            self._decided = True
            waiting, self._waiting = self._waiting, []
        held: dict[tuple[str, str, bool], list[Waiting]] = {}
        for each in waiting:
            held.setdefault((each.builder.kind.cfn, each.call.name, each.together), []).append(each)
        for some in held.values():
            builders = [each.builder for each in some]
            self._sort(some[0].graph, builders, some[0].call, together=some[0].together)

    def _known(self) -> Iterator[tuple[str, str]]:
        """Give what is known of each event source: the names of all that the night before saw in the place."""
        for cfn, arn, name in self.recalled.known:
            if cfn in self.kinds:
                sources = sources_of(self.kinds[cfn])
                yield from ((source, each) for each in names_of(name, arn) for source in sources)
        for resource in self.recalled.resources:
            sources = sources_of(self.kinds[resource.kind])
            yield from ((source, name) for name in _names(resource) for source in sources)

    def outcome(self) -> Spared:
        """Say what came of it, when the place is done: whether the sample was as the night before had it."""
        checked = [(builder.sections.get(pair.call.name), pair) for builder, pair in self._checks]
        wrong = [pair.name for section, pair in checked if section is not None and not self._stands(section, pair)]
        return Spared(
            account=self.place[0], region=self.place[1], since=self.recalled.scan, spared=self._spared,
            sampled=sum(section is not None for section, _ in checked), pages=self._pages, wrong=tuple(sorted(wrong)),
            why=self._why,
        )  # fmt: skip

    def _stands(self, section: Section, pair: Pair) -> bool:
        if section.state is not pair.section.state:
            return False
        kind, name = pair.resource.kind, pair.call.name
        canon = self.normaliser.canons.get(kind)
        normaliser = ALL if canon is None or name in canon.volatile else self.normaliser
        return normaliser.stable(kind, name, section.doc) == normaliser.stable(kind, name, pair.section.doc)


def _answer(graph: PlaceGraph, builder: Builder, pair: Pair) -> None:
    with graph.lock:
        graph.tallies.of(builder.kind, pair.call).reused += 1
        graph.answered(builder, pair.call, pair.section)


def _exactly(kind: type[Kind], root: str, section: Section, of: Section | None) -> tuple[str, ...]:
    parent = canonical(of.doc).decode() if of is not None else ""
    return kind.cfn, root, ALL.stable(kind.cfn, root, section.doc), parent


def _same(one: Section | None, other: Section | None) -> bool:
    if one is None or other is None:
        return one is other
    return (
        one.state is other.state and one.state is not SectionState.UNSEEN and canonical(one.doc) == canonical(other.doc)
    )


def _names(resource: Resource) -> set[str]:
    said = [section.doc for section in resource.sections.values() if isinstance(section.doc, str)]
    short = [text for text in said if len(text) <= LONGEST]
    return names_of(resource.id, resource.arn, resource.name, resource.identity, *short)


LONGEST = 256
"""Characters of a name that an item of a listing may be: longer texts are documents."""
