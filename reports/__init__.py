"""Pure renderings of findings, changes, coverage and trend."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, cast

if TYPE_CHECKING:
    from collections.abc import Callable

    from reports.view import ReportData


class Format(NamedTuple):
    """A form that a report can have: the module that renders it, its file name's ending, whether it is bytes."""

    module: str
    suffix: str
    binary: bool = False

    def render(self, data: ReportData) -> str | bytes:
        """Render a report; the module is loaded only now.

        Raises:
            reports.printing.PdfError: a PDF is asked for and what draws it is not installed.
            reports.extras.ExtraError: a form needs a library that is not installed.
        """
        renderer = cast("Callable[[ReportData], str | bytes]", import_module(self.module).render)
        return renderer(data)


FORMATS: dict[str, Format] = {
    "table": Format("reports.terminal", "txt"),
    "html": Format("reports.html", "html"),
    "pdf": Format("reports.pdf", "pdf", binary=True),
    "csv": Format("reports.csv_report", "csv"),
    "json": Format("reports.json_report", "json"),
    "markdown": Format("reports.markdown", "md"),
    "sarif": Format("reports.sarif", "sarif"),
    "junit": Format("reports.junit", "junit.xml"),
    "github": Format("reports.github", "github.txt"),
    "gitlab": Format("reports.gitlab", "codequality.json"),
    "ocsf": Format("reports.ocsf", "ocsf.json"),
    "asff": Format("reports.asff", "asff.json"),
    "oscal": Format("reports.oscal", "oscal.json"),
    "prometheus": Format("reports.prometheus", "prom"),
    "parquet": Format("reports.parquet", "parquet", binary=True),
}
