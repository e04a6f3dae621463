"""Reads a PDF of ours that comes back: what it carries, what its pages say, whether both are as they were written."""

from __future__ import annotations

import hashlib
import io
import logging
import zlib
from collections import Counter
from typing import TYPE_CHECKING, Any

from reports.attachments import COVERAGE_CSV, FINDINGS_CSV, FINDINGS_JSON
from reports.extras import needed
from reports.printing import Attached, identifier
from reports.words import clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

WANTED = (COVERAGE_CSV, FINDINGS_CSV, FINDINGS_JSON)
BROKEN = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError, OSError, zlib.error)
"""What pypdf raises, besides its own errors, over a file that is damaged."""


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
        pypdf = needed("pypdf", "a PDF's check", "pypdf", "pdf")
        self._broken = (*BROKEN, pypdf.errors.PyPdfError)
        logging.getLogger("pypdf").addHandler(logging.NullHandler())
        if not data.startswith(b"%PDF-"):
            raise UnreadableError("this is no PDF")
        try:
            self._reader = pypdf.PdfReader(io.BytesIO(data))
            if not self._reader.is_encrypted:
                self._carried = list(_carried(self._reader))
                self.pages = len(self._reader.pages)
                self.author = str((self._reader.metadata or {}).get("/Author", ""))
                self.signed = _is_signed(self._reader)
        except self._broken as error:
            raise UnreadableError(f"it is damaged: {clean(str(error)) or type(error).__name__}") from error
        if self._reader.is_encrypted:
            raise UnreadableError("it is encrypted, which no report of phiward is")
        self.files: Mapping[str, bytes] = {name: text for name, text, _ in self._carried if text is not None}

    def text(self, page: int) -> str:
        """Give what a page says, without white space.

        Raises:
            UnreadableError: it cannot be read.
        """
        try:
            return "".join(self._reader.pages[page].extract_text().split())
        except self._broken as error:
            raise UnreadableError(f"page {page + 1} is damaged") from error

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
            return bytes(self._reader.trailer["/ID"][0].original_bytes) == identifier(files)
        except self._broken:
            return False

    def _unprinted(self) -> Iterator[str]:
        """Say which file's SHA-256 the pages do not print."""
        wanted = {name: hashlib.sha256(self.files[name]).hexdigest() for name in WANTED if name in self.files}
        try:
            for page in range(self.pages):
                if not wanted:
                    return
                said = self.text(page)
                wanted = {name: digest for name, digest in wanted.items() if digest not in said}
        except UnreadableError as error:
            yield str(error)
        for name in wanted:
            yield f"no page prints the SHA-256 of {name} as it is attached: page or file was exchanged"


def _carried(reader: Any) -> Iterator[tuple[str, bytes | None, bytes | None]]:
    """Give each file that is attached: its name, its bytes (None where damaged), the checksum that it should have."""
    tree = reader.root_object.get("/Names", {}).get_object().get("/EmbeddedFiles")
    for name, spec in _leaves(tree.get_object() if tree is not None else {}):
        stream = spec.get_object()["/EF"].get_object()["/F"].get_object()
        said = stream.get("/Params", {}).get_object().get("/CheckSum")
        try:
            text = bytes(stream.get_data())
        except Exception:  # noqa: BLE001  whatever a damaged stream brings up
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
