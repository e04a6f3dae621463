"""Drift and the life of failures on the pages: every change there once, linked to its rules, filtered, harmless."""

from __future__ import annotations

import io
from collections import Counter
from typing import TYPE_CHECKING

import pypdf
import pytest

from reports import drift_page, html, pdf
from reports.html_charts import timeline
from tests.reports.browser import Visits, in_a_browser, parse, running, words
from tests.reports.drifting import change, changes, drift, hostile_changes, life
from tests.reports.factory import NASTY, report

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

DATA = report(drift=drift(), life=life())


def section(tree: Element) -> Element:
    return next(node for node in tree.iter("section") if node.get("id") == "drift")


def rows(tree: Element) -> list[Element]:
    table = next(node for node in section(tree).iter("table") if node.get("id") == "d-list")
    return [row for row in table.iter("tr") if row.get("data-severity")]


def test_the_page_tells_every_change_once_with_who_when_and_how() -> None:
    tree = parse(html.render(DATA))
    told = rows(tree)
    assert Counter(row.get("data-severity") for row in told) == {
        "critical": 1, "high": 2, "medium": 1, "low": 1, "info": 2,
    }  # fmt: skip
    assert len({row.get("id") for row in told}) == len(told)
    first = words(told[0])
    assert "ingress[tcp/22 from 0.0.0.0/0] added" in first
    assert "mara.okafor (console, 203.0.113.7) AuthorizeSecurityGroupIngress 2026-11-19 17:00Z confidence high" in first
    said = words(section(tree))
    assert "7 changes: 1 critical , 2 high" in said
    assert "options.preSharedKey changed (redacted)" in said
    assert "3 of AWS::RDS::DBInstance city-webapps, us-east-1 rds.DescribeDBInstances: not allowed" in said
    assert "nobody known: the log holds no event on it yet" in said


def test_a_rule_that_was_turned_is_linked_to_its_row() -> None:
    tree = parse(html.render(DATA))
    anchors = {node.get("id") for node in tree.iter("tr")}
    links = [node.get("href") or "" for node in section(tree).iter("a")]
    links = [link for link in links if not link.startswith("#resource-")]
    assert Counter(links) == {"#rule-sg_no_open_ssh": 2, "#rule-cloudtrail_log_validation": 1}
    assert all(link.removeprefix("#") in anchors for link in links)


def test_a_page_without_a_comparison_has_no_such_section() -> None:
    text = html.render(report())
    assert 'id="drift"' not in text
    assert "Time to resolve" not in text
    quiet = words(section(parse(html.render(report(drift=drift(changes=[]))))))
    assert "Nothing changed that means anything." in quiet


def test_many_changes_are_cut_and_the_page_says_how_many() -> None:
    many = [change(path=f"tags.n{number}", before=number, after=number + 1) for number in range(600)]
    tree = parse(html.render(report(drift=drift(changes=[*many, *changes()]))))
    assert len(rows(tree)) == drift_page.ROWS
    assert rows(tree)[0].get("data-severity") == "critical"
    assert "107 smaller changes more" in words(section(tree))


def test_hostile_changes_make_no_element() -> None:
    attacked = parse(html.render(report(drift=drift(changes=hostile_changes()))))
    assert running(attacked) == 2
    assert Counter(node.tag for node in attacked.iter())["img"] == 0
    said = "".join(section(attacked).itertext())
    assert "\x1b" not in said
    assert "\u202e" not in said
    assert NASTY[0] in said


@in_a_browser
def test_a_browser_filters_the_changes_and_links_lead_to_rules_resources_and_back(visit: Visits) -> None:
    page = visit(html.render(DATA), "#drift")
    assert page.inner_text("#d-shown") == "7 of 7 changes shown"
    page.uncheck("#d-severity input[value=critical]")
    page.fill("#d-text", "mara.okafor")
    left = page.locator("#d-list tbody tr:not([hidden])").count()
    assert page.inner_text("#d-shown") == f"{left} of 7 changes shown"
    assert 0 < left < 6
    page.fill("#d-text", "")
    page.check("#d-severity input[value=critical]")
    page.click("#d-list a[href='#rule-sg_no_open_ssh'] >> nth=0")
    assert page.inner_text("section#rule.on h2")
    page.go_back()
    page.wait_for_selector("section#drift.on")
    assert page.locator("#d-list .res a").count() == 0  # no finding speaks of what changed


@in_a_browser
def test_a_resource_names_its_changes_and_leads_to_them(visit: Visits) -> None:
    one = report().findings[0]
    moved = change(account=one.account, region=one.region, kind=one.kind, resource=one.resource, key=one.key)
    page = visit(html.render(report(drift=drift(changes=[*changes(), moved]))))
    page.evaluate("(hash) => { location.hash = hash; }", f"#resource-{one.account}/{one.resource}")
    page.click("section#resource.on a[href^='#change-']")
    page.wait_for_selector(f"#change-{moved.id}:focus")


def test_the_time_of_each_change_is_drawn_where_it_is_known() -> None:
    drawing = parse(timeline(drift()))
    dots = [node for node in drawing.iter() if str(node.tag).endswith("circle")]
    assert len(dots) == len({(node.get("cy"), node.get("cx")) for node in dots}) > 0
    said = words(drawing)
    assert "critical: 1 change with a time, 0 without" in said
    assert "time not known" in said
    assert timeline(None) == timeline(drift(changes=[change()])) == ""
    assert 'class="plot timeline"' in html.render(DATA)


@pytest.fixture(scope="module")
def printed() -> str:
    many = [change(path=f"tags.n{number}", before=number, after=number + 1) for number in range(150)]
    made = pdf.render(report(drift=drift(changes=[*many, *changes()]), life=life(), standards=(), inventory=[]))
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(made)).pages).split())


def test_the_pdf_tells_the_worst_changes_and_how_many_it_leaves_out(printed: str) -> None:
    assert "What changed since the scan before" in printed
    assert "157 changes: 1 critical, 2 high" in printed
    assert "status.IsLogging changed" in printed
    assert f"{157 - pdf.SMALL_TABLE} smaller changes more" in printed


def test_the_pdf_tells_the_life_of_failures(printed: str) -> None:
    assert "Time to resolve" in printed
    assert "1 new, 20 still failing, 1 reopened, 1 resolved, 0 not seen again" in printed
    assert "kms_key_rotation since 2026-10-21" in printed
