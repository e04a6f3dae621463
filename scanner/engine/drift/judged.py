"""What rules say of changes: one that turned a rule is as severe as the rule, one that mended it is for the better."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from scanner.engine.drift.grade import BETTER, WORSE
from scanner.model.change import Action, Impact
from scanner.model.finding import Verdict
from scanner.model.rule import SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from scanner.model.change import Change
    from scanner.model.finding import Finding

Turned = tuple[str, str, str]
"""Rule, severity and direction."""

Named = tuple[str, str, str]
"""Account, Region and key of a resource, since a key may be another's elsewhere; of an ARN these two are empty."""


def judge(changes: Sequence[Change], before: Iterable[Finding], after: Iterable[Finding]) -> None:
    """Say of each change which rules it turned, and weigh it by them, in place.

    A change turned a rule when a finding that is new, or one that is gone, was judged by what changed.
    """
    failing = [_failing(side) for side in (before, after)]
    by_resource: dict[Named, list[Change]] = defaultdict(list)
    for change in changes:
        by_resource[("", "", change.resource)].append(change)
        by_resource[change.account, change.region, change.key].append(change)
    for side, direction in ((1, WORSE), (0, BETTER)):
        for name, finding in failing[side].items():
            if name not in failing[1 - side]:
                _mark(by_resource, finding, direction)
    for change in changes:
        _weigh(change)


def _failing(some: Iterable[Finding]) -> Mapping[str, Finding]:
    return {
        each.fingerprint: each
        for each in some
        if each.verdict is Verdict.FAIL and each.status not in {"unseen", "resolved"} and each.category != "advisory"
    }


def _mark(by_resource: Mapping[Named, Sequence[Change]], finding: Finding, direction: str) -> None:
    found: dict[str, Change] = {}
    for evidence in finding.evidence:
        own = (("", "", finding.resource), (finding.account, finding.region, finding.key))
        for name in (("", "", evidence.resource),) if evidence.resource else own:
            found |= {each.id: each for each in by_resource.get(name, ()) if _concerns(each, evidence.path)}
    for change in _named(finding.part, list(found.values())):
        change.rules = tuple(sorted({*change.rules, f"{direction}:{finding.rule}:{finding.severity}"}))


def _named(part: str, found: Sequence[Change]) -> Sequence[Change]:
    """Of several changes that a rule read, leave those that speak of the finding's part, where any does."""
    words = [word for word in re.split(r"[ ,:]+", part) if any(sign.isdigit() or sign == "/" for sign in word)]
    spoken = [each for each in found if words and all(word in _text(each) for word in words)]
    return spoken or found


def _text(change: Change) -> str:
    return f"{change.path} {change.before} {change.after}"


def _concerns(change: Change, path: str) -> bool:
    """Say whether what was read (`KIND section.path | section.path`) lies in what changed, or the other way round."""
    if change.action in {Action.ADDED, Action.REMOVED} and not change.property:
        return True
    read = [_plain(text.strip()) for text in path.rpartition("::")[2].partition(" ")[2].split("|")]
    return any(_below(change.property, text) or _below(text, change.property) for text in read if text)


def _plain(path: str) -> str:
    """Leave elements out of a path."""
    kept, depth = [], 0
    for sign in path:
        depth += (sign == "[") - (sign == "]")
        if depth == 0 and sign != "]":
            kept.append(sign)
    return "".join(kept)


def _below(one: str, other: str) -> bool:
    return one == other or one.startswith(f"{other}.")


def _weigh(change: Change) -> None:
    turned: list[Turned] = []
    for text in change.rules:
        direction, rule, severity = text.split(":")
        turned.append((rule, severity, direction))
    worse = [severity for _, severity, direction in turned if direction == WORSE]
    said = (f"{rule} {'FAIL' if direction == WORSE else 'PASS'}" for rule, _, direction in sorted(turned))
    change.rules = tuple(dict.fromkeys(said))
    if worse:
        own = [] if change.direction == BETTER else [change.severity]
        change.direction = WORSE
        change.severity = max((*worse, *own), key=SEVERITIES.index)
        if change.impact in {Impact.COSMETIC, Impact.FUNCTIONAL}:
            change.impact = Impact.SECURITY
    elif turned and change.direction != WORSE:
        change.direction, change.severity = BETTER, "info"
