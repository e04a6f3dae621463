"""Accepting a risk: by whom, why, until when, and the record that an addressable specification asks for."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from scanner.cli import run
from scanner.engine.citations import is_addressable
from scanner.model.finding import Verdict
from tests.cli.conftest import Demo
from tests.reports.html_sample import content

WORDS = ["--reason", "replaced in March", "--owner", "dr.lee@example.org", "--until", "2027-01-31", "--by", "ciso"]
RECORD = ["--not-reasonable", "the vendor's appliance cannot", "--instead", "it stands in a locked VPC"]


@pytest.fixture
def store(inside: Demo, tmp_path: Path) -> str:
    """A copy of the demo's store: acceptances change it."""
    for file in inside.folder.glob("phiward.*"):
        shutil.copy(file, tmp_path / file.name)
    return str(tmp_path / "phiward.db")


def _failing(demo: Demo, *, addressable: bool) -> str:
    return next(
        finding.fingerprint
        for finding in demo.results[-1].findings
        if finding.verdict is Verdict.FAIL
        and any(is_addressable(name) for name in (*finding.hipaa, *finding.hipaa_proposed)) is addressable
    )


def test_an_acceptance_is_shown_and_can_be_revoked(
    inside: Demo, store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = _failing(inside, addressable=False)
    assert run(["accept", chosen[:12], *WORDS, "--store", store]) == 0
    assert run(["findings", "--store", store, "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    accepted = [finding for finding in document["findings"] if finding["acceptance"]]
    assert [(finding["fingerprint"], finding["verdict"]) for finding in accepted] == [(chosen, "FAIL")]
    assert accepted[0]["acceptance"]["owner"] == "dr.lee@example.org"
    assert run(["accept", chosen, "--revoke", "--reason", "mended", "--store", store]) == 0
    assert run(["findings", "--store", store, "--format", "json"]) == 0
    assert not [f for f in json.loads(capsys.readouterr().out)["findings"] if f["acceptance"]]


def test_an_addressable_specification_asks_for_its_record(
    inside: Demo, store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = _failing(inside, addressable=True)
    assert run(["accept", chosen, *WORDS, "--store", store]) == 2
    assert "164.306(d)(3)" in capsys.readouterr().err
    assert run(["accept", chosen, *WORDS, *RECORD, "--store", store]) == 0
    capsys.readouterr()
    assert run(["report", "--format", "html", "--store", store, "--out", str(Path(store).with_suffix(".html"))]) == 0
    page = content(Path(store).with_suffix(".html").read_text()).decode()
    assert "the vendor's appliance cannot" in page
    assert "it stands in a locked VPC" in page


def test_accepting_again_says_why_the_last_acceptance_ended(
    inside: Demo, store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = _failing(inside, addressable=False)
    past = [*WORDS[:4], "--until", "2020-01-31", "--by", "ciso"]
    assert run(["accept", chosen, *past, "--store", store]) == 0
    assert "accepted before" not in "".join(capsys.readouterr())
    assert run(["accept", chosen, *WORDS, "--store", store]) == 0
    told = " ".join("".join(capsys.readouterr()).split())
    assert "it was accepted before: expired acceptance; dr.lee@example.org had accepted it until 2020-01-31" in told
    assert run(["accept", chosen, *WORDS, "--store", store]) == 0
    assert "accepted before" not in "".join(capsys.readouterr())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--owner", "a", "--until", "2027-01-31"], "--reason"),
        (["--reason", "x", "--owner", "a", "--until", "soon"], "soon"),
    ],
)
def test_what_is_missing_is_asked_for(
    inside: Demo, store: str, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert run(["accept", _failing(inside, addressable=False), *words, "--store", store]) == 2
    assert said in capsys.readouterr().err


def test_only_a_failure_can_be_accepted(inside: Demo, store: str, capsys: pytest.CaptureFixture[str]) -> None:
    passing = next(f.fingerprint for f in inside.results[-1].findings if f.verdict is Verdict.PASS)
    assert run(["accept", passing, *WORDS, "--store", store]) == 2
    assert "PASS" in capsys.readouterr().err
