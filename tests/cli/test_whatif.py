"""`phiward whatif`: today's rule on stored nights says since when; a night that could not tell ends nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scanner.cli import run
from scanner.cli.wire import Wiring
from scanner.engine.settings import Config
from tests.cli.nights import RULE, scan_id, store_night

if TYPE_CHECKING:
    from collections.abc import Sequence

F, P, U, GONE = False, True, None, "gone"
NIGHTS: dict[str, Sequence[Any]] = {
    "always": (F, F, F, F, F),
    "later": (P, P, F, F, F),
    "veiled": (P, F, U, F, F),
    "mended": (F, F, P, P, P),
    "twice": (F, P, F, P, F),
    "deleted": (P, F, GONE, GONE, GONE),
    "hidden": (P, F, F, U, U),
    "never": (P, P, P, P, P),
}


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = str(tmp_path_factory.mktemp("nights") / "phiward.db")
    for night in range(5):
        keys = {name: states[night] for name, states in NIGHTS.items() if states[night] != GONE}
        store_night(Wiring(Config(), store_url=url), night, keys)
    return url


@pytest.fixture
def store(nights: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The store, which nothing here changes, in a folder without a config.toml."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    return nights


def asked(capsys: pytest.CaptureFixture[str], store: str, *more: str) -> dict[str, Any]:
    capsys.readouterr()
    assert run(["whatif", "--rule", RULE, "--scan", scan_id(0), "--store", store, "--format", "json", *more]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    return {finding["name"]: finding for finding in json.loads(said.out)["findings"]}


def runs(finding: dict[str, Any]) -> list[tuple[int | None, ...]]:
    """Give each run as the numbers of its first and last night and of the one that ended it."""

    def number(night: dict[str, str] | None) -> int | None:
        return None if night is None else int(night["scan"][-4:], 16)

    return [tuple(number(each[name]) for name in ("first", "last", "ended")) for each in finding["runs"]]


def test_each_finding_says_since_when_and_what_could_not_tell_ends_nothing(
    store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found = asked(capsys, store)
    assert {name: runs(finding) for name, finding in found.items()} == {
        "always": [(0, 4, None)],
        "later": [(2, 4, None)],
        "veiled": [(1, 4, None)],
        "mended": [(0, 1, 2)],
        "twice": [(0, 0, 1), (2, 2, 3), (4, 4, None)],
        "deleted": [(1, 1, 2)],
        "hidden": [(1, 2, None)],
    }
    assert {name for name, finding in found.items() if finding["failing"]} == set(found) - {"mended", "deleted"}
    assert {name for name, finding in found.items() if finding["since_before"]} == {"always", "mended"}
    unknown = {
        name: [night["scan"] for each in finding["runs"] for night in each["unknown"]]
        for name, finding in found.items()
    }
    assert {name: nights for name, nights in unknown.items() if nights} == {
        "veiled": [scan_id(2)],
        "hidden": [scan_id(3), scan_id(4)],
    }


def test_a_later_scan_to_begin_with_leaves_out_what_was_mended_before(
    store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert run(["whatif", "--rule", RULE, "--scan", scan_id(3), "--store", store, "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [night["scan"] for night in document["scans"]] == [scan_id(3), scan_id(4)]
    assert {finding["name"] for finding in document["findings"] if finding["since_before"]} == {
        "always",
        "later",
        "veiled",
    }
    assert {finding["name"] for finding in document["findings"]} == {"always", "later", "veiled", "twice"}


def test_the_terminal_says_it_in_words(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["whatif", "--rule", RULE, "--scan", scan_id(0), "--store", store, "-q"]) == 0
    said = capsys.readouterr().out
    flat = " ".join(said.split())
    assert "on 5 scans, 2026-11-01 to 2026-11-05: 5 failing, 2 no longer" in flat
    assert f"failing since before 2026-11-01 02:00Z (scan {scan_id(0)})" in flat
    assert f"failing since 2026-11-03 02:00Z (scan {scan_id(2)})" in flat
    assert f"was so from before 2026-11-01 to 2026-11-02; no longer on 2026-11-03 02:00Z (scan {scan_id(2)})" in flat
    assert "not known in 2 nights: 2026-11-04, 2026-11-05" in flat
    assert "never" not in said
    assert max(map(len, said.splitlines())) <= 80


def test_a_listing_that_was_denied_ends_nothing_and_shows_no_beginning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    wiring = Wiring(Config(), store_url=str(tmp_path / "phiward.db"))
    for night, listing in enumerate(("denied", "ok", "denied", "ok")):
        store_night(wiring, night, {"k": False}, listing=listing)
    (finding,) = asked(capsys, wiring.store_url).values()
    assert runs(finding) == [(1, 3, None)]
    assert finding["since_before"] is False
    assert [night["scan"] for night in finding["runs"][0]["unknown"]] == [scan_id(0), scan_id(2)]


def test_today_s_settings_are_those_that_judge(store: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("[rules.kms_key_rotation]\nno_such = 1\n")
    assert run(["whatif", "--rule", RULE, "--scan", scan_id(0), "--store", store]) == 2
    assert "no_such" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], ("--rule", "--scan")),
        (["--rule", RULE], ("--scan",)),
        (["--scan", "x"], ("--rule",)),
        (["--rule", "kms_key_rotatoin", "--scan", scan_id(0)], ("kms_key_rotatoin", "kms_key_rotation")),
        (["--rule", RULE, "--scan", "1999"], ("1999", "no scan")),
    ],
)
def test_misuse_is_one_line(
    store: str, capsys: pytest.CaptureFixture[str], arguments: list[str], words: tuple[str, ...]
) -> None:
    capsys.readouterr()
    assert run(["whatif", *arguments, "--store", store]) == 2
    said = capsys.readouterr()
    assert said.err.count("\n") == 1
    assert all(word in said.err for word in words)
    assert not said.out


def test_an_empty_store_says_what_to_do_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["whatif", "--rule", RULE, "--scan", "x", "--store", str(tmp_path / "new.db")]) == 2
    assert "phiward scan" in capsys.readouterr().err
