"""What the remedies' tests share: examples as AWS would answer them, and the writes that are made out for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

from remediation.filling import undo_of, writes_of
from remediation.world import reads
from scanner.engine.examples import case_of, judge_in, world_of
from scanner.engine.registry import rules
from scanner.model.gap import Unknown
from scanner.model.inventory import Inventory, World
from scanner.model.kind import Kind
from scanner.model.plan import WriteCall
from scanner.model.remedy import Around, Direct, NotByMachine
from scanner.model.resource import Resource
from scanner.model.rule import Case, Example, Fail, Rule
from tests.rules.remedy_answers import MORE, Answers, answers


@dataclass(frozen=True)
class Staged:
    """An example, judged: what it is about, what is around it, and what fails."""

    rule: type[Rule]
    case: Case
    subject: Resource
    inventory: Inventory
    fails: Sequence[Fail]

    @property
    def view(self) -> Kind:
        """Give the subject as its kind sees it."""
        return (self.case.kind or self.rule.kind)(self.subject)

    @property
    def around(self) -> Around:
        """Give what a remedy may look at besides, as a plan would."""
        needs = {*self.rule.judged(), *self.rule.needs, *reads(self.rule)}
        settings = msgspec.convert(dict(self.case.settings), self.rule.Settings)
        return Around(World(self.inventory, needs, self.subject.account, self.subject.region), settings)

    def writes(self, part: str = "") -> tuple[WriteCall, ...]:
        """Make out what a direct remedy would write."""
        assert isinstance(self.rule.remedy, Direct)
        return writes_of(self.rule.remedy, self.view, part, self.around)

    def undo(self, part: str = "") -> tuple[WriteCall, ...]:
        """Make out the way back."""
        return undo_of(self.rule.remedy, self.view, part, self.around)


def staged(rule: str | type[Rule], example: Example, given: Answers | None = None) -> Staged:
    """Stage an example of a rule, answered for as `given` says by kind and section."""
    found = rules()[rule] if isinstance(rule, str) else rule
    case = case_of(example)
    subject, everything, inventory = world_of(found, case)
    for resource in everything:
        resource.sections = dict((given or {}).get(resource.kind, {}))
    return Staged(found, case, subject, inventory, judge_in(found, subject, inventory, case).fails)


def failing(rule: type[Rule]) -> Iterator[Staged]:
    """Give every bad example of a rule, and those that the tests add, as AWS may answer."""
    for example in (*rule.BAD, *MORE.get(rule.id, ())):
        for given in answers():
            yield staged(rule, example, given)


def made(example: Staged) -> Iterator[tuple[tuple[WriteCall, ...], tuple[WriteCall, ...]]]:
    """Make out writes and the way back for each part that fails, as a plan does; not where a person must decide.

    A policy of Custodian's has no writes of its own.
    """
    for fail in example.fails:
        try:
            writes = example.writes(fail.part) if isinstance(example.rule.remedy, Direct) else ()
        except (NotByMachine, Unknown):
            continue
        try:
            yield writes, example.undo(fail.part)
        except (NotByMachine, Unknown):
            yield writes, ()
