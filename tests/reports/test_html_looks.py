"""How the HTML report looks and what it is without eyes, without room and without a script."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.reports.browser import Scheme, Visits, in_a_browser
from tests.reports.factory import NASTY
from tests.reports.html_sample import page as rendered
from tests.reports.html_sample import resource_of, turn, whole
from tests.reports.test_html import contrast

if TYPE_CHECKING:
    from reports.view import ReportData

pytestmark = in_a_browser
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
VIEWS = ("summary", "findings", "drift", "vpn", "matrix", "rules", "gaps", "method")


@pytest.fixture(scope="module")
def data() -> ReportData:
    return whole()


@pytest.fixture(scope="module")
def text() -> str:
    return rendered()


def test_parts_have_names_and_one_of_the_sections_is_the_current_one(visit: Visits, text: str) -> None:
    page = visit(text)
    for view in VIEWS:
        page.click(f"nav.bar a[href='#{view}']")
        page.wait_for_selector(f"section#{view}.on")
        assert page.locator("nav.bar a[aria-current=page]").count() == 1
        assert page.locator("main > section.on").count() == (2 if view == "summary" else 1)
        assert page.get_by_role("heading", level=2).count() >= 1
    bare = page.evaluate(
        "[...document.querySelectorAll('input, select, button, a, svg[role=img]')].filter((each) => !(each.labels && "
        "each.labels.length) && !each.textContent.trim() && !each.getAttribute('aria-label')).map((e) => e.outerHTML)"
    )
    assert bare == []


def test_a_narrow_screen_needs_no_sideways_scrolling_and_words_stand_out_in_light_and_dark(
    visit: Visits, text: str, data: ReportData
) -> None:
    page = visit(text, width=400, scheme="dark")
    long = next(each for each in data.findings if each.name == NASTY[-1])
    grounds = set()
    for place in (*(f"#{view}" for view in VIEWS), resource_of(long), "#rule-kms_key_rotation"):
        turn(page, place)
        assert page.evaluate("document.documentElement.scrollWidth") <= 400, place
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            pairs = page.evaluate(PAIRS)
            assert [pair for pair in pairs if contrast(*pair) < 4.5] == [], (place, scheme)
            grounds |= {ground for _, ground in pairs}
    assert len(grounds) >= 4


# The colour of every shown text, and of the ground that it stands on.
PAIRS = """() => {
  const pair = (n) => Number(n).toString(16).padStart(2, "0");
  const hex = (colour) => "#" + colour.match(/\\d+/g).slice(0, 3).map(pair).join("");
  const clear = (colour) => /, 0\\)$/.test(colour) || colour === "transparent";
  const found = new Set();
  for (const each of document.querySelectorAll("body *")) {
    if (each.closest("svg, script, noscript, [disabled], option") || !each.checkVisibility()) continue;
    if (![...each.childNodes].some((child) => child.nodeType === 3 && child.data.trim())) continue;
    let ground = each;
    while (ground && clear(getComputedStyle(ground).backgroundColor)) ground = ground.parentElement;
    found.add(hex(getComputedStyle(each).color) + " " + hex(getComputedStyle(ground).backgroundColor));
  }
  return [...found].map((pair) => pair.split(" "));
}"""


def test_without_a_script_all_sections_can_be_read(visit: Visits, text: str) -> None:
    page = visit(text, script=False)
    assert page.locator("#findings noscript table tr").count() > 20
    assert page.is_visible("#summary .score")
    assert page.is_visible("#matrix")
    assert not page.is_visible("#finder")
    assert not page.is_visible("#resource")
