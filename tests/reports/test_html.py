"""The HTML report: its figures are those of the other reports, it stands alone, and no name in it acts."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
import tinyhtml5  # type: ignore[import-untyped]

from reports import html, json_report
from reports.pages import resource
from tests.reports.factory import ACCOUNTS, NASTY, hostile, report

if TYPE_CHECKING:
    from pathlib import Path
    from xml.etree.ElementTree import Element

    from reports.view import ReportData

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
in_a_browser = pytest.mark.skipif(CHROMIUM is None, reason="needs a Chromium: apt install chromium")


def parse(text: str) -> Element:
    tree: Element = tinyhtml5.parse(text, namespace_html_elements=False)
    return tree


def embedded(text: str) -> dict[str, Any]:
    script = next(node for node in parse(text).iter("script") if node.get("id") == "data")
    found: dict[str, Any] = json.loads(script.text or "")
    return found


def words(node: Element) -> str:
    return " ".join(" ".join(node.itertext()).split())


def in_chromium(text: str, folder: Path, fragment: str = "") -> tuple[Element, str]:
    """Load a page from the disk and give its document after the script ran, and the browser's log."""
    page = folder / "report.html"
    page.write_text(text, encoding="utf-8")
    options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--enable-logging=stderr"]
    places = [f"--user-data-dir={folder / 'profile'}", "--virtual-time-budget=4000", "--dump-dom"]
    assert CHROMIUM is not None
    ran = subprocess.run(
        [CHROMIUM, *options, *places, page.as_uri() + fragment],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        env={"HOME": str(folder), "PATH": "/usr/bin:/bin"},
    )
    return parse(ran.stdout), "\n".join(line for line in ran.stderr.splitlines() if "CONSOLE" in line)


def listed(tree: Element) -> list[Element]:
    body = next(node for node in tree.iter("table") if node.get("id") == "list").find("tbody")
    assert body is not None
    return [row for row in body.iter("tr") if len(list(row)) == 6]


def test_the_embedded_findings_and_figures_are_those_of_the_json() -> None:
    data = report()
    page, document = embedded(html.render(data)), json_report.document(data)
    assert page["summary"] == json.loads(json_report.encode(document["summary"]))
    assert [row["id"] for row in page["findings"]] == [found["fingerprint"] for found in document["findings"]]
    unseen = sum(found["status"] == "unseen" for found in document["findings"])
    was = Counter(row.get("was") or row["verdict"] for row in page["findings"])
    assert was == Counter(str(found["verdict"]) for found in document["findings"])
    assert sum("was" in row for row in page["findings"]) == unseen == 1


def test_the_page_says_the_score_of_every_account_and_marks_what_is_organisational() -> None:
    data = report()
    text = " ".join(words(section) for section in parse(html.render(data)).iter("section"))
    summary = json_report.summary(data)
    for account in summary["accounts"]:
        assert f"{account['name']} {account['id']}" in text
        assert f"{account['score']['passed']} of {account['score']['of']}" in text
    assert "164.308(a)(1)(ii)(C) Sanction policy required organisational" in text
    assert "phiward's own mapping" in text
    assert "allow kms:GetKeyRotationStatus" in text
    assert "compliant" not in text.lower()


def test_the_page_needs_and_allows_no_network() -> None:
    text = html.render(report(extra=hostile()))
    tree = parse(text)
    policy = next(node for node in tree.iter("meta") if node.get("http-equiv") == "Content-Security-Policy")
    assert (policy.get("content") or "").startswith("default-src 'none';")
    assert "unsafe" not in (policy.get("content") or "")
    assert not [node for tag in ("link", "img", "iframe", "object", "base", "form") for node in tree.iter(tag)]
    sources = {node.get(name) for node in tree.iter() for name in ("src", "style", "onclick", "onerror", "onload")}
    assert sources == {None}
    assert all((node.get("href") or "#").startswith("#") for node in tree.iter("a"))


def test_hostile_names_make_no_element_and_end_no_script() -> None:
    plain, attacked = parse(html.render(report())), parse(html.render(report(extra=hostile())))
    count = Counter(node.tag for node in attacked.iter())
    assert count["script"] == 2
    assert count["img"] == 0
    assert Counter(node.tag for node in plain.iter())["script"] == 2
    page = embedded(html.render(report(extra=hostile())))
    assert {row["part"] for row in page["findings"] if "part" in row} >= set(NASTY)


def attacked_everywhere() -> ReportData:
    import msgspec

    evil = NASTY[0]
    data = report(extra=hostile())
    rules = [msgspec.structs.replace(rule, title=evil, why=evil, remedy=evil, scope=evil) for rule in data.rules]
    accounts = [msgspec.structs.replace(account, name=evil) for account in data.accounts]
    coverage = [msgspec.structs.replace(entry, error=evil, message=evil) for entry in data.coverage]
    return msgspec.structs.replace(
        data, rules=rules, accounts=accounts, coverage=coverage, scan=evil, version=evil, regions=[evil]
    )


def test_every_field_of_the_data_is_escaped() -> None:
    tree = parse(html.render(attacked_everywhere()))
    assert Counter(node.tag for node in tree.iter())["script"] == 2


def test_colours_can_be_told_apart_by_all() -> None:
    """WCAG 2.2, 1.4.3: text has a contrast of 4.5 to 1 against every ground it stands on, light and dark."""
    schemes = re.findall(r":root \{(.*?)\}", resource("report.css"), re.DOTALL)
    assert len(schemes) == 2
    for scheme in schemes:
        colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", scheme))
        texts = "ink muted accent critical high medium low info pass fail unknown".split()
        low = [
            (text, ground)
            for text in texts
            for ground in ("paper", "raised", "faint")
            if contrast(colours[text], colours[ground]) < 4.5
        ]
        assert low == []


def contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    darker, lighter = sorted((light(one), light(other)))
    return (lighter + 0.05) / (darker + 0.05)


@in_a_browser
def test_a_browser_lists_the_findings_without_a_complaint(tmp_path: Path) -> None:
    data = report(extra=hostile())
    tree, log = in_chromium(html.render(data), tmp_path)
    assert log == ""
    page = embedded(html.render(data))
    default = [
        row for row in page["findings"] if row["verdict"] in {"FAIL", "UNKNOWN", "ERROR"} and "resolved" not in row
    ]
    assert len(listed(tree)) == min(50, len(default))
    status = next(node for node in tree.iter("div") if node.get("id") == "shown")
    assert words(status) == f"1 to {len(default)} of {len(default)} findings shown; {len(page['findings'])} in all"
    assert Counter(node.tag for node in tree.iter())["img"] == 0


@in_a_browser
def test_a_link_sets_the_filters(tmp_path: Path) -> None:
    data = report()
    account = ACCOUNTS[1].id
    tree, log = in_chromium(
        html.render(data), tmp_path, f"#findings?account={account}&severity=critical&verdict=FAIL,PASS"
    )
    assert log == ""
    page = embedded(html.render(data))
    wanted = [
        row
        for row in page["findings"]
        if (row["account"], row["severity"]) == (account, "critical") and row["verdict"] in {"FAIL", "PASS"}
    ]
    assert len(listed(tree)) == len(wanted) > 1


@in_a_browser
def test_many_findings_are_shown_by_the_page(tmp_path: Path) -> None:
    data = report(6, repeats=180)
    assert len(data.findings) > 19_000
    tree, log = in_chromium(html.render(data), tmp_path)
    assert log == ""
    assert len(listed(tree)) == 50
