"""Every rule is tested by being declared: its examples, and each fact it reads blanked."""

from __future__ import annotations

import inspect
import re

import pytest

from scanner.engine.examples import resource_of
from scanner.engine.proof import problems
from scanner.engine.registry import rules
from scanner.model.resource import Resource
from scanner.model.rule import Rule


@pytest.mark.parametrize("rule", [pytest.param(rule, id=rule.id) for rule in rules().values()])
def test_the_examples_bear_a_rule_out(rule: type[Rule]) -> None:
    """Each has its verdict, and a fact blanked decides nothing unless the rest does."""
    assert not list(problems(rule))


@pytest.mark.parametrize("rule", [pytest.param(rule, id=rule.id) for rule in rules().values()])
def test_a_rule_is_declared_whole(rule: type[Rule]) -> None:
    doc = inspect.getdoc(rule) or ""
    first, _, why = doc.partition("\n")
    wrong = []
    wrong += [] if first.endswith(".") else ["the title does not end with a full stop"]
    wrong += [] if len(first) <= 100 else ["the title is longer than 100 characters"]
    wrong += [] if len(why.strip()) >= 60 else ["the docstring does not say why"]
    wrong += ["the docstring speaks of the code"] if re.search(r"\b(boto3|API call|fact|yield|None)\b", doc) else []
    wrong += [] if rule.hipaa or rule.hipaa_proposed or rule.category == "advisory" else ["no citation"]
    wrong += [] if rule.sources or rule.aliases else ["no source"]
    wrong += [f"{name} is no citation" for name in (*rule.hipaa, *rule.hipaa_proposed) if not re.match(r"164\.3", name)]
    wrong += ["`applies` does not say of what"] if rule.applies and not rule.describe_scope() else []
    wrong += (
        ["SKIP examples without `applies`"]
        if rule.SKIP and not rule.applies and "Skip(" not in inspect.getsource(rule)
        else []
    )
    assert not wrong


def test_an_example_with_an_unknown_fact_name_is_refused() -> None:
    kind = next(iter(rules().values())).kind
    with pytest.raises(TypeError, match="has no fact colour"):
        resource_of(kind, {"colour": "red"})


def test_every_rule_has_a_resource_kind_of_the_catalogue_form() -> None:
    assert all(isinstance(resource_of(rule.kind, {}), Resource) for rule in rules().values())
