"""What steps stand on: the facts behind each verdict as they were planned from, or as our own steps left them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from remediation import journal as words
from remediation.journal import Event, Journal
from remediation.world import state_of
from scanner.engine.normalise import builtin
from scanner.model.finding import Finding, Verdict
from scanner.model.plan import Mended, Plan, Read, Step

Facts = dict[tuple[str, str], Any]
"""Values by the fact's name and the resource's, which is empty for the judged one."""

Findings = Mapping[str, Finding]


@dataclass
class Standing:
    """The facts that each finding of a plan is believed to stand on, by fingerprint.

    `expected` is what is there as far as our own steps know; `left` what a step that was carried out has made of it,
    as far as that differs from before.
    """

    plan: Plan
    expected: dict[str, Facts] = field(default_factory=dict)
    left: dict[str, Facts] = field(default_factory=dict)
    _concerned: dict[tuple[str, str], list[int]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, plan: Plan, entries: Iterable[Event]) -> Standing:
        """Take the facts from the plan, and from the journal where steps of ours changed them."""
        found = cls(plan)
        for step in plan.steps:
            for mended in step.mends:
                found.expected[mended.fingerprint] = {(each.fact, each.resource): each.value for each in mended.before}
        for entry in entries:
            if entry.event == words.EXPECTED:
                held = found.left if entry.body.get("left") else found.expected
                held[entry.body["fingerprint"]] = _facts(entry.body["read"])
        return found

    def drift(self, step: Step, findings: Findings) -> str:
        """Say in what the present differs from what a step that is to come stands on; nothing where it does not."""
        states = {mended.fingerprint: state_of(mended, findings, step) for mended in step.mends}
        for mended in step.mends:
            if states[mended.fingerprint] == "passes" and "fails" in states.values():
                continue  # another step of ours mended this part
            now = findings.get(mended.fingerprint)
            if now is None or now.verdict is not Verdict.FAIL:
                return f"{mended.rule} {states[mended.fingerprint]} now"
            different = _different(seen(mended, step, findings), self.expected[mended.fingerprint], whole=True)
            if different:
                return different
        return ""

    def changed(self, step: Step, findings: Findings) -> str:
        """Say in what the present differs from what a step that was carried out left; nothing where it does not."""
        for mended in step.mends:
            left = self.left.get(mended.fingerprint, {})
            different = _different(seen(mended, step, findings), left, whole=False)
            if different:
                return different
        return ""

    def is_back(self, step: Step, findings: Findings) -> bool:
        """Say whether all that a step's findings were planned from is again as it was then."""
        return all(
            not _different(seen(mended, step, findings), before, whole=True) and bool(before)
            for mended in step.mends
            for before in [{(each.fact, each.resource): each.value for each in mended.before}]
        )

    def leave(self, step: Step, findings: Findings, journal: Journal) -> None:
        """Keep what a step that was carried out has made of the facts."""
        for mended in step.mends:
            there = seen(mended, step, findings)
            before = self.expected[mended.fingerprint]
            left = {fact: value for fact, value in there.items() if value != before.get(fact)}
            if left:
                self.left[mended.fingerprint] = left
                _note(step, mended, left, journal, left=True)

    def sharing(self, some: Sequence[Step]) -> list[Step]:
        """Give the other steps that read or touch what these touch, on which they may have an effect."""
        if not self._concerned:
            for number, step in enumerate(self.plan.steps):
                for arn in {*_touches(step), *_reads(step)} if step.runs else ():
                    self._concerned[step.account, arn].append(number)
        these = {step.id for step in some}
        found = {
            number for step in some for arn in _touches(step) for number in self._concerned.get((step.account, arn), ())
        }
        return [self.plan.steps[number] for number in sorted(found) if self.plan.steps[number].id not in these]

    def rebase(self, ran: Sequence[Step], before: Findings, after: Findings, journal: Journal) -> None:
        """Expect of other steps what our own have just changed; what had drifted before stays a drift."""
        for step in self.sharing(ran):
            for mended in step.mends:
                was, now = seen(mended, step, before), seen(mended, step, after)
                for held in (self.expected, self.left):
                    facts = held.get(mended.fingerprint, {})
                    ours = {
                        fact: now[fact] for fact, value in facts.items()
                        if fact in was and was[fact] == value and now.get(fact, value) != value
                    }  # fmt: skip
                    if ours:
                        held[mended.fingerprint] = facts | ours
                        _note(step, mended, held[mended.fingerprint], journal, left=held is self.left)


def seen(mended: Mended, step: Step, findings: Findings) -> Facts:
    """Give the facts that the plan holds of a finding, as they are read now, whatever the verdict."""
    held = {(each.fact, each.resource) for each in mended.before}
    now = findings.get(mended.fingerprint)
    if now is None:
        now = next((
            each for each in findings.values()
            if each.rule == mended.rule and (each.resource == step.resource or step.resource in each.members)
            and each.account == step.account
        ), None)  # fmt: skip
    evidence = now.evidence if now is not None else ()
    found = {(each.fact, each.resource): builtin(each.value) for each in evidence}
    return {fact: value for fact, value in found.items() if fact in held}


def _different(there: Facts, wanted: Facts, *, whole: bool) -> str:
    for fact, value in wanted.items():
        if fact not in there:
            if whole:
                return f"{fact[0]} was not read this time"
        elif there[fact] != value:
            return f"{fact[0]} is {_brief(there[fact])}, was {_brief(value)}"
    return ""


def _touches(step: Step) -> Iterable[str]:
    return (*step.resources, step.resource)


def _reads(step: Step) -> Iterable[str]:
    return (each.resource for mended in step.mends for each in mended.before if each.resource)


def _facts(read: Any) -> Facts:
    return {(each.fact, each.resource): each.value for each in msgspec.convert(read, tuple[Read, ...])}


def _note(step: Step, mended: Mended, facts: Facts, journal: Journal, *, left: bool) -> None:
    read = [Read(fact, value, resource) for (fact, resource), value in facts.items()]
    journal.note(
        words.EXPECTED, step.id, fingerprint=mended.fingerprint, read=msgspec.to_builtins(read), left=left
    )  # fmt: skip


def _brief(value: Any) -> str:
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= 80 else text[:77] + "..."  # noqa: PLR2004
