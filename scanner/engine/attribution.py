"""Who made a change: the event of CloudTrail that brought the value that is there now, and how sure that is."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from scanner.engine.trail_names import concerns, events_of, names_of
from scanner.engine.trail_values import holds_word, shows, speaks_of_another, token
from scanner.model.change import Action, Attribution, Change, Confidence

if TYPE_CHECKING:
    from scanner.engine.trail_event import TrailEvent
    from scanner.model.canon import Canon

GIVING = frozenset(
    {"Add", "Allocate", "Associate", "Attach", "Authorize", "Create", "Import", "Register", "Run", "Tag"}
)
TAKING = frozenset({
    "Cancel", "Delete", "Deregister", "Detach", "Disassociate", "Release", "Remove", "Revoke", "Terminate", "Unassign",
    "Untag",
})  # fmt: skip
"""The verbs of calls that only put something there, and of those that only take something away."""

REPLACING = frozenset({"CreateLaunchTemplateVersion", "CreatePolicyVersion", "RegisterTaskDefinition"})
"""Calls that put a whole new content in the place of the old: what it lacks is gone by them."""

ENABLING, DISABLING = frozenset({"Enable", "Start"}), frozenset({"Disable", "Stop"})
TAGS, TAGGING = "@.tags", re.compile(r"^(Unt|T)ag[A-Z]|Tags($|To|From|For)|Tagging$")
"""Where a resource's tags are, and how the calls that set or take tags away are named."""

ORDER = (Confidence.NONE, Confidence.LOW, Confidence.MEDIUM, Confidence.HIGH)
NOBODY = (
    "no event was found in this time: it was made by the service, before what CloudTrail keeps, or is not delivered yet"
)
NOT_SEEN = "it could not be looked at again, so nothing is known to have changed"


Time = tuple[datetime | None, datetime | None]
"""After a moment, up to another one."""


class Claim(NamedTuple):
    """What one event says of a change."""

    confidence: Confidence
    event: TrailEvent
    why: str


class Trail:
    """Events that can have changed something, by account, by name and in order of time."""

    def __init__(self, events: Iterable[TrailEvent]) -> None:
        """Sort the events in; what only read, failed, or is no management event is left out, doubles as well."""
        unique = {event.id or str(number): event for number, event in enumerate(events) if event.effective}
        self._by_name: dict[tuple[str, str], list[TrailEvent]] = defaultdict(list)
        self._nameless: dict[str, list[TrailEvent]] = defaultdict(list)
        self._all: dict[tuple[str, str], list[TrailEvent]] = defaultdict(list)
        for event in sorted(unique.values(), key=lambda event: (event.at, event.id)):
            for name in event.asked.names:
                self._by_name[event.account, name].append(event)
            if not event.asked.names:
                self._nameless[event.account].append(event)
            self._all[event.account, event.call].append(event)

    def about(self, change: Change, names: Sequence[str], listed: Iterable[str], time: Time) -> list[TrailEvent]:
        """Give what may concern a change, within a time, in order."""
        sources = [self._by_name.get((change.account, name), []) for name in names]
        if not names:
            sources += [self._all.get((change.account, name), []) for name in listed]
        sources.append(self._nameless.get(change.account, []))
        found = {id(event): event for events in sources for event in _within(events, time)}
        return sorted(found.values(), key=lambda event: (event.at, event.id))


def attribute(
    changes: Iterable[Change], events: Iterable[TrailEvent], canons: Mapping[str, Canon],
    ends: Mapping[datetime, datetime] | None = None,
) -> list[tuple[Change, Attribution]]:  # fmt: skip
    """Find for each change the event that made it; the changes themselves stay as they are.

    High: an event that the kind's tables list for this property, with the value that is there now. Medium: a listed
    event that says nothing else. Low: another write on the same resource. Of several the surest wins, then the last.

    A look takes its time: `ends` says, by the moment `seen` at which one began, when it was over. What happened
    meanwhile was seen or was not, so it is taken only where nothing before it explains the change.
    """
    trail = Trail(events)
    return [(change, _attribution(change, trail, canons, ends or {})) for change in changes]


def _within(events: list[TrailEvent], time: Time) -> list[TrailEvent]:
    since, until = time
    first = bisect_right(events, since, key=_at) if since is not None else 0
    last = bisect_right(events, until, key=_at) if until is not None else len(events)
    return events[first:last]


def _at(event: TrailEvent) -> datetime:
    return event.at


def _attribution(
    change: Change, trail: Trail, canons: Mapping[str, Canon], ends: Mapping[datetime, datetime]
) -> Attribution:
    if change.action is Action.UNSEEN:
        return Attribution(confidence=Confidence.NONE, why=NOT_SEEN)
    found = _in_time(change, trail, canons, (change.since, change.seen))
    if change.seen is not None and change.seen in ends and found.confidence in {Confidence.NONE, Confidence.LOW}:
        later = _in_time(change, trail, canons, (change.seen, ends[change.seen]))
        return max(found, later, key=lambda each: ORDER.index(each.confidence))
    return found


def _in_time(change: Change, trail: Trail, canons: Mapping[str, Canon], time: Time) -> Attribution:
    listed: dict[str, list[str]] = defaultdict(list)
    for entry in events_of(change, canons):
        name, _, value = entry.partition("=")
        listed[name] += [value] if "=" in entry else []
    names = names_of(change)
    claims = []
    for event in reversed(trail.about(change, names, listed, time)):
        known = event.call in listed or _by_its_name(event, change, bool(listed))
        if concerns(event, change, names, listed=known):
            if known:
                claims.append(_claim(event, change, listed.get(event.call, [])))
                if claims[-1].confidence is Confidence.HIGH:  # the last that brought what is there now
                    break
            elif not (change.path and verb_of(event.name) in {"Create", "Run"} and event.name != "CreateTags"):
                claims.append(_unlisted(event, change, any_listed=bool(listed)))
    if not claims:
        return Attribution(confidence=Confidence.NONE, why=NOBODY)
    best = max(claims, key=lambda claim: ORDER.index(claim.confidence)).confidence
    chosen = next(claim for claim in claims if claim.confidence is best)
    why = _last_of(claims, chosen) if best is Confidence.LOW else chosen.why
    return _said(chosen.event, best, why)


def _by_its_name(event: TrailEvent, change: Change, any_listed: bool) -> bool:  # noqa: FBT001  of one caller
    """Say whether an event's name says that it sets tags, or makes or removes a resource of a kind without a table."""
    if change.property.startswith(TAGS):
        return TAGGING.search(event.call) is not None
    return not any_listed and not change.path and _of_itself(event, change)


def _of_itself(event: TrailEvent, change: Change) -> bool:
    """Say whether an event by its name makes or removes a resource of the kind, where no table lists any."""
    noun = change.kind.rpartition("::")[2].lower()
    verbs = GIVING if change.action is Action.ADDED else TAKING
    words = event.call.lower()
    return verb_of(event.name) in verbs and words.removeprefix(verb_of(event.name).lower()).rstrip("s") == noun


def _unlisted(event: TrailEvent, change: Change, *, any_listed: bool) -> Claim:
    """Weigh a write that no table lists; where none lists any for the property, its request may prove it."""
    fits = not any_listed and change.path and change.after is not None and not _against(verb_of(event.name), change)
    if fits and shows(event.asked.parameters, change.after, change.property, change.path):
        return Claim(Confidence.MEDIUM, event, f"the request of {event.name} shows {_what(change)}")
    return Claim(Confidence.LOW, event, "")


def _claim(event: TrailEvent, change: Change, values: list[str]) -> Claim:
    if not change.path:
        return _of_resource(event, change)
    if values and not change.redacted:
        after = "false" if change.action is Action.REMOVED else token(change.after)  # a flag that is gone is off
        if after in {token(value) for value in values}:
            return Claim(Confidence.HIGH, event, f"{event.name} brings about the value that is there now")
        return Claim(Confidence.LOW, event, "")
    confidence = _by_value(event, change)
    why = {
        Confidence.HIGH: f"{event.name} changes this property, and its request shows {_what(change)}",
        Confidence.MEDIUM: f"{event.name} changes this property; its request does not show {_what(change)}",
    }
    return Claim(confidence, event, why.get(confidence, ""))


def _of_resource(event: TrailEvent, change: Change) -> Claim:
    against = TAKING if change.action is Action.ADDED else GIVING
    if verb_of(event.name) in against:
        return Claim(Confidence.LOW, event, "")
    what = "makes" if change.action is Action.ADDED else "removes"
    return Claim(Confidence.HIGH, event, f"{event.name} {what} such a resource, and names this one")


def _what(change: Change) -> str:
    if change.redacted:
        return "values, which are secret"
    return "what is gone" if change.action is Action.REMOVED else "the value that is there now"


def _by_value(event: TrailEvent, change: Change) -> Confidence:
    """Say how well a listed event fits: what it asks for must be there now, what it takes away must be gone."""
    verb, asked = verb_of(event.name), event.asked.parameters
    if event.name not in REPLACING and _against(verb, change):
        return Confidence.LOW
    if change.redacted:
        return Confidence.MEDIUM
    tag = _tag(change)
    if change.action is Action.REMOVED:
        return _of_loss(verb, change, asked, tag)
    if tag and not holds_word(asked, tag, members=True):
        return Confidence.LOW
    named = isinstance(change.before, str) and change.path.endswith(f"[{change.before}]")
    if shows(asked, change.after, tag or change.property, change.path, label=named):
        return Confidence.HIGH
    if not named and speaks_of_another(asked, change.after, tag or change.property, change.path):
        return Confidence.LOW
    return Confidence.MEDIUM


def _tag(change: Change) -> str:
    return change.property.removeprefix(f"{TAGS}.") if change.property.startswith(f"{TAGS}.") else ""


def _against(verb: str, change: Change) -> bool:
    """Say whether a verb speaks against a change: nothing is there anew because something was revoked."""
    if change.action is not Action.CHANGED:
        return verb in (TAKING if change.action is Action.ADDED else GIVING)
    if isinstance(change.after, bool):
        return verb in (DISABLING if change.after else ENABLING)
    return False


def _of_loss(verb: str, change: Change, asked: object, tag: str) -> Confidence:
    there = shows(asked, change.before, tag or change.property, change.path)
    if verb not in TAKING:
        return Confidence.LOW if there else Confidence.MEDIUM
    label = re.search(r"\[([^\[\]]+)\]$", change.path)
    word = tag or (label[1] if label else change.path.rpartition(".")[2])
    is_whole = "." not in change.property  # what one call gives is gone, and one call takes it away
    if there or holds_word(asked, word) or is_whole:
        return Confidence.HIGH
    another = speaks_of_another(asked, change.before, change.property, change.path)
    return Confidence.LOW if another or tag else Confidence.MEDIUM


def verb_of(event: str) -> str:
    """Give the verb that an event's name begins with."""
    found = re.match(r"[A-Z][a-z]+", event)
    return found[0] if found else event


def _last_of(claims: list[Claim], chosen: Claim) -> str:
    actors = len({claim.event.actor for claim in claims})
    others = f"the last of {len(claims)} writes by {actors} actors" if len(claims) > 1 else "the only write"
    return f"{others} on this resource in this time; {chosen.event.name} is not known to have made this change"


def _said(event: TrailEvent, confidence: Confidence, why: str) -> Attribution:
    return Attribution(
        confidence=confidence, actor=event.issuer or event.actor, actor_type=event.actor_type, session=event.session,
        source_ip=event.source_ip, channel=event.channel, event=event.name, event_id=event.id,
        at=event.at.astimezone(UTC).isoformat().replace("+00:00", "Z"), why=why,
    )  # fmt: skip
