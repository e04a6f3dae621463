"""`phiward verify EVIDENCE.zip`: a pack that comes back, as it was made, overtaken by time, or forged."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from scanner.cli import run
from scanner.cli.wire import Wiring
from scanner.engine.settings import Config
from tests.cli.drift_nights import OTHER, keys, night
from tests.cli.nights import ACCOUNT
from tests.cli.packing import Packed, fill, forged, pack, unpacked
from tests.reports.forging import in_json, leave_out, rewrite_chain, turn_to_pass

if TYPE_CHECKING:
    from collections.abc import Callable

Members = dict[str, bytes]


class Said(NamedTuple):
    """What the command said."""

    code: int
    out: str
    err: str


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("evidence") / "phiward.db"
    fill(Wiring(Config(), store_url=f"sqlite:///{file}"))
    return file


@pytest.fixture
def wiring(stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Wiring:
    """A store of its own, found from the folder of the test."""
    shutil.copy(stored, tmp_path / "phiward.db")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    return Wiring(Config(), store_url="sqlite:///phiward.db")


def verify(capsys: pytest.CaptureFixture[str], path: Path | str, *more: str) -> Said:
    capsys.readouterr()
    code = run(["verify", str(path), *more])
    return Said(code, *capsys.readouterr())


def written(packed: Packed, name: str = "pack.zip") -> Path:
    Path(name).write_bytes(packed.content)
    return Path(name)


@pytest.mark.parametrize("proof", [False, True])
def test_a_pack_comes_back_as_it_was_made(wiring: Wiring, capsys: pytest.CaptureFixture[str], proof: bool) -> None:
    made = pack(wiring, proof=proof)
    said = verify(capsys, written(made), "--head", made.head(ACCOUNT))
    assert (said.code, said.err) == (0, "")
    assert "made anew from the store: the same to the byte" in said.out
    assert said.out.endswith("pack.zip agrees with the store\n")
    assert verify(capsys, unpacked(made.members(), Path("folder"))).code == 0


def test_restricted_packs_are_made_anew_as_they_were(wiring: Wiring, capsys: pytest.CaptureFixture[str]) -> None:
    for asked in ({"accounts": ("phi-spare",)}, {"owner": "platform"}, {"since": "2026-11-01"}):
        said = verify(capsys, written(pack(wiring, **asked)))
        assert (said.code, "the same to the byte" in said.out) == (0, True), said


def test_a_pack_still_agrees_when_time_has_gone_on(wiring: Wiring, capsys: pytest.CaptureFixture[str]) -> None:
    made = written(pack(wiring, proof=True))
    night(wiring, 3, [*keys({"a": True}), *keys({"c": True}, OTHER)], accounts=(ACCOUNT, OTHER))
    said = verify(capsys, made)
    assert (said.code, said.err) == (0, "")
    assert "findings, documents and seals are those of the store" in said.out


def test_what_was_accepted_since_is_no_fault(wiring: Wiring, capsys: pytest.CaptureFixture[str]) -> None:
    made = pack(wiring)
    finding = next(each for each in made.document("findings.json")["findings"] if each["name"] == "b")
    words = [
        "--reason",
        "it ends",
        "--owner",
        "ann",
        "--until",
        "2027-03-31",
        "--not-reasonable",
        "x",
        "--instead",
        "y",
    ]
    assert run(["accept", finding["fingerprint"], *words]) == 0
    said = verify(capsys, written(made))
    assert (said.code, said.err) == (0, "")
    assert "decided since" in said.out
    assert said.out.endswith("agrees with the store, as far as it was compared\n")


def readme(members: Members) -> None:
    members["README.txt"] = members["README.txt"].replace(b"0 of 3 checks passed", b"3 of 3 checks passed")


def script(members: Members) -> None:
    members["verify.py"] = b"print('all is well')\n"


def coverage(members: Members) -> None:
    for name in ("findings.json", "coverage.json"):
        members[name] = members[name].replace(b'"asked": 1', b'"asked": 9')


FORGED: dict[str, tuple[Callable[[Members], None], str]] = {
    "a verdict": (turn_to_pass, "FAIL in the store"),
    "a finding is left out": (leave_out, "there in the store"),
    "the words": (readme, "README.txt is not what the store gives"),
    "the script": (script, "verify.py is not what the store gives"),
    "the coverage": (coverage, "asked: 9 in the report, 1 in the store"),
    "the chain is made anew": (in_json("seals.json", rewrite_chain), "is not the store's"),
    "the citation": (in_json("manifest.json", lambda d: d["citations"][0].update(covers=[])), "of other citations"),
}  # fmt: skip


@pytest.mark.parametrize("forgery", FORGED)
def test_a_forgery_with_its_manifest_does_not_agree(
    wiring: Wiring, capsys: pytest.CaptureFixture[str], forgery: str
) -> None:
    change, words = FORGED[forgery]
    said = verify(capsys, unpacked(forged(pack(wiring), change, manifest=True), Path("folder")))
    assert said.code == 1
    assert words in said.err


def test_what_is_no_pack_gets_one_line(wiring: Wiring, capsys: pytest.CaptureFixture[str]) -> None:
    Path("empty").mkdir()
    for given in (["empty"], ["none.zip"], [str(written(pack(wiring))), "--trust", "phiward.db"]):
        said = verify(capsys, *given)
        assert (said.code, said.out, said.err.count("\n")) == (2, "", 1), said
