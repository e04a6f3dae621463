"""Where a kind's answers hold secrets, and what may be kept of them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

REDACTED = "$redacted"
"""The member that marks a redacted value; beside it stand `$key` (which key made the hash) and what was kept."""

KEY_VARIABLE = "PHIWARD_REDACTION_KEY"
"""The environment variable that holds the key of the hashes."""


@dataclass(frozen=True)
class Secret:
    """A value that never comes to rest.

    `path` leads to the value inside its section; where the objects that hold it are wanted by name, `label` is the
    member beside it (the variable's name). `decode` makes text of it. `detect` says whether secret detectors look at
    it, `only_detected` keeps the value where none of them fires; `probes` are further facts that are decided while the
    value is at hand, by pure functions of the text.

    A path that ends in `[]` goes over the words of a command, in which `--password` names the word after it, or over
    a map, whose keys name the values.
    """

    path: str
    label: str = ""
    decode: Callable[[str], str] | None = None
    detect: bool = True
    only_detected: bool = False
    probes: Mapping[str, Callable[[str], Any]] = field(default_factory=dict)


def from_base64(text: str) -> str:
    """Decode base64 as AWS keeps user data; text that is none stays as it is, bytes that are no text are replaced."""
    try:
        return base64.b64decode(text, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return text
