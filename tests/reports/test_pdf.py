"""The PDF: whole, the same every time, with all findings attached."""

from __future__ import annotations

import io
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import msgspec
import pypdf
import pytest

from reports import FORMATS, json_report, pdf, printing
from reports.attachments import FINDINGS_JSON
from reports.budget import Budget
from tests.reports.factory import NASTY, hostile, report

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DATA = report()


@pytest.fixture(scope="module")
def drawn() -> bytes:
    made = FORMATS["pdf"].render(DATA)
    assert isinstance(made, bytes)
    return made


@pytest.fixture(scope="module")
def document(drawn: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(drawn))


@pytest.fixture(scope="module")
def text(document: pypdf.PdfReader) -> str:
    return "\n".join(page.extract_text() for page in document.pages)


def outline(items: Any) -> Iterator[str]:
    for item in items:
        if isinstance(item, list):
            yield from outline(item)
        else:
            yield str(item.title)


def test_it_has_a_cover_contents_and_every_chapter(document: pypdf.PdfReader, text: str) -> None:
    pages = len(document.pages)
    assert 6 <= pages <= 30
    assert f"Page {pages} of {pages}" in document.pages[-1].extract_text()
    assert "Page 1 of" not in document.pages[0].extract_text()
    assert [str(item.title) for item in document.outline if not isinstance(item, list)] == CHAPTERS
    contents = document.pages[1].extract_text()
    assert all(chapter in contents for chapter in CHAPTERS[1:])
    assert {"What was not assessed, and why", "Inventory", "Rules", "Attached files"} <= set(outline(document.outline))
    assert "organisational" in text
    assert "compliant" not in text.lower()


CHAPTERS = [
    "Contents",
    "Executive summary",
    "Scope, method and limits",
    "Control matrix by 45 CFR citation",
    "Findings by severity",
    "Drift of the period",
    "VPN availability",
    "Accepted risks",
    "Remediation plan",
    "Trend",
    "Appendix",
]


def test_its_figures_are_those_of_the_json(document: pypdf.PdfReader, text: str) -> None:
    summary = json_report.summary(DATA)
    cover = " ".join(document.pages[0].extract_text().split())
    assert f"{summary['score']['passed']} of {summary['score']['of']} checks passed" in cover
    assert f"{summary['verdicts']['FAIL']} checks failed, {summary['accepted']} of them accepted risks" in cover
    assert f"{summary['verdicts']['UNKNOWN']} could not be assessed" in cover
    for account in summary["accounts"]:
        assert account["id"] in cover
        assert account["name"] in text
        assert f"{account['score']['passed']} of {account['score']['of']}" in text
    for head in DATA.seals.values():
        assert head in cover.replace(" ", "")


def test_its_running_lines_name_the_scan_and_the_moment(document: pypdf.PdfReader) -> None:
    for page in document.pages[1:]:
        said = page.extract_text()
        assert f"Scan {DATA.scan}" in said
        assert "2026-11-20 02:30 UTC" in said


def test_all_findings_are_attached(document: pypdf.PdfReader) -> None:
    assert document.attachments[FINDINGS_JSON] == [json_report.render(DATA).encode()]


def test_it_is_tagged_and_says_its_profile_language_and_title(document: pypdf.PdfReader) -> None:
    root: Any = document.root_object
    assert root["/MarkInfo"]["/Marked"]
    assert root["/StructTreeRoot"].get_object()["/K"]
    assert root["/Lang"] == "en"
    metadata = root["/Metadata"].get_object().get_data()
    assert b"3</pdfaid:part>" in metadata or b'pdfaid:part="3"' in metadata
    assert document.metadata is not None
    assert document.metadata.title == "phiward report of 2026-11-20 02:30 UTC"


def test_every_font_is_embedded(document: pypdf.PdfReader) -> None:
    names = set()
    pages: list[Any] = list(document.pages)
    for page in pages:
        for font in page["/Resources"]["/Font"].values():
            (descendant,) = font.get_object()["/DescendantFonts"]
            descriptor = descendant.get_object()["/FontDescriptor"].get_object()
            assert {"/FontFile2", "/FontFile3"} & set(descriptor)
            names.add(str(descriptor["/FontName"]))
    assert any("DejaVu" in name for name in names)


def test_the_same_data_gives_the_same_bytes(drawn: bytes) -> None:
    assert pdf.render(DATA) == drawn


def test_hostile_names_are_printed_and_nothing_more() -> None:
    page = pdf.html(report(extra=hostile()))
    assert "<script" not in page
    assert "<img" not in page
    assert not set(page) & {"\x1b", "\x07", "\u202e"}
    read = pypdf.PdfReader(
        io.BytesIO(pdf.render(report(findings=hostile(), standards=(), inventory=[], coverage=[], vpn=[])))
    )
    flat = "".join("".join(page.extract_text().split()) for page in read.pages)
    assert "".join(NASTY[0].split()) in flat
    assert "{{7*7}}" in flat


def test_a_large_scan_keeps_to_its_rows_and_points_to_the_attachment() -> None:
    page = pdf.html(report(6, repeats=80))
    assert page.count("<tr") <= pdf.ROWS + 60
    assert f"more are in the attached {FINDINGS_JSON}" in page


def test_a_budget_is_spent_on_the_first_and_says_what_it_leaves_out() -> None:
    budget = Budget(5)
    assert budget.take("abc", 2) == ("ab", 1)
    assert budget.take("defgh") == ("def", 2)
    assert budget.take("i") == ("", 1)


def test_an_empty_scan_has_its_pdf() -> None:
    bare = report(findings=[], coverage=[], rules=[], trend=[], inventory=[], seals={}, settings={}, complete=True)
    page = pdf.html(msgspec.structs.replace(bare, accounts=(), started=None))
    assert "no check failed" in page
    assert "0 of 0" in page


def test_a_missing_extra_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(printing.PdfError, match=r"phiward\[pdf\]"):
        pdf.render(DATA)


def test_a_missing_pango_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "weasyprint.py").write_text("raise OSError('cannot load library libpango-1.0-0')\n")
    monkeypatch.delitem(sys.modules, "weasyprint", raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(printing.PdfError, match="apt install libpango"):
        pdf.render(DATA)


def test_no_format_loads_what_it_does_not_need() -> None:
    code = (
        "import sys, reports; from reports import view, figures; reports.FORMATS['csv']; import reports.json_report;"
        "print([name for name in ('weasyprint', 'jinja2', 'rich', 'boto3') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
