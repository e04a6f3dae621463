"""The standards and implementation specifications of the HIPAA Security Rule, as data that every output cites."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Literal

import msgspec

CitationKind = Literal["standard", "required", "addressable"]
KINDS: dict[str, CitationKind] = {"standard": "standard", "R": "required", "A": "addressable"}
SECTIONS = {
    "164.308": "Administrative safeguards",
    "164.310": "Physical safeguards",
    "164.312": "Technical safeguards",
    "164.314": "Organizational requirements",
    "164.316": "Policies and procedures and documentation requirements",
}
_STANDARD = re.compile(r"(?:45 CFR )?(164\.308\(a\)\(\d+\)|164\.3\d\d\([a-z]\)|164\.3\d\d)")

_PARENTHESES = re.compile(r"\s*\([^()]*\)$")


class Citation(msgspec.Struct, frozen=True):
    """A standard or implementation specification of 45 CFR 164.308 to 164.316.

    `parent` is the citation of the standard that a specification belongs to, or the section of a standard.
    `organisational` says that no AWS API can decide it.
    """

    citation: str
    title: str
    kind: CitationKind
    parent: str = ""
    note: str = ""
    organisational: bool = False

    @property
    def section(self) -> str:
        """The section of the regulation, `164.312`."""
        return self.citation.partition("(")[0]


@cache
def citations() -> dict[str, Citation]:
    """Give all standards and specifications by their citation, in the order of the regulation."""
    found = (
        Citation(
            row["citation"],
            row["title"],
            KINDS[row["kind"]],
            row["parent"],
            row["note"],
            row["organisational"] == "yes",
        )
        for row in csv.DictReader(line for line in _lines() if not line.startswith("#"))
    )
    return {one.citation: one for one in found}


def standard_of(citation: str) -> str:
    """Give the paragraph that holds the standard of a citation; another text is its own.

    45 CFR 164.308(a) holds its standards one level deeper than the other sections.
    """
    match = _STANDARD.match(citation)
    return match.group(1) if match else citation


def heads(given: Iterable[Citation]) -> dict[str, Citation]:
    """Give the first standard of each paragraph, see `standard_of`, in the order given.

    Where a paragraph holds several, as 164.308(b) does, its title is without what sets that one apart, in parentheses.
    """
    found: dict[str, list[Citation]] = {}
    for each in given:
        if each.kind == "standard":
            found.setdefault(standard_of(each.citation), []).append(each)
    return {
        paragraph: msgspec.structs.replace(some[0], title=_PARENTHESES.sub("", some[0].title)) if some[1:] else some[0]
        for paragraph, some in found.items()
    }


def is_addressable(citation: str) -> bool:
    """Say whether a citation is an addressable specification (45 CFR 164.306(d)(3)), which is not an optional one.

    Raises:
        KeyError: the Security Rule has no such standard or specification.
    """
    return citations()[citation].kind == "addressable"


@cache
def compiled() -> str:
    """Give the date of the list, `2026-11-21`."""
    found = re.search(r"Compiled (\d{4}-\d\d-\d\d)", "\n".join(_lines()))
    return found[1] if found else "unknown"


def _lines() -> list[str]:
    return (resources.files("scanner.engine") / "data" / "hipaa.csv").read_text(encoding="utf-8").splitlines()
