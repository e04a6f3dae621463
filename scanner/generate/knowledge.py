"""What the project knows of its sources and no declaration can say, as data: see `scanner/generate/data`."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

import msgspec

DATA = ("scanner.generate", "data")


class JudgedOn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rules that judge other types of resource than the catalogue names; several are joined by `;`."""

    rules: tuple[str, ...]
    resource: str
    reason: str


class Undecided(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of a catalogue's row that no API decides, though the rule judges the rest."""

    rule: str
    half: str
    reason: str


class Catalogue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is judged otherwise than the catalogue's rows say."""

    judged_on: tuple[JudgedOn, ...]
    undecided: tuple[Undecided, ...]


class Said(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A recommendation in our own words, and why no rule carries it."""

    what: str
    why: str


class Page(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A printed page of the guide.

    `organisational` holds recommendations that no API decides, `left` those that one could decide and no rule does;
    `nothing` says why a page without any of these, and without rules, has none.
    """

    subject: str
    organisational: tuple[Said, ...] = ()
    left: tuple[Said, ...] = ()
    nothing: str = ""


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A section of a founding document without printed pages, with the rules that carry it."""

    title: str
    rules: tuple[str, ...] = ()
    organisational: tuple[Said, ...] = ()
    left: tuple[Said, ...] = ()
    nothing: str = ""


@cache
def catalogue() -> Catalogue:
    """Give what is judged otherwise than the catalogue's rows say."""
    return msgspec.convert(_read("catalogue.toml"), Catalogue)


@cache
def guide() -> dict[int, Page]:
    """Give the pages of the guide by their printed number."""
    pages = msgspec.convert(_read("guide.toml")["page"], dict[str, Page])
    return {int(number): page for number, page in pages.items()}


@cache
def founding() -> dict[str, tuple[Section, ...]]:
    """Give the sections of the other founding documents, by the document's letter."""
    return msgspec.convert(_read("founding.toml"), dict[str, tuple[Section, ...]])


def _read(name: str) -> dict[str, object]:
    package, folder = DATA
    return tomllib.loads(resources.files(package).joinpath(folder, name).read_text(encoding="utf-8"))
