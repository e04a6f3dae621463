"""Drawings as a reader of PDF takes them: with one title in words, which WeasyPrint makes their alternate text."""

from __future__ import annotations

import re

from markupsafe import Markup

_TITLE = re.compile(r"<title[^>]*>(.*?)</title>")
_DESC = re.compile(r"<desc[^>]*>(.*?)</desc>")
_LABEL = re.compile(r' aria-label="([^"]*)"')
_NAMED = re.compile(r' (?:aria-hidden|aria-label|aria-labelledby|role)="[^"]*"')


def spoken(drawing: Markup, told: str = "") -> Markup:
    """Give one of our drawings with the words that stand for it; without any, with those that it holds already."""
    head, _, body = str(drawing).partition(">")
    if not body:
        return drawing
    held = [found[1] for pattern in (_TITLE, _DESC) if (found := pattern.search(body))] or _LABEL.findall(head)
    words = Markup.escape(told) if told else Markup(": ".join(held))  # noqa: S704  escaped where it was drawn
    bare = _DESC.sub("", _TITLE.sub("", body))
    return Markup(f'{_NAMED.sub("", head)} role="img"><title>{words}</title>{bare}')  # noqa: S704  our own drawing
