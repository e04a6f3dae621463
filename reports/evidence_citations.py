"""Reads a citation of the Security Rule as people write it, and says which standards and specifications it takes in."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

import msgspec

from scanner.engine.citations import SECTIONS, citations

if TYPE_CHECKING:
    from collections.abc import Iterable

NEAREST = 4
_BEFORE = re.compile(
    r"^\s*(?:45\b)?[\s,]*(?:c\.?\s?f\.?\s?r\.?)?[\s,]*(?:part\s+164\b[\s,]*)?(?:§+|sections?|sec\.)?\s*", re.IGNORECASE
)
_SECTION = re.compile(r"164\.\d{3}")
_REST = re.compile(r"(?:[\s.-]*\(\s*[a-z0-9]+\s*\)|[.\s-]+[a-z0-9]+)*\s*")


class NoSuchCitationError(ValueError):
    """The Security Rule has no such citation: one clear line with the nearest ones."""


class Asked(msgspec.Struct, frozen=True):
    """A citation as the regulation writes it, and all that it takes in, itself included where it is one."""

    citation: str
    covers: tuple[str, ...]

    @property
    def slug(self) -> str:
        """The citation as part of a file's name: `164.312-a-2-iv`."""
        return "-".join(_words(self.citation))


def asked(text: str, also: Iterable[str] = ()) -> Asked:
    """Read a citation: with or without `45 CFR`, `§` and spaces, in any case, `164.312.a.2.iv` too.

    A standard takes in its implementation specifications, a paragraph all that stands below it. `also` are citations
    that rules give beside those of the regulation's list.

    Raises:
        NoSuchCitationError: there is none.
    """
    known = {_words(citation): citation for citation in (*citations(), *also)}
    wanted = _read(text)
    parents = {one.citation: one.parent for one in citations().values()}
    covers = {citation for words, citation in known.items() if wanted and words[: len(wanted)] == wanted}
    grown = True
    while grown:
        below = {citation for citation, parent in parents.items() if parent in covers} - covers
        covers |= below
        grown = bool(below)
    if not covers:
        raise NoSuchCitationError(_nearest(text, wanted, known))
    order = {citation: place for place, citation in enumerate(known.values())}
    name = known.get(wanted) or wanted[0] + "".join(f"({word})" for word in wanted[1:])
    return Asked(name, tuple(sorted(covers, key=order.__getitem__)))


def _words(citation: str) -> tuple[str, ...]:
    """Take a citation apart: `164.312(a)(2)(iv)` is `164.312 a 2 iv`."""
    section, _, rest = citation.partition("(")
    return (section.strip(), *re.findall(r"[a-z0-9]+", rest.lower()))


def _read(text: str) -> tuple[str, ...]:
    """Take apart what somebody wrote; nothing where it is no citation at all."""
    bare = _BEFORE.sub("", text).lower()
    section = _SECTION.match(bare)
    rest = bare[section.end() :] if section else ""
    return (section[0], *re.findall(r"[a-z0-9]+", rest)) if section and _REST.fullmatch(rest) else ()


def _nearest(text: str, wanted: tuple[str, ...], known: dict[tuple[str, ...], str]) -> str:
    said = " ".join(text.split())[:60]
    word = said.casefold()
    near = [one.citation for one in citations().values() if word and word in one.title.casefold()][:NEAREST]
    if wanted and wanted[0] in SECTIONS:
        form = wanted[0] + "".join(f"({word})" for word in wanted[1:])
        beside = [citation for words, citation in known.items() if words[:2] == wanted[:2]]
        near = get_close_matches(form, beside or known.values(), NEAREST, 0.4)
    return f"the Security Rule has no citation {said!r}; the nearest are {', '.join(near or SECTIONS)}"
