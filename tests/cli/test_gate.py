"""`phiward gate`: exit codes 0, 1, 2 and 3, baselines, acceptances, a plan over a scan, and every form."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from scanner.cli import run
from scanner.cli.wire import Wiring
from scanner.engine.settings import Config
from tests.cli.drift_nights import OTHER, keys, night
from tests.cli.nights import FIRST, RULE, scan_id
from tests.cli.plans import change, plan
from tests.reports.test_junit import SCHEMA
from tests.reports.test_sarif import wrong

INPUTS = Path(__file__).parents[3] / "shared" / "inputs" / "iac"
ONLY = ("--rule", RULE, "--fail-on", "medium")
recorded = pytest.mark.skipif(not INPUTS.is_dir(), reason="the recorded plans are not here")


@pytest.fixture
def here(bare: Wiring, tmp_path: Path) -> Path:
    """A folder without a store and without a config.toml."""
    assert bare.config == Config()
    return tmp_path


def gate(capsys: pytest.CaptureFixture[str], *more: str, code: int | None = None) -> dict[str, Any]:
    """Ask for the gate's answer as JSON."""
    capsys.readouterr()
    given = run(["gate", "--format", "json", *more])
    said = capsys.readouterr()
    assert code is None or given == code, (given, said)
    found: dict[str, Any] = json.loads(said.out)
    return found


def complaint(capsys: pytest.CaptureFixture[str], *more: str) -> str:
    """Ask in a way that is a mistake; give the one line that says so."""
    capsys.readouterr()
    given = run(["gate", *more])
    said = capsys.readouterr()
    assert (given, said.out, said.err.count("\n")) == (2, "", 1), said
    return said.err


@pytest.mark.parametrize(
    ("before", "after", "code", "counts"),
    [
        (None, True, 0, {"new": 0}),
        (None, False, 1, {"new": 1}),
        (True, False, 1, {"new": 1}),
        (False, False, 0, {"new": 0, "kept": 1}),
        (False, True, 0, {"new": 0, "fixed": 1}),
        (True, None, 3, {"new": 0, "doubts": 1}),
        (None, None, 0, {"new": 0, "doubts": 0}),
    ],
)
def test_only_what_is_new_stops_and_only_a_new_doubt_is_incomplete(
    here: Path, capsys: pytest.CaptureFixture[str], before: bool | None, after: bool | None, code: int,
    counts: dict[str, int],
) -> None:  # fmt: skip
    found = gate(capsys, "--plan", plan(here, change("a", before, after)), *ONLY, code=code)
    assert {name: found["summary"][name] for name in counts} == counts
    assert not list(here.glob("*.db"))


def test_a_doubt_may_be_allowed(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = plan(here, change("a", True, None))
    gate(capsys, "--plan", file, *ONLY, "--allow-incomplete", code=0)
    gate(capsys, "--plan", file, "--rule", RULE, "--fail-on", "high", code=0)


def test_a_violation_weighs_more_than_a_doubt(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gate(capsys, "--plan", plan(here, change("a", True, None), change("b", True, False)), *ONLY, code=1)


@pytest.mark.parametrize(("level", "code"), [("info", 1), ("medium", 1), ("high", 0), ("critical", 0)])
def test_what_stops_is_at_or_above_a_severity(
    here: Path, capsys: pytest.CaptureFixture[str], level: str, code: int
) -> None:
    file = plan(here, change("a", True, False))
    found = gate(capsys, "--plan", file, "--rule", RULE, "--fail-on", level, code=code)
    assert [each["stops"] for each in found["new"]] == [code == 1]


def test_a_plan_that_failed_is_incomplete(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = plan(here, change("a", True, True), errored=True)
    found = gate(capsys, "--plan", file, *ONLY, code=3)
    assert found["problems"]
    gate(capsys, "--plan", file, *ONLY, "--allow-incomplete", code=0)
    gate(capsys, "--plan", plan(here, change("a", True, False), errored=True), *ONLY, code=1)


@recorded
@pytest.mark.parametrize("name", ["checkov__terragoat_55res_tfplan", "checkov__ecs_tfplan", "checkov__utf16_tfplan"])
def test_ordinary_plans_of_new_resources_are_never_incomplete(
    here: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    file = str(INPUTS / f"bridgecrewio__{name}.json")
    for level in ("info", "critical"):
        found = gate(capsys, "--plan", file, "--fail-on", level, code=None)
        assert (found["summary"]["doubts"], found["problems"]) == (0, [])
    assert run(["gate", "--plan", file, "--rule", "cloudtrail_multi_region"]) in {0, 2}


BROKEN = {
    "torn.json": b'{"format_version": "1.2", "resource_changes": [',
    "list.json": b"[1, 2]",
    "empty.json": b"",
    "binary.tfplan": b"PK\x03\x04\x14\x00\x08\x00\x08\x00tfplan\x00\xff\xfe\x00",
    "nothing.json": b'{"hello": "world"}',
    "v3.tfstate": b'{"version": 3, "terraform_version": "0.11.14", "modules": []}',
    "future.json": b'{"format_version": "2.0", "resource_changes": [], "planned_values": {}}',
    "odd.json": b'{"format_version": "1.2", "resource_changes": {"a": 1}, "planned_values": {}}',
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_cannot_be_used_is_one_line(here: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    (here / name).write_bytes(BROKEN[name])
    assert name in complaint(capsys, "--plan", str(here / name))


@pytest.mark.parametrize(
    "text", ["a: [", "- 1\n- 2\n", "", "Resources: 7\n", "\x00\x01", "Resources:\n  A: {Type: 3}\n"]
)
def test_a_template_that_cannot_be_used_is_one_line(here: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    (here / "stack.yaml").write_text(text)
    assert "stack.yaml" in complaint(capsys, "--template", str(here / "stack.yaml"))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], "--plan"),
        (["--plan", "none.json"], "none.json"),
        (["--template", "none.yaml"], "none.yaml"),
        (["--plan", "."], "."),
        (["--plan", "a", "--template", "b"], "give one"),
        (["--plan", "a", "--baseline", "b"], "give one"),
        (["--template", "t.yaml", "--parameter", "x"], "NAME=VALUE"),
        (["--plan", "a.json", "--sources", "nowhere"], "nowhere"),
        (["--plan", "a.json", "--scan", "20261101"], "scan"),
        (["--plan", "a.json", "--fail-on", "severe"], "severe"),
        (["--plan", "a.json", "--rule", "no_such_rule"], "no_such_rule"),
    ],
)
def test_misuse_is_one_line(here: Path, capsys: pytest.CaptureFixture[str], given: list[str], said: str) -> None:
    plan(here, change("a", None, True), name="a.json")
    (here / "t.yaml").write_text("Resources:\n  K: {Type: AWS::KMS::Key}\n")
    assert said in complaint(capsys, *given)


def test_what_was_accepted_does_not_stop_until_its_last_day(
    bare: Wiring, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (finding,) = [each for each in night(bare, 0, keys({"a": False})) if each.verdict == "FAIL"]
    file = plan(tmp_path, change("a", None, False))
    gate(capsys, "--plan", file, *ONLY, code=1)
    today = datetime.now(UTC)
    for until, code, held in ((today + timedelta(days=9), 0, 1), (today - timedelta(days=1), 1, 0)):
        with bare.store() as store:
            store.accept(
                finding.fingerprint, reason="it goes in March", owner="dr.lee", until=until.date().isoformat(),
                by="ciso", at=FIRST, addressable_reason="the vendor cannot", equivalent_measure="locked VPC",
            )  # fmt: skip
        found = gate(capsys, "--plan", file, *ONLY, code=code)
        assert (found["summary"]["accepted"], found["summary"]["new"]) == (held, 1 - held)


def test_a_plan_over_a_scan_keeps_what_it_does_not_speak_of(
    three: Wiring, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """On the first night both keys rotate; the plan switches one off, and knows nothing of the other."""
    file = plan(tmp_path, change("a", True, False))
    found = gate(capsys, "--plan", file, *ONLY, "--scan", scan_id(0), code=1)
    assert [each["name"] for each in found["new"]] == ["a"]
    found = gate(capsys, "--plan", plan(tmp_path, change("a", False, True)), *ONLY, "--scan", scan_id(2), code=0)
    assert ([each["name"] for each in found["kept"]], [each["name"] for each in found["fixed"]]) == (["b"], ["a"])
    assert three.store_url


def approve(name: str, night: int) -> int:
    return run(["baseline", "approve", name, "--scan", scan_id(night), "--reason", "reviewed", "--by", "dr.lee"])


def test_a_scan_against_a_baseline_stops_for_what_came_since(three: Wiring, capsys: pytest.CaptureFixture[str]) -> None:
    assert approve("first", 0) == 0
    assert approve("second", 1) == 0
    assert approve("third", 2) == 0
    assert three.store_url
    for name, new in (("first", ["a", "b"]), ("second", ["b"]), ("third", [])):
        found = gate(capsys, "--baseline", name, *ONLY, code=1 if new else 0)
        assert sorted(each["name"] for each in found["new"]) == new
    found = gate(capsys, "--baseline", "first", "--scan", scan_id(1), *ONLY, code=1)
    assert [each["name"] for each in found["new"]] == ["a"]


def test_a_baseline_that_cannot_be_used_is_one_line(
    three: Wiring, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "nosuch" in complaint(capsys, "--baseline", "nosuch")
    assert approve("first", 0) == 0
    night(three, 3, keys({"a": True}, OTHER), accounts=[OTHER])
    assert OTHER in complaint(capsys, "--baseline", "first")
    (tmp_path / "broken.db").write_bytes(b"this is no database, whatever its name says" * 40)
    assert "broken.db" in complaint(capsys, "--baseline", "first", "--store", str(tmp_path / "broken.db"))
    assert complaint(capsys, "--baseline", "first", "--store", str(tmp_path / "absent" / "phiward.db"))


def test_a_rule_that_could_no_longer_be_answered_is_incomplete(
    bare: Wiring, capsys: pytest.CaptureFixture[str]
) -> None:
    night(bare, 0, keys({"a": True}))
    night(bare, 1, keys({"a": None}))
    assert approve("first", 0) == 0
    gate(capsys, "--baseline", "first", *ONLY, code=3)
    gate(capsys, "--baseline", "first", *ONLY, "--allow-incomplete", code=0)


FORMS = ("text", "json", "markdown", "sarif", "junit", "github", "gitlab")


def test_every_form_is_valid_and_names_file_and_line(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "keys.tf").write_text('# keys\n\nresource "aws_kms_key" "a" {\n  enable_key_rotation = false\n}\n')
    file = plan(here, change("a", None, False), change("b", False, False))
    said = {}
    for form in FORMS:
        out = here / f"out.{form}"
        given = ["gate", "--plan", file, *ONLY, "--sources", str(here), "--format", form, "--out", str(out)]
        assert run(given) == 1
        said[form] = out.read_text()
    assert capsys.readouterr().out == ""
    assert wrong(json.loads(said["sarif"])) == []
    results = json.loads(said["sarif"])["runs"][0]["results"]
    (new,) = [each for each in results if each["baselineState"] == "new"]
    place = new["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("keys.tf", 3)
    assert SCHEMA.problems(said["junit"]) == []
    failures = [case for case in ET.fromstring(said["junit"]).iter("testcase") if case.find("failure") is not None]  # noqa: S314
    assert len(failures) == 1
    entries = json.loads(said["gitlab"])
    assert ("keys.tf", 3) in {(each["location"]["path"], each["location"]["lines"]["begin"]) for each in entries}
    assert re.search(r"^::(warning|error) .*file=keys\.tf,line=3", said["github"], re.MULTILINE)
    assert "keys.tf:3: aws_kms_key.a" in said["text"]
    (told,) = json.loads(said["json"])["new"]
    assert told["origin"] == {"address": "aws_kms_key.a", "file": str(here / "keys.tf"), "line": 3}
    assert said["markdown"].startswith("#")


EVIL = "x\n::error::pwned\x1b[31m<script>alert(1)</script>|`[a](javascript:1)"


@pytest.mark.parametrize("form", FORMS)
def test_hostile_names_stay_inert(here: Path, form: str) -> None:
    address = f'aws_kms_key.a["{EVIL}"]'
    out = here / "out"
    file = plan(here, change("a", None, False, address) | {"name": "a", "index": EVIL})
    assert run(["gate", "--plan", file, *ONLY, "--format", form, "--out", str(out)]) == 1
    said = out.read_text()
    assert "\x1b" not in said
    if form in {"text", "github", "markdown"}:
        assert not [line for line in said.splitlines() if line.lstrip().startswith("::error::pwned")]
    if form == "markdown":
        assert "<script>" not in said
    if form == "junit":
        ET.fromstring(said)  # noqa: S314  our own rendering
    if form in {"json", "sarif", "gitlab"}:
        json.loads(said)


@recorded
@pytest.mark.parametrize(
    "file", sorted(each for each in (INPUTS.iterdir() if INPUTS.is_dir() else ()) if each.suffix in {
        ".json", ".yaml", ".tfstate"}), ids=lambda file: str(file.name)[:50],
)  # fmt: skip
def test_every_real_file_is_judged_or_refused_in_one_line(
    here: Path, capsys: pytest.CaptureFixture[str], file: Path
) -> None:
    start = datetime.now(UTC)
    flag = "--template" if file.suffix == ".yaml" else "--plan"
    given = run(["gate", flag, str(file), "--out", str(here / "out")])
    said = capsys.readouterr()
    states = ("state_v4", ".tfstate", "version_3_state", "invalid_version")
    assert given == 2 if any(name in file.name for name in states) else given in {0, 1}, said.err
    assert given != 2 or len(said.err.strip().splitlines()) == 1
    assert "Traceback" not in said.err
    assert datetime.now(UTC) - start < timedelta(seconds=5)
