"""Notices in words: names that attack do nothing, secrets are left out, and what is sent fits into what is taken."""

from __future__ import annotations

import json
import unicodedata
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
from markdown_it import MarkdownIt

from reports.notices import LEFT_OUT, ROOMS, plain, render
from reports.words import INVISIBLE
from scanner.engine.notifying import Item, Notice
from tests.reports.browser import parse
from tests.reports.test_hostile import EVERY

ACCOUNT = "111122223333"
CALLS = ("<!channel>", "<@U123>", "@everyone", "[safe](http://evil.example)", "www.evil.example", "<b>x</b>",
         "![i](https://evil.example/i.png)", "&lt;!here&gt;", "`x` **y** #general", "a@example.com")  # fmt: skip
FORMS = ("text", "markdown", "html")


def item(**given: Any) -> Item:
    return Item(**{"event": "new", "severity": "high", "account": ACCOUNT, "region": "us-east-1", "name": "web",
                   "rule": "sg_no_ssh", "message": "open", "fingerprint": "f" * 32, **given})  # fmt: skip


def notice(*items: Item, **given: Any) -> Notice:
    counts: dict[Any, dict[str, int]] = {}
    for each in items:
        of = counts.setdefault(each.event, {})
        of[each.severity] = of.get(each.severity, 0) + each.count
    shared = {"scans": ("20261121T020000Z-0001",), "as_of": datetime(2026, 11, 21, 2, tzinfo=UTC),
              "accounts": {ACCOUNT: "phi"}, "seals": {ACCOUNT: "ab" * 32}}  # fmt: skip
    return Notice(**{**shared, "items": items, "counts": counts, **given})


@pytest.mark.parametrize("text", [*CALLS, *EVERY])
@pytest.mark.parametrize("form", FORMS)
def test_a_name_calls_nobody_links_nowhere_and_hides_nothing(form: str, text: str) -> None:
    attack = item(name=text, message=text, region=text, rule=text, title=text)
    told = render(notice(attack, failure=text, accounts={ACCOUNT: text}), form)
    said = f"{told.title}\n{told.body}"
    assert not {one for one in said if one != "\n" and unicodedata.category(one) in INVISIBLE}
    assert "\n" not in told.title
    assert len(told.title) <= 140
    assert "://" not in said
    assert "www." not in said
    if form == "html":
        page = parse(told.body)
        assert {each.tag.rpartition("}")[2] for each in page.iter()} <= ELEMENTS
        return
    assert not {"@", "<", ">"} & set(said)
    if form == "markdown":
        tokens = [child for token in MarkdownIt("commonmark").parse(told.body) for child in token.children or [token]]
        assert not {token.type for token in tokens} & {"link_open", "image", "html_inline", "html_block", "em_open"}


ELEMENTS = frozenset("html head meta title body h1 h2 p strong table tbody tr th td code".split())


@pytest.mark.parametrize("text", CALLS)
def test_a_program_is_given_names_as_they_are(text: str) -> None:
    found = json.loads(render(notice(item(name=text)), "json").body)
    assert found["items"][0]["name"] == text
    assert found["seals"] == {ACCOUNT: "ab" * 32}


@pytest.mark.parametrize("form", [*FORMS, "json"])
def test_what_looks_like_a_secret_is_left_out(form: str) -> None:
    whole = notice(item(message="password=hunter2"), failure="hunter2")
    told = render(whole, form, looks=lambda text: "hunter2" in text)
    assert "hunter2" not in told.title + told.body
    assert told.body.count(LEFT_OUT) == 2


@pytest.mark.parametrize("form", [*FORMS, "json"])
@pytest.mark.parametrize("limit", [1000, 2000, 4096, 32768])
def test_as_much_is_named_as_fits_and_all_is_counted(form: str, limit: int) -> None:
    many = [item(name=f"web-{number}" + "x" * 80, fingerprint=f"{number:032}") for number in range(90)]
    seals = {f"{number:012}": "ab" * 32 for number in range(500)}
    told = render(notice(*many, seals=seals), form, limit=limit)
    assert 0 < len(told.body) <= limit
    assert "90 new" in told.title
    named = told.body.count("web-")
    if form == "json":
        found = json.loads(told.body)
        assert (found["left_out"], found["seals_left_out"] + len(found["seals"])) == (90 - named, 500)
    elif limit > 1000:
        assert f"and {90 - named} more" in told.body
    assert render(notice(*many, seals=seals), form).body.count("web-") >= named


def test_the_smallest_channel_of_apprise_still_gets_a_message_with_a_seal() -> None:
    told = render(notice(item()), "markdown", limit=1000)
    assert "ab" * 32 in told.body
    assert "sg\\_no\\_ssh ffffffffffff" in told.body
    assert all(less.items <= more.items for more, less in pairwise(ROOMS))


@pytest.mark.parametrize(
    ("given", "title", "mood"),
    [
        (notice(item(), item(event="worse", severity="critical")), "1 new, 1 worse (worst: critical), phi", "failure"),
        (notice(item(event="unassessed", severity="low", count=3)), "3 not assessed (worst: low), phi", "warning"),
        (notice(item(event="resolved")), "1 resolved, phi", "success"),
        (notice(item(event="tunnel_down")), "1 tunnel down (worst: high), phi", "failure"),
        (notice(), "nothing new, phi", "info"),
        (notice(complete=False), "nothing new, phi", "warning"),
        (notice(accounts={ACCOUNT: "a", "2": "b"}), "nothing new", "info"),
        (Notice(failure="no route"), "a run failed", "failure"),
        (Notice(test=True), "a test message", "info"),
    ],
)
def test_the_title_says_it_all(given: Notice, title: str, mood: str) -> None:
    told = render(given)
    assert (told.title, told.mood) == (f"phiward: {title}", mood)


def test_a_message_reads() -> None:
    dark = item(event="unassessed", name="kms.ListKeys", message="AccessDenied; allow kms:ListKeys", rule="", count=3)
    told = render(notice(item(), dark, complete=False, unowned=2, scans=("s1", "s2")))
    assert told.body == (
        "New (1)\n"
        "- high, phi us-east-1, web: open [sg_no_ssh ffffffffffff]\n"
        "\nCould not be assessed (3)\n"
        "- high, phi us-east-1, kms.ListKeys: AccessDenied; allow kms:ListKeys (3 checks)\n"
        "\nOf 2 things the tags could not be learned, so nobody knows whose they are; the report names them.\n"
        "\n2 scans, the last s2 as of 2026-11-21 02:00 UTC, 1 account; not complete: see the report for what was not "
        "answered\n"
        "Look closer: phiward report --scan s2; phiward explain FINGERPRINT\n"
        "\nSeals (phiward verify --head HASH)\n"
        f"phi {'ab' * 32}\n"
    )


def test_plain_text_stays_as_it_is() -> None:
    text = "arn:aws:kms:us-east-1:111122223333:key/1 (ünïcode, a_b*c) [x]"
    assert plain(text) == text
