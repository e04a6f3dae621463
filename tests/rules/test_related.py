"""What rules say of each other: no two are the same, and every name that one gives is a rule's or a row's."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from scanner.engine.registry import rules
from scanner.model.rule import Rule

CATALOGUE = Path(__file__).resolve().parents[3] / "shared" / "catalogue" / "catalogue.csv"
here = pytest.mark.skipif(not CATALOGUE.is_file(), reason="the catalogue is not beside this checkout")
MERGED = "phiward:"
ALL = [pytest.param(rule, id=rule.id) for rule in rules().values()]


def rows() -> set[str]:
    """The keys of the catalogue."""
    with CATALOGUE.open(encoding="utf-8", newline="") as file:
        return {row["key"] for row in csv.DictReader(file)}


def merged(rule: type[Rule]) -> list[str]:
    """The rows of the catalogue that a rule judges besides its own."""
    return [alias.removeprefix(MERGED) for alias in rule.aliases if alias.startswith(MERGED)]


def test_no_two_rules_share_a_title() -> None:
    counted = Counter(rule.title.casefold() for rule in rules().values())
    assert [title for title, count in counted.items() if count > 1] == []


def test_no_row_is_judged_by_two_rules() -> None:
    counted = Counter(name for rule in rules().values() for name in (rule.id, *merged(rule)))
    assert [name for name, count in counted.items() if count > 1] == []


@pytest.mark.parametrize("rule", ALL)
def test_a_rule_is_not_related_to_itself_nor_twice(rule: type[Rule]) -> None:
    assert rule.id not in rule.related
    assert len(set(rule.related)) == len(rule.related)
    assert len(set(rule.aliases)) == len(rule.aliases)


@here
@pytest.mark.parametrize("rule", ALL)
def test_every_name_that_a_rule_gives_is_a_rule_or_a_row(rule: type[Rule]) -> None:
    assert set(rule.related) - set(rules()) - rows() == set()
    assert set(merged(rule)) - rows() == set(), "an alias of phiward's own names a row"


@pytest.mark.parametrize("rule", ALL)
def test_what_is_related_is_no_row_that_another_rule_judges(rule: type[Rule]) -> None:
    elsewhere = {name: other.id for other in rules().values() for name in merged(other)}
    assert {name: elsewhere[name] for name in rule.related if name in elsewhere} == {}
