"""The list of the Security Rule's standards and specifications holds together."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from scanner.engine.citations import SECTIONS, citations, compiled, is_addressable

CATALOGUE = Path(__file__).resolve().parents[3] / "shared" / "catalogue" / "hipaa.csv"


def test_every_citation_has_its_place() -> None:
    for name, one in citations().items():
        assert name == one.citation
        assert re.fullmatch(r"164\.3(08|10|12|14|16)(\([a-zA-Z0-9]+\))+", name)
        assert one.section in SECTIONS
        assert one.title
        parent = citations().get(one.parent)
        if one.kind == "standard":
            assert one.parent == one.section
        else:
            assert parent is not None
            assert parent.section == one.section


def test_the_kinds_are_those_of_the_regulation() -> None:
    by_kind = [one.kind for one in citations().values()]
    technical = {one.citation: one.kind for one in citations().values() if one.section == "164.312"}
    assert {kind: by_kind.count(kind) for kind in set(by_kind)} == {"standard": 23, "required": 25, "addressable": 22}
    assert technical == {
        "164.312(a)(1)": "standard",
        "164.312(a)(2)(i)": "required",
        "164.312(a)(2)(ii)": "required",
        "164.312(a)(2)(iii)": "addressable",
        "164.312(a)(2)(iv)": "addressable",
        "164.312(b)": "standard",
        "164.312(c)(1)": "standard",
        "164.312(c)(2)": "addressable",
        "164.312(d)": "standard",
        "164.312(e)(1)": "standard",
        "164.312(e)(2)(i)": "addressable",
        "164.312(e)(2)(ii)": "addressable",
    }


def test_addressable_is_asked_by_citation() -> None:
    assert is_addressable("164.312(a)(2)(iv)")
    assert not is_addressable("164.312(b)")
    with pytest.raises(KeyError):
        is_addressable("164.999")


def test_the_list_says_its_date() -> None:
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", compiled())


@pytest.mark.skipif(not CATALOGUE.is_file(), reason="the catalogue is not beside this checkout")
def test_the_list_is_the_catalogues() -> None:
    kinds = {"standard": "standard", "R": "required", "A": "addressable"}
    with CATALOGUE.open(encoding="utf-8", newline="") as file:
        rows = [tuple(row.values()) for row in csv.DictReader(file)]
    ours = [(one.citation, one.title, one.kind, one.parent, one.note) for one in citations().values()]
    assert ours == [(name, title, kinds[kind], parent, note) for name, title, kind, parent, note in rows]
