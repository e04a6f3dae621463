"""The HTML report in a browser: what a person does with it, by mouse, keyboard and link, wide, narrow and dark."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from reports.figures import RESOLVED, standing
from scanner.model.finding import Finding, Verdict
from tests.reports.browser import Visits, in_a_browser
from tests.reports.factory import ACCOUNTS, NASTY
from tests.reports.html_sample import page as rendered
from tests.reports.html_sample import resource_of, turn, whole

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from reports.view import ReportData

pytestmark = in_a_browser
OPEN = {Verdict.FAIL, Verdict.UNKNOWN, Verdict.ERROR}
WEB = ACCOUNTS[1].id


@pytest.fixture(scope="module")
def data() -> ReportData:
    return whole()


@pytest.fixture(scope="module")
def text() -> str:
    return rendered()


def shown(page: Page) -> int:
    """Give how many findings answer to the filters, as the page says it."""
    said = page.inner_text("#shown").split(" findings")[0]
    return int(said.split(" of ")[1].replace(",", "")) if " to " in said else 0


def is_open(finding: Finding) -> bool:
    return standing(finding) in OPEN and finding.status != RESOLVED


CASES: dict[str, tuple[str, Callable[[Finding], bool]]] = {
    "nothing": ("", is_open),
    "severity": ("severity=critical,low", lambda each: is_open(each) and each.severity in {"critical", "low"}),
    "verdict": ("verdict=PASS", lambda each: standing(each) == "PASS" and each.status != RESOLVED),
    "status": ("verdict=any&status=new,reopened", lambda each: each.status in {"new", "reopened"}),
    "resolved": ("verdict=any&status=resolved", lambda each: each.status == RESOLVED),
    "account": (f"account={WEB}", lambda each: is_open(each) and each.account == WEB),
    "region": ("region=us-west-2", lambda each: is_open(each) and each.region == "us-west-2"),
    "kind": ("kind=AWS::KMS::Key", lambda each: is_open(each) and each.kind == "AWS::KMS::Key"),
    "rule": ("verdict=any&rule=sg_no_open_ssh", lambda each: each.rule == "sg_no_open_ssh"),
    "citation": (
        "verdict=any&citation=164.312(a)(2)(iv)",
        lambda each: "164.312(a)(2)(iv)" in (*each.hipaa, *each.hipaa_proposed),
    ),
    "scope": ("scope=yes", lambda each: is_open(each) and each.in_scope == "yes"),
    "tag": ("verdict=any&tag=owner%3Dteam-1", lambda each: (each.tags or {}).get("owner") == "team-1"),
    "key": ("verdict=any&tag=Owner", lambda each: "owner" in (each.tags or {})),
    "text": ("verdict=any&text=ROTATION+kms", lambda each: "rotation" in each.message and "kms" in each.resource),
    "three": (
        f"verdict=FAIL&severity=critical&account={WEB}&tag=tier",
        lambda each: standing(each) == "FAIL" and each.status != RESOLVED and each.severity == "critical"
        and each.account == WEB,
    ),
}  # fmt: skip


def test_links_set_the_filters_and_the_filters_combine(visit: Visits, text: str, data: ReportData) -> None:
    page = visit(text)
    for name, (query, kept) in CASES.items():
        turn(page, "#findings?" + query)
        expected = [each for each in data.findings if kept(each)]
        if name != "text":
            assert shown(page) == len(expected), name
        else:
            assert shown(page) >= len(expected) > 0
        assert len(expected) > 0, name


def test_controls_narrow_the_list_tell_their_counts_and_write_the_address(
    visit: Visits, text: str, data: ReportData
) -> None:
    page = visit(text, "#findings")
    page.check("#f-severity input[value=critical]")
    page.select_option("#f-account", WEB)
    here = [each for each in data.findings if is_open(each) and each.severity == "critical" and each.account == WEB]
    assert shown(page) == len(here) > 0
    assert page.evaluate("location.hash") == f"#findings?severity=critical&account={WEB}"
    beside = page.inner_text("#f-severity label:has(input[value=high]) small")
    high = [each for each in data.findings if is_open(each) and each.severity == "high" and each.account == WEB]
    assert int(beside) == len(high)
    there = [each for each in data.findings if is_open(each) and each.severity == "critical"]
    option = page.text_content(f"#f-account option[value='{ACCOUNTS[0].id}']") or ""
    assert option.endswith(f"· {sum(each.account == ACCOUNTS[0].id for each in there)}")
    page.fill("#f-text", "no such words")
    page.wait_for_selector(".empty")
    assert shown(page) == 0
    page.reload()
    page.wait_for_selector("html[data-ready]", state="attached")
    assert page.input_value("#f-text") == "no such words"
    page.click("#reset")
    assert shown(page) == sum(map(is_open, data.findings))
    assert page.evaluate("location.hash") == "#findings"


def test_each_figure_of_what_is_new_leads_to_as_many_findings(visit: Visits, text: str) -> None:
    page = visit(text)
    links = page.locator(".news a[href^='#findings']")
    assert links.count() == 4
    for link in links.all():
        told = int(link.inner_text())
        turn(page, link.get_attribute("href") or "")
        assert shown(page) == told > 0
        turn(page, "#summary")


def test_who_goes_on_at_once_sees_the_last_page_asked_for(visit: Visits, text: str, data: ReportData) -> None:
    page = visit(text)
    some = [each for each in data.findings if each.rule == "kms_key_rotation" and is_open(each)][:2]
    first, last = (resource_of(each) for each in some)
    page.evaluate("(both) => { for (const hash of both) location.hash = hash; }", [first, last, first, last])
    page.wait_for_selector("section#resource.on details.fold")
    assert page.locator("section#resource h2").count() == 1
    assert page.inner_text("section#resource .arn") == some[1].resource


def test_long_lists_have_pages(visit: Visits, text: str, data: ReportData) -> None:
    page = visit(text, "#findings?verdict=any&order=resource")
    assert page.locator("#list > tbody > tr").count() == 50
    page.click("#next")
    assert page.inner_text("#shown").startswith("51 to 70 of 70 ")
    assert "page=2" in page.evaluate("location.hash")
    assert page.is_enabled("#back")


def test_a_finding_opens_with_its_evidence_history_and_remedy(visit: Visits, text: str, data: ReportData) -> None:
    page = visit(text, "#findings?verdict=FAIL&rule=kms_key_rotation&text=rotation+is+off")
    page.click("#list .what button >> nth=0")
    body = page.locator("tr.more .detail")
    body.wait_for()
    said = body.inner_text()
    assert "from kms.GetKeyRotationStatus" in said
    assert "2026-11-02 02:30 UTC to 2026-11-10 02:30 UTC" in said
    assert "since 2026-11-10 02:30 UTC" in said
    assert "HIPAA Security Rule, public citations" in said
    assert data.plan is not None
    assert any(f"{step.title}\n" in said for step in data.plan.steps)
    assert body.locator("svg.bar rect").count() == 2
    page.click("#list .what button >> nth=0")
    assert body.count() == 0


def test_a_resource_has_its_findings_and_its_documents_as_text(visit: Visits, text: str, data: ReportData) -> None:
    page = visit(text)
    one = next(each for each in data.findings if each.verdict is Verdict.FAIL and each.name == NASTY[0])
    turn(page, resource_of(one))
    page.wait_for_selector("details.fold[open] .detail")
    assert page.inner_text("section#resource .arn") == one.resource
    assert page.locator(".of-resource > details").count() == 1
    page.click("details.doc summary")
    assert page.inner_text("details.doc pre").startswith('{\n  "Name": ')
    said = page.inner_text(".documents")
    assert "AccessDenied" in said
    assert "not configured" in said
    assert "it does not apply" in said
    assert page.locator("img").count() == 0


def test_each_hostile_name_has_a_page_and_does_nothing(visit: Visits, text: str, data: ReportData) -> None:
    page = visit(text)
    for evil in NASTY:
        one = next(each for each in data.findings if each.name == evil)
        turn(page, resource_of(one))
        page.wait_for_selector("details.fold[open] .detail")
        page.click("details.doc summary")
        page.wait_for_selector("details.doc pre")
        heading = page.inner_text("section#resource h2")
        assert "\u202e" not in heading
        assert "\x1b" not in heading
    assert page.evaluate("document.querySelectorAll('script').length") == 5
    turn(page, "#findings?verdict=any&text=" + quote(NASTY[1]))
    assert page.locator("#list tbody tr").count() >= 1
    assert page.locator("img").count() == 0


def test_a_rule_has_a_page_with_why_sources_remedy_and_its_findings(visit: Visits, text: str, data: ReportData) -> None:
    page = visit(text, "#rules")
    page.fill("#r-text", "kms_key_rotation")
    assert page.inner_text("#r-shown").startswith("1 of ")
    page.click("#rule-kms_key_rotation a")
    page.wait_for_selector("section#rule.on h2")
    said = page.inner_text("section#rule")
    rule = next(rule for rule in data.rules if rule.id == "kms_key_rotation")
    for part in (rule.title, *rule.sources, *rule.aliases, *rule.hipaa, "Why it matters", "Remedy", "max_days = 365"):
        assert part in said
    open_now = [each for each in data.findings if each.rule == rule.id and is_open(each)]
    assert page.locator("section#rule table.list tbody tr").count() == min(len(open_now), 50)
    page.click("section#rule table.list .res a >> nth=0")
    page.wait_for_selector("section#resource.on h2")
    page.keyboard.press("Escape")
    page.wait_for_selector("section#rule.on h2")


def test_the_keyboard_reaches_everything_and_shows_where_it_is(visit: Visits, text: str) -> None:
    page = visit(text)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left >= 0")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.focus("nav.bar a[href='#findings']")
    page.keyboard.press("Enter")
    page.wait_for_selector("section#findings.on")
    assert page.evaluate("document.activeElement.id") == "h-findings"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.value") == "critical"
    page.keyboard.press("Space")
    assert "severity=critical" in page.evaluate("location.hash")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    page.focus("#list .what button")
    page.keyboard.press("Enter")
    page.wait_for_selector("tr.more .detail")
    page.keyboard.press("Tab")
    assert (page.evaluate("document.activeElement.getAttribute('href')") or "").startswith("#resource-")
    page.keyboard.press("Enter")
    page.wait_for_selector("section#resource.on h2")
    assert page.evaluate("document.activeElement.id") == "h-resource"
    page.keyboard.press("Escape")
    page.wait_for_selector("section#findings.on")
    page.wait_for_selector("#list .res a:focus")
    assert page.locator("tr.more").count() == 1
