"""Drift and the life of failures on the pages: every change there once, linked to its rules, filtered, harmless."""

from __future__ import annotations

import io
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pypdf
import pytest

from reports import drift_page, html, pdf
from tests.reports.drifting import change, changes, drift, hostile_changes, life
from tests.reports.factory import NASTY, report
from tests.reports.test_html import in_a_browser, in_chromium, parse, words

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
    tags = Counter(node.tag for node in attacked.iter())
    assert tags["script"] == 2
    assert tags["img"] == 0
    said = "".join(section(attacked).itertext())
    assert "\x1b" not in said
    assert "\u202e" not in said
    assert NASTY[0] in said


@in_a_browser
def test_a_browser_filters_the_changes_and_a_link_opens_the_rule(tmp_path: Path) -> None:
    tree, log = in_chromium(html.render(DATA), tmp_path, "#rule-sg_no_open_ssh")
    assert log == ""
    status = next(node for node in tree.iter("p") if node.get("id") == "d-shown")
    assert words(status) == "7 of 7 changes shown"
    row = next(node for node in tree.iter("tr") if node.get("id") == "rule-sg_no_open_ssh")
    assert next(row.iter("details")).get("open") is not None
    filters = next(node for node in tree.iter("div") if node.get("id") == "d-filters")
    assert filters.get("hidden") is None


@pytest.fixture(scope="module")
def printed() -> str:
    many = [change(path=f"tags.n{number}", before=number, after=number + 1) for number in range(150)]
    made = pdf.render(report(drift=drift(changes=[*many, *changes()]), life=life()))
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
