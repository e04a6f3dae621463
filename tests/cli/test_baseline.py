"""`phiward baseline`: who approved which scan, when and why; what was superseded can be removed, the log keeps it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from scanner.cli import run
from scanner.cli.wire import Wiring
from scanner.engine.settings import Config
from tests.cli.nights import scan_id, store_night


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("nights") / "phiward.db"
    for night, listing in enumerate(("ok", "ok", "denied")):
        store_night(Wiring(Config(), store_url=str(file)), night, {"k": True}, listing=listing)
    return file


@pytest.fixture
def store(nights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A copy of the store: approvals change it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    return str(shutil.copy(nights, tmp_path / "phiward.db"))


def baselines(capsys: pytest.CaptureFixture[str], store: str, *names: str) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert run(["baseline", "show", *names, "--format", "json", "--store", store]) == 0
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return found


def approve(store: str, name: str, *more: str) -> int:
    return run(["baseline", "approve", name, "--reason", "reviewed [bold]by[/bold] two", "--store", store, *more])


def test_an_approval_says_who_why_and_when_and_supersedes_the_one_before(
    store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert baselines(capsys, store) == []
    assert approve(store, "spring", "--scan", scan_id(0), "--by", "dr.lee") == 0
    assert approve(store, "spring", "--scan", scan_id(1)[:9], "--by", "dr.lee") == 0
    said = capsys.readouterr().err
    assert f"spring version 2 is scan {scan_id(1)}" in said
    first, second = baselines(capsys, store, "spring")
    assert (first["scan"], first["superseded"], first["by"]) == (scan_id(0), True, "dr.lee")
    assert (second["scan"], second["superseded"], second["version"]) == (scan_id(1), False, 2)
    assert second["reason"] == "reviewed [bold]by[/bold] two"
    assert run(["baseline", "show", "--store", store]) == 0
    flat = " ".join(capsys.readouterr().out.split())
    assert f"version 1, superseded: scan {scan_id(0)} of 2026-11-01 02:00Z" in flat
    assert "by dr.lee: reviewed [bold]by[/bold] two" in flat


def test_the_newest_scan_is_approved_by_default_and_what_it_lacks_is_said(
    store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert approve(store, "now") == 0
    assert "incomplete" in capsys.readouterr().err
    (only,) = baselines(capsys, store)
    assert only["scan"] == scan_id(2)
    assert only["by"]


def test_pruning_removes_what_was_superseded_and_the_log_keeps_it(
    store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("a", "a", "b"):
        assert approve(store, name, "--by", "dr.lee") == 0
    capsys.readouterr()
    assert run(["baseline", "prune", "--by", "ops", "--store", store]) == 0
    assert "removed: a version 1" in capsys.readouterr().err
    assert [(each["name"], each["version"]) for each in baselines(capsys, store)] == [("a", 2), ("b", 1)]
    assert run(["baseline", "prune", "a", "--store", store]) == 0
    assert "nothing to remove" in capsys.readouterr().err
    with Wiring.find(None, store).store() as opened:
        log = [(event.action, event.by, event.name, event.version) for event in opened.baseline_log()]
    assert log[-1] == ("prune", "ops", "a", 1)
    assert [entry[0] for entry in log] == ["approve", "approve", "approve", "prune"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["approve", "spring"], ("--reason",)),
        (["approve", "spring", "--reason", "x", "--scan", "1999"], ("1999", "no scan")),
        (["approve", "no/slash", "--reason", "x"], ("no/slash",)),
        (["approve"], ("name", "--help")),
        (["show", "winter"], ("winter", "spring")),
        (["prune", "winter"], ("winter", "spring")),
    ],
)
def test_misuse_is_one_line(
    store: str, capsys: pytest.CaptureFixture[str], arguments: list[str], words: tuple[str, ...]
) -> None:
    assert approve(store, "spring") == 0
    capsys.readouterr()
    assert run(["baseline", *arguments, *([] if arguments == ["approve"] else ["--store", store])]) == 2
    said = capsys.readouterr()
    assert said.err.count("\n") == 1
    assert all(word in said.err for word in words)
    assert not said.out
