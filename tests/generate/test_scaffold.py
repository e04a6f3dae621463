"""New rules and kinds: files in the right place that refuse to load until they are filled."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from scanner.engine.registry import UnknownNameError, rules_from
from scanner.generate.__main__ import main

HOME = Path(__file__).resolve().parents[2]
IMPORTS = "import Kind\nfrom scanner.kinds.kms import KmsKey\nfrom scanner.model.remedy import Runbook\n"
ATTRIBUTES = '    kind = KmsKey\n    severity = "low"\n    remedy = Runbook("Turn it on.")\n'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "rules").mkdir()
    (tmp_path / "scanner" / "kinds").mkdir(parents=True)
    return tmp_path


def run(root: Path, *arguments: str) -> int:
    return main([*arguments, "--root", str(root)])


def test_a_new_rule_is_a_file_and_its_package(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(root, "rule", "kms_key_rotation") == 0
    assert capsys.readouterr().out.splitlines() == [
        "rules/kms/__init__.py: fill it in",
        "rules/kms/key_rotation.py: fill it in",
    ]
    assert run(root, "rule", "kms_key_named") == 0
    assert sorted(path.name for path in (root / "rules" / "kms").iterdir()) == [
        "__init__.py",
        "key_named.py",
        "key_rotation.py",
    ]


def test_an_unfilled_rule_says_what_it_lacks(root: Path) -> None:
    run(root, "rule", "kms_key_rotation")
    lacks = (
        "KeyRotation: `kind` is missing; `severity` is missing; `remedy` is missing; the docstring is missing; "
        "GOOD has no example; BAD has no example"
    )
    with pytest.raises(UnknownNameError, match=lacks):
        rules_from([root / "rules"])


def test_a_rule_filled_in_is_a_rule(root: Path) -> None:
    run(root, "rule", "kms_key_rotation")
    path = root / "rules" / "kms" / "key_rotation.py"
    text = path.read_text()
    filled = {
        "import Kind\n": IMPORTS,
        '    """"""\n': '    """Keys rotate."""\n' + ATTRIBUTES,
        "GOOD = ()": "GOOD = ({},)",
        "BAD = ()": 'BAD = ({"rotates": False},)',
    }
    for before, after in filled.items():
        assert before in text
        text = text.replace(before, after, 1)
    path.write_text(text)
    assert rules_from([root / "rules"])["kms_key_rotation"].title == "Keys rotate"


def test_a_new_kind_is_a_file_that_says_what_it_lacks(root: Path) -> None:
    assert run(root, "kind", "AWS::KMS::Alias") == 0
    with pytest.raises(TypeError, match="Alias: the fact `id` is missing"):
        load(root / "scanner" / "kinds" / "kms.py")


def load(path: Path) -> None:
    spec = importlib.util.spec_from_file_location("new_kind", path)
    assert spec is not None
    assert spec.loader is not None
    spec.loader.exec_module(importlib.util.module_from_spec(spec))


@pytest.mark.parametrize(
    ("cfn", "file"),
    [
        ("AWS::KMS::Key", "kms.py"),
        ("AWS::ElasticLoadBalancingV2::TrustStore", "elbv2.py"),
        ("AWS::DynamoDB::Table", "dynamodb.py"),
    ],
)
def test_a_kind_lies_in_the_file_of_its_service(root: Path, cfn: str, file: str) -> None:
    assert run(root, "kind", cfn) == 0
    assert [path.name for path in (root / "scanner" / "kinds").iterdir()] == [file]


def test_a_further_kind_of_a_service_gets_a_file_of_its_own(root: Path) -> None:
    assert run(root, "kind", "AWS::EC2::Instance") == 0
    assert run(root, "kind", "AWS::EC2::VPCPeeringConnection") == 0
    assert (root / "scanner" / "kinds" / "ec2_vpc_peering_connection.py").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["rule", "KmsKeyRotation"], "'KmsKeyRotation' is no rule id"),
        (["rule", "kms"], "'kms' is no rule id"),
        (["rule", "kms_../../x"], "is no rule id"),
        (["rule", "lambda_function_public"], "'lambda_function_public' is no rule id"),
        (["rule", "kms_key_rotation"], "rules/kms/key_rotation.py: there is such a rule"),
        (["rule"], "give the name of the rule"),
        (["rule", "kms_x", "--check"], "give the name of the rule, and no --check"),
        (["kind", "kms_alias"], "'kms_alias' is no CloudFormation type"),
        (["kind", "AWS::KMS::Key"], "scanner/kinds/kms.py: there is such a kind"),
        (["table", "x"], "invalid choice"),
    ],
)
def test_what_cannot_be_made_is_refused_in_one_line(
    root: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    run(root, "rule", "kms_key_rotation")
    run(root, "kind", "AWS::KMS::Key")
    before = {path: path.read_text() for path in root.rglob("*.py")}
    capsys.readouterr()
    try:
        code = run(root, *arguments)
    except SystemExit as left:
        code = int(str(left.code))
    heard = capsys.readouterr()
    assert code == 2
    assert said in heard.err
    assert heard.err.count("\n") == 1
    assert {path: path.read_text() for path in root.rglob("*.py")} == before


def test_a_rule_under_another_folder_of_the_same_id_is_seen(root: Path) -> None:
    (root / "rules" / "kms_key").mkdir()
    (root / "rules" / "kms_key" / "rotation.py").write_text("")
    assert run(root, "rule", "kms_key_rotation") == 2


def test_new_files_are_laid_out_as_the_house_wants(root: Path) -> None:
    run(root, "rule", "kms_key_rotation")
    run(root, "kind", "AWS::KMS::Alias")
    ruff = Path(sys.executable).with_name("ruff")
    command = [str(ruff), "format", "--check", "--config", str(HOME / "pyproject.toml"), str(root)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_declarations_that_do_not_load_are_one_line(root: Path) -> None:
    (root / "rules" / "__init__.py").write_text("def (:\n")
    command = [sys.executable, "-m", "scanner.generate", "--check"]
    environment = {**os.environ, "PYTHONPATH": str(HOME)}
    ran = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 2, ran.stdout + ran.stderr
    assert ran.stderr.count("\n") == 1
    assert "the declarations do not load" in ran.stderr
