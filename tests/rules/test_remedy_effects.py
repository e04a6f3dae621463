"""What remedies say of their effect: that the rule holds then, and what the same change is in Terraform."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from remediation.code import terraform
from scanner.engine.examples import case_of
from scanner.engine.registry import rules
from scanner.model.gap import Unknown
from scanner.model.remedy import RISKS, Direct, NotByMachine
from scanner.model.rule import Rule
from tests.kinds.provider_extract import Tree
from tests.kinds.test_provider_paths import TYPES, strangers
from tests.rules.remedy_answers import answers
from tests.rules.remedying import Staged, staged

EVERY = list(rules().values())


def _left_to_a_person(example: Staged, part: str) -> bool:
    if not isinstance(example.rule.remedy, Direct):
        return False
    try:
        example.writes(part)
    except (NotByMachine, Unknown):
        return True
    return False


@pytest.mark.parametrize("rule", [pytest.param(rule, id=rule.id) for rule in EVERY if rule.remedy.effect.sets])
def test_the_rule_holds_once_the_facts_are_as_the_remedy_sets_them(rule: type[Rule]) -> None:
    sets, tried = rule.remedy.effect.sets, 0
    for kind in rule.judged():
        assert set(sets) <= set(kind.facts), f"{kind.__name__} has no such fact"
    for example in rule.BAD:
        case, given = case_of(example), next(answers())
        before = staged(rule, case, given)
        mended = {fail.part for fail in before.fails if not _left_to_a_person(before, fail.part)}
        after = staged(rule, replace(case, subject={**case.subject, **sets}), given)
        assert not mended & {fail.part for fail in after.fails}
        tried += len(mended)
    assert tried


def test_effects_speak_of_rules_that_there_are_and_call_an_interruption_a_risk() -> None:
    for rule in EVERY:
        effect = rule.remedy.effect
        named = {*effect.follows, *effect.brings}
        assert named <= set(rules()), rule.id
        assert rule.id not in named, rule.id
        assert effect.risk in RISKS, rule.id
        assert not effect.downtime or effect.risk != "low" or effect.downtime.startswith("none"), rule.id


def test_no_two_remedies_wait_for_each_other() -> None:
    follows = {rule.id: set(rule.remedy.effect.follows) for rule in rules().values()}
    while done := {name for name, first in follows.items() if not first & set(follows)}:
        follows = {name: first for name, first in follows.items() if name not in done}
    assert not follows


def _not_blocks(held: Tree | None, said: Any, place: str) -> Iterator[str]:
    """Name the nested blocks that are given as plain values."""
    for each in said if isinstance(said, list | tuple) else [said]:
        if isinstance(each, Mapping):
            for name, value in each.items():
                inner = (held or {}).get(name)
                yield from _not_blocks(inner, value, f"{place}.{name}") if inner is not None else ()
        elif held is not None:
            yield place


@pytest.mark.parametrize("rule", [pytest.param(rule, id=rule.id) for rule in EVERY])
def test_the_same_in_terraform_is_of_types_and_arguments_that_there_are(rule: type[Rule]) -> None:
    said = terraform(rule.remedy.effect, staged(rule, rule.BAD[0]).view, "part")
    for name, arguments in said.items():
        assert name in TYPES, "write the extract anew: tests/kinds/provider_extract.py"
        assert not list(strangers(TYPES[name], arguments, name))
        assert not list(_not_blocks(TYPES[name], arguments, name))


def test_blocks_that_are_none_are_found() -> None:
    table = TYPES["aws_dynamodb_table"]
    assert not list(_not_blocks(table, {"point_in_time_recovery": {"enabled": True}}, "t"))
    assert list(_not_blocks(table, {"point_in_time_recovery": True}, "t")) == ["t.point_in_time_recovery"]
