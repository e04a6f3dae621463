"""What lies in deploy/ci, run by the shells that run it, with this project's own command on PATH."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.plans import change, plan

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
CI = ROOT / "deploy" / "ci"
TEMPLATE = (
    "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  Data:\n    Type: AWS::RDS::DBInstance\n    Properties:\n"
)
OPEN = f"{TEMPLATE}      Engine: postgres\n      PubliclyAccessible: true\n      StorageEncrypted: false\n"
BASH = shutil.which("bash") or "bash"
GIT = shutil.which("git") or "git"


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """A PATH on which `phiward` is this checkout's command, and no place of anybody's own."""
    folder = tmp_path / "bin"
    folder.mkdir()
    stub = folder / "phiward"
    stub.write_text(
        f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -c "from scanner.cli import main; main()" "$@"\n'
    )
    stub.chmod(0o755)
    own = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / "none"), "GIT_CONFIG_GLOBAL": os.devnull}
    return {"PATH": f"{folder}:/usr/bin:/bin", **own}


@pytest.fixture
def work(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


def script(name: str) -> Any:
    return yaml.safe_load((CI / name).read_text(encoding="utf-8"))


def run(command: list[str], work: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=work, env=env, capture_output=True, text=True, check=False, timeout=120)


def test_the_action_hands_its_inputs_over_by_the_environment_alone() -> None:
    action = script("action.yml")
    assert action["runs"]["using"] == "composite"
    step = next(each for each in action["runs"]["steps"] if each.get("id") == "gate")
    assert "${{" not in step["run"]
    read = {text.split("inputs.")[1].split(" ")[0] for text in step["env"].values() if "inputs." in text}
    assert read == set(action["inputs"])
    assert set(action["outputs"]) == {"sarif"}


def github(work: Path, env: dict[str, str], **more: str) -> subprocess.CompletedProcess[str]:
    """Run the action's last step as GitHub runs it: bash with -e and pipefail."""
    given = {
        "PHIWARD_PLAN": "tfplan.json", "PHIWARD_FAIL_ON": "medium", "PHIWARD_CONFIG": "", "PHIWARD_SOURCES": ".",
        "GITHUB_STEP_SUMMARY": str(work / "summary"), "GITHUB_OUTPUT": str(work / "output"),
        "PHIWARD_ALLOW_INCOMPLETE": "false", **more,
    }  # fmt: skip
    return run([BASH, "--noprofile", "--norc", "-eo", "pipefail", str(CI / "gate.sh")], work, env | given)


@pytest.mark.parametrize(("before", "after", "code"), [(None, False, 1), (False, False, 0), (True, None, 3)])
def test_the_action_passes_the_exit_code_on_and_leaves_its_files(
    work: Path, env: dict[str, str], before: bool | None, after: bool | None, code: int
) -> None:
    plan(work, change("a", before, after))
    done = github(work, env)
    assert done.returncode == code, done.stderr
    assert "gate tfplan.json" in done.stdout
    told = [line for line in done.stdout.splitlines() if line.startswith("::warning")]
    assert any("(known)" not in line for line in told) == (code == 1)
    sarif = json.loads((work / "phiward-gate" / "phiward.sarif").read_text())
    assert sarif["version"] == "2.1.0"
    assert (work / "summary").read_text() == (work / "phiward-gate" / "summary.md").read_text()
    assert (work / "output").read_text() == "sarif=phiward-gate/phiward.sarif\n"


def test_the_action_names_the_line_where_the_code_lies_here(work: Path, env: dict[str, str]) -> None:
    plan(work, change("a", None, False))
    (work / "main.tf").write_text('resource "aws_kms_key" "a" {\n}\n')
    done = github(work, env)
    assert done.returncode == 1
    assert "main.tf:1: aws_kms_key.a" in done.stdout


def test_the_action_ends_with_two_where_there_is_no_plan_and_leaves_no_file(work: Path, env: dict[str, str]) -> None:
    done = github(work, env)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert not list((work / "phiward-gate").iterdir())
    plan(work, change("a", None, True))
    assert github(work, env, PHIWARD_SOURCES="nowhere").returncode == 2


def test_an_input_is_never_read_as_shell(work: Path, env: dict[str, str]) -> None:
    done = github(work, env, PHIWARD_PLAN='$(touch pwned); x".json', PHIWARD_FAIL_ON="high")
    assert done.returncode == 2
    assert not (work / "pwned").exists()


def test_gitlab_is_given_both_reports_and_the_exit_code(work: Path, env: dict[str, str]) -> None:
    template = script("phiward.gitlab-ci.yml")
    job = template["phiward-gate"]
    lines = [line for line in job["script"] if not line.startswith("pip ")]
    assert len(lines) == len(job["script"]) - 1
    plan(work, change("a", None, False))
    given = env | {**template["variables"], "PHIWARD_FAIL_ON": "medium"}
    for code in (1, 0):
        done = run([BASH, "-eo", "pipefail", "-c", "\n".join(lines)], work, given)
        assert done.returncode == code, done.stderr
        reports = job["artifacts"]["reports"]
        assert len(json.loads((work / reports["codequality"]).read_text())) == code
        assert (work / reports["junit"]).read_text().startswith("<?xml")
        plan(work, change("a", None, True))


@pytest.fixture
def repository(work: Path, env: dict[str, str]) -> Path:
    assert run([GIT, "init", "-q"], work, env).returncode == 0
    shutil.copy(CI / "pre-commit", work / ".git" / "hooks" / "pre-commit")
    return work


def commit(work: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    run([GIT, "add", "-A"], work, env)
    who = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
    return run([GIT, *who, "commit", "-q", "-m", "x"], work, env)


def test_the_hook_stops_a_commit_that_holds_violations_and_no_other(repository: Path, env: dict[str, str]) -> None:
    (repository / "values.yaml").write_text("replicas: 3\n")
    assert commit(repository, env).returncode == 0
    (repository / "the stack *.yaml").write_text(OPEN)
    done = commit(repository, env)
    assert done.returncode == 1
    assert "the stack *.yaml stopped" in done.stdout + done.stderr
    (repository / "the stack *.yaml").unlink()
    plan(repository, change("a", None, True), name="a-tfplan.json")
    assert commit(repository, env).returncode == 0
    plan(repository, change("a", None, False), name="b-tfplan.json")
    assert commit(repository, env | {"PHIWARD_FAIL_ON": "medium"}).returncode == 1
