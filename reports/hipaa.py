"""The standards and implementation specifications of the HIPAA Security Rule, as data."""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib import resources

import msgspec

KINDS = {"standard": "standard", "R": "required", "A": "addressable"}
SECTIONS = {
    "164.308": "Administrative safeguards",
    "164.310": "Physical safeguards",
    "164.312": "Technical safeguards",
    "164.314": "Organizational requirements",
    "164.316": "Policies and procedures and documentation requirements",
}


class Standard(msgspec.Struct, frozen=True):
    """A standard or implementation specification of 45 CFR 164.308 to 164.316.

    `kind` is `standard`, `required` or `addressable`; `organisational` says that no AWS API can decide it.
    """

    citation: str
    title: str
    kind: str
    parent: str = ""
    note: str = ""
    organisational: bool = False

    @property
    def section(self) -> str:
        """The section of the regulation, `164.312`."""
        return self.citation.partition("(")[0]


@cache
def standards() -> tuple[Standard, ...]:
    """Give all standards and specifications, in the order of the regulation."""
    return tuple(
        Standard(
            row["citation"],
            row["title"],
            KINDS[row["kind"]],
            row["parent"],
            row["note"],
            row["organisational"] == "yes",
        )
        for row in csv.DictReader(line for line in _lines() if not line.startswith("#"))
    )


@cache
def compiled() -> str:
    """Give the date of the list, `2026-11-21`."""
    found = re.search(r"Compiled (\d{4}-\d\d-\d\d)", "\n".join(_lines()))
    return found[1] if found else "unknown"


def _lines() -> list[str]:
    return (resources.files("reports") / "data" / "hipaa.csv").read_text(encoding="utf-8").splitlines()
