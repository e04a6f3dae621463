"""GitHub: annotations read back as the runner reads them, at most ten a level; a summary that is only text.

GitHub publishes no schema of workflow commands; `runner` follows how actions/runner takes a line apart.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from markdown_it import MarkdownIt

from reports import github, markdown
from reports.view import ReportData
from reports.words import clean
from scanner.model.finding import Verdict
from tests.reports.factory import report
from tests.reports.pipelines import ATTACKED, COMMANDS, LIVE, RISK, STATES, state

TAGS = {"<code>", "</code>", "<br>"}


class Command(NamedTuple):
    name: str
    properties: dict[str, str]
    message: str


def runner(line: str) -> Command:
    """Take a line apart as the runner does."""
    assert line.startswith("::")
    head, _, message = line[2:].partition("::")
    name, _, rest = head.partition(" ")
    properties = dict(pair.split("=", 1) for pair in rest.split(",") if pair)
    return Command(name, {key: unescaped(value, ":,") for key, value in properties.items()}, unescaped(message))


def unescaped(text: str, more: str = "") -> str:
    for sign in ["\r", "\n", *more, "%"]:
        text = text.replace(f"%{ord(sign):02X}", sign)
    return text


def commands(data: ReportData, **more: dict[str, tuple[str, int]]) -> list[Command]:
    return [runner(line) for line in github.render(data, **more).splitlines()]


def test_an_annotation_says_what_failed_where_and_how_to_read_on() -> None:
    found = STATES["new"]
    (only,) = commands(report(findings=[found]))
    assert only.name == "warning"
    assert only.properties == {"title": "medium FAIL: Customer managed keys rotate"}
    first, second = only.message.split("\n")
    assert first == f"{found.name} in phi-cluster, us-east-1: automatic rotation is off (new)"
    assert second == f"phiward explain {found.fingerprint[:12]}"
    (placed,) = commands(report(findings=[found]), places={found.resource: ("a,b:c%.tf", 7)})
    assert placed.properties == {"file": "a,b:c%.tf", "line": "7"} | only.properties


def test_levels() -> None:
    def level(severity: str, **more: Any) -> list[str]:
        return [each.name for each in commands(report(findings=[state(1, severity=severity, **more)]))]

    assert level("critical", status="new") == level("high", status="reopened") == ["error"]
    assert level("medium", status="new") == level("critical", status="still") == ["warning"]
    assert level("low", status="new", verdict=Verdict.ERROR) == ["error"]
    assert level("critical", status="new", verdict=Verdict.UNKNOWN) == level("critical", status="unseen") == ["warning"]
    for more in ({"acceptance": RISK}, {"verdict": Verdict.PASS}, {"verdict": Verdict.PASS, "status": "resolved"}):
        assert level("critical", **more) == ["notice"]


def test_the_worst_come_first_ten_of_a_level_and_what_is_left_is_counted() -> None:
    severities = ["low", "critical", "high", "medium"] * 9
    news = [state(n, severity=severity, status="new") for n, severity in enumerate(severities)]
    old = [state(100 + n, severity="critical") for n in range(3)]
    told = commands(report(findings=[*old, *news]))
    assert [each.name for each in told] == ["error"] * 10 + ["warning"] * 10 + ["notice"]
    said = [each.properties["title"].split()[0] for each in told[:-1]]
    assert said == ["critical"] * 9 + ["high"] + ["medium"] * 9 + ["low"]
    assert told[-1].message == "19 more findings not shown here: 3 critical, 8 high, 8 low"


def test_names_stay_within_their_annotation() -> None:
    shown = [found for found in ATTACKED.findings if found.acceptance is None]
    for found in shown:
        text = github.render(report(findings=[found]), {found.fingerprint: (found.name, 3)})
        assert text.count("\n") == 1
        only = runner(text.removesuffix("\n"))
        assert list(only.properties) == ["file", "line", "title"]
        assert only.properties["line"] == "3"
        assert only.message.startswith(re.sub("#(?=#)", "# ", clean(found.name)))
        assert "\n" not in only.message


def test_a_finding_that_is_stored_says_how_to_have_it_explained() -> None:
    """One that comes from a file and its line is in no store."""
    found = STATES["new"]
    for places, told in ((None, True), ({found.fingerprint: ("main.tf", 3)}, False)):
        only = runner(github.render(report(findings=[found]), places).removesuffix("\n"))
        assert (f"phiward explain {found.fingerprint[:12]}" in only.message) is told


def test_the_summary_counts_and_lists_the_worst() -> None:
    text = github.summary(LIVE)
    assert text == markdown.render(LIVE)
    assert "**3 new**, 2 known, 3 not assessed, 1 accepted." in text
    assert "The scan was not complete: 3 calls not answered in full." in text
    assert text[text.index("| Severity") :].count("\n| ") == len(STATES) - 5
    found = STATES["new"]
    assert "<br><code>a&#124;b.tf:3</code> |" in github.summary(LIVE, {found.resource: ("a|b.tf", 3)})
    many = report(findings=[state(n) for n in range(60)])
    assert markdown.render(many).endswith("\n\n… and 10 more findings.\n")


def test_no_name_is_markdown_or_html_in_the_summary() -> None:
    for found in (each for each in ATTACKED.findings if each.acceptance is None):
        text = markdown.render(report(findings=[found], coverage=[], complete=True))
        page = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text)
        table = page[page.rindex("<table>") :]
        own = {"<table>", "<thead>", "<tbody>", "<tr>", "<th>", "<td>"}
        assert set(re.findall(r"<[^>]*>", table)) <= TAGS | own | {tag.replace("<", "</") for tag in own}
        assert table.count("<tr>") == 2
        cells = re.findall(r"<td>(.*?)</td>", table, re.DOTALL)
        assert len(cells) == 6
        raw = text[text.index("|---|") :]
        assert not re.search(r"(?i)www\.|://|[^>]&#64;", raw)


def test_code_shows_what_it_was_given() -> None:
    import html

    for text in COMMANDS:
        page = MarkdownIt("commonmark", {"html": True}).renderInline(markdown.code(text))
        assert html.unescape(re.sub(r"</?code>", "", page)) == clean(text)
    assert markdown.code("x" * 400) == f"<code>{'x' * 299}…</code>"
