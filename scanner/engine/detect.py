"""Secret detection by detect-secrets: which detectors fire on a text, never what they saw."""

from __future__ import annotations

import re
import threading
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_LOCK = threading.Lock()
_BARE_TOKEN = re.compile(r"([\w.-]*(?:token|credential)s?)\s*[=:]\s*([^\s\"'$]+)", re.IGNORECASE)
"""A token without quotes, which detect-secrets looks for in quoted text only."""

NOT_SECRETS = frozenset({"IPPublicDetector"})
"""Plugins of detect-secrets that look for other things than secrets."""


@cache
def _ready() -> tuple[Any, Any]:
    """Set detect-secrets up once; allow-list comments do not count (a secret's author must not excuse it)."""
    from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
    from detect_secrets.filters import heuristic
    from detect_secrets.settings import get_plugins, get_settings

    classes: dict[str, Any] = get_mapping_from_secret_type_to_class()
    names = [plugin.__name__ for plugin in classes.values()]
    get_settings().configure_plugins([{"name": name} for name in names if name not in NOT_SECRETS])
    return get_plugins(), heuristic


def detectors(text: str, label: str = "") -> list[dict[str, str]]:
    """Name the detectors that take a text for a secret, with their version; `label` is the name it is stored under.

    The text is looked at line by line; with a label, as `label = "text"`.
    """
    with _LOCK:
        plugins, heuristic = _ready()
        found = {
            secret.type
            for line, file in _lines(text, label)
            for plugin in plugins
            for secret in plugin.analyze_line(filename=file, line=line, line_number=1)
            if not _harmless(heuristic, plugin, line, secret.secret_value or "")
        }
    return [{"detector": name, "version": f"detect-secrets {version('detect-secrets')}"} for name in sorted(found)]


def names_secret(name: str, words: Iterable[str] = ()) -> bool:
    """Say whether a name is one for a secret: its last part ends in a word of detect-secrets' or of these words."""
    from detect_secrets.plugins.keyword import DENYLIST

    last = re.sub(r"[-.\s]+", "_", name.rstrip("/").rpartition("/")[2])
    known = "|".join((*DENYLIST, *(re.escape(word) for word in words)))
    return re.search(rf"(?:{known})s?$", last, re.IGNORECASE) is not None


def _harmless(heuristic: Any, plugin: Any, line: str, value: str) -> bool:
    """Say whether detect-secrets' own heuristics take the hit for an identifier, a template or a reference."""
    return bool(
        heuristic.is_sequential_string(value)
        or heuristic.is_potential_uuid(value)
        or heuristic.is_likely_id_string(value, line, plugin)
        or heuristic.is_templated_secret(value)
        or heuristic.is_prefixed_with_dollar_sign(value)
        or heuristic.is_not_alphanumeric_string(value)
        or heuristic.is_indirect_reference(line)
        or _names_a_secret(value)
    )


def _names_a_secret(value: str) -> bool:
    """Say whether the value only refers to something: an ARN, a yes or no, a number, a path without a query."""
    return bool(
        re.fullmatch(
            r"arn:aws[\w-]*:\S+|true|false|yes|no|on|off|[\d.]+|/[\w./-]*|https?://[\w./:-]*", value, re.IGNORECASE
        )
    )


def _lines(text: str, label: str) -> Iterator[tuple[str, str]]:
    """Give the lines, each with the kinds of file that detect-secrets should read it as: quoted or bare values."""
    if label and "\n" not in text:
        yield f'{label} = "{text}"', ""
        return
    for line in text.splitlines():
        bare = line.strip().removeprefix("export ").removeprefix("- ")
        if bare:
            yield from ((bare, file) for file in ("", "user-data.ini", "user-data.yaml"))
        for name, value in _BARE_TOKEN.findall(bare):
            yield f'{name} = "{value}"', ""
