"""The report as one HTML file that needs nothing else: no network, no server; it works from a disk."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

from markupsafe import Markup

from reports.figures import figures
from reports.html_charts import timeline, vpn_bars
from reports.html_overview import news, risks, top
from reports.html_payload import packed
from reports.pages import context, environment, resource

if TYPE_CHECKING:
    from reports.view import ReportData

CLOSED = "base-uri 'none'; form-action 'none'"
STYLES = ("report.css", "trend.css", "report.pages.css")
SCRIPTS = ("base", "filters", "list", "detail", "pages", "drift", "start")
MARK = 'document.documentElement.className = "js";'
"""Runs before anything is drawn: what is shown one part at a time must not flash up whole."""


def render(data: ReportData) -> str:
    """Give the page; scripts and styles run by their hashes only, and nothing may be fetched."""
    style = "".join(resource(name) for name in STYLES)
    script = '"use strict";\n(() => {\n' + "\n".join(resource(f"report.{name}.js") for name in SCRIPTS) + "})();\n"
    counted = figures(data)
    held = packed(data, counted)
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            **context(data, counted),
            policy=policy(style, MARK, script),
            style=Markup(style),  # noqa: S704  our own file
            mark=Markup(MARK),  # noqa: S704  our own line
            script=Markup(script),  # noqa: S704  our own file
            index=Markup(held.index),  # noqa: S704  base64, as what follows
            details=Markup("\n".join(held.details)),  # noqa: S704  base64
            documents=Markup("\n".join(held.documents)),  # noqa: S704  base64
            risks=risks(data, counted),
            news=news(data),
            top=top(data),
            timeline=timeline(data.drift),
            vpn_bars=vpn_bars(data),
        )
    )


def policy(style: str, *scripts: str) -> str:
    """Give the page's Content Security Policy: this style and these scripts, and nothing from anywhere."""
    allowed = " ".join(_hash(script) for script in scripts)
    return f"default-src 'none'; style-src {_hash(style)}; script-src {allowed}; {CLOSED}"


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
