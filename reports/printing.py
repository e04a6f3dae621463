"""Prints a page as a PDF: profile PDF/A-3a, tagged, with files attached, the same bytes for the same page."""

from __future__ import annotations

import hashlib
import io
import warnings
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from reports.pages import resource

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MISSING_EXTRA = (
    "the PDF needs WeasyPrint, which is not installed: install phiward with its extra, `uv tool install 'phiward[pdf]'`"
)
MISSING_PANGO = (
    "the PDF needs Pango, which is not on this machine: on Debian or Ubuntu "
    "`apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core`"
)
STYLES = ("report.pdf.css", "trend.pdf.css")


class PdfError(RuntimeError):
    """What draws the PDF is not installed; the message says how to bring it."""


class Attached(NamedTuple):
    """A file that a PDF carries: what the pages tell, for programs."""

    name: str
    description: str
    text: bytes

    @property
    def digest(self) -> str:
        """Its SHA-256, in hexadecimal digits; the pages print it."""
        return hashlib.sha256(self.text).hexdigest()


def draw(page: str, moment: datetime, *attached: Attached) -> bytes:
    """Print a page of ours as PDF/A-3a with files attached; `moment` is that of its content.

    Raises:
        PdfError: WeasyPrint or Pango is missing.
    """
    weasyprint = _weasyprint()
    drawn = weasyprint.HTML(string=page, url_fetcher=_refuse)
    style = weasyprint.CSS(string="".join(map(resource, STYLES)), url_fetcher=_refuse)
    out = io.BytesIO()
    with warnings.catch_warnings(), _fonts_stamped(moment):
        # WeasyPrint leaves the file of its colour profile to the garbage collector.
        warnings.filterwarnings("ignore", "unclosed file .*sRGB2014", ResourceWarning)
        drawn.write_pdf(
            out,
            stylesheets=[style],
            attachments=[_attachment(weasyprint, each, moment) for each in sorted(attached)],
            pdf_variant="pdf/a-3a",
            pdf_identifier=identifier(attached),
            finisher=_finish,
        )
    return out.getvalue()


def identifier(attached: Sequence[Attached]) -> bytes:
    """Give the sixteen bytes that name the file: a digest of all that is attached."""
    names = "\n".join(f"{each.name} {each.digest}" for each in sorted(attached))
    return hashlib.sha256(names.encode()).digest()[:16]


def _attachment(weasyprint: Any, attached: Attached, moment: datetime) -> Any:
    return weasyprint.Attachment(
        string=attached.text,
        name=attached.name,
        description=attached.description,
        relationship="Data",
        created=moment.astimezone(UTC),
        modified=moment.astimezone(UTC),
    )


def _weasyprint() -> Any:
    try:
        import weasyprint
    except ImportError as error:
        raise PdfError(MISSING_EXTRA) from error
    except OSError as error:
        raise PdfError(MISSING_PANGO) from error
    return weasyprint


def _finish(_document: Any, made: Any) -> None:
    """Name each attachment once: WeasyPrint lists it twice among the associated files."""
    made.catalog["AF"][:] = list(dict.fromkeys(made.catalog["AF"]))


def _refuse(url: str, *_: Any, **__: Any) -> Any:
    raise ValueError(f"a report fetches nothing, not even {url}")


@contextmanager
def _fonts_stamped(moment: datetime) -> Iterator[None]:
    """Stamp fonts with the scan's moment, where HarfBuzz's subsetter is missing and fontTools would say now."""
    from fontTools.ttLib.tables import _h_e_a_d as head  # type: ignore[import-untyped]

    now = head.timestampNow
    seconds = int((moment - datetime(1904, 1, 1, tzinfo=UTC)).total_seconds())
    head.timestampNow = lambda: seconds
    try:
        yield
    finally:
        head.timestampNow = now
