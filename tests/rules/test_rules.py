"""Every rule is tested by being declared: its examples, and each fact it reads blanked."""

from __future__ import annotations

import inspect
import re
from typing import Any

import pytest

from scanner.engine.examples import case_of, examples, judge_example, judge_in, resource_of, world_of
from scanner.engine.registry import rules
from scanner.model.finding import Verdict
from scanner.model.gap import Gap, GapState, Unknown
from scanner.model.kind import REQUIRED
from scanner.model.resource import Resource
from scanner.model.rule import Case, Rule

EXPECTED = {"GOOD": Verdict.PASS, "BAD": Verdict.FAIL, "SKIP": Verdict.SKIP, "UNKNOWN": Verdict.UNKNOWN}
ALL = [
    pytest.param(rule, label, example, id=f"{rule.id}-{label}-{number}")
    for rule in rules().values()
    for label, number, example in examples(rule)
]
BLANK = Unknown(Gap(message="blanked by the test", state=GapState.DENIED))


@pytest.mark.parametrize(("rule", "label", "example"), ALL)
def test_an_example_has_its_verdict(rule: type[Rule], label: str, example: Any) -> None:
    said = judge_example(rule, example)
    assert said.verdict is EXPECTED[label], (said.error or said.fails or said.gaps or said.skip, said.evidence)


@pytest.mark.parametrize(("rule", "label", "example"), ALL)
def test_a_blanked_fact_decides_nothing_unless_the_rest_does(rule: type[Rule], label: str, example: Any) -> None:
    case = case_of(example)
    wrong = []
    for index, name in _read_facts(rule, case):
        said = _judged_with(rule, case, index, name, BLANK)
        if said.verdict in {Verdict.UNKNOWN, Verdict.ERROR}:
            assert said.verdict is Verdict.UNKNOWN, said.error
            continue
        for value in _candidates(rule, case, index, name):
            other = _judged_with(rule, case, index, name, value)
            if other.verdict is not said.verdict:
                wrong.append(f"{name} blanked gives {said.verdict}, but {value!r} would give {other.verdict}")
                break
    assert not wrong, f"{label}: " + "; ".join(wrong)


def _read_facts(rule: type[Rule], case: Case) -> list[tuple[int, str]]:
    """Say which facts of which resource (by its place in the example's world) the rule reads."""
    subject, everything, inventory = world_of(rule, case)
    said = judge_in(rule, subject, inventory, case)
    places = {resource.arn: index for index, resource in enumerate(everything)}
    return [(places.get(item.resource, 0) if item.resource else 0, item.fact) for item in said.evidence]


def _judged_with(rule: type[Rule], case: Case, index: int, name: str, value: Any) -> Any:
    subject, everything, inventory = world_of(rule, case)
    everything[index].facts[name] = value
    return judge_in(rule, subject, inventory, case)


def _candidates(rule: type[Rule], case: Case, index: int, name: str) -> list[Any]:
    """Give the values that the fact has in any example of the rule, and its sample and default."""
    kind = world_of(rule, case)[1][index].kind
    found: list[Any] = []
    for _, _, example in examples(rule):
        for resource in world_of(rule, case_of(example))[1]:
            if resource.kind == kind and name in resource.facts:
                found.append(resource.facts[name])
    return [value for value in found if not isinstance(value, Unknown) and value is not REQUIRED]


@pytest.mark.parametrize("rule", [pytest.param(rule, id=rule.id) for rule in rules().values()])
def test_a_rule_is_declared_whole(rule: type[Rule]) -> None:
    doc = inspect.getdoc(rule) or ""
    first, _, why = doc.partition("\n")
    problems = []
    problems += [] if first.endswith(".") else ["the title does not end with a full stop"]
    problems += [] if len(first) <= 100 else ["the title is longer than 100 characters"]
    problems += [] if len(why.strip()) >= 60 else ["the docstring does not say why"]
    problems += ["the docstring speaks of the code"] if re.search(r"\b(boto3|API call|fact|yield|None)\b", doc) else []
    problems += [] if rule.hipaa or rule.hipaa_proposed else ["no citation"]
    problems += [] if rule.sources or rule.aliases else ["no source"]
    problems += [
        f"{name} is no citation" for name in (*rule.hipaa, *rule.hipaa_proposed) if not re.match(r"164\.3", name)
    ]
    problems += ["`applies` does not say of what"] if rule.applies and not rule.describe_scope() else []
    problems += (
        ["SKIP examples without `applies`"]
        if rule.SKIP and not rule.applies and "Skip(" not in inspect.getsource(rule)
        else []
    )
    assert not problems


def test_an_example_with_an_unknown_fact_name_is_refused() -> None:
    kind = next(iter(rules().values())).kind
    with pytest.raises(TypeError, match="has no fact colour"):
        resource_of(kind, {"colour": "red"})


def test_every_rule_has_a_resource_kind_of_the_catalogue_form() -> None:
    assert all(isinstance(resource_of(rule.kind, {}), Resource) for rule in rules().values())
