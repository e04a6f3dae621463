"""The HTML report: its figures are those of the other reports, it stands alone, and no name in it acts."""

from __future__ import annotations

import json
import re
from collections import Counter

import msgspec
import pytest

from reports import html, html_overview, html_packing, html_payload, json_report
from reports.figures import figures
from reports.pages import resource
from reports.view import ReportData
from tests.reports.browser import parse, running, words
from tests.reports.factory import NASTY, hostile, report
from tests.reports.html_sample import column, page, resources, unpacked, whole

STYLES = [resource(name) for name in (*html.STYLES, "remediation.css")]
SCHEMES = re.findall(r":root \{(.*?)\}", STYLES[0], re.DOTALL)
TEXTS = "ink muted accent critical high medium low info pass fail unknown".split()
GROUNDS = ("paper", "raised", "faint")
DRAWN = "accent critical high medium low info pass fail unknown muted".split()
SCRIPTS = 2
"""How many of a page's scripts run."""


@pytest.fixture(scope="module")
def data() -> ReportData:
    return whole()


@pytest.fixture(scope="module")
def text() -> str:
    return page()


def test_the_embedded_findings_and_figures_are_those_of_the_json(data: ReportData, text: str) -> None:
    index, details, _ = unpacked(text)
    document = json_report.document(data)
    assert index["summary"] == json.loads(json_report.encode(document["summary"]))
    assert index["ids"] == [found["fingerprint"] for found in document["findings"]]
    verdicts, was = column(index, "verdict"), {int(place): rest.get("was") for place, rest in index["rest"].items()}
    before = Counter(was.get(place) or verdict for place, verdict in enumerate(verdicts))
    assert before == Counter(str(found["verdict"]) for found in document["findings"])
    unseen = sum(found["status"] == "unseen" for found in document["findings"])
    assert sum(bool(each) for each in was.values()) == unseen == 1
    for name in ("rule", "severity", "status", "region", "kind"):
        assert column(index, name) == [found[name] for found in document["findings"]]
    subjects = [index["subjects"][number] for number in index["columns"]["subject"]]
    assert subjects == [[found["account"], found["resource"]] for found in document["findings"]]
    assert set(details) == {str(place) for place in range(len(data.findings))}


def test_each_finding_bears_its_evidence_its_history_and_its_tags(data: ReportData, text: str) -> None:
    index, details, _ = unpacked(text)
    by_id = {finding.fingerprint: finding for finding in data.findings}
    for place, name in enumerate(index["ids"]):
        finding, detail = by_id[name], details[str(place)]
        assert len(detail.get("facts", [])) == len(finding.evidence)
        assert len(detail.get("missing", [])) == len(finding.missing)
        assert [each[2] for each in detail["course"]] == ["PASS", str(finding.verdict)]
        assert len(index["tags"][index["columns"]["tags"][place]]) == len(finding.tags or {})


def test_documents_are_kept_whole_or_not_at_all_and_the_worst_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    data = msgspec.structs.replace(report(), documents=resources(report()))
    index, _, documents = unpacked(html.render(data))
    assert set(documents) == {str(number) for number in range(len(index["subjects"]))}
    ((kind, _, sections),) = documents["0"]
    assert kind.startswith("AWS::")
    assert [section[0] for section in sections] == ["box", "turn", "policy", "extra"]
    assert [bool(section[2]) for section in sections] == [False, True, True, True]
    monkeypatch.setattr(html_packing, "BLOCK", 400)
    monkeypatch.setattr(html_payload, "DOCUMENTS_LIMIT", 4000)
    cut, _, fewer = unpacked(html.render(data))
    kept = [number for number, block in enumerate(cut["document"]) if block >= 0]
    assert kept == list(range(len(kept)))
    assert 0 < len(kept) == len(fewer) < len(documents)


def test_the_same_report_gives_the_same_page(data: ReportData, text: str) -> None:
    assert html.render(data) == text


def test_the_page_says_the_score_of_every_account_and_marks_what_is_organisational(text: str) -> None:
    said = " ".join(words(section) for section in parse(text).iter("section"))
    for account in json_report.summary(whole())["accounts"]:
        assert f"{account['name']} {account['id']}" in said
        assert f"{account['score']['passed']} of {account['score']['of']}" in said
    assert "164.308(a)(1)(ii)(C) Sanction policy required organisational" in said
    assert "phiward's own mapping" in said
    assert "allow kms:GetKeyRotationStatus" in said
    assert "compliant" not in said.lower()


def test_the_page_needs_and_allows_no_network(text: str) -> None:
    tree = parse(text)
    policy = next(node for node in tree.iter("meta") if node.get("http-equiv") == "Content-Security-Policy")
    assert (policy.get("content") or "").startswith("default-src 'none';")
    assert "unsafe" not in (policy.get("content") or "")
    assert not [node for tag in ("link", "img", "iframe", "object", "base", "form") for node in tree.iter(tag)]
    sources = {node.get(name) for node in tree.iter() for name in ("src", "style", "onclick", "onerror", "onload")}
    assert sources == {None}
    assert all((node.get("href") or "#").startswith("#") for node in tree.iter("a"))


def test_every_link_leads_to_a_part_of_the_page_or_is_made_by_its_script(text: str) -> None:
    tree = parse(text)
    anchors = {node.get("id") for node in tree.iter() if node.get("id")}
    index, _, _ = unpacked(text)
    links = {(node.get("href") or "").removeprefix("#") for node in tree.iter("a")}
    plain = {link for link in links if not link.startswith(("findings?", "resource-"))}
    assert {link for link in plain if link not in anchors} <= {f"rule-{rule}" for rule in index["rules"]}
    assert any(link.startswith("resource-111122223333/arn%3Aaws") for link in links)


def test_hostile_names_make_no_element_and_end_no_script(text: str) -> None:
    assert running(parse(text)) == SCRIPTS
    assert Counter(node.tag for node in parse(text).iter())["img"] == 0
    _, details, _ = unpacked(text)
    assert {detail["part"] for detail in details.values() if "part" in detail} >= set(NASTY)


def attacked_everywhere() -> ReportData:
    evil = NASTY[0]
    data = report(extra=hostile())
    rules = [msgspec.structs.replace(rule, title=evil, why=evil, remedy=evil, scope=evil) for rule in data.rules]
    accounts = [msgspec.structs.replace(account, name=evil) for account in data.accounts]
    coverage = [msgspec.structs.replace(entry, error=evil, message=evil) for entry in data.coverage]
    return msgspec.structs.replace(
        data, rules=rules, accounts=accounts, coverage=coverage, scan=evil, version=evil, regions=[evil]
    )


def test_every_field_of_the_data_is_escaped() -> None:
    assert running(parse(html.render(attacked_everywhere()))) == SCRIPTS


def test_half_a_surrogate_in_a_name_is_written_as_its_escape() -> None:
    half = "a\ud800b"
    findings = [
        msgspec.structs.replace(each, resource=half, name=half, tags={half: half}) for each in report().findings
    ]
    text = html.render(report(findings=findings))
    assert "a\\ud800b" in unpacked(text)[0]["subjects"][0]
    assert text.encode("utf-8")


def test_each_figure_of_a_tunnel_has_its_bar(text: str) -> None:
    section = next(node for node in parse(text).iter("section") if node.get("id") == "vpn")
    rows = [list(row) for row in section.iter("tr")][1:]
    assert len(rows) == 3
    figures_of = [[cell for cell in row if " days" in (cell.get("data-label") or "")] for row in rows]
    drawn = [[[part.get("class") for part in cell.iter() if part.get("class")] for cell in row] for row in figures_of]
    assert all(len(row) == 3 for row in drawn)
    assert [row[0][-1] for row in drawn] == ["c-pass", "c-fail", "c-fail"]


def test_without_a_script_the_overview_and_the_worst_findings_are_there(text: str) -> None:
    tree = parse(text)
    table = next(node for node in tree.iter("noscript")).find("table")
    assert table is not None
    rows = list(table.iter("tr"))[1:]
    said = [words(row) for row in rows]
    assert said[0].split()[1] == "ERROR"
    assert next(row for row in said if " ERROR " not in row).startswith("Critical FAIL")
    assert 40 < len(rows) <= html_overview.TOP
    assert str(figures(whole()).total.score) in words(next(tree.iter("main")))


def test_colours_can_be_told_apart_by_all() -> None:
    """WCAG 2.2, 1.4.3 and 1.4.11: text 4.5 to 1 and drawings 3 to 1 on every ground, in the light and in the dark."""
    assert len(SCHEMES) == 2
    for scheme in SCHEMES:
        colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", scheme))
        assert [
            (one, other) for one in TEXTS for other in GROUNDS if contrast(colours[one], colours[other]) < 4.5
        ] == []
        assert [(one, other) for one in DRAWN for other in GROUNDS if contrast(colours[one], colours[other]) < 3] == []


def test_no_style_brings_a_colour_that_was_not_judged() -> None:
    plain = [re.sub(r":root \{.*?\}", "", style, flags=re.DOTALL) for style in STYLES]
    found = [colour for style in plain for colour in re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[;\s}])|rgb\(|hsl\(", style)]
    assert found == ["#fff"]  # the ground of what is printed


def contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    darker, lighter = sorted((light(one), light(other)))
    return (lighter + 0.05) / (darker + 0.05)
