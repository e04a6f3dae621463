"""Reads a PDF of ours that comes back: what it carries, what its pages say, whether both are as they were written."""

from __future__ import annotations

import hashlib
import io
import logging
import zlib
from collections import Counter
from typing import TYPE_CHECKING, Any

from reports.attachments import COVERAGE_CSV, FINDINGS_CSV, FINDINGS_JSON
from reports.extras import brought
from reports.printing import Attached, identifier
from reports.words import clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

WANTED = (COVERAGE_CSV, FINDINGS_CSV, FINDINGS_JSON)
BROKEN = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError, OSError, zlib.error)
"""What pypdf raises, besides its own errors, over a file that is damaged."""

LARGEST = 1 << 30
"""How many bytes one part of a PDF may unpack to; pypdf's own limit is less than the findings of a large scan take."""


class UnreadableError(ValueError):
    """This is no PDF that can be read; the message says why."""


class Opened:
    """A PDF that was read; `files` are those attached, by name, `author` says which phiward made it."""

    def __init__(self, data: bytes) -> None:
        """Read it.

        Raises:
            UnreadableError: it is no PDF, damaged beyond reading, or encrypted.
            ExtraError: pypdf is missing.
        """
        pypdf = brought("pypdf", "to check a PDF needs", "pypdf", "pdf")
        self._broken = (*BROKEN, pypdf.errors.PyPdfError)
        logging.getLogger("pypdf").addHandler(logging.NullHandler())
        limits = {"zlib_maximum_output_length": LARGEST, "maximum_declared_stream_length": LARGEST}
        self.data = data
        if not data.startswith(b"%PDF-"):
            raise UnreadableError("this is no PDF")
        try:
            with pypdf.apply_configuration(**limits):
                self.reader = pypdf.PdfReader(io.BytesIO(data))
                self._carried = [] if self.reader.is_encrypted else list(_carried(self.reader, self._broken))
            if not self.reader.is_encrypted:
                self.pages = len(self.reader.pages)
                self.author = str((self.reader.metadata or {}).get("/Author", ""))
                self.signed = _is_signed(self.reader)
        except self._broken as error:
            raise UnreadableError(f"it is damaged: {clean(str(error)) or type(error).__name__}") from error
        if self.reader.is_encrypted:
            raise UnreadableError("it is encrypted, which no report of phiward is")
        self.files: Mapping[str, bytes] = {name: text for name, text, _ in self._carried if text is not None}

    def text(self, page: int) -> str:
        """Give what a page says, without white space.

        Raises:
            UnreadableError: it cannot be read.
        """
        try:
            return "".join(self.reader.pages[page].extract_text().split())
        except self._broken as error:
            raise UnreadableError(f"page {page + 1} is damaged") from error

    def only_signed(self, drawn: bytes) -> bool:
        """Say whether this is the PDF `drawn` to the byte, and after it nothing but a signature that shows nothing."""
        before = Opened(drawn).reader
        try:
            root, page = before.trailer.raw_get("/Root").idnum, before.pages[0].indirect_reference.idnum
            return (
                self.data.startswith(drawn)
                and _moved(before, self.reader) <= {root, page}
                and _same(before.root_object, self.reader.root_object, {"/AcroForm", "/Perms"})
                and _same(before.pages[0], self.reader.pages[0], {"/Annots"})
                and _adds_a_signature(before.pages[0], self.reader.pages[0])
            )
        except self._broken:
            return False

    def problems(self) -> Iterator[str]:
        """Say what the file itself shows: what is missing, twice there, exchanged or damaged."""
        counted = Counter(name for name, _, _ in self._carried)
        for name in WANTED:
            if counted[name] != 1:
                yield f"{name} is attached {counted[name]} times" if counted[name] else f"{name} is not attached"
        for name in sorted(counted.keys() - set(WANTED)):
            yield f"{clean(name)} is attached, which phiward attaches to no report"
        for name, text, said in self._carried:
            if text is None:
                yield f"{clean(name)} is damaged"
            elif said is not None and hashlib.md5(text, usedforsecurity=False).digest() != said:
                yield f"{clean(name)} is not as it was attached: its checksum is another"
        if self.files.keys() >= set(WANTED) and not self._is_named():
            yield "the identifier of the file is not that of what is attached: one of the two was exchanged"
        yield from self._unprinted()

    def _is_named(self) -> bool:
        files = [Attached(name, "", self.files[name]) for name in WANTED]
        try:
            return bytes(self.reader.trailer["/ID"][0].original_bytes) == identifier(files)
        except self._broken:
            return False

    def _unprinted(self) -> Iterator[str]:
        """Say which file's SHA-256 the pages do not print."""
        wanted = {name: hashlib.sha256(self.files[name]).hexdigest() for name in WANTED if name in self.files}
        try:
            for page in reversed(range(self.pages)):
                if not wanted:
                    return
                said = self.text(page)
                wanted = {name: digest for name, digest in wanted.items() if digest not in said}
        except UnreadableError as error:
            yield str(error)
        for name in wanted:
            yield f"no page prints the SHA-256 of {name} as it is attached: page or file was exchanged"


def _carried(reader: Any, broken: tuple[type[Exception], ...]) -> Iterator[tuple[str, bytes | None, bytes | None]]:
    """Give each file that is attached: its name, its bytes (None where damaged), the checksum that it should have."""
    tree = reader.root_object.get("/Names", {}).get_object().get("/EmbeddedFiles")
    for name, spec in _leaves(tree.get_object() if tree is not None else {}):
        stream = spec.get_object()["/EF"].get_object()["/F"].get_object()
        said = stream.get("/Params", {}).get_object().get("/CheckSum")
        try:
            text = bytes(stream.get_data())
        except broken:
            text = None
        yield str(name), text, bytes(said.original_bytes) if said is not None else None


def _leaves(node: Any) -> Iterator[tuple[Any, Any]]:
    names: Sequence[Any] = node.get("/Names", [])
    yield from zip(names[::2], names[1::2], strict=True)
    for kid in node.get("/Kids", []):
        yield from _leaves(kid.get_object())


def _is_signed(reader: Any) -> bool:
    fields = reader.get_fields() or {}
    return any(field.get("/FT") == "/Sig" and field.get("/V") is not None for field in fields.values())


def _moved(before: Any, after: Any) -> set[int]:
    """Give the numbers of the objects that an update wrote anew."""
    places = [
        {(generation, number): place for generation, known in reader.xref.items() for number, place in known.items()}
        | {(0, number): place for number, place in reader.xref_objStm.items()}
        for reader in (before, after)
    ]
    return {number for (generation, number), place in places[0].items() if places[1].get((generation, number)) != place}


def _same(before: Any, after: Any, leave_out: set[str]) -> bool:
    keys = before.keys() | after.keys()
    return all(key in leave_out or _raw(before, key) == _raw(after, key) for key in keys)


def _raw(given: Any, key: str) -> bytes:
    out = io.BytesIO()
    if key in given:
        given.raw_get(key).write_to_stream(out)
    return out.getvalue()


def _adds_a_signature(before: Any, after: Any) -> bool:
    """Say whether a page has the notes that it had, and after them one of no size."""
    had, has = (list(page.get("/Annots", [])) for page in (before, after))
    if [str(each) for each in had] != [str(each) for each in has[: len(had)]] or len(has) != len(had) + 1:
        return False
    added = has[-1].get_object()
    return added["/Subtype"] == "/Widget" and added["/FT"] == "/Sig" and not any(map(float, added["/Rect"]))
