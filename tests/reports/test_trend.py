"""The trend: what it tells of fourteen nights, the same in JSON, terminal, HTML and PDF."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import msgspec
import pypdf
import pytest

from reports import html, json_report, life, pdf, plots, terminal, trend, trend_page
from reports.charts import Series
from reports.figures import Score, figures
from reports.history import Look, nights, since, thinned
from reports.view import Restricted
from tests.reports.browser import parse, words
from tests.reports.factory import NASTY, report
from tests.reports.trending import NIGHTS, moment, scan_id, trending

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from reports.view import ReportData

DATA = trending()
DOCUMENT = json.loads(json_report.render(DATA))
TREND = DOCUMENT["trend"]


def look(night: int, *, account: str = "a", places: str = "xy", rules: str = "rs") -> Look:
    return Look(scan_id(night), moment(night), account, frozenset(places), frozenset(rules))


def test_the_last_night_is_the_report() -> None:
    last, summary = TREND["nights"][-1], DOCUMENT["summary"]
    assert last["scan"] == DOCUMENT["scan"]
    assert last["score"] == summary["score"]
    assert last["verdicts"] == summary["verdicts"]
    assert last["severities"] == {name: counts["FAIL"] for name, counts in summary["severities"].items()}
    assert {name: last[name] for name in ("new", "reopened", "resolved")} == {
        name: summary["life"][name] for name in ("new", "reopened", "resolved")
    }
    of = [account["score"] for account in summary["accounts"]]
    assert [{k: v for k, v in course["scores"][-1].items() if k != "scan"} for course in TREND["accounts"]] == of


def test_unknown_counts_against_and_what_does_not_apply_does_not_count() -> None:
    assert trend.score({"PASS": 3, "FAIL": 1, "UNKNOWN": 2, "ERROR": 1, "SKIP": 9}) == Score(3, 7)
    assert trend.score({"SKIP": 9}) == Score(0, 0)


def test_where_a_scan_did_not_look_the_one_before_speaks() -> None:
    assert len(TREND["nights"]) == NIGHTS
    eighth = TREND["nights"][7]
    first, second, _ = (account.id for account in DATA.accounts)
    courses = {course["id"]: {each["scan"]: each for each in course["scores"]} for course in TREND["accounts"]}
    assert courses[second][scan_id(7)] == courses[second][scan_id(6)] | {"scan": scan_id(7)}
    assert courses[first][scan_id(7)] != courses[first][scan_id(6)] | {"scan": scan_id(7)}
    assert eighth["calls"]["of"] == 3 * 120
    third = TREND["accounts"][2]
    assert third["scores"][0]["scan"] == scan_id(4)
    assert TREND["nights"][3]["calls"]["of"] == 2 * 120


@pytest.mark.parametrize(
    ("middle", "speaks"),
    [
        (look(1, rules="r"), scan_id(0)),
        (look(1, places="x"), scan_id(0)),
        (look(1, rules="rst"), scan_id(1)),
        (look(1), scan_id(1)),
    ],
)
def test_a_scan_of_few_rules_or_places_is_passed_over(middle: Look, speaks: str) -> None:
    told = nights([look(0), look(1, account="b"), middle, look(2), look(2, account="b")])
    assert [night.speaks["a"] for night in told] == [scan_id(0), speaks, scan_id(2)]


def test_fewer_rules_that_are_all_there_are_today_are_a_trend() -> None:
    told = nights([look(0), look(1, rules="r"), look(2, rules="r")])
    assert [night.speaks["a"] for night in told] == [scan_id(0), scan_id(1), scan_id(2)]
    assert [night.scan for night in nights([look(0), look(1, rules="r"), look(2)])] == [scan_id(0), scan_id(2)]


def test_a_period_begins_with_the_state_it_found() -> None:
    told = nights([look(night) for night in range(5)])
    assert [night.scan for night in since(told, moment(2))] == [scan_id(2), scan_id(3), scan_id(4)]
    assert since(told, moment(2) + timedelta(hours=1)) == since(told, moment(2))
    assert since(told, moment(-9)) == since(told, None) == told


def test_a_long_trend_is_thinned_evenly_and_loses_no_finding() -> None:
    told = nights([look(night) for night in range(500)])
    assert thinned(told[:92]) == told[:92]
    for most in (2, 10, 92):
        some = thinned(told, most)
        assert len(some) == most
        assert (some[0], some[-1]) == (told[0], told[-1])
        assert some == sorted(some, key=lambda night: night.as_of)
    past = DATA.history
    assert past is not None
    short = msgspec.structs.replace(DATA, history=msgspec.structs.replace(past, nights=thinned(past.nights, 4)))
    whole, less = trend.trend(DATA), trend.trend(short)
    assert whole is not None
    assert less is not None
    assert (len(less.rows), less.left_out, less.fates) == (4, NIGHTS - 4, whole.fates)


def test_findings_of_the_first_scan_are_not_new() -> None:
    first, *rest = TREND["nights"]
    assert (first["new"], first["reopened"], first["resolved"]) == (None, None, None)
    for name in ("new", "reopened", "resolved"):
        assert TREND[name] == sum(night[name] for night in rest) > 0


def test_the_oldest_open_findings_come_first_with_their_resource() -> None:
    assert len(TREND["oldest"]) == 10
    assert [each["days"] for each in TREND["oldest"]] == sorted(
        (each["days"] for each in TREND["oldest"]), reverse=True
    )
    by = {finding["fingerprint"]: finding for finding in DOCUMENT["findings"]}
    assert all(each["resource"] == by[each["fingerprint"]]["resource"] for each in TREND["oldest"])
    assert set(TREND["time_to_resolve"]) == set(DOCUMENT["summary"]["life"]["severities"])


def test_standards_bear_their_titles() -> None:
    titles = {course["citation"]: course["title"] for course in TREND["standards"]}
    assert titles["164.312(a)"] == "Access control"
    assert titles["164.308(a)(1)"] == "Security management process"
    assert list(titles) == [name for name in trend.standards() if name in titles]


def test_the_terminal_says_it_in_three_lines() -> None:
    said = terminal.render(DATA, 160).splitlines()
    place = next(n for n, line in enumerate(said) if line.startswith("Trend since 2026-11-07, 14 scans: "))
    first, last = TREND["nights"][0], TREND["nights"][-1]
    assert (
        f"{first['score']['passed']} of {first['score']['of']} → {figures(DATA).total.score} checks passed"
        in said[place]
    )
    assert f"critical {first['severities']['critical']} → {last['severities']['critical']}, " in said[place + 1]
    assert said[place + 2].startswith(f"Findings of this time: {TREND['new']} new, {TREND['reopened']} reopened, ")
    assert "Trend since" not in terminal.render(report(), 160)


def test_the_page_has_the_numbers_of_the_json_and_names_its_charts() -> None:
    page = parse(html.render(DATA))
    section = next(node for node in page.iter("section") if node.get("id") == "trend")
    table = next(node for node in section.iter("table") if node.get("class") == "course")
    rows = [[words(cell) for cell in row] for row in table.iter("tr")][1:]
    assert [row[1] for row in rows] == [
        f"{night['score']['passed']} of {night['score']['of']}" for night in reversed(TREND["nights"])
    ]
    assert [row[-2] for row in rows[:-1]] == [str(night["resolved"]) for night in reversed(TREND["nights"][1:])]
    views = [node for node in page.iter("section") if node.get("data-view") == "overview"]
    drawings = [node for view in views for node in view.iter() if node.get("role") == "img"]
    assert len(drawings) == 4
    for drawing in drawings:
        named = [words(next(each for each in drawing if each.get("id") == name)) for name in names(drawing)]
        assert len(named) == 2
        assert all(named)


def names(drawing: Element) -> list[str]:
    return str(drawing.get("aria-labelledby")).split()


def test_the_pdf_has_the_chapter_and_says_what_its_charts_show() -> None:
    data = only(msgspec.structs.replace(DATA, findings=[], rules=[], inventory=[], standards=(), coverage=[]))
    drawn = pypdf.PdfReader(io.BytesIO(pdf.render(data)))
    pages = [" ".join(page.extract_text().split()) for page in drawn.pages]
    assert "Only accounts phi-cluster; resources tagged owner = platform" in pages[0]
    found = trend.trend(data)
    assert found is not None
    assert all(f"{row.as_of:%Y-%m-%d %H:%M} {row.score}" in " ".join(pages) for row in found.rows)
    told = {str(each["/Alt"]) for each in structure(drawn.root_object["/StructTreeRoot"]) if "/Alt" in each}
    for title in ("Failed checks by severity", "Findings opened and resolved", "Checks passed and calls answered"):
        assert any(alt.startswith(f"{title}: ") for alt in told)


def structure(node: Any) -> Iterator[Any]:
    node = node.get_object()
    yield node
    children = node.get("/K", [])
    for child in (each.get_object() for each in (children if isinstance(children, list) else [children])):
        if hasattr(child, "get") and "/S" in child:
            yield from structure(child)


def only(data: ReportData) -> ReportData:
    return msgspec.structs.replace(data, restricted=Restricted(accounts=["phi-cluster"], owner="owner = platform"))


def test_what_is_left_out_is_said_everywhere() -> None:
    data = only(DATA)
    assert "Only accounts phi-cluster; resources tagged owner = platform." in terminal.render(data, 160)
    assert "Only accounts phi-cluster; resources tagged owner = platform" in words(parse(html.render(data)))
    assert json_report.document(data)["restricted"] == {
        "accounts": ["phi-cluster"], "owner": "owner = platform", "unknown": 0, "since": None,
    }  # fmt: skip
    assert "without 3 whose tags" in Restricted(owner="owner = x", unknown=3).words
    assert Restricted().words == ""


def test_a_first_scan_has_no_trend_yet() -> None:
    past = DATA.history
    assert past is not None
    data = msgspec.structs.replace(DATA, history=msgspec.structs.replace(past, nights=past.nights[-1:], scans=1))
    text = words(parse(html.render(data)))
    assert "This is the first scan that is kept of these accounts" in text
    assert trend.lines(data) == []
    assert json_report.document(report())["trend"] is None


def test_hostile_names_make_no_element_of_the_section() -> None:
    accounts = [msgspec.structs.replace(account, name=NASTY[0]) for account in DATA.accounts]
    evil, plain = msgspec.structs.replace(DATA, accounts=accounts), DATA
    tags = [sorted(str(node.tag) for node in parse(html.render(data)).iter()) for data in (evil, plain)]
    assert tags[0] == tags[1]


def test_labels_at_the_ends_of_lines_stay_apart_and_inside() -> None:
    for heights in ([50.0] * 5, [160.0, 161.0, 162.0, 163.0], [12.0, 13.0], [90.0], [10, 20, 100, 101]):
        placed = sorted(plots.apart(heights))
        assert all(after - before >= plots.GAP - 0.01 for before, after in pairwise(placed))
        assert placed[-1] <= plots.HEIGHT - plots.BOTTOM + 2


def test_bars_rise_for_what_came_and_fall_for_what_went() -> None:
    came, went = Series("in", "fail", [0, 7]), Series("out", "pass", [3, 0])
    drawn = parse(plots.up_and_down(plots.Plot("p", "t", "d"), came, went))
    bars = {node.get("class"): node for node in drawn.iter() if str(node.tag).endswith("rect")}
    middle = plots.TOP + (plots.HEIGHT - plots.TOP - plots.BOTTOM) / 2
    up, down = bars["c-fail"], bars["c-pass"]
    assert float(up.get("y") or 0) + float(up.get("height") or 0) == pytest.approx(middle, abs=0.2)
    assert float(down.get("y") or 0) == pytest.approx(middle, abs=0.2)
    assert float(up.get("height") or 0) / float(down.get("height") or 0) == pytest.approx(7 / 3, abs=0.05)


def test_a_share_is_rounded_down_so_that_a_hundred_is_all() -> None:
    assert trend_page.share(Score(999, 1000)) == 99
    assert trend_page.share(Score(0, 0)) == 0
    assert life.days(2.5) == "2.5 d"
