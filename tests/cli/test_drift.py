"""`phiward drift` as a user runs it: what changed, what it is compared with, exit codes, mistakes."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from scanner.cli import run
from scanner.cli.wire import Wiring
from tests.cli.drift_nights import OTHER, complaint, drift, keys, night, told
from tests.cli.nights import ACCOUNT, KEY, scan_id

if TYPE_CHECKING:
    from pathlib import Path

ROTATION = "rotation.KeyRotationEnabled"
AT = datetime(2026, 11, 3, tzinfo=UTC)


# ---- what is told, and the exit code ----


def test_a_first_scan_has_nothing_to_compare_with(bare: Wiring, capsys: pytest.CaptureFixture[str]) -> None:
    night(bare, 0, keys({"a": True}))
    assert run(["drift"]) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == f"scan {scan_id(0)} is the first of its accounts: there is nothing to compare it with yet\n"
    document = drift(capsys, code=0)
    assert document["older"] == document["newer"]
    assert (document["newer"]["scan"], document["changes"], document["complete"]) == (scan_id(0), [], True)
    assert run(["drift", "--format", "csv"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1
    assert drift(capsys, "--since", "2026-10-01", code=0)["changes"] == []


def test_an_empty_store_says_what_to_do_first(bare: Wiring, capsys: pytest.CaptureFixture[str]) -> None:
    assert "phiward scan" in complaint(capsys)


def test_nothing_changed(bare: Wiring, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(2):
        night(bare, number, keys({"a": True, "b": False}))
    assert drift(capsys, "--fail-on", "info", code=0)["changes"] == []
    assert run(["drift"]) == 0
    assert capsys.readouterr().out == f"No change since 2026-11-01 02:00 UTC (scan {scan_id(0)})\n"


def test_what_changed_is_weighed_and_fails_from_its_severity_on(
    three: Wiring, capsys: pytest.CaptureFixture[str]
) -> None:
    (only,) = drift(capsys, code=1)["changes"]
    assert (only["name"], only["path"], only["before"], only["after"]) == (
        "b",
        "rotation.KeyRotationEnabled",
        True,
        False,
    )
    assert (only["severity"], only["impact"], only["direction"]) == ("high", "security", "worse")
    assert only["rules"] == [{"rule": "kms_key_rotation", "verdict": "FAIL"}]
    assert run(["drift", "--fail-on", "high"]) == 1
    assert run(["drift", "--fail-on", "critical"]) == 0


def test_what_got_better_fails_nothing(bare: Wiring, capsys: pytest.CaptureFixture[str]) -> None:
    night(bare, 0, keys({"a": False}))
    night(bare, 1, keys({"a": True}))
    (only,) = drift(capsys, "--fail-on", "low", code=0)["changes"]
    assert (only["direction"], only["severity"]) == ("better", "info")
    assert run(["drift", "--fail-on", "info"]) == 1


def test_what_is_gone_is_told(bare: Wiring, capsys: pytest.CaptureFixture[str]) -> None:
    night(bare, 0, keys({"a": True, "b": True}))
    night(bare, 1, keys({"a": True}))
    document = drift(capsys, "--fail-on", "critical", code=1)
    assert told(document) == [("b", "removed", "")]


# ---- what could not be looked at again ----


@pytest.fixture
def veiled(bare: Wiring) -> Wiring:
    night(bare, 0, keys({"a": True, "b": True}))
    night(bare, 1, keys({"a": True, "b": True}), denied=[ACCOUNT])
    return bare


def test_a_denied_listing_is_incomplete_and_removes_nothing(veiled: Wiring, capsys: pytest.CaptureFixture[str]) -> None:
    document = drift(capsys, code=3)
    assert [(each["action"], each["name"]) for each in document["changes"]] == [("unseen", f"2 of {KEY}")]
    assert "kms:ListKeys" in document["changes"][0]["why"]
    assert document["complete"] is False
    assert [entry["operation"] for entry in document["holes"]] == ["kms.ListKeys"]
    assert run(["drift"]) == 3
    said = capsys.readouterr().out
    assert "removed" not in said
    assert "Not compared, because it could not be looked at again" in said


def test_what_is_incomplete_may_be_allowed(veiled: Wiring, capsys: pytest.CaptureFixture[str]) -> None:
    assert drift(capsys, "--allow-incomplete", code=0)["holes"]


@pytest.mark.parametrize(("until", "code"), [("2026-11-02", 0), ("2026-11-01", 3)])
def test_an_accepted_gap_is_no_hole_until_its_day(
    veiled: Wiring, capsys: pytest.CaptureFixture[str], until: str, code: int
) -> None:
    with veiled.store() as store:
        store.accept_gap(
            "kms.ListKeys", ACCOUNT, reason="the role comes in spring", owner="ops", until=until, by="ciso", at=AT
        )
    assert bool(drift(capsys, code=code)["holes"]) is bool(code)


def test_a_gap_of_another_account_is_not_accepted(veiled: Wiring, capsys: pytest.CaptureFixture[str]) -> None:
    with veiled.store() as store:
        store.accept_gap("kms.ListKeys", OTHER, reason="r", owner="o", until="2030-01-01", by="b", at=AT)
    drift(capsys, code=3)


def test_what_changed_behind_a_veil_is_told_when_it_is_seen(veiled: Wiring, capsys: pytest.CaptureFixture[str]) -> None:
    night(veiled, 2, keys({"a": False, "b": True}))
    (only,) = drift(capsys, code=1)["changes"]
    assert (only["name"], only["action"], only["since"][:10]) == ("a", "changed", "2026-11-01")


def test_a_scan_of_less_in_between_hides_no_hole(bare: Wiring, capsys: pytest.CaptureFixture[str]) -> None:
    both = keys({"a": True}) + keys({"a": True}, OTHER)
    night(bare, 0, both, accounts=(ACCOUNT, OTHER))
    night(bare, 1, keys({"a": True}))
    night(bare, 2, both, accounts=(ACCOUNT, OTHER), denied=[OTHER])
    document = drift(capsys, code=3)
    assert [(entry["account"], entry["operation"]) for entry in document["holes"]] == [(OTHER, "kms.ListKeys")]


def test_what_could_never_be_asked_is_no_hole(bare: Wiring, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(2):
        night(bare, number, keys({"a": True}), accounts=(ACCOUNT, OTHER), denied=[OTHER])
    assert drift(capsys, code=0)["holes"] == []


# ---- forms ----


def test_csv_has_one_row_for_each_change(three: Wiring, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    capsys.readouterr()
    assert run(["drift", "--since", scan_id(0), "--format", "csv"]) == 1
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [(row["name"], row["before"], row["after"], row["account_name"]) for row in rows] == [
        ("a", "true", "false", "phi-cluster"),
        ("b", "true", "false", "phi-cluster"),
    ]
    assert run(["drift", "--format", "csv", "--out", str(tmp_path / "deep" / "drift.csv")]) == 1
    assert capsys.readouterr().out == ""
    assert (tmp_path / "deep" / "drift.csv").read_text().count("\n") == 2


def test_the_terminal_tells_what_who_and_which_rule(three: Wiring, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["drift"]) == 1
    flat = " ".join(capsys.readouterr().out.split())
    assert "1 change since 2026-11-02 02:00 UTC" in flat
    assert "phi-cluster us-east-1 AWS::KMS::Key b" in flat
    assert "rotation.KeyRotationEnabled true → false" in flat
    assert "turned kms_key_rotation FAIL" in flat


def test_what_is_left_out_is_told_with_its_reason(bare: Wiring, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(2):
        made = keys({"a": True})
        made[0].sections["meta"].doc["CreationDate"] = f"2026-0{number + 1}-01T00:00:00Z"
        made[0].sections["turn"].doc["NextRotationDate"] = f"2027-0{number + 1}-01T00:00:00Z"
        night(bare, number, made)
    assert drift(capsys, code=0)["suppressed"] == []
    document = drift(capsys, "--show-suppressed", code=0)
    assert {each["path"] for each in document["suppressed"]} == {"CreationDate", "rotation.NextRotationDate"}
    assert all(each["reason"] for each in document["suppressed"])
    assert sum(document["summary"]["suppressed"].values()) == 2
    assert run(["drift", "--show-suppressed"]) == 0
    flat = " ".join(capsys.readouterr().out.split())
    assert "Left out, for it is no change: 2" in flat
    assert "rotation.NextRotationDate" in flat
