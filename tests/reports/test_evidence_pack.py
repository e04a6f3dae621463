"""An evidence pack is the same every time, safe to unpack, and its verifier finds what was changed in it."""

from __future__ import annotations

import ast
import csv
import io
import json
import re
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest

from reports.evidence_citations import NoSuchCitationError, asked
from reports.evidence_pack import verifier
from scanner.cli.wire import Wiring
from scanner.engine.settings import Config
from tests.cli.drift_nights import OTHER
from tests.cli.nights import ACCOUNT, scan_id
from tests.cli.packing import HOSTILE, Packed, fill, fill_hostile, forged, pack, unpacked, wrong
from tests.reports.forging import FORGED, in_json, rewrite_chain, turn_to_pass

if TYPE_CHECKING:
    from pathlib import Path

MEMBER = re.compile(
    r"README\.txt|(acceptances|coverage|findings|history|manifest|rules|seals)\.json|(findings|evidence)\.csv|rules\.md"
    r"|verify\.py|documents/(index|[0-9a-f]{64})\.json|sealed/[0-9a-f]{64}\.(json|txt)"
)


@pytest.fixture(scope="module")
def wiring(tmp_path_factory: pytest.TempPathFactory) -> Wiring:
    made = Wiring(Config(), store_url=f"sqlite:///{tmp_path_factory.mktemp('evidence') / 'phiward.db'}")
    fill(made)
    return made


@pytest.fixture(scope="module")
def plain(wiring: Wiring) -> Packed:
    return pack(wiring)


@pytest.fixture(scope="module")
def proof(wiring: Wiring) -> Packed:
    return pack(wiring, proof=True)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Packed:
    made = Wiring(Config(), store_url=f"sqlite:///{tmp_path_factory.mktemp('hostile') / 'phiward.db'}")
    fill_hostile(made)
    return pack(made, proof=True)


def test_the_same_scan_gives_the_same_bytes(wiring: Wiring, plain: Packed, proof: Packed) -> None:
    assert pack(wiring).content == plain.content
    assert pack(wiring, proof=True).content == proof.content
    with zipfile.ZipFile(io.BytesIO(proof.content)) as archive:
        infos = archive.infolist()
    names = [each.filename for each in infos]
    assert names == [*sorted(names[:-1]), "manifest.json"]
    assert {each.date_time for each in infos} == {(2026, 11, 3, 2, 0, 0)}
    assert {each.external_attr >> 16 for each in infos} == {0o644}


def test_it_holds_every_verdict_with_the_documents_behind_it(plain: Packed) -> None:
    found = plain.document("findings.json")
    assert {(each["name"], each["verdict"]) for each in found["findings"]} == {
        ("a", "FAIL"), ("b", "FAIL"), ("c", "UNKNOWN"),
    }  # fmt: skip
    assert found["summary"]["score"] == {"passed": 0, "of": 3}
    members = plain.members()
    rows = list(csv.DictReader(io.StringIO(members["evidence.csv"].decode(), newline="")))
    shown = {(row["resource"][-1], row["fact"]): row for row in rows}
    assert json.loads(members[shown["a", "rotates"]["document"]]) == {"KeyRotationEnabled": False}
    assert shown["b", "manager"]["value"] == json.loads(members[shown["b", "manager"]["document"]])["KeyManager"]
    index = plain.document("documents/index.json")
    turned = {each["id"]: each for each in index["resources"]}["a"]["sections"][-1]
    assert (turned["section"], turned["since"]["scan"], turned["until"]) == ("turn", scan_id(1), None)
    unknown = {each["id"]: each for each in index["resources"]}["c"]["sections"][-1]
    assert (unknown["section"], unknown["state"]) == ("turn", "unseen")
    assert b"AccessDenied" in members[f"documents/{unknown['sha256']}.json"]
    rules = plain.document("rules.json")
    assert {rule["id"]: rule["cited_by"] for rule in rules} == {"kms_key_rotation": "public sources"}
    assert {each["operation"] for each in plain.document("coverage.json")["calls"]} == {"kms.ListKeys"}


def test_the_plain_pack_names_nothing_that_was_not_asked_for(plain: Packed, proof: Packed) -> None:
    assert not any(name.startswith("sealed/") for name in plain.members())
    assert b'record": null' in plain.members()["seals.json"]
    assert b"--proof" in plain.members()["README.txt"]
    assert sum(name.startswith("sealed/") for name in proof.members()) > 10


@pytest.mark.parametrize("as_zip", [True, False])
def test_the_script_needs_nothing_but_python(proof: Packed, tmp_path: Path, as_zip: bool) -> None:
    script = tmp_path / "verify.py"
    script.write_bytes(verifier())
    (tmp_path / "pack.zip").write_bytes(proof.content)
    given = (
        [str(script), str(tmp_path / "pack.zip")]
        if as_zip
        else [str(unpacked(proof.members(), tmp_path / "u") / "verify.py")]
    )
    heads = [option for account in (ACCOUNT, OTHER) for option in ("--head", proof.head(account))]
    ran = subprocess.run([sys.executable, "-I", "-S", *given, *heads], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    lines = ran.stdout.splitlines()
    assert [line.split()[:2] for line in lines[1:7]] == [
        ["ok", name] for name in ("manifest", "documents", "evidence", "agreement", "chain", "record")
    ]
    assert sum(line.startswith("Proved") for line in lines) == 3


def test_the_script_is_of_python_3_8_and_its_own_library() -> None:
    tree = ast.parse(verifier(), feature_version=(3, 8))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names
    newer = {"removeprefix", "removesuffix", "is_relative_to", "bit_count", "pairwise", "batched"}
    assert newer.isdisjoint(node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute))


def test_what_is_no_pack_is_said_to_be_none(tmp_path: Path) -> None:
    script = tmp_path / "verify.py"
    script.write_bytes(verifier())
    (tmp_path / "other.zip").write_bytes(b"PK no")
    for given in ([], [str(tmp_path / "other.zip")], [str(tmp_path / "none.zip")]):
        ran = subprocess.run(
            [sys.executable, "-I", "-S", str(script), *given], capture_output=True, text=True, check=False
        )
        assert ran.returncode == 2
        assert "is no evidence pack" in ran.stdout


@pytest.mark.parametrize("forgery", FORGED)
def test_what_was_changed_does_not_hold(proof: Packed, tmp_path: Path, forgery: str) -> None:
    change, manifest, found = FORGED[forgery]
    assert set(wrong(unpacked(forged(proof, change, manifest=manifest), tmp_path))) == set(found.split())


def test_an_untouched_pack_holds(plain: Packed, proof: Packed, hostile: Packed, tmp_path: Path) -> None:
    for name, given in (("plain", plain), ("proof", proof), ("hostile", hostile)):
        assert wrong(unpacked(given.members(), tmp_path / name)) == {}


def test_a_seal_that_somebody_holds_shows_a_chain_made_anew(plain: Packed, tmp_path: Path) -> None:
    change = in_json("seals.json", rewrite_chain)
    folder = unpacked(forged(plain, change, manifest=True), tmp_path)
    assert wrong(folder) == {}
    assert "no chain here holds the seal" in wrong(folder, plain.head(ACCOUNT))["chain"][0]


def test_a_seal_from_before_the_scan_proves_nothing_of_it(proof: Packed, tmp_path: Path) -> None:
    folder = unpacked(proof.members(), tmp_path)
    first = proof.document("seals.json")["accounts"][0]["links"][0]["head"]
    assert "is older than the scan" in wrong(folder, first)["chain"][0]


def test_without_proof_a_forgery_with_its_manifest_shows_nowhere_and_that_is_said(
    plain: Packed, tmp_path: Path
) -> None:
    folder = unpacked(forged(plain, turn_to_pass, manifest=True), tmp_path)
    ran = subprocess.run(
        [sys.executable, "-I", "-S", str(folder / "verify.py")], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0
    assert "NOT proved: that findings and documents are those that were sealed" in ran.stdout


def test_a_member_twice_is_seen(proof: Packed, tmp_path: Path) -> None:
    file = io.BytesIO(proof.content)
    with zipfile.ZipFile(file, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("README.txt", "another")
    (tmp_path / "twice.zip").write_bytes(file.getvalue())
    assert "a file is there more than once" in wrong(tmp_path / "twice.zip")["manifest"]


def test_hostile_names_do_nothing(hostile: Packed) -> None:
    members = hostile.members()
    assert [name for name in members if not MEMBER.fullmatch(name)] == []
    for name in ("findings.csv", "evidence.csv"):
        rows = list(csv.reader(io.StringIO(members[name].decode(), newline="")))
        assert {len(row) for row in rows} == {len(rows[0])}
        assert [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))] == []
    for name in ("README.txt", "rules.md", "findings.csv", "evidence.csv"):
        assert all(text not in members[name].decode() for text in ("\x1b", "\u202e", "\x1f"))
    assert b"<script>" not in members["rules.md"] + members["README.txt"]
    assert {each["name"] for each in hostile.document("findings.json")["findings"]} == set(HOSTILE)


@pytest.mark.parametrize(
    "text",
    ["164.312(a)(2)(iv)", "45 CFR 164.312(a)(2)(iv)", "§ 164.312 (a) (2) (iv)", "164.312(A)(2)(IV)",
     "45 C.F.R. Part 164 § 164.312(a)(2)(iv)", "164.312.a.2.iv", "164.312-a-2-iv"],
)  # fmt: skip
def test_a_citation_is_read_as_people_write_it(text: str) -> None:
    assert asked(text).citation == "164.312(a)(2)(iv)"
    assert asked(text).slug == "164.312-a-2-iv"


def test_a_citation_takes_in_what_stands_below_it() -> None:
    everything = ("164.312(a)(1)", "164.312(a)(2)(i)", "164.312(a)(2)(ii)", "164.312(a)(2)(iii)", "164.312(a)(2)(iv)")
    assert asked("164.312(a)(1)").covers == asked("164.312(a)").covers == everything
    assert asked("164.312(a)(2)").covers == everything[1:]
    assert asked("164.308(a)(2)").covers == ("164.308(a)(2)",)
    assert asked("164.314(b)(1)").covers[-1] == "164.314(b)(2)(iv)"
    assert asked("164.400(x)", also=["164.400(x)"]).covers == ("164.400(x)",)


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("164.312(a)(2)(v)", "164.312(a)(2)(iv)"), ("164.999", "164.308, 164.310"), ("", "164.308"),
        ("encryption", "164.312(a)(2)(iv), 164.312(e)(2)(ii)"), ("164.312(a)(2)(iv); drop", "164.308"),
    ],
)  # fmt: skip
def test_an_unknown_citation_is_told_with_the_nearest(text: str, near: str) -> None:
    with pytest.raises(NoSuchCitationError, match=re.escape(near)):
        asked(text)
