"""What stands in the twin for a value that phiward never kept: it fires the secret detectors that the value fired."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

PLACEHOLDER = "phiward-placeholder-not-a-secret"
"""What stands for a value of which nothing is known."""

HARMLESS = f"/{PLACEHOLDER}"
"""What stands for a value on which no detector fired: a path, which none takes for a secret, whatever it is called."""

_DIGEST = hashlib.sha256(PLACEHOLDER.encode())
_MIXED = b64encode(_DIGEST.digest()).decode().translate(str.maketrans("/+=", "xyz"))[:40]
_SAMPLES: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"AWS Access Key", "Base64 High Entropy String"}), _MIXED),
    (frozenset({"AWS Access Key"}), "AKIA" + "PLACEHOLDERPHIWARD"[:16]),
    (frozenset({"Private Key"}), "-----BEGIN RSA " + "PRIVATE KEY-----"),
    (frozenset({"Basic Auth Credentials"}), f"https://twin:{PLACEHOLDER}@twin.example.org"),
    (frozenset({"Base64 High Entropy String"}), _MIXED),
    (frozenset({"Hex High Entropy String"}), _DIGEST.hexdigest()),
)
"""Texts that certain detectors take for secrets; the first that a value fired wholly is taken. None opens anything."""


def standing_in(kept: Mapping[str, Any], *, named: bool = True) -> str:
    """Give the text that stands for a redacted value; where the text has no name of its own, it is given one.

    `Secret Keyword` fires on the name under which a value is kept, so any text will do for it.
    """
    if "$detected" not in kept:
        return PLACEHOLDER
    fired = {str(hit["detector"]) for hit in kept["$detected"]}
    if not fired:
        return HARMLESS
    text = next((sample for needed, sample in _SAMPLES if needed <= fired), PLACEHOLDER)
    return text if named or "Secret Keyword" not in fired else f"PASSWORD={text}"
