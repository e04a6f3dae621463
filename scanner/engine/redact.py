"""Redaction at the moment of reading: values are replaced by a keyed hash and what may be known of them."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, Any

from scanner.engine.detect import detectors
from scanner.model import path as paths
from scanner.model.secret import REDACTED, Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from scanner.model.kind import Kind


class Redactor:
    """Replaces secrets by keyed hashes; two hashes compare only under the same key."""

    def __init__(self, key: bytes, detect: Callable[[str, str], list[dict[str, str]]] = detectors) -> None:
        """Take the key of the hashes."""
        self._key = key
        self._detect = detect
        self.key_id = hashlib.sha256(b"phiward key id" + key).hexdigest()[:8]

    def section(self, kind: type[Kind], name: str, doc: Any) -> Any:
        """Redact one section's document in place and give it back."""
        declared = kind.secrets.get(name, ())
        for secret in (declared,) if isinstance(declared, Secret) else declared:
            doc = self._replace(doc, paths.steps(secret.path), secret, "")
        return doc

    def _replace(self, value: Any, todo: Sequence[paths.Step], secret: Secret, label: str) -> Any:
        if not todo:
            return self.value(value, secret, label)
        step, rest = todo[0], todo[1:]
        if step.verb == "each" and isinstance(value, list):
            return [self._replace(item, rest, secret, label) for item in value]
        if step.verb == "member" and isinstance(value, dict):
            known = str(value.get(secret.label, "")) if secret.label else label
            if step.argument in value:
                value[step.argument] = self._replace(value[step.argument], rest, secret, known)
        return value

    def value(self, value: Any, secret: Secret, label: str = "") -> dict[str, Any]:
        """Give what stands for a value: the hash, the key's id, the detectors that fired, the probes' answers."""
        if isinstance(value, dict) and REDACTED in value:
            return value
        text = "" if value is None else str(value)
        clear = secret.decode(text) if secret.decode else text
        kept: dict[str, Any] = {
            REDACTED: hmac.new(self._key, clear.encode(), hashlib.sha256).hexdigest(),
            "$key": self.key_id,
        }
        if secret.detect:
            kept["$detected"] = self._detect(clear, label)
        return kept | {name: probe(clear) for name, probe in secret.probes.items()}


def detected(value: Mapping[str, Any]) -> list[str]:
    """Name the detectors that fired on a redacted value."""
    return [str(hit["detector"]) for hit in value.get("$detected", ())]
