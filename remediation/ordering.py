"""Steps put together: equal ones become one, each knows what comes before it, and all are in an order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import msgspec

from scanner.model.plan import Step
from scanner.model.remedy import RISKS
from scanner.model.rule import SEVERITIES, Rule


def merged(some: Sequence[Step]) -> Step:
    """Make one step of those that do the same: it mends what each mends."""
    worst = max(some, key=lambda step: (SEVERITIES.index(step.severity), RISKS.index(step.risk)))
    risk = max((step.risk for step in some), key=RISKS.index)
    told = {part: "; ".join(dict.fromkeys(said for step in some if (said := getattr(step, part))))
            for part in ("downtime", "cost")}  # fmt: skip
    mends = {each.fingerprint: each for step in some for each in step.mends}
    changes = {change.what: change for step in some for change in step.changes}
    cited = sorted({text for step in some for text in step.hipaa})
    brings = sorted({text for step in some for text in step.brings})
    return msgspec.structs.replace(
        worst,
        mends=tuple(mends.values()),
        changes=tuple(changes.values()),
        hipaa=tuple(cited),
        brings=tuple(brings),
        risk=risk,
        **told,
    )


def linked(steps: Sequence[Step], rules: Mapping[str, type[Rule]]) -> list[Step]:
    """Say of each step which others, on the same resource, must be done first."""
    by_rule: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for step in steps:
        for rule in step.rules:
            by_rule[step.account, step.resource, rule].append(step.id)
    return [
        msgspec.structs.replace(step, follows=tuple(dict.fromkeys(
            each for rule in step.rules for first in rules[rule].remedy.effect.follows
            for each in by_rule[step.account, step.resource, first] if each != step.id
        )))
        for step in steps
    ]  # fmt: skip


def ordered(steps: Sequence[Step]) -> list[Step]:
    """Order by account and Region; within, what others wait for first, then machines' steps, low risk, severity."""
    known = {step.id: step for step in steps}
    depth: dict[str, int] = {}

    def deep(id: str, seen: frozenset[str] = frozenset()) -> int:
        if id not in depth:
            first = [each for each in known[id].follows if each in known and each not in seen]
            depth[id] = 1 + max((deep(each, seen | {id}) for each in first), default=-1)
        return depth[id]

    return sorted(
        steps,
        key=lambda step: (
            step.account, step.region, deep(step.id), not step.runs, RISKS.index(step.risk),
            -SEVERITIES.index(step.severity), step.kind, step.resource, step.id,
        ),
    )  # fmt: skip
