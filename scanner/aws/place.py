"""One account and Region: which calls are due, as answers arrive; a graph without barriers."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from scanner.aws.builder import Builder
from scanner.aws.due import Due
from scanner.aws.errors import DECLARED_ERRORS, malformed
from scanner.aws.resolve import UnseenReferenceError, holds
from scanner.aws.state import FULL, KindState
from scanner.aws.tally import Tallies
from scanner.engine.needed import Calls, chosen
from scanner.engine.redact import Redactor
from scanner.model.gap import Gap, Unknown
from scanner.model.kind import PLAIN, Kind
from scanner.model.operation import ROOTS, Call, Form
from scanner.model.resource import ABSENT, SKIPPED, Coverage, Section, SectionState, seen, unseen


class PlaceGraph:
    """The graph of one place: it hands calls to `due` when they are, and takes the answers.

    All state changes happen under one lock; nothing here talks to AWS.
    """

    def __init__(
        self, place: tuple[str, str], kinds: Iterable[type[Kind]], make: Callable[..., Builder], redactor: Redactor,
        due: Due, done: Callable[[PlaceGraph], None], *, calls: Calls | None = None,
    ) -> None:  # fmt: skip
        """Take the kinds of the place, what carries calls out, and which to make (all)."""
        self.place = place
        self.states = {kind.cfn: KindState(kind, chosen(kind, calls)) for kind in kinds}
        self.tallies = Tallies()
        self.lock = threading.RLock()
        self.over = False
        self._make = make
        self._redactor = redactor
        self._due = due
        self._done = done
        self._batches: dict[tuple[str, str], list[Builder]] = defaultdict(list)

    def start(self) -> None:
        """Begin with the roots; a kind's own token keeps it open until all of them are under way."""
        with self.lock:
            groups: dict[tuple[str, str], list[tuple[type[Kind], Call]]] = defaultdict(list)
            for state in self.states.values():
                state.open += 1
            for root in [(state, call) for state in self.states.values() for call in state.kind.roots()]:
                self._root(*root, groups)
            for sinks in groups.values():
                for kind, _ in sinks:
                    self.state(kind).open += 1
                    self.state(kind).lists_open += 1
                self._due.listing(self, sinks, None)
            for state in self.states.values():
                if state.kind.singleton:
                    self._add(self._make(state.kind), state)
                    self._flush(state)
            for state in list(self.states.values()):
                self._close(state)

    def refuse(self, gap: Gap) -> None:
        """Report that the account cannot be entered: nothing of it was seen."""
        with self.lock:
            for state in self.states.values():
                state.done = True
            self.tallies.refuse({state.kind: state.calls for state in self.states.values()}, gap)
        self._done(self)

    def _root(self, state: KindState, call: Call, groups: dict[tuple[str, str], list[tuple[type[Kind], Call]]]) -> None:
        if call.form is Form.REFS:
            owners = {name.partition(".")[0] for name in call.facts}
            sources = [other for other in self.states.values() if other.kind.__name__ in owners]
            if len(sources) != len(owners):
                raise TypeError(
                    f"{state.kind.__name__} refers to {', '.join(sorted(owners))}, not all of them collected"
                )
            state.open += 1
            state.refs_open += len(sources)
            for source in sources:
                source.referrers.append((state, call))
        elif call.of is not None:
            state.open += 1
            self.states[call.of.cfn].children.append((state.kind, call))
        else:
            groups[call.operation, repr(sorted(call.params.items(), key=str))].append((state.kind, call))

    def state(self, kind: type[Kind]) -> KindState:
        """Give the state of a kind."""
        return self.states[kind.cfn]

    def listed(self, kind: type[Kind], call: Call, items: Sequence[Any], parent: Builder | None) -> None:
        """Take one page of a listing."""
        with self.lock:
            state = self.state(kind)
            self.tallies.of(kind, call).ok(0)
            for item in items:
                if call.without is not None:
                    state.held.append((call, item))
                else:
                    self._from_item(state, call, item, parent)
            self._flush(state)

    def list_ended(self, kind: type[Kind], call: Call, gap: Gap | None) -> None:
        """Take the end of a listing, with the reason where it is not whole."""
        with self.lock:
            tally = self.tallies.of(kind, call)
            if gap is None:
                tally.ok()
            else:
                tally.fail(gap)
            state = self.state(kind)
            if call.of is None:
                state.lists_open -= 1
            self._release_held(state)
            self._close(state)

    def answered(self, builder: Builder, call: Call, section: Section) -> None:
        """Take one resource's answer."""
        with self.lock:
            tally = self.tallies.of(builder.kind, call)
            if section.gap is None:
                tally.ok()
            else:
                tally.fail(section.gap)
            self.state(builder.kind).flying -= 1
            self._set(builder, call, section)
            self._flush(self.state(builder.kind))

    def vanished(self, builder: Builder, call: Call) -> None:
        """Take that a resource went away between its listing and this call."""
        with self.lock:
            state = self.state(builder.kind)
            self.tallies.of(builder.kind, call).ok()
            state.flying -= 1
            if not builder.closed:
                builder.closed = True
                state.building -= 1
                self._close(state)
            self._flush(state)

    def _from_item(self, state: KindState, call: Call, item: Any, parent: Builder | None) -> None:
        builder = self._make(state.kind, call.name, parent)
        builder.adopt()
        for other in state.kind.roots():
            builder.sections[other.name] = self._other_root(state, other)
        try:
            doc = call.parse(item) if call.parse is not None else item
        except DECLARED_ERRORS as error:
            self.tallies.of(state.kind, call).fail(malformed(call, error))
            return
        builder.sections[call.name] = seen(self._redactor.section(state.kind, call.name, doc))
        self._add(builder, state)

    def _other_root(self, state: KindState, call: Call) -> Section:
        gap = self.tallies.of(state.kind, call).gap if call.form is Form.REFS else None
        return unseen(gap) if gap else ABSENT

    def _add(self, builder: Builder, state: KindState) -> None:
        state.open += 1
        state.building += 1
        builder.calls = state.calls
        builder.waiting = [call for call in state.calls.values() if call.form not in ROOTS]
        self._advance(builder)

    def _set(self, builder: Builder, call: Call, section: Section) -> None:
        if section.state is SectionState.OK:
            section = seen(self._redactor.section(builder.kind, call.name, section.doc))
        builder.sections[call.name] = section
        self._advance(builder)

    def _advance(self, builder: Builder) -> None:
        if builder.closed:
            return
        due = [call for call in builder.waiting if builder.ready(call)]
        builder.waiting = [call for call in builder.waiting if call not in due]
        for call in due:
            self._start(builder, call)
        if builder.complete():
            builder.closed = True
            state = self.state(builder.kind)
            state.building -= 1
            made = builder.resource()
            if not (made.arn.startswith("arn:") and made.arn in state.arns):  # what moved from page to page comes twice
                state.arns.add(made.arn)
                state.resources.append(made)
                for kind, call in state.children:
                    self._list_children(builder, kind, call)
            self._close(state)

    def _list_children(self, builder: Builder, kind: type[Kind], call: Call) -> None:
        try:
            wanted = holds(call.when, self.scope(kind, builder))
        except UnseenReferenceError as error:
            self.tallies.of(kind, call).fail(error.section.gap or Gap())
            return
        if wanted:
            self.state(kind).open += 1
            self._due.listing(self, [(kind, call)], builder)

    def scope(self, kind: type[Kind], parent: Builder | None) -> Builder:
        """Make what a listing's parameters are resolved against."""
        made = self._make(kind, "", parent)
        made.adopt()
        return made

    def _start(self, builder: Builder, call: Call) -> None:
        try:
            wanted = holds(call.when, builder)
        except UnseenReferenceError as error:
            self.tallies.of(builder.kind, call).fail(error.section.gap or Gap())
            builder.sections[call.name] = error.section
            self._advance(builder)
            return
        if not wanted:
            builder.sections[call.name] = SKIPPED
            self._advance(builder)
        elif call.form is Form.BATCH or call.merge is not None:
            self._batches[builder.kind.cfn, call.name].append(builder)
        else:
            self.state(builder.kind).flying += 1
            self._due.one(self, builder, call)

    def _flush(self, state: KindState) -> None:
        """Send batches once nothing that is under way can add to them, or where they are full several times over."""
        if not self._batches:
            return
        still = state.open > state.building or state.flying > 0
        for call in state.calls.values():
            key = (state.kind.cfn, call.name)
            size = call.merge.size if call.merge else call.size
            if key in self._batches and not (still and len(self._batches[key]) < FULL * size):
                builders = self._batches.pop(key)
                state.flying += len(builders)
                self._due.many(self, builders, call)

    def _close(self, state: KindState) -> None:
        """Give back one token of a kind; with the last one the kind is done."""
        state.open -= 1
        if state.open or state.done:
            self._flush(state)
            return
        state.done = True
        gap = self.tallies.listing_gap(state.kind)
        for kind, call in state.children:
            if gap is not None:
                self.tallies.of(kind, call).fail(gap)
            self._close(self.state(kind))
        for referrer, call in state.referrers:
            self._referred(state, referrer, call)
        if not self.over and all(other.done for other in self.states.values()):
            self.over = True
            self._done(self)

    def _referred(self, source: KindState, referrer: KindState, call: Call) -> None:
        gap = self.tallies.listing_gap(source.kind)
        gaps = [gap] if gap else []
        for name in call.facts:
            owner, _, fact = name.partition(".")
            if owner == source.kind.__name__:
                for resource in source.resources:
                    try:
                        value = PLAIN.read(resource, source.kind.facts[fact])
                    except Unknown as error:
                        gaps += error.gaps
                        continue
                    referrer.referred += value if isinstance(value, list | tuple | set | frozenset) else [value]
        for found in gaps[:1]:
            self.tallies.of(referrer.kind, call).fail(found)
        referrer.refs_open -= 1
        if referrer.refs_open == 0:
            self.tallies.of(referrer.kind, call).ok()
            for item in dict.fromkeys(item for item in referrer.referred if item):
                self._from_item(referrer, call, item, None)
            self._release_held(referrer)
            self._flush(referrer)
            self._close(referrer)

    def _release_held(self, state: KindState) -> None:
        if state.refs_open or state.lists_open or not state.held:
            return
        held, state.held = state.held, []
        for call, item in held:
            assert call.without is not None  # noqa: S101  only such items are held
            try:
                named = call.without(item) in {call.without(name) for name in state.referred if name}
            except DECLARED_ERRORS as error:
                self.tallies.of(state.kind, call).fail(malformed(call, error))
            else:
                if not named:
                    self._from_item(state, call, item, None)
        self._flush(state)

    def coverage(self) -> list[Coverage]:
        """Give the coverage of the place."""
        return self.tallies.coverage(*self.place, {state.kind: state.calls for state in self.states.values()})
