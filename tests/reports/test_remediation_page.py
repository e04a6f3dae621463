"""A plan as HTML, as PDF and as a section of the auditor's PDF: whole, alone, readable by all, harmless."""

from __future__ import annotations

import io
import re
from collections import Counter
from typing import TYPE_CHECKING

import msgspec
import pikepdf
import pypdf
import pytest

from reports import pdf, remediation_page
from reports.pages import resource
from scanner.model.plan import Plan
from tests.reports.browser import Visits, in_a_browser, parse, words
from tests.reports.factory import NASTY, report
from tests.reports.remediation_sample import EVENTS, attacked, hostile, plan, rehearsal
from tests.reports.remediation_steps import GROUP, LOCKED, ROTATION, STEPS
from tests.reports.structure import problems, tagged
from tests.reports.test_pdf import outline

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

PLAN = plan()


def steps(tree: Element) -> list[Element]:
    return [node for node in tree.iter("details") if node.get("class") == "step"]


def test_the_page_tells_every_step_once_with_what_the_filters_need() -> None:
    tree = parse(remediation_page.render(PLAN, rehearsal(), EVENTS))
    shown = {(node.get("id") or "").removeprefix("step-"): node for node in steps(tree)}
    assert set(shown) == {step.id for step in STEPS}
    for step in STEPS:
        node = shown[step.id]
        assert [node.get(f"data-{name}") for name in ("account", "risk", "form")] == [
            step.account,
            step.risk,
            step.form,
        ]
        said = words(node)
        assert step.title in said
        assert step.name in said
        assert all(mended.rule in said for mended in step.mends)
        assert all(line in said for line in step.runbook)
    assert shown[GROUP.id].get("data-verdict") == "refuted"
    assert "This plan cannot be approved: the rehearsal refuted step 7" in words(tree)
    assert "account_block redacted (keyed hash a1b2c3d4e5f6)" in words(shown[LOCKED.id])
    assert "aws kms disable-key-rotation --region us-east-1" in words(shown[ROTATION.id])
    assert "compliant" not in words(tree).lower()


def test_every_link_and_label_of_the_page_leads_somewhere() -> None:
    tree = parse(remediation_page.render(PLAN, rehearsal(), EVENTS))
    anchors = {node.get("id") for node in tree.iter() if node.get("id")}
    links = [node.get("href") or "" for node in tree.iter("a")]
    assert len(links) > 5
    assert [link for link in links if not link.startswith("#") or link[1:] not in anchors] == []
    assert len(anchors) == len([node for node in tree.iter() if node.get("id")])
    boxes = [node for tag in ("input", "select") for node in tree.iter(tag)]
    labelled = [node for label in tree.iter("label") for node in label.iter() if node.tag in {"input", "select"}]
    assert len(boxes) == len(labelled) == 15


def test_the_page_needs_and_allows_no_network() -> None:
    tree = parse(remediation_page.render(*attacked()))
    policy = next(node for node in tree.iter("meta") if node.get("http-equiv") == "Content-Security-Policy")
    assert (policy.get("content") or "").startswith("default-src 'none';")
    assert "unsafe" not in (policy.get("content") or "")
    assert not [node for tag in ("link", "img", "iframe", "object", "base", "form") for node in tree.iter(tag)]
    sources = {node.get(name) for node in tree.iter() for name in ("src", "style", "onclick", "onerror", "onload")}
    assert sources == {None}
    assert all((node.get("href") or "#").startswith("#") for node in tree.iter("a"))


def test_hostile_names_make_no_element() -> None:
    tree = parse(remediation_page.render(*attacked()))
    assert Counter(node.tag for node in tree.iter())["script"] == 1
    said = "".join(tree.itertext())
    assert not set(said) & {"\x1b", "\x07", "\u202e"}
    assert NASTY[0] in said
    assert "{{ 7 * 7 }}" in said
    assert len(steps(tree)) == len(hostile().steps)


def test_a_very_long_plan_is_cut_and_points_to_its_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remediation_page, "PAGE_STEPS", 3)
    tree = parse(remediation_page.render(PLAN))
    assert len(steps(tree)) == 3
    assert "5 more steps: the plan's file holds them." in words(tree)
    assert "8 steps for 9 findings" in words(tree)


def test_every_colour_that_the_page_adds_is_one_that_was_judged() -> None:
    """The colours of `report.css` are tested for contrast; this page brings none of its own."""
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b|rgb|hsl", resource("remediation.css"))


def test_an_empty_plan_has_its_page_its_pdf_and_its_section() -> None:
    empty = plan((), left_out={})
    assert "Nothing to do" in remediation_page.render(empty)
    assert "Nothing to do" in remediation_page.html_of_pdf(empty)
    assert "Nothing to do" in remediation_page.section(empty)


@in_a_browser
def test_a_browser_shows_the_filters_and_opens_the_step_that_a_link_names(visit: Visits) -> None:
    page = visit(remediation_page.render(PLAN, rehearsal(), EVENTS), f"#step-{GROUP.id}")
    assert page.inner_text("#shown") == "8 of 8 steps shown"
    assert page.is_visible("#filters")
    opened = page.locator("details.step[open]")
    assert [each.get_attribute("id") for each in opened.all()] == [f"step-{GROUP.id}"]


@in_a_browser
def test_a_browser_hides_what_the_filters_leave_out(visit: Visits) -> None:
    page = visit(remediation_page.render(PLAN, rehearsal()))
    page.uncheck("#f-risk input[value=low]")
    page.fill("#f-text", "VPN")
    page.wait_for_selector("text=1 of 8 steps shown")
    shown = page.locator("details.step:not([hidden])")
    assert shown.count() == 1
    assert shown.inner_text().split()[:3] == ["6", "VPN", "tunnels"]
    assert page.locator("div.group:not([hidden])").count() == 1


@pytest.fixture(scope="module")
def drawn() -> bytes:
    return remediation_page.render_pdf(PLAN, rehearsal(), EVENTS)


def test_the_pdf_has_contents_bookmarks_numbers_and_the_plan(drawn: bytes) -> None:
    document = pypdf.PdfReader(io.BytesIO(drawn))
    pages = len(document.pages)
    assert f"Page {pages} of {pages}" in document.pages[-1].extract_text()
    assert round(float(document.pages[0].mediabox.width) / 72 * 25.4) == 210
    titles = list(outline(document.outline))
    assert titles[:3] == ["Contents", "All steps", "phi-cluster, us-east-1"]
    assert all(f"{n}. {step.title}" in titles for n, step in enumerate(STEPS, 1))
    (text,) = document.attachments[remediation_page.ATTACHMENT]
    assert msgspec.json.decode(text, type=Plan) == PLAN
    said = " ".join(" ".join(page.extract_text() for page in document.pages).split())
    assert "aws ec2 modify-vpn-tunnel-options" in said
    assert PLAN.hash in said.replace(" ", "")


def test_the_structure_of_the_pdf_is_whole(drawn: bytes) -> None:
    with pikepdf.open(io.BytesIO(drawn)) as document:
        assert list(problems(document)) == []
        assert tagged(document, "H3")


def test_the_same_plan_gives_the_same_bytes(drawn: bytes) -> None:
    assert remediation_page.render_pdf(PLAN, rehearsal(), EVENTS) == drawn


def test_the_pdf_of_a_long_plan_is_cut_and_points_to_the_attachment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remediation_page, "PDF_STEPS", 4)
    monkeypatch.setattr(remediation_page, "PDF_ROWS", 2)
    page = words(parse(remediation_page.html_of_pdf(PLAN)))
    assert "4 more steps told in full in the attached phiward-plan.json" in page
    assert "7 more rows: the attached phiward-plan.json holds them" in page


def test_nothing_hostile_is_left_in_what_is_printed() -> None:
    for page in (remediation_page.html_of_pdf(*attacked()), str(remediation_page.section(*attacked()))):
        assert "<script" not in page
        assert "<img" not in page
        assert not set(page) & {"\x1b", "\x07", "\u202e"}
        assert "&lt;/script&gt;" in page


def test_the_section_of_the_auditors_pdf_has_a_row_for_each_remedy() -> None:
    tree = parse(str(remediation_page.section(PLAN, rehearsal(), EVENTS)))
    rows = [[words(cell) for cell in row] for row in tree.iter("tr") if row.find("td") is not None]
    assert sum(int(row[3]) for row in rows) == len(STEPS)
    assert sum(int(row[4]) for row in rows) == sum(len(step.mends) for step in STEPS)
    severities = [row[0] for row in rows]
    assert severities == sorted(severities, key=["Critical", "High", "Medium", "Low", "Info"].index)
    rotation = next(row for row in rows if "kms_key_rotation" in row[1])
    assert rotation[2].startswith("Custodian policy 1 proved in the journal: 1 step")
    assert rotation[6:] == ["Low", "yes"]
    assert any("refuted" in row[2] and row[7] == "no" for row in rows)


def test_the_auditors_pdf_holds_the_plan_it_is_given() -> None:
    assert "No plan was made out" in pdf.html(report())
    assert str(remediation_page.section(PLAN)) in pdf.html(report(plan=PLAN))


def test_a_long_section_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remediation_page, "SECTION_ROWS", 5)
    assert "3 more remedies: phiward remediate plan tells them." in words(parse(str(remediation_page.section(PLAN))))
