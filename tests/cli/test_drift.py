"""`phiward drift` as a user runs it: what changed, what it is compared with, exit codes, mistakes."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from scanner.cli import run
from scanner.cli.wire import Wiring
from scanner.engine.settings import Config
from tests.cli.drift_nights import OTHER, complaint, drift, keys, night, told
from tests.cli.nights import ACCOUNT, KEY, scan_id

if TYPE_CHECKING:
    from pathlib import Path

AT = datetime(2026, 11, 3, tzinfo=UTC)


@pytest.fixture
def wiring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Wiring:
    """A store where the command line looks for it, in a folder without a config.toml."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    return Wiring(Config(), store_url="sqlite:///phiward.db")


@pytest.fixture
def three(wiring: Wiring) -> Wiring:
    """Three nights: `a` no longer rotates on the second, `b` not on the third."""
    night(wiring, 0, keys({"a": True, "b": True}))
    night(wiring, 1, keys({"a": False, "b": True}))
    night(wiring, 2, keys({"a": False, "b": False}))
    return wiring


# ---- what is told, and the exit code ----


def test_a_first_scan_has_nothing_to_compare_with(wiring: Wiring, capsys: pytest.CaptureFixture[str]) -> None:
    night(wiring, 0, keys({"a": True}))
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


def test_an_empty_store_says_what_to_do_first(wiring: Wiring, capsys: pytest.CaptureFixture[str]) -> None:
    assert "phiward scan" in complaint(capsys)


def test_nothing_changed(wiring: Wiring, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(2):
        night(wiring, number, keys({"a": True, "b": False}))
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


def test_what_got_better_fails_nothing(wiring: Wiring, capsys: pytest.CaptureFixture[str]) -> None:
    night(wiring, 0, keys({"a": False}))
    night(wiring, 1, keys({"a": True}))
    (only,) = drift(capsys, "--fail-on", "low", code=0)["changes"]
    assert (only["direction"], only["severity"]) == ("better", "info")
    assert run(["drift", "--fail-on", "info"]) == 1


def test_what_is_gone_is_told(wiring: Wiring, capsys: pytest.CaptureFixture[str]) -> None:
    night(wiring, 0, keys({"a": True, "b": True}))
    night(wiring, 1, keys({"a": True}))
    document = drift(capsys, "--fail-on", "critical", code=1)
    assert told(document) == [("b", "removed", "")]


# ---- what could not be looked at again ----


@pytest.fixture
def veiled(wiring: Wiring) -> Wiring:
    night(wiring, 0, keys({"a": True, "b": True}))
    night(wiring, 1, keys({"a": True, "b": True}), denied=[ACCOUNT])
    return wiring


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


def test_a_scan_of_less_in_between_hides_no_hole(wiring: Wiring, capsys: pytest.CaptureFixture[str]) -> None:
    both = keys({"a": True}) + keys({"a": True}, OTHER)
    night(wiring, 0, both, accounts=(ACCOUNT, OTHER))
    night(wiring, 1, keys({"a": True}))
    night(wiring, 2, both, accounts=(ACCOUNT, OTHER), denied=[OTHER])
    document = drift(capsys, code=3)
    assert [(entry["account"], entry["operation"]) for entry in document["holes"]] == [(OTHER, "kms.ListKeys")]


def test_what_could_never_be_asked_is_no_hole(wiring: Wiring, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(2):
        night(wiring, number, keys({"a": True}), accounts=(ACCOUNT, OTHER), denied=[OTHER])
    assert drift(capsys, code=0)["holes"] == []


# ---- what is compared with what ----


@pytest.mark.parametrize(
    ("since", "older", "names"),
    [
        ("", 1, ["b"]),
        (scan_id(0), 0, ["a", "b"]),
        (scan_id(1), 1, ["b"]),
        (scan_id(0)[:8], 0, ["a", "b"]),
        (scan_id(1)[:15], 1, ["b"]),
        ("2026-11-02", 0, ["a", "b"]),
        ("2026-11-03", 1, ["b"]),
        ("2026-11-02T02:00:00", 1, ["b"]),
        ("2026-11-02T01:59:59Z", 0, ["a", "b"]),
        ("2026-11-02T03:00:00+02:00", 0, ["a", "b"]),
        ("2020-01-01", 0, ["a", "b"]),
    ],
)
def test_since_is_a_scan_or_a_moment(
    three: Wiring, capsys: pytest.CaptureFixture[str], since: str, older: int, names: list[str]
) -> None:
    document = drift(capsys, *(["--since", since] if since else []))
    assert document["older"]["scan"] == scan_id(older)
    assert [name for name, _, _ in told(document)] == names


def test_an_older_night_is_compared_with_the_one_before(three: Wiring, capsys: pytest.CaptureFixture[str]) -> None:
    document = drift(capsys, "--scan", scan_id(1))
    assert (document["older"]["scan"], told(document)) == (
        scan_id(0),
        [("a", "changed", "rotation.KeyRotationEnabled")],
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--since", "yesterday"], ("--since yesterday", "2026-11-21", scan_id(2))),
        (["--since", "2026-13-45"], ("--since 2026-13-45",)),
        (["--since", "2026"], ("--since 2026", "more than one scan")),
        (["--since", "2027-01-01"], ("--since 2027-01-01", scan_id(2), "2026-11-03")),
        (["--since", scan_id(2)], ("--since", "not earlier than", "--scan")),
        (["--since", scan_id(2), "--scan", scan_id(1)], ("not earlier than",)),
        (["--since", scan_id(0), "--baseline", "spring"], ("--since", "--baseline", "one of them")),
        (["--scan", "1999"], ("--scan 1999", "no scan")),
        (["--baseline", "winter"], ("winter", "spring")),
        (["--baseline", "spring", "--scan", scan_id(0)], ("--baseline spring", "not earlier than", scan_id(1))),
        (["--cells", "cells", "--since", scan_id(0)], ("--cells",)),
        (["--cells", "cells", "--format", "csv"], ("--cells", "csv")),
        (["--cells", "cells"], ("--cells cells",)),
        (["--fail-on", "grave"], ("grave", "critical", "--help")),
        (["--format", "html"], ("html", "csv")),
        (["--trail", "none.json"], ("none.json", "no such file or folder")),
    ],
)
def test_misuse_is_one_line(
    three: Wiring, capsys: pytest.CaptureFixture[str], arguments: list[str], words: tuple[str, ...]
) -> None:
    assert run(["baseline", "approve", "spring", "--scan", scan_id(1), "--reason", "reviewed"]) == 0
    said = complaint(capsys, *arguments)
    assert all(word in said for word in words), said


def test_a_baseline_is_named_and_a_later_approval_counts(three: Wiring, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["baseline", "approve", "spring", "--scan", scan_id(0), "--reason", "reviewed"]) == 0
    document = drift(capsys, "--baseline", "spring", code=1)
    assert (document["baseline"], document["older"]["scan"]) == ("spring", scan_id(0))
    assert [name for name, _, _ in told(document)] == ["a", "b"]
    assert run(["drift", "--baseline", "spring"]) == 1
    assert f"(baseline spring, scan {scan_id(0)})" in " ".join(capsys.readouterr().out.split())
    assert run(["baseline", "approve", "spring", "--scan", scan_id(1), "--reason", "reviewed again"]) == 0
    assert [name for name, _, _ in told(drift(capsys, "--baseline", "spring"))] == ["b"]


def test_the_baseline_that_is_the_newest_scan_itself_is_said(three: Wiring, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["baseline", "approve", "now", "--reason", "reviewed"]) == 0
    assert "not earlier than" in complaint(capsys, "--baseline", "now")


# ---- several accounts in one store ----


def test_each_account_is_compared_with_its_own_last_night(wiring: Wiring, capsys: pytest.CaptureFixture[str]) -> None:
    night(wiring, 0, keys({"a": True}))
    night(wiring, 1, keys({"a": True}, OTHER), accounts=(OTHER,))
    night(wiring, 2, keys({"a": False}))
    document = drift(capsys, code=1)
    assert document["older"]["scan"] == scan_id(0)
    (only,) = document["changes"]
    assert (only["account"], only["path"]) == (ACCOUNT, "rotation.KeyRotationEnabled")
    assert only["rules"] == [{"rule": "kms_key_rotation", "verdict": "FAIL"}]
    assert drift(capsys, "--since", "2026-11-02T12:00:00", code=1)["older"]["scan"] == scan_id(0)
    assert drift(capsys, "--scan", scan_id(1), code=0)["changes"] == []


@pytest.mark.parametrize("was_denied", [False, True])
def test_an_account_or_a_kind_that_is_looked_at_for_the_first_time_is_no_change(
    wiring: Wiring, capsys: pytest.CaptureFixture[str], *, was_denied: bool
) -> None:
    first = (ACCOUNT, OTHER) if was_denied else (ACCOUNT,)
    night(wiring, 0, keys({"a": True}), accounts=first, denied=[OTHER])
    night(wiring, 1, keys({"a": True}) + keys({"a": False, "b": True}, OTHER), accounts=(ACCOUNT, OTHER))
    assert told(drift(capsys, "--fail-on", "info", code=0)) == []


def test_accepting_a_risk_of_one_account_hides_nothing_of_another(
    wiring: Wiring, capsys: pytest.CaptureFixture[str]
) -> None:
    both = (ACCOUNT, OTHER)
    (found,) = night(wiring, 0, keys({"same": False}))
    words = ["--reason", "replaced in March", "--owner", "ops", "--until", "2027-01-31", "--by", "ciso"]
    record = ["--not-reasonable", "the vendor cannot", "--instead", "another key"]
    assert run(["accept", found.fingerprint, *words, *record]) == 0
    assert run(["baseline", "approve", "spring", "--reason", "reviewed"]) == 0
    night(wiring, 1, keys({"same": False}) + keys({"same": True}, OTHER), accounts=both)
    night(wiring, 2, keys({"same": False}) + keys({"same": False}, OTHER), accounts=both)
    capsys.readouterr()
    assert run(["findings", "--format", "json"]) == 0
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert {each["account"]: bool(each["acceptance"]) for each in findings} == {ACCOUNT: True, OTHER: False}
    assert {each["verdict"] for each in findings} == {"FAIL"}
    assert [each["account"] for each in drift(capsys, code=1)["changes"]] == [OTHER]
    assert [each["account"] for each in drift(capsys, "--since", scan_id(1), code=1)["changes"]] == [OTHER]


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


def test_what_is_left_out_is_told_with_its_reason(wiring: Wiring, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(2):
        made = keys({"a": True})
        made[0].sections["meta"].doc["CreationDate"] = f"2026-0{number + 1}-01T00:00:00Z"
        made[0].sections["turn"].doc["NextRotationDate"] = f"2027-0{number + 1}-01T00:00:00Z"
        night(wiring, number, made)
    assert drift(capsys, code=0)["suppressed"] == []
    document = drift(capsys, "--show-suppressed", code=0)
    assert {each["path"] for each in document["suppressed"]} == {"CreationDate", "rotation.NextRotationDate"}
    assert all(each["reason"] for each in document["suppressed"])
    assert sum(document["summary"]["suppressed"].values()) == 2
    assert run(["drift", "--show-suppressed"]) == 0
    flat = " ".join(capsys.readouterr().out.split())
    assert "Left out, for it is no change: 2" in flat
    assert "rotation.NextRotationDate" in flat


# ---- [drift] in config.toml ----

IGNORED = f"""
[drift]
attribution = false

[[drift.ignore]]
kind = "{KEY}"
path = "rotation.*"
name = "a"
reason = "the vendor turns it"
"""


def test_a_change_that_is_meant_is_left_out_and_says_why(
    three: Wiring, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "config.toml").write_text(IGNORED)
    document = drift(capsys, "--since", scan_id(0), "--show-suppressed", code=1)
    assert [name for name, _, _ in told(document)] == ["b"]
    assert ("rotation.KeyRotationEnabled", "allowed by config.toml: the vendor turns it") in {
        (each["path"], each["reason"]) for each in document["suppressed"]
    }
    assert run(["drift", "--since", scan_id(0), "--show-suppressed"]) == 1
    assert "the vendor turns it" in " ".join(capsys.readouterr().out.split())
    assert drift(capsys, "--scan", scan_id(1), code=0)["changes"] == []


def test_what_could_not_be_seen_is_never_ignored(
    veiled: Wiring, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "config.toml").write_text('[[drift.ignore]]\nkind = "*"\nreason = "noise"\n')
    assert [each["action"] for each in drift(capsys, code=3)["changes"]] == ["unseen"]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('\n[drift]\nattribution = "often"\n', 3, "drift.attribution"),
        ("[drift]\nlookups = -1\n", 2, "drift.lookups"),
        ("[drift]\nlookup = 1\n", 2, "attribution, ignore, lookups"),
        ('[drift]\nignore = [\n  { path = "x" },\n]\n', 2, "reason"),
        (
            '[[drift.ignore]]\nreason = "x"\n\n[[drift.ignore]]\nkind = "y"\nreason = "z"\n',
            1,
            "`kind`, `path` or `name`",
        ),
        ('[[drift.ignore]]\nkind = "y"\nreason = "z"\n\n[[drift.ignore]]\nkinds = "y"\n', 6, "kinds"),
        (
            '[[drift.ignore]]\nkind = "y"\nreason = 7\n\n[[drift.ignore]]\nkind = "y"\nreason = "z"\n',
            3,
            "drift.ignore.0",
        ),
    ],
)
def test_a_mistake_in_config_is_one_line_with_its_place(
    wiring: Wiring, capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str, line: int, words: str
) -> None:
    (tmp_path / "config.toml").write_text(text)
    said = complaint(capsys)
    assert f"config.toml, line {line}, drift" in said
    assert words in said
