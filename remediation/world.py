"""What is known of the resources that steps concern: looked at again part by part, judged as a whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Protocol

from scanner.engine.registry import kinds_needed, with_roots
from scanner.model.finding import Finding, Verdict
from scanner.model.kind import Kind
from scanner.model.plan import Mended, Step
from scanner.model.remedy import Direct
from scanner.model.resource import Coverage, Resource, Snapshot
from scanner.model.rule import Rule

GLOBAL = "global"
Place = tuple[str, str]
"""Account and Region, or `global`."""


class Look(Protocol):
    """Collects kinds in places, now."""

    def __call__(self, places: Iterable[Place], kinds: Mapping[str, type[Kind]]) -> Snapshot:
        """Give what is there."""


Judge = Callable[[Sequence[type[Rule]], Snapshot], Iterable[Finding]]
"""Judges a snapshot by rules."""


@dataclass
class World:
    """The resources seen so far, by place and kind, and their verdicts by fingerprint."""

    look: Look
    judge: Judge
    rules: Mapping[str, type[Rule]]
    as_of: datetime
    resources: dict[tuple[str, str, str], list[Resource]] = field(default_factory=lambda: defaultdict(list))
    coverage: dict[tuple[str, str, str], list[Coverage]] = field(default_factory=lambda: defaultdict(list))
    kinds: dict[str, type[Kind]] = field(default_factory=dict)
    findings: dict[str, Finding] = field(default_factory=dict)
    _looked: dict[tuple[Place, str], float] = field(default_factory=dict)

    def refresh(
        self, places: Iterable[Place], kinds: Mapping[str, type[Kind]], *, within: float = 0
    ) -> dict[str, Finding]:
        """Look at kinds in places again, judge everything, and give the verdicts that stood before.

        What was looked at `within` so many seconds is not looked at again.
        """
        before, asked, now = self.findings, set(places), monotonic()
        old = [(place, kind) for place in asked for kind in kinds if not self._is_fresh((place, kind), now - within)]
        if within and not old:
            return before
        if within:
            asked = {place for place, _ in old}
            kinds = with_roots(kinds[kind] for _, kind in old)
        seen = self.look(asked, kinds)
        self._looked |= {(place, kind): now for place in asked for kind in kinds}
        for held in (self.resources, self.coverage):
            for at in [at for at in held if at[:2] in asked and at[2] in kinds]:
                del held[at]
        for resource in seen.resources:
            self.resources[resource.account, resource.region, resource.kind].append(resource)
        for entry in seen.coverage:
            self.coverage[entry.account, entry.region, entry.kind].append(entry)
        self.kinds |= kinds
        self.as_of = seen.as_of
        self.findings = {finding.fingerprint: finding for finding in self.judge(self._judged(), self.snapshot())}
        return before

    def _is_fresh(self, what: tuple[Place, str], since: float) -> bool:
        return what in self._looked and self._looked[what] >= since

    def snapshot(self) -> Snapshot:
        """Give everything that was seen as one snapshot."""
        places = sorted({at[:2] for at in (*self.resources, *self.coverage)})
        resources = [resource for some in self.resources.values() for resource in some]
        coverage = [entry for some in self.coverage.values() for entry in some]
        return Snapshot("world", self.as_of, resources, coverage, targets=places, kinds=sorted(self.kinds))

    def _judged(self) -> list[type[Rule]]:
        """Choose the rules of which everything that they read was looked at; those across accounts are none."""
        return [
            rule
            for rule in self.rules.values()
            if not rule.across and all(kind.cfn in self.kinds for kind in (*rule.judged(), *rule.needs))
        ]


def kinds_of(steps: Iterable[Step], rules: Mapping[str, type[Rule]]) -> dict[str, type[Kind]]:
    """Name the kinds that the rules of steps and their remedies read."""
    some = [rules[name] for step in steps for name in step.rules if name in rules]
    return kinds_needed(some) | with_roots(kind for rule in some for kind in reads(rule))


def reads(rule: type[Rule]) -> tuple[type[Kind], ...]:
    """Name the kinds that a rule's remedy reads besides the rule's own."""
    return tuple(rule.remedy.reads) if isinstance(rule.remedy, Direct) else ()


def places_of(steps: Iterable[Step], rules: Mapping[str, type[Rule]], targets: Iterable[Place]) -> set[Place]:
    """Name the places that the rules of steps read; `targets` are those that were scanned."""
    scanned: dict[str, set[str]] = defaultdict(set)
    for account, region in targets:
        scanned[account].add(region)
    found: set[Place] = set()
    for step in steps:
        some = [rules[name] for name in step.rules if name in rules]
        read = [kind for rule in some for kind in (*rule.judged(), *rule.needs)]
        own = {rule.kind.scope for rule in some}
        found |= {(step.account, GLOBAL), (step.account, step.region)}
        if (GLOBAL in own and any(kind.scope != GLOBAL for kind in read)) or any(map(reads, some)):
            found |= {(step.account, region) for region in scanned[step.account]}
    return found & set(targets)


def state_of(mended: Mended, findings: Mapping[str, Finding], step: Step) -> str:
    """Say how a finding stands now: `fails`, `passes`, `unknown` with what is missing, `skips`, or `gone`.

    It skips where the rule does not speak of the resource any more, which proves nothing. What is not listed is gone
    only where the listing is whole.
    """
    now = findings.get(mended.fingerprint)
    if now is not None and now.verdict is Verdict.FAIL:
        return "fails"
    of_account = [each for each in findings.values() if each.rule == mended.rule and each.account == step.account]
    found = [each for each in of_account if each.resource == step.resource or step.resource in each.members]
    if any(each.verdict in {Verdict.UNKNOWN, Verdict.ERROR} and each.part in {"", mended.part} for each in found):
        return "unknown"
    if found:
        return "skips" if all(each.verdict is Verdict.SKIP for each in found) else "passes"
    listings = [each for each in of_account if each.resource == f"{step.kind}/*"]
    return "unknown" if any(each.region in {step.region, GLOBAL} for each in listings) else "gone"


def holds(state: str, step: Step) -> bool:
    """Say whether a step has mended what stands so: it passes, or is gone where the step itself takes something away.

    That a rule does not speak of the resource any more mends nothing.
    """
    takes = any(call.operation.partition(".")[2].startswith(("Delete", "Deregister")) for call in step.writes)
    return state == "passes" or (state == "gone" and takes)


def worsened(before: Mapping[str, Finding], after: Mapping[str, Finding]) -> list[Finding]:
    """Give what is judged worse than before: a new failure, or something that can no longer be said."""
    bad = {Verdict.FAIL, Verdict.UNKNOWN, Verdict.ERROR}
    return [
        each for fingerprint, each in after.items()
        if each.verdict in bad
        and (fingerprint not in before or before[fingerprint].verdict.rank < each.verdict.rank)
    ]  # fmt: skip


def rounds(steps: Sequence[Step], size: int = 0, *, canary: bool = False) -> list[list[Step]]:
    """Split steps, in their order, into rounds in which no two touch the same resource and none waits for another.

    With `canary`, one step of each rule comes in a round before the others of that rule.
    """
    if canary:
        return [wave for stage in _stages(steps) for wave in rounds(stage, size)]
    found: list[list[Step]] = []
    last: dict[tuple[str, str], int] = {}
    at: dict[str, int] = {}
    for step in steps:
        touched = {(step.account, arn) for arn in (*step.resources, step.resource)}
        number = 1 + max([*(last.get(one, -1) for one in touched), *(at.get(each, -1) for each in step.follows)])
        while number < len(found) and size and len(found[number]) >= size:
            number += 1
        found += [[] for _ in range(number + 1 - len(found))]
        found[number].append(step)
        at[step.id] = number
        last |= dict.fromkeys(touched, number)
    return found


def _stages(steps: Sequence[Step]) -> list[list[Step]]:
    """Split steps so that of each rule one comes in a stage before the others, and none before what it follows."""
    stages: list[list[Step]] = []
    tried: set[tuple[str, ...]] = set()
    left = list(steps)
    while left:
        waiting = {step.id for step in left}
        stage: list[Step] = []
        trying: set[tuple[str, ...]] = set()
        for step in left:
            if step.rules in trying or waiting & set(step.follows):
                continue
            if step.rules not in tried:
                trying.add(step.rules)
            stage.append(step)
            waiting.discard(step.id)
        stages.append(stage or left)
        tried |= trying
        left = [step for step in left if step.id in waiting] if stage else []
    return stages
