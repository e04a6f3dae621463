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
            named = [label, *(_option(item) or label for item in value)]
            return [self._replace(item, rest, secret, name) for item, name in zip(value, named, strict=False)]
        if step.verb == "each" and isinstance(value, dict):
            return {name: self._replace(item, rest, secret, name) for name, item in value.items()}
        if step.verb == "member" and isinstance(value, dict):
            known = str(value.get(secret.label, "")) if secret.label else label
            if step.argument in value:
                value[step.argument] = self._replace(value[step.argument], rest, secret, known)
        return value

    def value(self, value: Any, secret: Secret, label: str = "") -> Any:
        """Give what stands for a value: the hash, the key's id, the detectors that fired, the probes' answers.

        A value that is only redacted where a detector fires stays as it is where none does.
        """
        if isinstance(value, dict) and REDACTED in value:
            return value
        text = "" if value is None else str(value)
        clear = secret.decode(text) if secret.decode else text
        found = self._detect(clear, label) if secret.detect else []
        if secret.only_detected:
            found = found or self._detect(clear, "")
            if not found:
                return value
        kept: dict[str, Any] = {
            REDACTED: hmac.new(self._key, clear.encode(), hashlib.sha256).hexdigest(),
            "$key": self.key_id,
        }
        if secret.detect:
            kept["$detected"] = found
        return kept | {name: probe(clear) for name, probe in secret.probes.items()}


def _option(word: Any) -> str:
    """Give the name of an option of a command that the next word may be the value of; empty where it is none."""
    return word.lstrip("-") if isinstance(word, str) and word.startswith("-") and "=" not in word else ""


def detected(value: Mapping[str, Any]) -> list[str]:
    """Name the detectors that fired on a redacted value."""
    return [str(hit["detector"]) for hit in value.get("$detected", ())]
