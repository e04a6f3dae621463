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

Subject = tuple[str, str, str, str, str]
"""Rule, account, Region, kind and key of what was judged."""

Named = tuple[str, str, str]
"""Account, Region and key of a resource, since a key may be another's elsewhere; of an ARN these two are empty."""


def judge(changes: Sequence[Change], before: Iterable[Finding], after: Iterable[Finding]) -> None:
    """Say of each change which rules it turned, and weigh it by them, in place.

    A change turned a rule when a finding that is new, or one that is gone, was judged by what changed. A finding that
    the later side could not judge is not gone.
    """
    later = list(after)
    failing = [_failing(side) for side in (before, later)]
    judged = _judged(later)
    by_resource: dict[Named, list[Change]] = defaultdict(list)
    for change in changes:
        by_resource[("", "", change.resource)].append(change)
        by_resource[change.account, change.region, change.key].append(change)
    for name in failing[1].keys() - failing[0].keys():
        _mark(by_resource, failing[1][name], WORSE)
    for name in failing[0].keys() - failing[1].keys():
        known = judged.get(_subject(failing[0][name]))
        if known is not False:
            _mark(by_resource, failing[0][name], BETTER, removed=known is None)
    for change in changes:
        _weigh(change)


def _failing(some: Iterable[Finding]) -> Mapping[str, Finding]:
    return {
        each.fingerprint: each
        for each in some
        if each.verdict is Verdict.FAIL and each.status not in {"unseen", "resolved"} and each.category != "advisory"
    }


def _judged(some: Iterable[Finding]) -> Mapping[Subject, bool]:
    """Say of what rules told of each resource whether all of it could be judged."""
    found: dict[Subject, bool] = {}
    for each in some:
        known = each.verdict not in {Verdict.UNKNOWN, Verdict.ERROR} and each.status != "unseen" and not each.missing
        found[_subject(each)] = found.get(_subject(each), True) and known
    return found


def _subject(finding: Finding) -> Subject:
    return finding.rule, finding.account, finding.region, finding.kind, finding.key


def _mark(
    by_resource: Mapping[Named, Sequence[Change]], finding: Finding, direction: str, *, removed: bool = False
) -> None:
    """Say of the changes that a finding was judged by which rule they turned; with `removed` of removals alone."""
    found: dict[str, Change] = {}
    for evidence in finding.evidence:
        own = (("", "", finding.resource), (finding.account, finding.region, finding.key))
        for name in (("", "", evidence.resource),) if evidence.resource else own:
            found |= {each.id: each for each in by_resource.get(name, ()) if _concerns(each, evidence.path)}
    for change in _named(finding.part, [each for each in found.values() if not removed or each.action == "removed"]):
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
