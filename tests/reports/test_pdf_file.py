"""The PDF as a file: its structure, what it may not hold, what it carries, and the same bytes wherever it is made."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pikepdf
import pytest

from reports import attachments, csv_report, json_report, pdf
from reports.pdf_check import Opened
from tests.reports.factory import AS_OF, report
from tests.reports.structure import problems, tagged

if TYPE_CHECKING:
    from collections.abc import Iterator

DATA = report()
RENDER = """
import sys
from reports import pdf
from tests.reports.factory import report
sys.stdout.buffer.write(pdf.render(report()))
"""


@pytest.fixture(scope="module")
def drawn() -> bytes:
    return pdf.render(DATA)


@pytest.fixture(scope="module")
def document(drawn: bytes) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(io.BytesIO(drawn)) as opened:
        yield opened


def names(tree: Any) -> dict[str, Any]:
    found = list(tree.Names)
    return {str(name): value for name, value in zip(found[::2], found[1::2], strict=True)}


def test_it_says_its_profile_title_and_language(document: pikepdf.Pdf, drawn: bytes) -> None:
    assert drawn.startswith(b"%PDF-1.7")
    assert str(document.Root.Lang) == "en"
    assert bool(document.Root.ViewerPreferences.DisplayDocTitle)
    said = document.open_metadata()
    assert (said["pdfaid:part"], said["pdfaid:conformance"]) == ("3", "A")
    assert said["dc:title"] == str(document.docinfo.Title) == "phiward report of 2026-11-20 02:30 UTC"
    assert said["xmp:CreateDate"] == said["xmp:ModifyDate"] == "2026-11-20T02:30:00Z"
    assert str(document.docinfo.CreationDate) == str(document.docinfo.ModDate) == "D:20261120023000Z"
    (intent,) = document.Root.OutputIntents
    assert intent.S == "/GTS_PDFA1"
    assert intent.DestOutputProfile.N == 3
    assert b"acsp" in intent.DestOutputProfile.read_bytes()[:64]


def test_it_is_not_locked_and_does_nothing(document: pikepdf.Pdf) -> None:
    assert not document.is_encrypted
    assert not {"/OpenAction", "/AA", "/AcroForm"} & set(document.Root.keys())
    assert set(document.Root.Names.keys()) == {"/Dests", "/EmbeddedFiles"}
    for each in document.objects:
        if isinstance(each, pikepdf.Dictionary):
            assert each.get("/S") not in {"/JavaScript", "/Launch", "/SubmitForm", "/URI", "/GoToR", "/ImportData"}
            assert not {"/JS", "/AA"} & set(each.keys())


def test_its_structure_is_whole(document: pikepdf.Pdf) -> None:
    assert list(problems(document)) == []
    assert len(tagged(document, "Table")) > 5
    assert len(tagged(document, "TD")) > 100
    assert len(tagged(document, "H1", "H2")) > 10
    assert tagged(document, "Figure")


def test_every_font_is_embedded_and_can_be_read_as_text(document: pikepdf.Pdf) -> None:
    fonts = [each for each in document.objects if isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/Font"]
    whole = [font for font in fonts if font.Subtype == "/Type0"]
    parts = [font for font in fonts if font.Subtype in {"/CIDFontType0", "/CIDFontType2"}]
    assert whole
    assert len(whole) + len(parts) == len(fonts)
    assert all(b"beginbf" in font.ToUnicode.read_bytes() for font in whole)
    assert all({"/FontFile2", "/FontFile3"} & set(font.FontDescriptor.keys()) for font in parts)


def test_every_link_and_bookmark_leads_somewhere(document: pikepdf.Pdf) -> None:
    places = names(document.Root.Names.Dests)
    pages = {page.obj.objgen for page in document.pages}
    assert all(place[0].objgen in pages for place in places.values())
    notes = [note for page in document.pages for note in page.get("/Annots", [])]
    assert len(notes) > 5
    for note in notes:
        assert note.Subtype == "/Link"
        assert note.F == 4
        assert str(note.Dest) in places
    with document.open_outline() as outline:
        pending: list[Any] = list(outline.root)
        assert len(pending) > 5
        for item in pending:
            assert item.title.strip()
            assert item.destination[0].objgen in pages
            pending.extend(item.children)


def test_what_is_attached_is_named_once_with_kind_and_moment(document: pikepdf.Pdf) -> None:
    wanted = {each.name: each for each in attachments.attachments(DATA)}
    kinds = {"json": "/application/json", "csv": "/text/csv"}
    tree = names(document.Root.Names.EmbeddedFiles)
    assert list(tree) == sorted(wanted)
    assert [str(each.UF) for each in document.Root.AF] == list(tree)
    for spec in document.Root.AF:
        file, stream = wanted[str(spec.UF)], spec.EF.F
        assert str(spec.F) == file.name
        assert spec.AFRelationship == "/Data"
        assert str(spec.Desc) == file.description
        assert stream.Subtype == kinds[file.name.rpartition(".")[2]]
        assert stream.read_bytes() == file.text
        assert stream.Params.Size == len(file.text)
        assert bytes(stream.Params.CheckSum) == hashlib.md5(file.text, usedforsecurity=False).digest()
        assert str(stream.Params.CreationDate) == str(stream.Params.ModDate) == f"D:{AS_OF:%Y%m%d%H%M%S}Z"


def test_the_attached_files_are_those_of_the_forms(drawn: bytes) -> None:
    files = Opened(drawn).files
    assert files[attachments.FINDINGS_JSON] == json_report.render(DATA).encode()
    assert files[attachments.FINDINGS_CSV] == csv_report.render(DATA).encode()
    rows = list(csv.DictReader(io.StringIO(files[attachments.COVERAGE_CSV].decode(), newline="")))
    assert len(rows) == len(DATA.coverage)
    refused = [row for row in rows if row["state"] == "denied"]
    assert {row["permission"] for row in refused} == {"kms:GetKeyRotationStatus"}
    assert sum(int(row["failed"]) for row in rows) == sum(entry.failed for entry in DATA.coverage)


def test_its_pages_print_the_digests_of_what_it_carries(drawn: bytes) -> None:
    assert list(Opened(drawn).problems()) == []


def test_a_cell_of_the_coverage_runs_nothing() -> None:
    (entry, *_) = DATA.coverage
    wild = [type(entry)(*("=1+1", "+x", "@y", "-z", "\tq"), error='=cmd|"x"', message="\r=1", asked=-1)]
    text = attachments.coverage(report(coverage=wild))
    (row,) = list(csv.DictReader(io.StringIO(text, newline="")))
    assert all(value[:1] not in "=+-@\t\r" for value in row.values() if value)
    assert row["operation"] == " q"
    assert row["asked"] == "'-1"


def test_another_process_another_day_and_another_place_give_the_same_bytes(drawn: bytes) -> None:
    around = {"PYTHONHASHSEED": "4711", "SOURCE_DATE_EPOCH": "86400", "TZ": "Asia/Tokyo", "LC_ALL": "C"}
    ran = subprocess.run(
        [sys.executable, "-c", RENDER],
        capture_output=True, check=True, cwd=Path(__file__).parents[2], env=os.environ | around,
    )  # fmt: skip
    assert hashlib.sha256(ran.stdout).hexdigest() == hashlib.sha256(drawn).hexdigest()
