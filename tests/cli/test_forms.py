"""The forms for pipelines by command, and the page that shows them."""

from __future__ import annotations

import json
import re
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from typer.main import get_command

from scanner.cli import run
from scanner.cli.app import app
from tests.cli.conftest import Demo
from tests.reports.test_junit import SCHEMA
from tests.reports.test_sarif import wrong

if TYPE_CHECKING:
    import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "ci.md").read_text(encoding="utf-8")


def test_findings_and_reports_take_the_forms_of_pipelines(
    inside: Demo, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["findings", "--format", "sarif"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert wrong(document) == []
    results = document["runs"][0]["results"]
    adverse = {each.fingerprint for each in inside.results[-1].findings if each.verdict in {"FAIL", "UNKNOWN", "ERROR"}}
    assert {result["partialFingerprints"]["phiward/v1"] for result in results} >= adverse
    assert {"new", "unchanged", "absent"} <= {result["baselineState"] for result in results}
    for form, name in (("junit", "junit.xml"), ("gitlab", "quality.json"), ("github", "g.txt"), ("markdown", "s.md")):
        assert run(["report", "--format", form, "--out", str(tmp_path / name)]) == 0
    assert SCHEMA.problems((tmp_path / "junit.xml").read_text()) == []
    cases = list(ET.parse(tmp_path / "junit.xml").iter("testcase"))  # noqa: S314  our own rendering
    assert len(cases) == inside.document()["summary"]["score"]["of"] + inside.document()["summary"]["verdicts"]["SKIP"]
    assert {entry["fingerprint"] for entry in json.loads((tmp_path / "quality.json").read_text())} == adverse
    assert len((tmp_path / "g.txt").read_text().splitlines()) <= 21
    assert (tmp_path / "s.md").read_text().startswith("## phiward\n")


def test_scan_takes_no_form_of_a_pipeline(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["scan", "--format", "sarif"]) == 2
    assert "sarif" in capsys.readouterr().err


def test_the_page_names_only_commands_options_and_forms_that_there_are() -> None:
    commands = get_command(app).commands  # type: ignore[attr-defined]
    found = re.findall(r"phiward (scan|findings|report)\b([^\n`|]*)", PAGE)
    assert len(found) >= 8
    for name, rest in found:
        options = {option for parameter in commands[name].params for option in parameter.opts}
        assert set(re.findall(r"(?<!\S)--[a-z-]+", rest)) <= options
    forms = set(re.findall(r"--format (\w+)", PAGE))
    assert forms == {"sarif", "junit", "github", "gitlab", "markdown"}


def test_the_pipelines_of_the_page_are_yaml() -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    actions, gitlab, gate, included = (import_module("yaml").safe_load(block) for block in blocks)
    assert set(actions["jobs"]) == {"scan"}
    assert any("deploy/ci" in step.get("uses", "") for job in gate["jobs"].values() for step in job["steps"])
    assert included["include"] == [{"local": "deploy/ci/phiward.gitlab-ci.yml"}]
    assert gitlab["phiward"]["artifacts"]["reports"] == {
        "junit": "junit.xml",
        "codequality": "gl-code-quality-report.json",
    }
