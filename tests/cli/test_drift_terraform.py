"""`phiward drift --terraform`: what states say, beside a stored scan; and the rules on code in a scan."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scanner.aws.sessions import Sessions
from scanner.cli import run
from scanner.cli.scanning import Wanted, run_scan
from scanner.cli.wire import Wiring
from scanner.model.finding import Verdict
from tests.cli.conftest import Demo, later
from tests.cli.drift_nights import complaint, drift, keys, night
from tests.cli.nights import ACCOUNT
from tests.cli.plans import change, plan, state, values

INPUTS = Path(__file__).parents[3] / "shared" / "inputs" / "iac"
SHARE = "managed_share"


def addresses(some: Any) -> list[str]:
    return sorted(each["address"] for each in some)


@pytest.fixture
def seen(bare: Wiring) -> Wiring:
    """One night: `a` rotates, `b` does not, `hand` is in no code."""
    night(bare, 0, keys({"a": True, "b": False, "hand": True}))
    return bare


def test_what_code_and_account_disagree_in_is_told(
    seen: Wiring, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = state(tmp_path, *(values(name, rotates=True) for name in ("a", "b", "gone")))
    found = drift(capsys, "--terraform", file, "--fail-on", "medium", code=1)
    assert addresses(found["missing"]) == ["aws_kms_key.gone"]
    (changed,) = found["changed"]
    assert (changed["at"]["address"], changed["fact"], changed["code"], changed["account"]) == (
        "aws_kms_key.b", "rotates", True, False,
    )  # fmt: skip
    assert [each["name"] for each in found["unmanaged"]] == ["hand"]
    assert found[SHARE] == pytest.approx(2 / 3)
    assert (found["twice"], found["unclear"]) == ({}, [])
    assert seen.store_url
    assert run(["drift", "--terraform", file, "--fail-on", "medium"]) == 1
    said = capsys.readouterr().out
    assert "67% is managed" in said
    assert "1 missing, 1 changed, 1 unmanaged, 2 found, 0 unclear" in said
    assert run(["drift", "--terraform", file, "--fail-on", "high"]) == 0


def test_code_that_agrees_is_all_there_is(seen: Wiring, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = (values("a", rotates=True), values("b", rotates=False), values("hand", rotates=True))
    found = drift(capsys, "--terraform", state(tmp_path, *said), "--fail-on", "info", code=0)
    assert (found[SHARE], found["changed"], found["unmanaged"]) == (1.0, [], [])
    assert seen.store_url


def test_states_of_a_folder_are_read_together_and_what_is_in_two_is_told(
    seen: Wiring, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "states"
    folder.mkdir()
    state(folder, values("a", rotates=True), name="one.tfstate")
    state(folder, values("a", rotates=True), values("b", rotates=False), name="two.tfstate", prefix="other_")
    found = drift(capsys, "--terraform", str(folder), code=0)
    assert len(found["states"]) == 2
    (twice,) = found["twice"].values()
    assert sorted(twice) == ["aws_kms_key.a", "aws_kms_key.other_a"]
    assert found[SHARE] == pytest.approx(2 / 3)
    assert seen.store_url


def test_what_was_not_looked_for_is_unclear_and_never_missing(
    bare: Wiring, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    night(bare, 0, [], denied=[ACCOUNT])
    file = state(tmp_path, values("a", rotates=True))
    found = drift(capsys, "--terraform", file, code=3)
    assert (found["missing"], addresses(found["unclear"])) == ([], ["aws_kms_key.a"])
    assert "listed whole" in found["unclear"][0]["reason"]
    drift(capsys, "--terraform", file, "--allow-incomplete", code=0)


def test_a_plan_tells_what_terraform_itself_says_has_changed(
    seen: Wiring, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    same, off = change("a", True, True), change("b", True, False)
    file = plan(tmp_path, same, change("b", False, False), resource_drift=[same, off])
    found = drift(capsys, "--terraform", file, "--fail-on", "medium", code=1)
    (entries,) = found["reported"].values()
    assert [(each["address"], bool(each["reason"])) for each in entries] == [
        ("aws_kms_key.a", True), ("aws_kms_key.b", False),
    ]  # fmt: skip
    assert seen.store_url
    capsys.readouterr()
    assert run(["drift", "--terraform", file, "--show-suppressed"]) == 0
    said = capsys.readouterr().out
    assert "aws_kms_key.a: before and after are the same" in said
    assert "aws_kms_key.b changed: enable_key_rotation" in said


def test_misuse_is_one_line(seen: Wiring, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "torn.tfstate").write_text('{"version": 4, "resources": [')
    (tmp_path / "none").mkdir()
    file = state(tmp_path, values("a", rotates=True))
    assert seen.store_url
    assert "torn.tfstate" in complaint(capsys, "--terraform", "torn.tfstate")
    assert "absent.tfstate" in complaint(capsys, "--terraform", "absent.tfstate")
    assert "no *.tfstate" in complaint(capsys, "--terraform", "none")
    assert "s3://bucket/key" in complaint(capsys, "--terraform", "s3://bucket")
    assert "csv" in complaint(capsys, "--terraform", file, "--format", "csv")


@pytest.mark.skipif(not INPUTS.is_dir(), reason="the recorded states are not here")
def test_every_real_state_and_plan_is_laid_beside_a_scan_or_refused_in_one_line(
    seen: Wiring, capsys: pytest.CaptureFixture[str]
) -> None:
    assert seen.store_url
    refused = {"version_3_state", "invalid_version"}
    for file in sorted(INPUTS.iterdir()):
        if file.suffix in {".json", ".tfstate"}:
            if any(name in file.name for name in refused):
                assert file.name in complaint(capsys, "--terraform", str(file))
            else:
                found = drift(capsys, "--terraform", str(file))
                assert found["states"] == [str(file)], file.name


RULES = ("resource_managed_by_iac", "iac_state_matches_account", "ec2_instance_managed_by_iac")


def test_the_rules_on_code_judge_a_scan_that_names_a_state(inside: Demo, tmp_path: Path) -> None:
    """Nothing of the demo is in the state but one cluster, and one bucket of the state is nowhere."""
    written = (inside.folder / "config.toml").read_text()
    found = inside.results[-1].findings
    before = {each.verdict for each in found if each.rule in RULES}
    assert Verdict.SKIP in before
    assert not before & {Verdict.FAIL, Verdict.UNKNOWN, Verdict.ERROR}
    account = found[0].account
    bucket = {"id": f"gone-{account}", "bucket": f"gone-{account}", "arn": f"arn:aws:s3:::gone-{account}"}
    name = state(tmp_path, bucket, sort="aws_s3_bucket")
    config = tmp_path / "config.toml"
    config.write_text(f'{written}\n[iac]\nterraform = ["{name}"]\n')
    wiring = Wiring.find(config, str(tmp_path / "own.db"))
    with wiring.store() as store:
        wanted = Wanted(rules=RULES)
        result = run_scan(wiring, wanted, Sessions(), store=store, clock=later(inside))
    told = {rule: {each.verdict for each in result.findings if each.rule == rule} for rule in RULES}
    assert told["iac_state_matches_account"] == {Verdict.FAIL}
    assert Verdict.FAIL in told["resource_managed_by_iac"]
    assert Verdict.FAIL in told["ec2_instance_managed_by_iac"]
    (missing,) = {each.part for each in result.findings if each.rule == "iac_state_matches_account"}
    assert missing == f"missing aws_s3_bucket.gone-{account}"
