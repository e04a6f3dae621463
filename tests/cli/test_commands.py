"""Each command as a user gives it, on the demo's AWS."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

import scanner
from scanner.cli import run
from tests.cli.conftest import Demo


def test_scan_says_exit_1_for_new_failures_and_then_0(
    inside: Demo, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    store = str(tmp_path / "own.db")
    options = ["--account", "media-site", "--rule", "s3_bucket_tls_only", "--store", store, "--format", "json"]
    assert run(["scan", *options]) == 1
    document = json.loads(capsys.readouterr().out)
    assert {finding["rule"] for finding in document["findings"]} == {"s3_bucket_tls_only"}
    assert {finding["status"] for finding in document["findings"]} == {"new"}
    assert run(["scan", *options]) == 0
    again = json.loads(capsys.readouterr().out)
    assert {finding["status"] for finding in again["findings"]} == {"still"}
    assert run(["scan", *options, "--fail-on", "critical"]) == 0


def test_scan_exits_3_when_something_new_could_not_be_assessed(inside: Demo, tmp_path: Path) -> None:
    options = ["--account", "cell-gamma", "--rule", "kms_key_rotation", "--store", str(tmp_path / "own.db"), "-q"]
    assert run(["scan", *options, "--fail-on", "medium"]) in {1, 3}
    other = [*options[:-2], str(tmp_path / "other.db"), "-q"]
    assert run(["scan", *other, "--fail-on", "high"]) == 0


def test_the_store_and_its_key_are_for_their_owner_alone(inside: Demo, tmp_path: Path) -> None:
    run(["scan", "--account", "cell-beta", "--rule", "kms_key_rotation", "--store", str(tmp_path / "own.db"), "-q"])
    for name in ("own.db", "own.key"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


@pytest.mark.parametrize("form", ["json", "csv", "table", "html"])
def test_findings_are_shown_in_each_form(inside: Demo, capsys: pytest.CaptureFixture[str], form: str) -> None:
    assert run(["findings", "--format", form]) == 0
    out = capsys.readouterr().out
    assert "s3_bucket_tls_only" in out
    assert inside.results[-1].scan in out or form == "csv"


def test_a_report_is_written_and_named(inside: Demo, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    place = tmp_path / "deep" / "report.pdf"
    assert run(["report", "--format", "pdf", "--account", "cell-alpha", "--out", str(place)]) == 0
    assert place.read_bytes().startswith(b"%PDF")
    assert "report.pdf" in capsys.readouterr().err.replace("\n", "")


def test_explain_shows_one_finding(inside: Demo, capsys: pytest.CaptureFixture[str]) -> None:
    finding = next(f for f in inside.results[-1].findings if f.rule == "kms_key_rotation" and f.verdict == "UNKNOWN")
    assert run(["explain", finding.fingerprint[:10]]) == 0
    out = capsys.readouterr().out
    assert "kms_key_rotation" in out
    assert "kms:GetKeyRotationStatus" in out


def test_verify_knows_its_seals(inside: Demo, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify"]) == 0
    head = capsys.readouterr().out.split()[1]
    assert run(["verify", "--head", head]) == 0
    assert run(["verify", "--head", "0" * 64]) == 1


def test_init_writes_a_config_that_scans(
    inside: Demo, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["init"]) == 0
    assert {path.name for path in tmp_path.iterdir()} >= {"config.toml"}
    assert list(tmp_path.glob("phiward-iam-policy*.json"))
    assert run(["init"]) == 2
    assert "--force" in capsys.readouterr().err
    code = run(
        [
            "scan",
            "--region",
            "us-east-1",
            "--account",
            inside.organisation.management,
            "--rule",
            "kms_key_rotation",
            "-q",
        ]
    )
    assert code in {0, 1}


def test_rules_are_listed_with_all_that_the_contract_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules", "list", "--format", "json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    wanted = {"id", "title", "kinds", "severity", "category", "packs", "hipaa", "hipaa_proposed", "sources", "aliases",
              "parameters", "remedy", "since"}  # fmt: skip
    assert all(wanted <= set(rule) for rule in listed)
    assert len({rule["id"] for rule in listed}) == len(listed) >= 61
    assert run(["rules", "show", "security-hub:KMS.4"]) == 0
    shown = capsys.readouterr().out
    assert "Customer managed keys rotate" in shown
    assert "# Way back: phiward remediate rollback brings the former state back\n" in shown
    assert shown.endswith('In Terraform\nresource "aws_kms_key" "this" {\n  enable_key_rotation = true\n}\n')


def test_the_policy_of_one_rule_is_smaller_than_that_of_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["iam-policy", "--rule", "kms_key_rotation"]) == 0
    small = capsys.readouterr().out
    assert run(["iam-policy"]) == 0
    assert "kms:GetKeyRotationStatus" in small
    assert "s3:" not in small
    assert len(capsys.readouterr().out) > len(small)


def test_the_python_api_needs_no_store(inside: Demo) -> None:
    result = scanner.scan(regions=["us-east-1"], rules=["kms_key_rotation"], as_of=inside.organisation.server.clock)
    assert {finding.rule for finding in result.findings} <= {"kms_key_rotation"}
    assert result.complete
