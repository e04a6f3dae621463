"""`report --each`: a report for each account or owner, in files that no name leads astray, and the rest is named."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from scanner.cli import run
from scanner.cli.focus import Asked
from scanner.cli.reporting import file_name, safe
from scanner.cli.wire import Wiring
from scanner.engine.settings import Config
from scanner.store import ScanInfo
from tests.cli.drift_nights import NAMES, OTHER, keys, night
from tests.cli.nights import ACCOUNT, FIRST, scan_id

EVIL = "../../etc/passwd\n\x1b[2J"
OWNERS = {"a": {"Owner": "clinical"}, "b": {"owner": EVIL}, "c": {"Owner": "Clinical"}, "d": None, "e": {"team": "web"}}
ID = scan_id(0)
INFO = ScanInfo(id=ID, started=FIRST, as_of=FIRST, kinds=(), rules=(), targets=(), names=NAMES, versions={})


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("owned")
    there = [*keys({"a": True, "b": False, "e": True}), *keys({"c": True, "d": False}, OTHER)]
    for each in there:
        each.tags = OWNERS[each.name]
    night(Wiring(Config(), store_url=f"sqlite:///{folder / 'phiward.db'}"), 0, there, accounts=(ACCOUNT, OTHER))
    return folder


@pytest.fixture
def out(stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(stored)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    return tmp_path / "out"


def written(out: Path, *more: str) -> dict[str, list[str]]:
    """Write JSON reports; give the names of the resources in each, by the file's name."""
    assert run(["report", "--format", "json", "--out", str(out), *more]) == 0
    documents = {path.name: json.loads(path.read_text()) for path in out.iterdir()}
    return {name: sorted(each["name"] for each in found["findings"]) for name, found in documents.items()}


def test_each_account_has_a_report_of_its_own(out: Path) -> None:
    found = written(out, "--each", "account")
    assert found == {f"phiward-{ID}-phi-cluster.json": ["a", "b", "e"],
                     f"phiward-{ID}-phi-spare.json": ["c", "d"]}  # fmt: skip


def test_each_owner_has_a_report_and_who_has_none_is_told(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = written(out, "--each", "owner")
    assert sorted(found.values()) == [["a"], ["b"], ["c"]]
    assert found[f"phiward-{ID}-clinical.json"] == ["a"]
    assert all(name.startswith(f"phiward-{ID}-") and name.isascii() and ".." not in name for name in found)
    said = capsys.readouterr().err
    assert "in none of these reports: 1 resource without a tag 'owner', 1 whose tags could not be learned" in said


def test_each_value_of_another_tag_and_of_one_account(out: Path) -> None:
    (found,) = written(out, "--each", "team", "--account", "phi-cluster").values()
    assert found == ["e"]


def test_each_account_of_an_owner_leaves_out_accounts_without_any(
    out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (found,) = written(out, "--each", "account", "--owner", "clinical").values()
    assert found == ["a"]
    assert f"no report of {OTHER}: --owner owner=clinical: no resource here is tagged so" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--each", "none-such"], "--each none-such: no resource here has a tag 'none-such'"),
        (["--each", "owner", "--owner", "clinical"], "--each owner: leave out --owner"),
        (["--each", "account", "--format", "table"], "--each: give the --format"),
        (["--each", "account", "--out", "phiward.db"], "phiward.db: --each writes several files"),
    ],
)
def test_a_mistake_gets_one_line(out: Path, capsys: pytest.CaptureFixture[str], more: list[str], said: str) -> None:
    assert run(["report", "--out", str(out), *more]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


def test_a_part_never_takes_the_place_of_the_whole_nor_of_another() -> None:
    asked = [
        Asked(), Asked(accounts=(ACCOUNT,)), Asked(accounts=(ACCOUNT, OTHER)), Asked(owner="owner=a"),
        Asked(owner="team=a"), Asked(owner="owner=A"), Asked(since="week"), Asked(since="2026-11-01"),
        Asked(owner="owner=" + "x" * 500),
        Asked(owner="owner=" + "x" * 501), Asked(accounts=tuple(str(n) for n in range(100))),
    ]  # fmt: skip
    names = [file_name(INFO, each, "html") for each in asked]
    assert len({name.casefold() for name in names}) == len(asked)
    assert names[0] == f"phiward-{ID}.html"
    assert max(map(len, names)) < 200
    same = msgspec.structs.replace(INFO, names=dict.fromkeys(NAMES, "twin"))
    twins = {file_name(same, Asked(accounts=(account,)), "html") for account in (ACCOUNT, OTHER)}
    assert twins == {f"phiward-{ID}-{account}.html" for account in (ACCOUNT, OTHER)}


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../../x", "a/b", "CON", "naïve", "\ud800", "a\x00b", "x" * 999, "-rf"]
)
def test_any_name_becomes_part_of_a_file_name(name: str) -> None:
    made = safe(name)
    assert made.isascii()
    assert set(made) <= set("abcdefghijklmnopqrstuvwxyz0123456789_-")
    assert not made.startswith("-")
    assert len(made) <= 70
