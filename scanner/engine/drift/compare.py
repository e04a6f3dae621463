"""From two looks to changes: what is noise is left out with its reason, classes are compared by their shapes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from scanner.engine.drift.canonicalise import HEAD, NOTHING, Node, Normaliser, canonicalise, head
from scanner.engine.drift.classes import Shape, distinct, shape, unlike
from scanner.engine.drift.diff import At, Leaf, diff
from scanner.engine.drift.grade import BETTER, grade
from scanner.engine.drift.groups import Group, sections
from scanner.engine.drift.noise import noise
from scanner.model import path as paths
from scanner.model.canon import Canon
from scanner.model.change import Action, Change, Impact, Suppressed
from scanner.model.resource import Resource, Section, SectionState

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Lookup = Callable[[str, str, str], Sequence[Resource]]
"""Gives the resources of an account, Region and kind as a night saw them."""

READABLE = frozenset({SectionState.OK, SectionState.ABSENT})
NOT_ASKED = "it was not asked for in one of the nights, since it did not apply"
NOT_LEARNED = "it could not be learned in one of the nights"
GENERAL = Canon(kind="")


def nobody(_account: str, _region: str, _kind: str) -> Sequence[Resource]:
    """Know of no other resources."""
    return ()


@dataclass(frozen=True)
class Comparer:
    """Compares groups; with `explain` also what is left out is said, with its reason.

    `lookup` gives what the later night saw of other resources, `earlier` what the earlier one did.
    """

    normaliser: Normaliser
    lookup: Lookup = nobody
    earlier: Lookup = nobody
    explain: bool = False
    users: dict[tuple[str, str, str], list[tuple[str, Resource]]] = field(default_factory=dict)
    """By place and kind, the resources on which classes are shown, each with what it refers to."""

    def compare(self, groups: Iterable[Group]) -> Iterator[Change | Suppressed]:
        """Give the changes, and with `explain` what is none."""
        for group in groups:
            canon = self.normaliser.canons.get(group.kind, GENERAL)
            if group.gap is not None:
                yield _unseen(group)
            elif canon.observed:
                yield from self._left_out(group, "", canon.observed)
            elif group.is_class:
                yield from self._class(group, canon)
            else:
                yield from self._single(group, canon)

    def _left_out(self, group: Group, path: str, reason: str) -> Iterator[Suppressed]:
        if self.explain:
            some = (*group.after, *group.before)
            yield Suppressed(
                account=group.account, region=group.region, kind=group.kind, path=path, reason=reason,
                resource=some[0].arn if len(some) == 1 else group.key,
            )  # fmt: skip

    def _single(self, group: Group, canon: Canon) -> Iterator[Change | Suppressed]:
        before, after = next(iter(group.before), None), next(iter(group.after), None)
        if before is not None and after is not None:
            yield from self._within(group, canon, before, after)
            return
        there = after or before
        reason = self._folded(there, canon, gone=after is None) if there is not None else ""
        if reason or there is None:
            yield from self._left_out(group, "", reason)
            return
        action = Action.ADDED if before is None else Action.REMOVED
        touch = canon.added if before is None else canon.removed
        direction = touch.gain
        severity = "info" if direction == BETTER else touch.severity
        yield _change(group, there, action=action, severity=severity, impact=Impact(touch.impact), direction=direction)

    def _within(self, group: Group, canon: Canon, before: Resource, after: Resource) -> Iterator[Change | Suppressed]:
        compiled = self.normaliser.sections(group.kind)
        leaves: list[Leaf] = []
        if before.tags is not None and after.tags is not None:
            leaves += diff(head(before.tags), head(after.tags), NOTHING, At("", HEAD))
        for name in sections((before, after)):
            was, now = before.sections.get(name), after.sections.get(name)
            node = compiled.node(name) if compiled else NOTHING
            at = At().member(name, node)
            reason = _incomparable(was, now)
            if was is None or now is None or reason:
                yield from self._left_out(group, at.path, reason) if was and now and was != now else ()
                continue
            leaves += diff(canonicalise(was.doc, node), canonicalise(now.doc, node), node, at)
            if self.explain:
                for path, why in noise(was.doc, now.doc, node, at):
                    yield from self._left_out(group, path, why)
        yield from self._leaves(group, canon, after, leaves)

    def _leaves(
        self, group: Group, canon: Canon, shown: Resource, leaves: Sequence[Leaf], **more: Any
    ) -> Iterator[Change | Suppressed]:
        changed = {(leaf.at.property, _elements(leaf)) for leaf in leaves if not leaf.incomparable}
        for leaf in leaves:
            reason = leaf.incomparable or self._governed(leaf, shown, canon)
            other, inside = canon.follows.get(leaf.at.property), _elements(leaf)
            if any((other, inside[:depth]) in changed for depth in range(len(inside) + 1)):
                reason = f"it changes with {other}"
            if reason:
                yield from self._left_out(group, leaf.at.path, reason)
                continue
            weight = grade(leaf, canon)
            yield _change(
                group, shown, action=leaf.action, path=leaf.at.path, property=leaf.at.property, before=leaf.before,
                after=leaf.after, redacted=leaf.redacted, severity=weight.severity, impact=weight.impact,
                direction=weight.direction, **more,
            )  # fmt: skip

    def _folded(self, resource: Resource, canon: Canon, *, gone: bool) -> str:
        """Say why a resource that is there or gone is nobody's change, if it is none."""
        reason = folded(resource, canon)
        if reason:
            return reason
        if canon.owner is not None:
            kind, text = canon.owner
            names = set(_values(resource, text))
            others = (self.earlier if gone else self.lookup)(resource.account, resource.region, kind) if names else ()
            if any(each.id in names and each.identity != each.id for each in others):
                return f"it came or went with a member of a class ({kind})"
        return ""

    def _governed(self, leaf: Leaf, resource: Resource, canon: Canon) -> str:
        """Say why a property is set by a machine, if one has it in hand."""
        for each in canon.governed:
            if leaf.at.property == each.property:
                for other in self.lookup(resource.account, resource.region, each.kind):
                    names, least, most = (_values(other, text) for text in (each.refers, each.least, each.most))
                    is_its = any(name and resource.arn.endswith(str(name)) for name in names)
                    if is_its and all(_between(value, least, most) for value in (leaf.before, leaf.after)):
                        return each.reason
        return ""

    def _class(self, group: Group, canon: Canon) -> Iterator[Change | Suppressed]:
        reason = f"{canon.members or 'members of a class'}: they come and go"
        if not group.before or not group.after:
            yield from self._left_out(group, "", reason)
            return
        old, new = ([shape(each, canon) for each in side] for side in (group.before, group.after))
        told = unlike(new, old)
        for before, after in told:
            yield from self._shape(group, canon, before, after, new)
        shared = set.intersection(*(set(each.trees) for each in (*old, *new)))
        old, new = (distinct(each.only(shared) for each in side) for side in (old, new))
        if not told and len(new) == 1 and len(old) > 1:
            yield from self._alike(group, canon, [each for each in old if each != new[0]], new[0])
        if self.explain and {each.id for each in group.before} != {each.id for each in group.after}:
            yield from self._left_out(group, "", reason)

    def _shape(
        self, group: Group, canon: Canon, before: Shape, after: Shape, now: Sequence[Shape]
    ) -> Iterator[Change | Suppressed]:
        members = tuple(sorted(each.resource.id for each in now if each.only(set(after.trees)) == after))
        for change in self._leaves(group, canon, after.resource, after.differs(before), members=members):
            if isinstance(change, Change):
                change.resource, change.name = group.key, group.key
                change.why = f"{len(members)} of {len(group.after)} {canon.members or 'members'}"
                yield self._shown_on(change, canon)
            else:
                yield change

    def _alike(self, group: Group, canon: Canon, gone: Sequence[Shape], left: Shape) -> Iterator[Change | Suppressed]:
        """Tell that members which differed do so no more: they are like the others again, or the others are gone."""
        for shape_before in gone:
            for change in self._leaves(group, canon, left.resource, left.differs(shape_before)):
                if isinstance(change, Change):
                    change.resource, change.name = group.key, group.key
                    change.severity, change.direction = "info", ""  # told when the first of them became so
                    change.why = f"all {len(group.after)} {canon.members or 'members'} are alike again"
                    yield self._shown_on(change, canon)
                else:
                    yield change

    def _shown_on(self, change: Change, canon: Canon) -> Change:
        """Tell a change of a class on what refers to it: that of a task definition on the service that runs it."""
        if canon.shown_on is None:
            return change
        kind, text = canon.shown_on
        section, rest = paths.split(text)
        compiled = self.normaliser.sections(kind)
        node: Node = compiled.node(section) if compiled else NOTHING
        where = (change.account, change.region, kind)
        if where not in self.users:
            read = ((each, each.sections.get(section)) for each in self.lookup(*where))
            held = ((each, canonicalise(of.doc, node) or {}) for each, of in read if of is not None)
            self.users[where] = [(str(paths.getter(rest)(doc)), each) for each, doc in held]
        users = [each for name, each in self.users[where] if name == change.key]
        if users:
            first, *others = sorted(users, key=lambda each: each.arn)
            at = At().member(section, node)
            for name in rest.split("."):
                node = node.member(name)
                at = at.member(name, node)
            change.kind, change.resource, change.name = kind, first.arn, first.name
            change.path = f"{at.path}.{change.path}"
            change.members = tuple(each.name for each in others)
        return change


def _values(resource: Resource, text: str) -> list[Any]:
    """Give what a resource has at a property: a section's path, or `@.tags.` and a key."""
    value: Any
    if text.startswith(f"{HEAD}.tags."):
        value = (resource.tags or {}).get(text.removeprefix(f"{HEAD}.tags."), paths.MISSING)
    else:
        section, rest = paths.split(text)
        held = resource.sections.get(section)
        value = paths.getter(rest)(held.doc) if held is not None and held.state is SectionState.OK else paths.MISSING
    return [each for each in (value if isinstance(value, list) else [value]) if each is not paths.MISSING]


def folded(resource: Resource, canon: Canon) -> str:
    """Say why a resource comes and goes by itself: it follows from others, is one of a class, or a service makes it."""
    if canon.derived or (canon.members and resource.identity != resource.id):
        return canon.derived or canon.members
    for text, match, reason in canon.folded:
        if any(re.search(match, _plain(each)) for each in _values(resource, text)):
            return reason
    return ""


def _change(group: Group, shown: Resource, **more: Any) -> Change:
    return Change(
        account=group.account, region=group.region, kind=group.kind, resource=shown.arn, key=group.key,
        name=shown.name, since=group.since, seen=group.seen, **more,
    )  # fmt: skip


def _unseen(group: Group) -> Change:
    return Change(
        account=group.account, region=group.region, kind=group.kind, resource="", key=group.key,
        name=f"{group.count} of {group.kind}", action=Action.UNSEEN, severity="info", since=group.since,
        seen=group.seen, why=str(group.gap),
    )  # fmt: skip


def _incomparable(was: Section | None, now: Section | None) -> str:
    states = {each.state for each in (was, now) if each is not None}
    if SectionState.UNSEEN in states:
        return NOT_LEARNED
    return "" if states <= READABLE else NOT_ASKED


def _between(value: Any, least: Sequence[Any], most: Sequence[Any]) -> bool:
    """Say whether a number lies between bounds, which may not be known."""
    some = (value, *least[:1], *most[:1])
    return len(some) == 3 and all(isinstance(each, int) for each in some) and some[1] <= value <= some[2]  # noqa: PLR2004


def _elements(leaf: Leaf) -> tuple[str, ...]:
    """Give the names of the elements that a path leads through."""
    return tuple(re.findall(r"\[[^\]]*\]", leaf.at.path))


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
