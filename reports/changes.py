"""Changes in words: their order, what happened to what, from which value to which, by whom, and what it turned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from reports.figures import RANK, WORST_FIRST
from reports.words import clean, fit_arn, shorten, value_text, when
from scanner.model.change import Action, Change, Confidence, Impact

if TYPE_CHECKING:
    from reports.view import DriftView, ScanRef
    from scanner.model.change import Attribution
    from scanner.model.resource import Coverage

ARROW = "→"
IMPACTS = tuple(str(impact) for impact in Impact)


class Turn(NamedTuple):
    """A rule that a change turned, and to which verdict."""

    rule: str
    verdict: str


def ordered(changes: Iterable[Change]) -> list[Change]:
    """Give the changes worst first, those for the better after others of their severity; without what is unseen."""
    return sorted((change for change in changes if change.action is not Action.UNSEEN), key=_order)


def _order(change: Change) -> tuple[Any, ...]:
    better = change.direction == "better"
    place = (change.account, change.region, change.kind, change.name, change.key, change.path, change.action)
    return (-RANK[change.severity], better, IMPACTS.index(change.impact), *place)


def unseen(changes: Iterable[Change]) -> list[Change]:
    """Give what could not be looked at again, by account, Region and kind."""
    found = (change for change in changes if change.action is Action.UNSEEN)
    return sorted(found, key=lambda change: (change.account, change.region, change.kind, change.key))


class Counts(NamedTuple):
    """How many changes there are, in all and by severity, impact and action, each of them named."""

    total: int
    severity: dict[str, int]
    impact: dict[str, int]
    action: dict[str, int]


def counts(changes: Iterable[Change]) -> Counts:
    """Count changes; what is unseen is counted as an action only."""
    known = list(changes)
    real = [change for change in known if change.action is not Action.UNSEEN]
    by_severity = Counter(change.severity for change in real)
    by_impact = Counter(str(change.impact) for change in real)
    by_action = Counter(str(change.action) for change in known)
    return Counts(
        len(real),
        {severity: by_severity[severity] for severity in WORST_FIRST},
        {impact: by_impact[impact] for impact in IMPACTS},
        {str(action): by_action[action] for action in Action},
    )


def older(view: DriftView) -> str:
    """Name the older look: `baseline spring, scan ...`."""
    return f"baseline {clean(view.baseline)}, {scan(view.older)}" if view.baseline else scan(view.older)


def scan(ref: ScanRef) -> str:
    """Name a scan."""
    return f"scan {clean(ref.id)}"


def resource(change: Change, width: int = 0) -> str:
    """Name what changed by its name, else by its id; in `width` characters where one is given."""
    text = clean(change.name or change.resource or change.key)
    return fit_arn(text, width) if width and len(text) > width else text


def where(change: Change) -> str:
    """Say where in the resource, in words; empty for the resource itself."""
    return clean(change.path)


def values(change: Change, limit: int) -> tuple[str, str]:
    """Give the values before and after in one line each, cut in the middle at `limit`; empty where none is to be told.

    Of a secret nothing is told, of an element nothing that its name says already.
    """
    if change.redacted:
        return "", ""
    before = "" if change.before is None or _tells(change.path, change.before) else _value(change.before, limit)
    after = "" if change.after is None or _tells(change.path, change.after) else _value(change.after, limit)
    if change.action is Action.CHANGED:
        return before or _value(change.before, limit), after or _value(change.after, limit)
    return before, after


def told(change: Change, limit: int) -> str:
    """Say place, action and values in one line: `desiredCount 1 → 3`, `tags.owner added: ops`."""
    before, after = values(change, limit)
    place = where(change)
    if change.redacted:
        return f"{place} {change.action} (redacted)".strip()
    if change.action is Action.CHANGED:
        return f"{place} {before} {ARROW} {after}".strip()
    value = after or before
    return f"{place} {change.action}".strip() + (f": {value}" if value else "")


def _value(value: Any, limit: int) -> str:
    return shorten(value_text(value), limit) if limit else value_text(value)


def _tells(path: str, value: Any) -> bool:
    """Say whether the name of an element tells all that it holds."""
    return path.endswith("]") and all(text in path for text in _leaves(value))


def _leaves(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for item in value.values() for text in _leaves(item)]
    if isinstance(value, list | tuple):
        return [text for item in value for text in _leaves(item)]
    return [] if value is None else [str(value).lower() if isinstance(value, bool) else str(value)]


def turns(change: Change) -> list[Turn]:
    """Give the rules that a change turned, those for the worse first."""
    found = [Turn(*text.rsplit(" ", 1)) for text in change.rules if " " in text]
    return sorted(found, key=lambda turn: (turn.verdict != "FAIL", turn.rule))


def turned(change: Change) -> str:
    """Say which rules it turned: `turned sg_no_open_ssh FAIL`."""
    found = [f"{clean(turn.rule)} {clean(turn.verdict)}" for turn in turns(change)]
    return f"turned {', '.join(found)}" if found else ""


def members(change: Change) -> str:
    """Say which members of a class are concerned, or where else it shows."""
    if not change.why and not change.members:
        return ""
    names = [clean(fit_arn(name, 40)) for name in change.members]
    some = ", ".join(names[:3]) + (f" and {len(names) - 3:,} more" if len(names) > 3 else "")  # noqa: PLR2004
    return ": ".join(part for part in (clean(change.why), some) if part)


def who(given: Attribution | None) -> str:
    """Give the actor's short name; empty where nobody is known."""
    return clean(given.who) if given is not None and given.confidence is not Confidence.NONE else ""


def how(given: Attribution | None) -> str:
    """Say by which channel and from where: `console, 203.0.113.7`."""
    if given is None:
        return ""
    source = given.source_ip if given.source_ip != given.actor else ""
    return clean(", ".join(part for part in (given.channel, source) if part and part != "unknown"))


def by(given: Attribution | None) -> str:
    """Say who, how, by which event, when, and how sure that is; or that nobody is known, and why."""
    if given is None:
        return ""
    if not who(given):
        return f"by nobody known: {clean(given.why)}" if given.why else "by nobody known"
    through = f" ({how(given)})" if how(given) else ""
    event = " ".join(part for part in (clean(given.event), when(given.at)) if part)
    return f"by {who(given)}{through}{' ' if event else ''}{event}, confidence {given.confidence}"


def again(change: Change) -> str:
    """Say of what was not seen again how much of it there was, where, and why."""
    return f"not seen again: {clean(change.name or change.key)}"


def hole(entry: Coverage) -> str:
    """Say which call was answered before and is not now, and the permission that mends it."""
    lacks = f"; allow {clean(entry.permission)}" if entry.permission and entry.state == "denied" else ""
    why = clean(entry.error or str(entry.state))
    return f"{clean(entry.operation)} for {clean(entry.kind)}: {why}{lacks}"


def reasons(view: DriftView) -> list[tuple[str, int]]:
    """Count what is no change by the reason, the most frequent first."""
    found = Counter(item.reason for item in view.suppressed)
    return sorted(found.items(), key=lambda item: (-item[1], item[0]))


def groups(changes: Sequence[Change]) -> list[tuple[str, list[Change]]]:
    """Give ordered changes by severity, the worst first."""
    found = [(severity, [each for each in changes if each.severity == severity]) for severity in WORST_FIRST]
    return [(severity, some) for severity, some in found if some]
