"""The lists that CloudFormation's schemas call ordered or sets, held against what the tables of drift say of them."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any

import pytest

from scanner.engine.registry import kinds
from scanner.kinds.canon import tables

SCHEMA = tomllib.loads(files("scanner.kinds").joinpath("data/schema.toml").read_text("utf-8"))
TYPES = [pytest.param(name, held, id=name) for name, held in SCHEMA["types"].items()]


def overridden(held: dict[str, Any], compared: str) -> set[str]:
    """Name the lists of which an override says how they are compared."""
    return {path for each in held.get("overrides", ()) if each["compared"] == compared for path in each["lists"]}


def ordered_here(name: str, held: dict[str, Any], path: str) -> bool:
    """Say whether our table keeps the order of a list, which lies under its own name in some section."""
    ours = {text.casefold() for text in tables()[name].ordered}
    place = held.get("answers", {}).get(path)
    if place is not None:
        return place.casefold() in ours
    return any(text.endswith(f".{path.casefold()}") for text in ours)


def test_it_is_dated_and_of_known_kinds() -> None:
    assert SCHEMA["as_of"]
    assert set(SCHEMA["types"]) <= set(kinds())


@pytest.mark.parametrize(("name", "held"), TYPES)
def test_ordered_lists_are_ordered_or_there_is_a_reason(name: str, held: dict[str, Any]) -> None:
    ours = {path for path in held["ordered"] if ordered_here(name, held, path)}
    assert set(held["ordered"]) - ours == overridden(held, "set")


@pytest.mark.parametrize(("name", "held"), TYPES)
def test_sets_are_sets_or_there_is_a_reason(name: str, held: dict[str, Any]) -> None:
    ours = {path for path in held["sets"] if ordered_here(name, held, path)}
    assert ours == overridden(held, "ordered")


@pytest.mark.parametrize(("name", "held"), TYPES)
def test_overrides_are_of_lists_that_there_are(name: str, held: dict[str, Any]) -> None:
    for each in held.get("overrides", ()):
        assert each["compared"] in {"set", "ordered"}, name
        assert len(each["reason"].split()) > 2
        assert set(each["lists"]) <= set(held["ordered" if each["compared"] == "set" else "sets"])
    assert not set(held["ordered"]) & set(held["sets"])


@pytest.mark.parametrize(("name", "held"), TYPES)
def test_what_aws_writes_is_never_ordered(name: str, held: dict[str, Any]) -> None:
    assert not [path for path in held["read_only"] if ordered_here(name, held, path)]
