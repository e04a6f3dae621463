"""One Chromium for all tests of pages: it may load the page from the disk and nothing else, and must not complain."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any, Literal

import pytest
import tinyhtml5  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from pathlib import Path
    from xml.etree.ElementTree import Element

    from playwright.sync_api import Browser, BrowserContext, Page, Request

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
in_a_browser = pytest.mark.skipif(CHROMIUM is None, reason="needs a Chromium: apt install chromium")
Scheme = Literal["light", "dark"]
READY = "html[data-ready]"


def parse(text: str) -> Element:
    """Read a page as a browser does that runs no script."""
    tree: Element = tinyhtml5.parse(text, namespace_html_elements=False)
    return tree


def words(node: Element) -> str:
    """Give the words of an element."""
    return " ".join(" ".join(node.itertext()).split())


def running(tree: Element) -> int:
    """Count the scripts that run: others hold data."""
    return sum(node.get("type") is None for node in tree.iter("script"))


class Visits:
    """The pages that a test opens; what they ask for and complain of is kept."""

    def __init__(self, browser: Browser, folder: Path) -> None:
        self.browser = browser
        self.folder = folder
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.contexts: list[BrowserContext] = []

    def __call__(
        self, text: str, fragment: str = "", *, width: int = 1400, scheme: Scheme = "light", script: bool = True
    ) -> Page:
        """Open a page; where it has findings to unpack, wait for them."""
        file = self.folder / f"report-{len(self.contexts)}.html"
        file.write_text(text, encoding="utf-8")
        options: dict[str, Any] = {"viewport": {"width": width, "height": 900}, "java_script_enabled": script}
        context = self.browser.new_context(color_scheme=scheme, **options)
        self.contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", lambda message: self.complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: self.complaints.append(f"dialog: {dialog.message}"))
        page.on("request", lambda request: self._asked(request, file.as_uri()))
        page.goto(file.as_uri() + fragment)
        if script and 'id="index"' in text:
            page.wait_for_selector(READY, state="attached")
        return page

    def _asked(self, request: Request, own: str) -> None:
        if request.url.partition("#")[0] != own:
            self.requests.append(request.url)

    def end(self) -> None:
        """Close the pages, and fail where one complained or asked for anything."""
        for context in self.contexts:
            context.close()
        assert self.complaints == []
        assert self.requests == []
