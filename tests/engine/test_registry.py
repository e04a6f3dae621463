"""Kinds and rules are found by walking: a new rule is one file, and no other file is touched."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from scanner.engine.evaluate import Context, evaluate
from scanner.engine.examples import AS_OF, judge_example, resource_of
from scanner.engine.parameters import Parameters, described
from scanner.engine.registry import UnknownNameError, kinds, kinds_needed, rules, rules_from
from scanner.engine.settings import parse
from scanner.model.finding import Verdict
from scanner.model.inventory import Inventory

RULE = '''
"""kms_short_windows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec

from scanner.kinds.kms import KmsKey
from scanner.model.remedy import Runbook
from scanner.model.rule import Fail, Rule
from scanner.model.rule import Settings as RuleSettings


class ShortWindows(Rule):
    """Keys are described in more than a word."""

    kind = KmsKey
    severity = "low"
    hipaa = ("164.312(a)(2)(iv)",)
    remedy = Runbook("Describe the key.")
    GOOD = ({"id": "0123456789"},)
    BAD = ({"id": "0"},)

    class Settings(RuleSettings):
        least: Annotated[int, msgspec.Meta(description="Letters.", ge=1)] = 3

    @staticmethod
    def check(key: KmsKey, settings: Settings) -> Iterator[Fail]:
        if len(key.id) < settings.least:
            yield Fail(f"{key.id} is shorter than {settings.least}")
'''


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "own" / "kms"
    folder.mkdir(parents=True)
    (folder / "short_windows.py").write_text(RULE)
    return tmp_path / "own"


def test_a_rule_of_ones_own_is_found_by_its_path(own: Path) -> None:
    found = rules_from([own])
    assert list(found) == ["kms_short_windows"]
    assert found["kms_short_windows"].title == "Keys are described in more than a word"
    assert "kms_short_windows" not in rules()


def test_a_single_file_is_named_by_itself(own: Path) -> None:
    assert list(rules_from([own / "kms" / "short_windows.py"])) == ["short_windows"]


def test_its_examples_are_its_tests(own: Path) -> None:
    rule = rules_from([own])["kms_short_windows"]
    assert judge_example(rule, rule.GOOD[0]).verdict is Verdict.PASS
    assert judge_example(rule, rule.BAD[0]).verdict is Verdict.FAIL


def test_it_is_judged_with_the_parameters_of_config_toml(own: Path) -> None:
    rule = rules_from([own])["kms_short_windows"]
    subject = resource_of(rule.kind, {"id": "abcd"})
    for text, wanted in (("", Verdict.PASS), ("[rules.kms_short_windows]\nleast = 9\n", Verdict.FAIL)):
        settings = Parameters(parse(text), {**rules(), rule.id: rule})
        context = Context(Inventory([subject], {}), AS_OF, settings)
        assert [finding.verdict for finding in evaluate([rule], context)] == [wanted]
    assert described(rule)[0]["name"] == "least"


def test_it_brings_the_kinds_that_it_needs(own: Path) -> None:
    assert list(kinds_needed(rules_from([own]).values())) == ["AWS::KMS::Key"]


def test_a_new_rule_in_the_package_is_found_without_touching_another_file(tmp_path: Path) -> None:
    """As a stranger would: a package of rules with one more file in it, walked by another process."""
    package = tmp_path / "more_rules" / "kms"
    package.mkdir(parents=True)
    (package.parent / "__init__.py").write_text("")
    (package / "__init__.py").write_text("")
    (package / "short_windows.py").write_text(RULE)
    program = "from scanner.engine.registry import rules; print(*rules('more_rules'))"
    root = Path(__file__).parents[2]
    run = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": f"{root}:{tmp_path}"},
        check=True,
        capture_output=True,
        text=True,
    )
    assert run.stdout.split() == ["kms_short_windows"]


WRONG = {
    "a folder without rules": ({"notes.py": "x = 1\n"}, "no rule file there"),
    "a file that is no Python": ({"a.py": "def\n"}, r"a\.py: cannot be loaded: SyntaxError"),
    "a file that imports what is not there": ({"a.py": "import nowhere\n"}, "cannot be loaded: ModuleNotFoundError"),
    "a rule that lacks its examples": (
        {"a.py": RULE.replace("GOOD = ", "FINE = ")},
        "cannot be loaded: TypeError: own_rules.a.ShortWindows: GOOD has no example",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_cannot_be_loaded_is_one_clear_line(tmp_path: Path, what: str) -> None:
    files, said = WRONG[what]
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(UnknownNameError, match=said):
        rules_from([tmp_path])


def test_a_path_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="no rule file there"):
        rules_from([tmp_path / "none"])


def test_the_same_id_twice_is_refused(own: Path) -> None:
    with pytest.raises(TypeError, match="kms_short_windows is declared twice"):
        rules_from([own, own])


def test_every_rule_and_kind_of_the_house_is_found() -> None:
    assert all(rule.id == name for name, rule in rules().items())
    assert all(kind.cfn == name for name, kind in kinds().items())
    assert list(kinds()) == sorted(kinds())


def test_what_a_rule_needs_stands_on_what_refers_to_it_and_on_parents() -> None:
    needed = kinds_needed([rules()["ecs_container_non_root"]])
    assert {"AWS::ECS::TaskDefinition", "AWS::ECR::Image", "AWS::ECS::Task", "AWS::ECS::Cluster"} <= set(needed)
    for kind in needed.values():
        for call in kind.roots():
            assert call.of is None or call.of.cfn in needed
