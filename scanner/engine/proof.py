"""Proof of a rule by its own examples: each has its verdict, and no blanked fact decides anything alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scanner.engine.evaluate import Judgement
from scanner.engine.examples import case_of, examples, judge_example, judge_in, world_of
from scanner.model.finding import Verdict
from scanner.model.gap import Gap, GapState, Unknown
from scanner.model.kind import REQUIRED
from scanner.model.rule import Case, Example, Rule

EXPECTED = {"GOOD": Verdict.PASS, "BAD": Verdict.FAIL, "SKIP": Verdict.SKIP, "UNKNOWN": Verdict.UNKNOWN}
BLANK = Unknown(Gap(message="blanked by the proof", state=GapState.DENIED))


def problems(rule: type[Rule]) -> Iterator[str]:
    """Say, one line each, where a rule's examples do not bear it out."""
    for label, number, example in examples(rule):
        where = f"{label} {number + 1}"
        yield from (f"{where}: {text}" for text in wrong_verdict(rule, label, example))
        yield from (f"{where}: {text}" for text in wrong_blanks(rule, example))


def wrong_verdict(rule: type[Rule], label: str, example: Example) -> Iterator[str]:
    """Say where an example has another verdict than the one it stands for."""
    said = judge_example(rule, example)
    if said.verdict is not EXPECTED[label]:
        why = said.error or said.skip or "; ".join([*(fail.message for fail in said.fails), *map(str, said.gaps)])
        yield f"gives {said.verdict}, not {EXPECTED[label]}" + (f" ({why})" if why else "")


def wrong_blanks(rule: type[Rule], example: Example) -> Iterator[str]:
    """Say which facts, when they cannot be learned, leave a verdict that the other facts do not prove.

    A verdict that stands without a fact must be the same for every value that the fact has in any example.
    """
    case = case_of(example)
    for index, name in _facts_read(rule, case):
        said = _judged_with(rule, case, index, name, BLANK)
        if said.verdict is Verdict.ERROR:
            yield f"{name} unknown gives ERROR ({said.error})"
        if said.verdict in {Verdict.UNKNOWN, Verdict.ERROR}:
            continue
        for value in _candidates(rule, case, index, name):
            other = _judged_with(rule, case, index, name, value)
            if other.verdict is not said.verdict:
                yield f"{name} unknown gives {said.verdict}, but {name} = {value!r} would give {other.verdict}"
                break


def _facts_read(rule: type[Rule], case: Case) -> list[tuple[int, str]]:
    """Say which facts of which resource (by its place in the example's world) the rule reads."""
    subject, everything, inventory = world_of(rule, case)
    said = judge_in(rule, subject, inventory, case)
    places = {resource.arn: index for index, resource in enumerate(everything)}
    return [(places.get(item.resource, 0) if item.resource else 0, item.fact) for item in said.evidence]


def _judged_with(rule: type[Rule], case: Case, index: int, name: str, value: Any) -> Judgement:
    subject, everything, inventory = world_of(rule, case)
    everything[index].facts[name] = value
    return judge_in(rule, subject, inventory, case)


def _candidates(rule: type[Rule], case: Case, index: int, name: str) -> list[Any]:
    """Give the values that the fact has in any example of the rule, each once, samples and defaults included."""
    kind = world_of(rule, case)[1][index].kind
    found = {
        repr(value): value
        for _, _, example in examples(rule)
        for resource in world_of(rule, case_of(example))[1]
        if resource.kind == kind and name in resource.facts
        for value in (resource.facts[name],)
        if not isinstance(value, Unknown) and value is not REQUIRED
    }
    return list(found.values())
