"""`phiward report --evidence`: which pack is written where, and what is refused."""

from __future__ import annotations

import csv
import html
import io
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, text

from reports.evidence_words import rules_page
from scanner.cli import run
from scanner.cli.evidencing import rule_document
from scanner.cli.wire import Wiring
from scanner.engine.parameters import Parameters
from scanner.engine.settings import Config, parse
from tests.cli.drift_nights import OTHER, keys, night
from tests.cli.nights import ACCOUNT, scan_id
from tests.cli.packing import ENCRYPTION, Packed, fill, pack, unpacked, wrong

if TYPE_CHECKING:
    from collections.abc import Sequence

NAME = "phiward-evidence-164.312-a-2-iv-2026-11-03.zip"


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Wiring:
    folder = tmp_path_factory.mktemp("evidence")
    wiring = Wiring(Config(), store_url=f"sqlite:///{folder / 'phiward.db'}")
    fill(wiring)
    return wiring


@pytest.fixture
def folder(stored: Wiring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder from which the store is found."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    (tmp_path / "config.toml").write_text(f'[store]\nurl = "{stored.store_url}"\n')
    return tmp_path


def report(capsys: pytest.CaptureFixture[str], *more: str) -> str:
    """Ask for a pack on encryption; give what was said."""
    capsys.readouterr()
    code = run(["report", "--evidence", ENCRYPTION, *more])
    said = capsys.readouterr()
    assert (code, said.out) == (0, ""), said.err
    return said.err


def refused(capsys: pytest.CaptureFixture[str], given: Sequence[str]) -> str:
    """Ask in a way that is a mistake; give the one line that says so."""
    capsys.readouterr()
    code = run(["report", *given])
    said = capsys.readouterr()
    assert (code, said.out, said.err.count("\n")) == (2, "", 1), said
    return said.err


def test_a_pack_is_written_below_the_folder_of_reports(
    folder: Path, stored: Wiring, capsys: pytest.CaptureFixture[str]
) -> None:
    said = report(capsys)
    place = folder / "reports-out" / NAME
    assert f"written: reports-out/{NAME}" in said
    assert [path.name for path in place.parent.iterdir()] == [NAME]
    assert place.read_bytes() == pack(stored).content
    assert report(capsys, "--evidence", "45 CFR § 164.312(A)(2)(IV)", "--out", str(folder), "--quiet") == ""
    assert (folder / NAME).read_bytes() == place.read_bytes()


def test_several_citations_make_one_pack(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report(capsys, "--evidence", "164.310(b)", "--evidence", "164.312(b)")
    made = Packed((folder / "reports-out" / "phiward-evidence-164.312-a-2-iv-and-2-more-2026-11-03.zip").read_bytes())
    assert [each["citation"] for each in made.document("manifest.json")["citations"]] == [
        ENCRYPTION, "164.310(b)", "164.312(b)",
    ]  # fmt: skip
    assert {each["rule"] for each in made.document("findings.json")["findings"]} == {"kms_key_rotation"}


def test_what_no_rule_decides_is_said_to_be_so(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = []
    for citation in ("164.310(b)", "164.312(b)"):
        assert run(["report", "--evidence", citation, "--out", "x.zip"]) == 0
        assert "it holds no finding: README.txt says why" in capsys.readouterr().err
        made = Packed((folder / "x.zip").read_bytes())
        assert made.document("findings.json")["findings"] == made.document("rules.json") == []
        assert wrong(unpacked(made.members(), tmp_path / citation)) == {}
        said.append(" ".join(made.members()["README.txt"].decode().split()))
    physical, audit = said
    assert "164.310(b) Workstation use (standard): organisational: no AWS API can decide it" in physical
    assert (
        "164.312(b) Audit controls (standard): phiward has no rule for it, or none that was run in this scan" in audit
    )
    assert "Rules for these citations that the scan did not run" in audit
    assert "cloudtrail_multi_region" in audit
    assert "did not run" not in physical


def test_a_period_brings_what_was_before(stored: Wiring, tmp_path: Path) -> None:
    alone, since = pack(stored), pack(stored, since=scan_id(0))
    assert wrong(unpacked(since.members(), tmp_path)) == {}

    def rotations(made: Packed) -> list[tuple[str | None, bool]]:
        resources = made.document("documents/index.json")["resources"]
        found = [each for one in resources if one["id"] == "a" for each in one["sections"] if each["section"] == "turn"]
        return [((each["until"] or {}).get("scan"), each["seen_in_scan"]) for each in found]

    assert rotations(alone) == [(None, True)]
    assert rotations(since) == [(scan_id(1), False), (None, True)]
    told = [each for each in since.document("history.json")["verdicts"] if each["name"] == "a"]
    assert [(each["verdict"], each["since"]["scan"]) for each in told] == [("PASS", scan_id(0)), ("FAIL", scan_id(1))]
    assert [each["verdict"] for each in alone.document("history.json")["verdicts"] if each["name"] == "a"] == ["FAIL"]
    assert b"from 2026-11-01T02:00:00Z to 2026-11-03T02:00:00Z" in since.members()["README.txt"]


def test_what_could_not_be_seen_again_is_shown_as_last_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    wiring = Wiring(Config(), store_url="sqlite:///phiward.db")
    night(wiring, 0, [*keys({"b": False}), *keys({"c": False}, OTHER)], accounts=(ACCOUNT, OTHER))
    night(wiring, 1, keys({"c": False}, OTHER), accounts=(ACCOUNT, OTHER), denied=(OTHER,))
    made = pack(wiring, proof=True)
    assert wrong(unpacked(made.members(), tmp_path / "pack")) == {}
    assert {(each["name"], each["status"]) for each in made.document("findings.json")["findings"]} == {
        ("all AWS::KMS::Key", "new"), ("b", "resolved"), ("c", "unseen"),
    }  # fmt: skip
    rows = csv.DictReader(io.StringIO(made.members()["evidence.csv"].decode(), newline=""))
    assert {(row["resource"][-5:], row["seen_in_scan"]) for row in rows} == {("key/c", "no: last known")}


def test_an_older_scan_stays_as_it_was(stored: Wiring, tmp_path: Path) -> None:
    made = pack(stored, scan=scan_id(0), proof=True)
    assert {(each["name"], each["verdict"]) for each in made.document("findings.json")["findings"]} == {
        ("a", "PASS"), ("b", "FAIL"), ("c", "UNKNOWN"),
    }  # fmt: skip
    folder = unpacked(made.members(), tmp_path)
    newest = made.document("seals.json")["accounts"][0]["head"]
    assert newest != made.head(ACCOUNT)
    assert wrong(folder, made.head(ACCOUNT), newest) == {}
    turned = [
        section
        for each in made.document("documents/index.json")["resources"]
        for section in each["sections"]
        if each["id"] == "a"
    ]
    assert {section["until"] for section in turned} == {None}


def test_a_pack_of_an_account_holds_nothing_of_the_others(stored: Wiring, tmp_path: Path) -> None:
    made = pack(stored, accounts=("phi-spare",), proof=True)
    assert wrong(unpacked(made.members(), tmp_path), made.head(OTHER)) == {}
    assert [name for name, content in made.members().items() if ACCOUNT.encode() in content] == []
    assert made.document("manifest.json")["restricted"]["accounts"] == ["phi-spare"]


def test_a_pack_of_an_owner_holds_what_bears_the_tag(stored: Wiring, tmp_path: Path) -> None:
    made = pack(stored, owner="platform")
    assert wrong(unpacked(made.members(), tmp_path)) == {}
    assert {each["name"] for each in made.document("findings.json")["findings"]} == {"b"}
    assert {each["id"] for each in made.document("documents/index.json")["resources"]} == {"b"}
    assert b"resources tagged owner = platform" in made.members()["README.txt"]


def test_what_people_decided_is_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    wiring = Wiring(Config(), store_url="sqlite:///phiward.db")
    (finding,) = night(wiring, 0, keys({"a": False}))
    words = ["--reason", "ends in March", "--owner", "j.doe", "--until", "2027-03-31", "--by", "ann"]
    words += ["--not-reasonable", "the key is retired", "--instead", "none"]
    assert run(["accept", finding.fingerprint, *words]) == 0
    found = pack(wiring).document("acceptances.json")
    assert [(each["fingerprint"], each["reason"]) for each in found["acceptances"]] == [
        (finding.fingerprint, "ends in March")
    ]
    assert [(each["action"], each["by"]) for each in found["log"]] == [("accept", "ann")]


def test_no_pack_is_made_of_what_was_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    night(Wiring(Config(), store_url="sqlite:///phiward.db"), 0, keys({"a": False}))
    engine = create_engine("sqlite:///phiward.db")
    with engine.begin() as connection:
        connection.execute(text("UPDATE verdicts SET verdict = 'PASS'"))
    engine.dispose()
    assert "is not what was sealed; see `phiward verify`" in refused(capsys, ["--evidence", ENCRYPTION])
    assert list(tmp_path.glob("reports-out/*")) == []


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--evidence", "164.312(a)(2)(v)"), "no citation '164.312(a)(2)(v)'; the nearest are 164.312(a)(2)(iv), "),
        (("--evidence", "audit"), "the nearest are 164.312(b)"),
        (("--proof",), "add it to --evidence"),
        (("--evidence", ENCRYPTION, "--format", "pdf"), "leave out --format"),
        (("--evidence", ENCRYPTION, "--each", "account"), "leave out --format, --each"),
        (("--evidence", ENCRYPTION, "--proof", "--owner", "clinical"), "leave one out"),
        (("--evidence", ENCRYPTION, "--owner", "nobody"), "of 'owner' there are clinical, platform"),
        (("--evidence", ENCRYPTION, "--scan", "1999"), "no scan of that id"),
        (("--evidence", ENCRYPTION, "--out", "config.toml/x.zip"), "cannot be written"),
    ],
)  # fmt: skip
def test_a_mistake_gets_one_line(capsys: pytest.CaptureFixture[str], given: tuple[str, ...], said: str) -> None:
    assert said in refused(capsys, given)


@pytest.mark.usefixtures("folder")
def test_a_zip_goes_into_a_pipe_and_not_onto_a_terminal(
    stored: Wiring, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert run(["report", "--evidence", ENCRYPTION, "--out", "-", "--quiet"]) == 0
    assert capfdbinary.readouterr().out == pack(stored).content
    ours, terminal = os.openpty()
    try:
        assert run(["report", "--evidence", ENCRYPTION, "--out", os.ttyname(terminal)]) == 2
    finally:
        os.close(ours)
        os.close(terminal)
    assert b"that is a terminal: name a file with --out" in capfdbinary.readouterr().err


def test_parameters_are_those_in_force() -> None:
    from rules.acm.certificate_expiry import CertificateExpiry

    config = parse("""
        [rules.acm_certificate_expiry]
        days = 45
        [[rules.acm_certificate_expiry.override]]
        accounts = ["111122223333"]
        days = 30
        """)
    parameters = Parameters(config, {CertificateExpiry.id: CertificateExpiry})
    found = rule_document(CertificateExpiry, {"164.312(e)(2)(i)"}, parameters)
    (days,) = found["parameters"]
    assert (days["name"], days["value"], days["default"]) == ("days", 45, 30)
    page = html.unescape(re.sub("<[^>]*>", "", rules_page([found])))
    assert "Parameter days is 45 (by default 30)" in page
    assert '- Where {"accounts":["111122223333"],"tags":{}}: {"days":30}' in page
