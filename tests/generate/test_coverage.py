"""The coverage page's own knowledge: every founding rule has its section, every page its say, every id is one."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from scanner.engine.registry import rules
from scanner.generate.coverage_otherwise import MERGED, not_shown, otherwise
from scanner.generate.founding import judging
from scanner.generate.knowledge import Page, Section, catalogue, founding, guide
from scanner.model.source import EcsGuide, FoundingSource

CATALOGUE = Path(__file__).resolve().parents[3] / "shared" / "catalogue" / "catalogue.csv"
LAST_PAGE = 74
PLAIN_DOCUMENTS = [one for one in FoundingSource.__subclasses__() if one is not EcsGuide]
MERGED_ROWS = {alias.removeprefix(MERGED) for rule in rules().values() for alias in rule.aliases if MERGED in alias}


def rows() -> dict[str, list[str]]:
    """The catalogue's keys and the places in founding documents that each cites, where it lies beside the checkout."""
    if not CATALOGUE.is_file():
        return {}
    with CATALOGUE.open(encoding="utf-8", newline="") as file:
        return {row["key"]: row["founding_source"].split(";") for row in csv.DictReader(file)}


CITED = {f"{one.code}{getattr(one, 'page', '')}" for rule in rules().values() for one in rule.sources}
CITED |= {one for cited in rows().values() for one in cited}
PLACES: list[tuple[str, Page | Section, bool]] = [
    *((f"page {number}", page, f"G{number}" in CITED) for number, page in guide().items()),
    *((f"{code}: {one.title}", one, bool(one.rules)) for code, sections in founding().items() for one in sections),
]


def of_page(text: str, title: str) -> str:
    return text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_the_guide_stands_page_by_page() -> None:
    assert list(guide()) == list(range(1, LAST_PAGE + 1))
    cited = {one.page for rule in rules().values() for one in rule.sources if isinstance(one, EcsGuide)}
    assert cited <= set(guide())


@pytest.mark.parametrize("document", PLAIN_DOCUMENTS, ids=lambda one: one.code)
def test_every_founding_rule_of_a_document_stands_in_a_section(document: type[FoundingSource]) -> None:
    carried = set(judging((name for one in founding()[document.code] for name in one.rules), rules()))
    cite = {rule.id for rule in rules().values() if any(type(one) is document for one in rule.sources)}
    assert cite - carried == set(), "give each a section in founding.toml"
    assert carried & set(rules()) - cite == set(), "a section names rules that do not cite the document"


def test_every_id_is_a_rule_or_a_row_that_is_not_judged_yet() -> None:
    named = {name for sections in founding().values() for one in sections for name in one.rules}
    named |= {name for one in catalogue().judged_on for name in one.rules} | {one.rule for one in catalogue().undecided}
    assert named - set(rules()) - MERGED_ROWS - set(rows()) == set()


@pytest.mark.parametrize(("place", "has_rules"), [pytest.param(one, has, id=name) for name, one, has in PLACES])
def test_a_place_has_something_to_say_or_says_why_not(place: Page | Section, *, has_rules: bool) -> None:
    assert bool(place.nothing) != bool(has_rules or place.organisational or place.left)
    for said in (*place.organisational, *place.left):
        assert said.what
        assert said.why
        assert not said.what.endswith(".")
        assert not said.why.endswith(".")


def test_no_rule_stands_twice_in_a_section_and_no_section_twice_in_a_document() -> None:
    for sections in founding().values():
        assert len({one.title for one in sections}) == len(sections)
        assert all(list(one.rules) == sorted(set(one.rules)) for one in sections)


def test_the_page_tells_every_page_and_section_and_what_no_rule_carries(made: dict[str, str]) -> None:
    said = of_page(made["docs/coverage.md"], "Founding documents")
    for number, page in guide().items():
        assert f"\n| {number} | {page.subject} | " in said
    for sections in founding().values():
        for one in sections:
            assert f"\n| {one.title} | " in said
    for _, place, _ in PLACES:
        assert all(f"{one.what} (*{one.why}*)" in said for one in (*place.organisational, *place.left))


def test_the_page_says_which_rows_are_judged_together(made: dict[str, str]) -> None:
    said = re.findall(
        r"^\| \[(\w+)\].* \| (.*) \|$", of_page(made["docs/coverage.md"], "Rows judged by one rule"), re.MULTILINE
    )
    assert {name for _, names in said for name in re.findall(r"`(\w+)`", names)} == MERGED_ROWS
    assert all(
        f"{MERGED}{name}" in rules()[one].aliases for one, names in said for name in re.findall(r"`(\w+)`", names)
    )


def test_the_page_says_what_no_api_decides_and_what_is_judged_elsewhere(made: dict[str, str]) -> None:
    undecided = of_page(made["docs/coverage.md"], "Rows no API can decide")
    for one in catalogue().undecided:
        assert f"| [{one.rule}](rules/{one.rule}.md) | {one.half} | {one.reason} |" in undecided
    elsewhere = of_page(made["docs/coverage.md"], "Judged on another resource than the catalogue names")
    for exception in catalogue().judged_on:
        where = ", ".join(f"`{one}`" for one in exception.resource.split(";"))
        for name in exception.rules:
            assert f"| [{name}](rules/{name}.md) | {where} | {exception.reason} |" in elsewhere


def test_what_is_judged_elsewhere_is_judged_there() -> None:
    for one in catalogue().judged_on:
        for name in one.rules:
            assert one.resource == ";".join(kind.cfn for kind in rules()[name].judged())


def test_the_page_says_what_the_demo_does_not_show(made: dict[str, str]) -> None:
    unseen = not_shown()
    assert set(unseen) <= set(rules())
    assert ("\n## Not shown in the demo\n" in made["docs/coverage.md"]) == bool(unseen)
    first = next(iter(rules()))
    (told,) = (text for text in otherwise(rules(), {first: "it *cannot* be made"}) if "in the demo" in text)
    assert told.endswith(f"| [{first}](rules/{first}.md) | it \\*cannot\\* be made |")
