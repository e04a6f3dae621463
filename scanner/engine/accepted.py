"""What was accepted when a risk was accepted: a name for the value by which a finding fails, the same every night."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from msgspec import json

from scanner.engine.normalise import canonical, digest
from scanner.model.secret import REDACTED

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from scanner.model.finding import Evidence, Finding

EXPIRED = "expired acceptance"
CHANGED = "accepted value changed"
"""Why an acceptance lapses."""

LABELS = frozenset({"id", "arn", "name", "tags"})
"""Facts that say which resource it is, not how it is."""

_MOMENT = r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?"
_IS_MOMENT = re.compile(_MOMENT)
_DAY = r"\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*(?: \d{4})?"
_TIMES = re.compile(rf"{_MOMENT}|\b{_DAY}\b|\b\d\d:\d\d(?::\d\d)?\b")
_MEASURED = re.compile(r"\b\d+(?:\.\d+)? ?%|(?<![\w.])\d+\.\d+(?![\w.])|\b\d+ times\b")
_AGE = re.compile(r"\b\d+ ?(?:s|h|(?:second|minute|hour|day|week|month|year)s?)\b")
_MEMBER = re.compile(
    r"arn:[^\s,;]*:(?:instance|container-instance|task|network-interface|volume|snapshot)[/:][^\s,;]+"
    r"|\b(?:i|eni|vol|subnet|snap)-[0-9a-f]{8,17}\b"
    r"|(?<![\d./])\d{1,3}(?:\.\d{1,3}){3}(?![\d./])"
)
"""What tells one member of a class that comes and goes from another."""

SAID = "message"
KEYED = " under key "
"""Between the name of a fact that holds secrets and the id of the key that hashed them."""

_GONE = object()


def accepted_value(finding: Finding, volatile_paths: Collection[str] = ()) -> str:
    """Name the value by which a finding fails: a JSON object with a digest of each fact, or of what was said.

    Of a whole resource it is what was read of it, less what only names or dates it, and less what lies at
    `volatile_paths` (`section.path`) of its kind; facts of other resources are stood for by the message. Of a part, and
    where nothing is left, it is the message and the part. Moments, ages and measured figures do not count in either.
    The hash of a secret stands under the id of its key.
    """
    reading = _Reading(finding, volatile_paths)
    found = {} if finding.part else reading.facts()
    if not found or any(read.resource for read in finding.evidence):
        found[SAID] = _short([reading.message(), finding.part])
    return canonical(found).decode()


def changed(accepted: str, now: str) -> list[str]:
    """Name what of an accepted value is another now; an acceptance that names none takes any.

    What only one of them holds says nothing: it could not be learned, was left out by another version, or is the hash
    of a secret made with another key. Where they hold nothing in common the whole has changed.
    """
    if not accepted:
        return []
    was, is_now = json.decode(accepted), json.decode(now)
    if not was.keys() & is_now.keys():
        return [SAID]
    return sorted({name.partition(KEYED)[0] for name in was.keys() & is_now.keys() if was[name] != is_now[name]})


def together(accepted: str, now: str) -> str:
    """Add to an accepted value what is known now and was not then."""
    return canonical(json.decode(now) | json.decode(accepted)).decode() if accepted else now


def _short(value: Any) -> str:
    return digest(canonical(value))[:16]


class _Reading:
    """One finding's facts and message, less what changes by itself."""

    def __init__(self, finding: Finding, volatile_paths: Collection[str]) -> None:
        self.finding = finding
        self.volatile = [path for path in volatile_paths if path]
        self.of_class = bool(finding.members) or finding.key not in finding.resource
        self.hashes: list[tuple[str, str]] = []
        self.dated = any(_holds_moment(read.value) for read in finding.evidence)

    def facts(self) -> dict[str, str]:
        """Give a digest of each of the resource's own facts that stay as they are until somebody changes them."""
        found: dict[str, str] = {}
        for read in self.finding.evidence:
            if read.resource or read.fact in LABELS:
                continue
            self.hashes.clear()
            noise = self._noise(read)
            value = None if read.value is None and noise is not None else self._still(read.value, noise)
            if value is _GONE:
                continue
            found[read.fact] = _short(value)
            for key in {key for key, _ in self.hashes}:
                some = sorted(hashed for known, hashed in self.hashes if known == key)
                found[f"{read.fact}{KEYED}{key}"] = _short(some)
        return found

    def message(self) -> str:
        """Give what was said, less moments, ages and measured figures; amounts are ages where moments were read."""
        text = _MEASURED.sub("#", _TIMES.sub("#", self.finding.message))
        text = _AGE.sub("#", text) if self.dated else text
        return _MEMBER.sub("#", text) if self.of_class else text

    def _noise(self, read: Evidence) -> frozenset[str] | None:
        """Name the members of a fact's value that are volatile; None where all of it is."""
        paths = [path.strip() for path in read.path.removeprefix(self.finding.kind).split("|")]
        if all(any(_below(path, noise) for noise in self.volatile) for path in paths if path) and any(paths):
            return None
        inside = (noise for noise in self.volatile if any(_below(noise, path) for path in paths if path))
        return frozenset(_word(re.split(r"[.\[]", noise.replace("[]", ""))[-1]) for noise in inside)

    def _still(self, value: Any, noise: frozenset[str] | None) -> Any:
        if noise is None or value is None or isinstance(value, float):
            return _GONE
        if isinstance(value, str):
            goes = _IS_MOMENT.fullmatch(value) or (self.of_class and _MEMBER.fullmatch(value))
            return _GONE if goes else value
        if isinstance(value, dict):
            return self._members(value, noise)
        if isinstance(value, list):
            left = [item for item in (self._still(item, noise) for item in value) if item is not _GONE]
            return sorted({canonical(item).decode() for item in left}) if left or not value else _GONE
        return value

    def _members(self, value: dict[str, Any], noise: frozenset[str]) -> Any:
        if REDACTED in value:
            self.hashes.append((str(value.get("$key")), str(value[REDACTED])))
            value = {name: item for name, item in value.items() if name not in {REDACTED, "$key"}}
        kept = ((name, self._still(item, noise)) for name, item in value.items() if _word(name) not in noise)
        left = {name: item for name, item in kept if item is not _GONE}
        return left if left or not value else _GONE


def _below(path: str, above: str) -> bool:
    """Say whether a path is another one or lies below it."""
    return path == above or path.startswith((f"{above}.", f"{above}["))


def _word(name: str) -> str:
    """Write a member's name as AWS and facts may both write it: `AttachTime` and `attach_time`."""
    return name.replace("_", "").lower()


def _holds_moment(value: Any) -> bool:
    if isinstance(value, str):
        return bool(_IS_MOMENT.fullmatch(value))
    inside: Iterable[Any] = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(_holds_moment(item) for item in inside)
