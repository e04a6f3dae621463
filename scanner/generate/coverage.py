"""The coverage page: 45 CFR citation by rule, founding document by section and rule, and what is judged otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.engine.citations import SECTIONS, Citation, citations, compiled
from scanner.generate.coverage_otherwise import not_shown, otherwise
from scanner.generate.founding import ORGANISATIONAL, founding_documents, links
from scanner.generate.markdown import page, plain, section, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scanner.model.rule import Rule

OPEN = "no rule yet"

INTRODUCTION = """Which rules speak to which standard or implementation specification of the HIPAA Security Rule
(45 CFR 164.308 to 164.316), and to which founding document.

A rule beside a citation gives evidence on it; it never settles the citation alone. *Required* and *addressable* are
the regulation's words (164.306(d)); addressable is not optional. *By public sources* are mappings that a public source
gives. *By phiward's own mapping (unreviewed)* are the project's own, neither AWS's nor HHS's. *Organisational* is what
no AWS API can decide: policies, training, contracts, buildings. The founding documents stand section by section, the
guide page by page; what they recommend is said in phiward's words."""


def coverage_page(rules: Mapping[str, type[Rule]]) -> str:
    """Write the coverage matrix."""
    known = list(citations().values())
    parts = [
        section(f"{number} {title}", _matrix([one for one in known if one.section == number], rules), level=3)
        for number, title in SECTIONS.items()
    ]
    return page(
        "Coverage",
        INTRODUCTION,
        section("45 CFR 164, Subpart C", f"List compiled {compiled()}.", _counts(known, rules), *parts),
        section("Founding documents", *founding_documents(rules)),
        *otherwise(rules, not_shown()),
    )


def carried(rules: Mapping[str, type[Rule]], column: str, citation: str) -> list[str]:
    """Give the rules that cite a citation in `hipaa` or in `hipaa_proposed`."""
    return [rule.id for rule in rules.values() if citation in getattr(rule, column)]


def _counts(known: list[Citation], rules: Mapping[str, type[Rule]]) -> str:
    public = {name for rule in rules.values() for name in rule.hipaa}
    own = {name for rule in rules.values() for name in rule.hipaa_proposed}
    found = [
        ("rules", len(rules)),
        ("citations", len(known)),
        ("with a rule by public sources", len(public)),
        ("with a rule by phiward's own mapping (unreviewed) alone", len(own - public)),
        (ORGANISATIONAL, sum(one.organisational and one.citation not in public | own for one in known)),
        (OPEN, sum(not one.organisational and one.citation not in public | own for one in known)),
    ]
    return table(("", "count"), [(name, str(count)) for name, count in found])


def _matrix(known: Iterable[Citation], rules: Mapping[str, type[Rule]]) -> str:
    head = ("45 CFR", "title", "", "by public sources", "by phiward's own mapping (unreviewed)")
    return table(head, (_row(one, rules) for one in known))


def _row(one: Citation, rules: Mapping[str, type[Rule]]) -> tuple[str, ...]:
    public, own = (links(carried(rules, column, one.citation)) for column in ("hipaa", "hipaa_proposed"))
    nothing = ORGANISATIONAL if one.organisational else OPEN
    kind = "standard, required" if one.note.startswith("required") else one.kind
    return one.citation, plain(one.title), kind, public or ("" if own else nothing), own
