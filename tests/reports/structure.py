"""Looks at the structure of a tagged PDF, as a reader for the blind does."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pikepdf

if TYPE_CHECKING:
    from collections.abc import Iterator

HEADINGS = ("H1", "H2", "H3", "H4", "H5", "H6")


def elements(node: Any) -> Iterator[Any]:
    """Go over the structure in reading order."""
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from elements(kid)


def tagged(document: pikepdf.Pdf, *names: str) -> list[Any]:
    """Give the elements of these types."""
    return [each for each in elements(document.Root.StructTreeRoot) if str(each.S)[1:] in names]


def problems(document: pikepdf.Pdf) -> Iterator[str]:
    """Say which heading is too deep, which figure is not told, which table or cell has no head."""
    if not document.Root.MarkInfo.Marked:
        yield "the document is not tagged"
    levels = [0, *(int(str(each.S)[2:]) for each in tagged(document, *HEADINGS))]
    yield from (f"H{after} after H{before}" for before, after in pairwise(levels) if after > before + 1)
    for each in tagged(document, "Figure"):
        if not str(each.get("/Alt", "")).strip():
            yield "a figure without an alternative text"
    for number, table in enumerate(tagged(document, "Table"), 1):
        cells = [each for each in elements(table) if str(each.S) in {"/TH", "/TD"}]
        heads = {str(each.ID) for each in cells if str(each.S) == "/TH"}
        for cell in cells:
            named = {str(each) for each in cell.A.get("/Headers", [])}
            if str(cell.S) == "/TD" and (not named or named - heads):
                yield f"table {number}: a cell without a head"
