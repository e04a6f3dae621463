"""What `phiward drift` compares with what, and what config.toml says of it: scans, days, baselines, accounts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from scanner.cli import run
from tests.cli.drift_nights import OTHER, complaint, drift, keys, night, told
from tests.cli.nights import ACCOUNT, KEY, scan_id

if TYPE_CHECKING:
    from pathlib import Path

    from scanner.cli.wire import Wiring

ROTATION = "rotation.KeyRotationEnabled"


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
        [("a", "changed", ROTATION)],
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


def test_each_account_is_compared_with_its_own_last_night(bare: Wiring, capsys: pytest.CaptureFixture[str]) -> None:
    night(bare, 0, keys({"a": True}))
    night(bare, 1, keys({"a": True}, OTHER), accounts=(OTHER,))
    night(bare, 2, keys({"a": False}))
    document = drift(capsys, code=1)
    assert document["older"]["scan"] == scan_id(0)
    (only,) = document["changes"]
    assert (only["account"], only["path"]) == (ACCOUNT, ROTATION)
    assert only["rules"] == [{"rule": "kms_key_rotation", "verdict": "FAIL"}]
    assert drift(capsys, "--since", "2026-11-02T12:00:00", code=1)["older"]["scan"] == scan_id(0)
    assert drift(capsys, "--scan", scan_id(1), code=0)["changes"] == []


@pytest.mark.parametrize("was_denied", [False, True])
def test_an_account_or_a_kind_that_is_looked_at_for_the_first_time_is_no_change(
    bare: Wiring, capsys: pytest.CaptureFixture[str], *, was_denied: bool
) -> None:
    first = (ACCOUNT, OTHER) if was_denied else (ACCOUNT,)
    night(bare, 0, keys({"a": True}), accounts=first, denied=[OTHER])
    night(bare, 1, keys({"a": True}) + keys({"a": False, "b": True}, OTHER), accounts=(ACCOUNT, OTHER))
    assert told(drift(capsys, "--fail-on", "info", code=0)) == []


def test_accepting_a_risk_of_one_account_hides_nothing_of_another(
    bare: Wiring, capsys: pytest.CaptureFixture[str]
) -> None:
    both = (ACCOUNT, OTHER)
    (found,) = night(bare, 0, keys({"same": False}))
    words = ["--reason", "replaced in March", "--owner", "ops", "--until", "2027-01-31", "--by", "ciso"]
    record = ["--not-reasonable", "the vendor cannot", "--instead", "another key"]
    assert run(["accept", found.fingerprint, *words, *record]) == 0
    assert run(["baseline", "approve", "spring", "--reason", "reviewed"]) == 0
    night(bare, 1, keys({"same": False}) + keys({"same": True}, OTHER), accounts=both)
    night(bare, 2, keys({"same": False}) + keys({"same": False}, OTHER), accounts=both)
    capsys.readouterr()
    assert run(["findings", "--format", "json"]) == 0
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert {each["account"]: bool(each["acceptance"]) for each in findings} == {ACCOUNT: True, OTHER: False}
    assert {each["verdict"] for each in findings} == {"FAIL"}
    assert [each["account"] for each in drift(capsys, code=1)["changes"]] == [OTHER]
    assert [each["account"] for each in drift(capsys, "--since", scan_id(1), code=1)["changes"]] == [OTHER]


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
    assert (ROTATION, "allowed by config.toml: the vendor turns it") in {
        (each["path"], each["reason"]) for each in document["suppressed"]
    }
    assert run(["drift", "--since", scan_id(0), "--show-suppressed"]) == 1
    assert "the vendor turns it" in " ".join(capsys.readouterr().out.split())
    assert drift(capsys, "--scan", scan_id(1), code=0)["changes"] == []


def test_what_could_not_be_seen_is_never_ignored(
    bare: Wiring, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    night(bare, 0, keys({"a": True}))
    night(bare, 1, keys({"a": True}), denied=[ACCOUNT])
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
    bare: Wiring, capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str, line: int, words: str
) -> None:
    (tmp_path / "config.toml").write_text(text)
    said = complaint(capsys)
    assert f"config.toml, line {line}, drift" in said
    assert words in said
