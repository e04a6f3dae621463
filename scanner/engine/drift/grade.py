"""How much a change weighs, and whether it is for the better: by its kind's tables, else by the words of the answer."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from scanner.engine.normalise import canonical
from scanner.model.canon import Touch
from scanner.model.change import Action, Impact
from scanner.model.rule import SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scanner.engine.drift.diff import Leaf
    from scanner.model.canon import Canon

BETTER, WORSE = "better", "worse"

WORDS: tuple[tuple[str, Impact, str], ...] = (
    (r"(^|\.)(tags|sid|description|comment|displayname)$", Impact.COSMETIC, "info"),
    (r"(^|\.)tags\b", Impact.COSMETIC, "low"),
    (r"encrypt|kms|cipher|tls|ssl|certificate|sse", Impact.SECURITY, "high"),
    (r"public|policy|statement|principal|permission|ingress|egress|securitygroup|trust|\brole|mfa|password|secret|auth",
     Impact.SECURITY, "high"),
    (r"logging|logs?\b|trail|audit|monitor|insight|record", Impact.SECURITY, "medium"),
    (r"backup|retention|multi_?az|deletionprotection|replic|availabilityzone|health|snapshot|restor",
     Impact.RESILIENCE, "medium"),
)  # fmt: skip
"""What a property is taken to touch where no table says it."""


class Grade(NamedTuple):
    """Severity, what is touched, the direction (`better`, `worse` or empty), and the touch that said so."""

    severity: str
    impact: Impact
    direction: str
    touch: Touch


def grade(leaf: Leaf, canon: Canon) -> Grade:
    """Weigh a difference inside a resource."""
    before, after = _rendered(leaf.at.path, leaf.before), _rendered(leaf.at.path, leaf.after)
    there = [text for text, gone in ((before, Action.ADDED), (after, Action.REMOVED)) if leaf.action is not gone]
    touch = touch_of(canon, leaf.at.property, *there)
    if touch is None:
        severity, impact = _by_words(leaf.at.property)
        grades = [Grade(severity, impact, "", Touch()), *_inside(leaf, canon)]
        return max(grades, key=lambda each: SEVERITIES.index(each.severity))
    direction = _direction(touch, leaf, before, after)
    return Grade("info" if direction == BETTER else touch.severity, Impact(touch.impact), direction, touch)


def _inside(leaf: Leaf, canon: Canon) -> Iterator[Grade]:
    """Weigh what came or went with a whole object of which a table knows the members only."""
    for path in dict.fromkeys(each.path for each in canon.touches if each.path.startswith(f"{leaf.at.property}.")):
        names = path.removeprefix(f"{leaf.at.property}.").split(".")
        at = leaf.at._replace(property=path)
        for before in _members(leaf.before, names):
            yield grade(leaf._replace(at=at, before=before), canon)
        for after in _members(leaf.after, names):
            yield grade(leaf._replace(at=at, after=after), canon)


def _members(value: Any, names: Sequence[str]) -> Iterator[Any]:
    """Give what an object holds at a path, in each element of the lists on the way."""
    if isinstance(value, list):
        for item in value:
            yield from _members(item, names)
    elif not names:
        yield value
    elif isinstance(value, dict) and names[0] in value:
        yield from _members(value[names[0]], names[1:])


def touch_of(canon: Canon, prop: str, *texts: str) -> Touch | None:
    """Choose what is said of a property: the longest path, and of several the first whose `match` is found."""
    found = [each for each in canon.touches if _below(prop, each.path)]
    longest = max((len(each.path) for each in found), default=0)
    found = sorted((each for each in found if len(each.path) == longest), key=lambda each: not each.match)
    return next((each for each in found if not each.match or any(_found(each.match, text) for text in texts)), None)


def _below(prop: str, path: str) -> bool:
    return prop == path or prop.startswith(f"{path}.")


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


def _found(match: str, text: str) -> bool:
    return bool(text) and _pattern(match).search(text) is not None


def _rendered(path: str, value: Any) -> str:
    text = value if isinstance(value, str) else canonical(value).decode()
    return f"{path} {text}"


def _direction(touch: Touch, leaf: Leaf, before: str, after: str) -> str:
    if touch.good or touch.bad:
        return _by_values(touch, leaf)
    if not touch.gain:
        return ""
    loss = WORSE if touch.gain == BETTER else BETTER
    if leaf.action is not Action.CHANGED:
        return touch.gain if leaf.action is Action.ADDED else loss
    if _is_number(leaf.before) and _is_number(leaf.after):
        return touch.gain if leaf.after > leaf.before else loss
    if touch.match:
        had, has = (_found(touch.match, text.removeprefix(f"{leaf.at.path} ")) for text in (before, after))
        return touch.gain if has > had else loss if had > has else ""
    return ""


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _by_values(touch: Touch, leaf: Leaf) -> str:
    was, now = _sort_of(touch, leaf.before), _sort_of(touch, leaf.after)
    if was == now:
        return ""
    return BETTER if now > was else WORSE


def _sort_of(touch: Touch, value: Any) -> int:
    """Rank a value: safe over what is not said over unsafe; what is not there is unsafe where a safe value is known."""
    if value in touch.good:
        return 1
    if value in touch.bad or (value is None and touch.good):
        return -1
    return -1 if touch.good and not touch.bad else 1 if touch.bad and not touch.good else 0


def _by_words(prop: str) -> tuple[str, Impact]:
    text = prop.lower().replace("_", "")
    for pattern, impact, severity in WORDS:
        if _found(pattern, text):
            return severity, impact
    return "low", Impact.FUNCTIONAL
