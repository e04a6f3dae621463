"""The founding documents on the coverage page: section by section, the guide page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.generate.knowledge import founding, guide
from scanner.generate.markdown import code, plain, plural, section, table
from scanner.model.source import EcsGuide, FoundingSource

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from scanner.generate.knowledge import Page, Said, Section
    from scanner.model.rule import Rule

ORGANISATIONAL = "organisational"
COLUMNS = ("rules", ORGANISATIONAL, "left without a rule")


def founding_documents(rules: Mapping[str, type[Rule]]) -> Iterator[str]:
    """Write a section for each founding document, the guide first."""
    documents = FoundingSource.__subclasses__()
    for document in sorted(documents, key=lambda one: (one is not EcsGuide, one.document)):
        count = sum(any(type(one) is document for one in rule.sources) for rule in rules.values())
        pack = f"{document.code}, pack {code(document.pack)}: {plural(count, 'rule')}."
        yield section(document.document, pack, _places(document, rules), level=3)


def links(names: Iterable[str]) -> str:
    """Link to the pages of rules."""
    return ", ".join(f"[{name}](rules/{name}.md)" for name in names)


def judging(names: Iterable[str], rules: Mapping[str, type[Rule]]) -> Iterator[str]:
    """Give the rules that judge rows of the catalogue, each once; a row without a rule stands as it is."""
    merged = {alias: rule.id for rule in rules.values() for alias in rule.aliases}
    yield from dict.fromkeys(merged.get(f"phiward:{name}", name) for name in names)


def _places(document: type[FoundingSource], rules: Mapping[str, type[Rule]]) -> str:
    if document is EcsGuide:
        rows = ((str(number), plain(page.subject), *_page(number, page, rules)) for number, page in guide().items())
        return table(("page", "subject", *COLUMNS), rows)
    return table(
        ("section", *COLUMNS), ((plain(one.title), *_section(one, rules)) for one in founding()[document.code])
    )


def _page(number: int, page: Page, rules: Mapping[str, type[Rule]]) -> tuple[str, str, str]:
    return _cells(links(rule.id for rule in rules.values() if EcsGuide(number) in rule.sources), page)


def _section(one: Section, rules: Mapping[str, type[Rule]]) -> tuple[str, str, str]:
    known = [name for name in judging(one.rules, rules) if name in rules]
    absent = [f"{code(name)} (no rule yet)" for name in judging(one.rules, rules) if name not in rules]
    return _cells(", ".join([*([links(known)] if known else []), *absent]), one)


def _cells(linked: str, place: Page | Section) -> tuple[str, str, str]:
    return linked or (f"none: {place.nothing}" if place.nothing else ""), _said(place.organisational), _said(place.left)


def _said(recommendations: Iterable[Said]) -> str:
    return "<br>".join(f"{plain(one.what)} (*{plain(one.why)}*)" for one in recommendations)
