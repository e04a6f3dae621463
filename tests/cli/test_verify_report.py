"""A report that comes back: signed and sealed as it was, or forged in every way that a forger may think of."""

from __future__ import annotations

import io
import re
import shutil
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pikepdf
import pytest
from typer.main import get_command

from reports import attachments, pdf
from reports.printing import Attached
from scanner.cli import run
from scanner.cli.app import app
from scanner.cli.verifying import verify_report
from scanner.cli.wire import Clock, Wiring
from scanner.engine.settings import Config, parse
from scanner.model.finding import Verdict
from tests.cli.drift_nights import OTHER
from tests.cli.nights import ACCOUNT, scan_id
from tests.cli.returned import FORGED, fill, findings, forge, page
from tests.reports.factory import report
from tests.reports.signers import NOW, PASSPHRASE, authority, party

if TYPE_CHECKING:
    from reports.view import ReportData

VARIABLE = "CLINIC_PASSPHRASE"


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "html", page)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filled")
    fill(folder, spare=True)
    return folder


@pytest.fixture
def place(filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Wiring:
    shutil.copytree(filled, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    return Wiring(Config(), store_url=f"sqlite:///{tmp_path / 'phiward.db'}")


def verified(wiring: Wiring, path: Path, trust: Path | None = None) -> int:
    return verify_report(wiring, path, trust=trust, clock=Clock(NOW))


def test_a_signed_report_is_made_and_agrees(
    place: Wiring, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("signer.p12").write_bytes(party(issued=True, days=36500).p12(PASSPHRASE))
    Path("ca.pem").write_bytes(authority().pem)
    Path("config.toml").write_text(f'[reports]\nsigner = "signer.p12"\nsigner_passphrase = "{VARIABLE}"\n')
    monkeypatch.setenv(VARIABLE, PASSPHRASE.decode())
    assert run(["report", "--format", "pdf", "--sign", "--out", "r.pdf"]) == 0
    assert run(["verify", "r.pdf", "--trust", "ca.pem"]) == 0
    said = capsys.readouterr().out
    assert "of Jane Doe, Example Clinic" in said
    assert "the same to the byte" in said
    assert "r.pdf agrees with the store\n" in said
    assert run(["verify"]) == 0
    monkeypatch.setenv(VARIABLE, "wrong")
    assert run(["report", "--format", "pdf", "--sign"]) == 2
    assert "signer.p12: neither PEM nor a PKCS#12 file that opens" in capsys.readouterr().err
    assert place.store_url


@pytest.mark.usefixtures("small")
def test_a_report_of_a_part_and_a_period_agrees(place: Wiring, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--scan", scan_id(1), "--account", "phi-cluster", "--owner", "clinical", "--since", "quarter"]
    assert run(["report", "--format", "pdf", "--out", "part.pdf", *words]) == 0
    assert verified(place, Path("part.pdf")) == 0
    said = capsys.readouterr().out
    assert f"{scan_id(1)}: 1 findings" in said
    assert "the same to the byte" in said


@pytest.mark.usefixtures("small")
def test_a_signature_must_be_there_where_trust_is_asked_for(place: Wiring, capsys: pytest.CaptureFixture[str]) -> None:
    Path("ca.pem").write_bytes(authority().pem)
    path = forge(place)
    assert verified(place, path, Path("ca.pem")) == 1
    assert "there is none, and --trust asks for one" in capsys.readouterr().err


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("case", FORGED)
def test_what_is_not_in_the_store_is_named(place: Wiring, case: str, capsys: pytest.CaptureFixture[str]) -> None:
    change, said = FORGED[case]
    assert verified(place, forge(place, change)) == 1
    told = capsys.readouterr()
    assert said.replace("there is no scan", "no scan of that id") in told.err
    assert "attachments  3, as they were written" in told.out
    assert "\x1b" not in told.out + told.err
    assert "agrees" not in told.out


@pytest.mark.usefixtures("small")
def test_a_table_that_tells_something_else_is_named(
    place: Wiring, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def changed(data: ReportData) -> tuple[Attached, ...]:
        files = attachments.attachments(data)
        return tuple(each._replace(text=each.text.replace(b',"FAIL",', b',"PASS",')) for each in files)

    with monkeypatch.context() as patch:
        patch.setattr(pdf, "attachments", changed)
        path = forge(place)
    assert verified(place, path) == 1
    said = capsys.readouterr().err
    assert f"{attachments.FINDINGS_CSV}: rows that are in the report and not in the store: 2" in said
    assert attachments.COVERAGE_CSV not in said


@pytest.mark.usefixtures("small")
def test_pages_that_say_something_else_are_named(
    place: Wiring, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(pdf, "html", lambda data, files: page(data, files).replace("FAIL", "PASS"))
        path = forge(place)
    assert verified(place, path) == 1
    assert "pages: page 1 does not say what the store gives" in capsys.readouterr().err


@pytest.mark.usefixtures("small")
def test_pages_that_are_drawn_otherwise_are_not_called_verified(
    place: Wiring, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(pdf, "html", lambda data, files: page(data, files).replace("<h1>", "<h1 style='color:red'>"))
        path = forge(place)
    assert verified(place, path) == 0
    said = capsys.readouterr().out
    assert "what is drawn was not verified" in said
    assert "r.pdf agrees with the store, as far as it was compared" in said


@pytest.mark.usefixtures("small")
def test_a_file_that_was_exchanged_is_named(place: Wiring, capsys: pytest.CaptureFixture[str]) -> None:
    out = io.BytesIO()
    with pikepdf.open(forge(place)) as opened:
        (spec,) = [each for each in opened.Root.AF if str(each.UF) == attachments.FINDINGS_JSON]
        spec.EF.F.write(spec.EF.F.read_bytes().replace(b'"FAIL"', b'"PASS"'))
        del opened.Root.Names.EmbeddedFiles.Names[:2]
        opened.save(out)
    Path("r.pdf").write_bytes(out.getvalue())
    assert verified(place, Path("r.pdf")) == 1
    said = capsys.readouterr().err
    assert f"{attachments.FINDINGS_JSON} is not as it was attached: its checksum is another" in said
    assert f"no page prints the SHA-256 of {attachments.FINDINGS_JSON} as it is attached" in said
    assert f"{attachments.COVERAGE_CSV} is not attached" in said
    assert "verdict: PASS in the report, FAIL in the store" in said


@pytest.mark.usefixtures("small")
def test_no_byte_can_be_flipped(place: Wiring, capsys: pytest.CaptureFixture[str]) -> None:
    path = forge(place)
    whole = path.read_bytes()
    for place_of in range(len(whole) // 4, len(whole), len(whole) // 4):
        broken = bytearray(whole)
        broken[place_of] ^= 1
        path.write_bytes(bytes(broken))
        code = run(["verify", str(path), "--store", place.store_url])
        said = capsys.readouterr()
        assert code in {1, 2} or "as far as it was compared" in said.out
        assert "the same to the byte" not in said.out
    path.write_bytes(whole)
    assert verified(place, path) == 0


@pytest.mark.usefixtures("small")
def test_the_report_of_another_store_does_not_agree(
    place: Wiring, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "other").mkdir()
    path = forge(fill(tmp_path / "other", spare=False))
    assert verified(place, path) == 1
    said = capsys.readouterr().err
    assert f"seals: {OTHER}: " in said
    assert f"seals: {ACCOUNT}: " not in said
    assert "verdict: FAIL in the report, PASS in the store" in said


@pytest.mark.usefixtures("small")
def test_a_store_that_was_changed_does_not_vouch(
    place: Wiring, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = forge(place)
    with sqlite3.connect(tmp_path / "phiward.db") as connection:
        connection.execute("DELETE FROM seals WHERE scan = 2")
    connection.close()
    assert verified(place, path) == 1
    assert "store: scan" in capsys.readouterr().err


@pytest.mark.usefixtures("small")
def test_a_risk_that_is_accepted_later_is_said_and_is_no_fault(
    place: Wiring, capsys: pytest.CaptureFixture[str]
) -> None:
    before = forge(place).read_bytes()
    with place.store() as store:
        (fingerprint,) = [each.fingerprint for each in store.findings() if each.name == "a"]
    words = ["--reason", "ticket SEC-1", "--owner", "J. Doe", "--until", "2027-01-31"]
    words += ["--not-reasonable", "until the key is gone", "--instead", "rotated by hand"]
    assert run(["accept", fingerprint, *words, "--store", place.store_url]) == 0
    after = forge(place).read_bytes()
    assert verified(place, Path("r.pdf")) == 0
    assert "the same to the byte" in capsys.readouterr().out
    Path("r.pdf").write_bytes(before)
    assert verified(place, Path("r.pdf")) == 0
    said = capsys.readouterr().out
    assert "none in the report, accepted by J. Doe until 2027-01-31 in the store" in said
    assert "what is printed was not compared: acceptances are others by now" in said
    assert run(["accept", fingerprint, "--revoke", "--reason", "mended", "--store", place.store_url]) == 0
    Path("r.pdf").write_bytes(after)
    assert verified(place, Path("r.pdf")) == 0


@pytest.mark.usefixtures("small")
def test_a_report_of_another_version_is_compared_in_what_both_tell(
    place: Wiring, capsys: pytest.CaptureFixture[str]
) -> None:
    path = forge(place, lambda data: msgspec.structs.replace(data, version="0.0.9"))
    assert verified(place, path) == 0
    assert "the report is of phiward 0.0.9" in capsys.readouterr().out
    path = forge(place, lambda data: findings(verdict=Verdict.PASS)(msgspec.structs.replace(data, version="0.0.9")))
    assert verified(place, path) == 1


MISUSED: dict[str, tuple[list[str], str]] = {
    "no file": (["verify", "none.pdf"], "none.pdf: cannot be read"),
    "no PDF": (["verify", "text.pdf"], "text.pdf: this is no PDF"),
    "torn": (["verify", "torn.pdf"], "torn.pdf: it is damaged"),
    "locked": (["verify", "locked.pdf"], "locked.pdf: it is encrypted"),
    "trust alone": (["verify", "--trust", "text.pdf"], "--trust: name the report"),
    "nobody to trust": (["verify", "r.pdf", "--trust", "text.pdf"], "--trust text.pdf: holds no certificate"),
    "no such trust": (["verify", "r.pdf", "--trust", "none.pem"], "none.pem: cannot be read"),
    "sign a page": (["report", "--sign"], "--sign: only a PDF can be signed"),
    "nobody signs": (["report", "--format", "pdf", "--sign"], "does not say who signs"),
    "no signer": (["report", "--format", "pdf", "--sign", "--config", "c.toml"], "line 2, reports.signer: no.p12"),
}


@pytest.mark.usefixtures("small")
def test_misuse_is_one_line(place: Wiring, capsys: pytest.CaptureFixture[str]) -> None:
    whole = forge(place).read_bytes()
    Path("text.pdf").write_text("hello")
    Path("torn.pdf").write_bytes(b"%PDF-1.7\n" + bytes(200))
    Path("c.toml").write_text('[reports]\nsigner = "no.p12"\n')
    with pikepdf.open(io.BytesIO(whole)) as opened:
        opened.save("locked.pdf", encryption=pikepdf.Encryption(owner="x", user="y"))
    for words, said in MISUSED.values():
        assert run(words) == 2
        told = capsys.readouterr()
        assert said in told.err
        assert told.err.count("\n") == 1


def test_the_page_names_only_what_there_is() -> None:
    text = (Path(__file__).parents[2] / "docs" / "reports.md").read_text(encoding="utf-8")
    commands = get_command(app).commands  # type: ignore[attr-defined]
    for name, rest in re.findall(r"^phiward (\w+)\b(.*)$", text, re.MULTILINE):
        options = {option for parameter in commands[name].params for option in parameter.opts}
        assert set(re.findall(r"(?<!\S)--[a-z-]+", rest)) <= options
    for block in re.findall(r"```toml\n(.*?)```", text, re.DOTALL):
        assert parse(block) != Config()
    for each in attachments.attachments(report()):
        assert f"`{each.name}`" in text
