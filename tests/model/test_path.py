from __future__ import annotations

from typing import Any

import pytest

from scanner.model.path import MISSING, getter, split, steps

DOC: dict[str, Any] = {
    "Name": "web",
    "Nothing": None,
    "Off": False,
    "Inner": {"Deep": {"Leaf": 1}},
    "Tags": [{"Key": "role", "Value": "bastion"}, {"Key": "aws:x", "Value": "y"}],
    "Groups": [{"Ids": ["a", "b"]}, {"Ids": ["c"]}, {"Other": 1}, {"Ids": []}],
    "Rows": [{"Cells": [{"V": 1}, {"W": 2}]}, {"Cells": [{"V": 3}]}],
    "Empty": [],
    "Numbers": [7, 8],
}

FOUND: list[tuple[str, Any]] = [
    ("", DOC),
    ("Name", "web"),
    ("Nothing", None),
    ("Off", False),
    ("Inner.Deep.Leaf", 1),
    ("Tags[Key=role].Value", "bastion"),
    ("Tags[Key=aws:x].Value", "y"),
    ("Tags[].Key", ["role", "aws:x"]),
    ("Tags[0].Key", "role"),
    ("Numbers[1]", 8),
    ("Numbers[]", [7, 8]),
    ("Groups[].Ids", [["a", "b"], ["c"], []]),
    ("Groups[].Ids[]", ["a", "b", "c"]),
    ("Rows[].Cells[].V", [1, 3]),
    ("Empty[]", []),
    ("Empty[].Key", []),
    ("Tags[].Nothing", []),
]


@pytest.mark.parametrize(("path", "wanted"), FOUND)
def test_a_path_yields(path: str, wanted: Any) -> None:
    assert getter(path)(DOC) == wanted


@pytest.mark.parametrize(
    "path",
    [
        "Other",
        "Name.Deep",
        "Nothing.Deep",
        "Inner.Other.Leaf",
        "Inner[].Leaf",
        "Inner[0]",
        "Numbers[2]",
        "Empty[0].Key",
        "Tags[Key=none].Value",
        "Numbers[Key=x]",
        "Tags[0].Nothing",
        "Name[]",
    ],
)
def test_a_path_leads_to_nothing(path: str) -> None:
    assert getter(path)(DOC) is MISSING


@pytest.mark.parametrize("document", [None, "text", 3, [], [{"Name": "x"}]])
def test_a_member_of_what_has_none_is_missing(document: Any) -> None:
    assert getter("Name")(document) is MISSING
    assert getter("Name.Deep")(document) is MISSING


def test_missing_is_false_and_not_none() -> None:
    assert not MISSING
    assert repr(MISSING) == "MISSING"


@pytest.mark.parametrize("path", ["a[", "a]b", "a[]]", "a[-1]", "a[Key]", "a..b"])
def test_a_text_that_is_no_path_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="is no path"):
        steps(path)


def test_a_section_and_the_rest() -> None:
    assert split("box.State.Name") == ("box", "State.Name")
    assert split("labels") == ("labels", "")
    assert split("texts[].Name") == ("texts", "[].Name")
    with pytest.raises(ValueError, match="names no section"):
        split("[0].x")
