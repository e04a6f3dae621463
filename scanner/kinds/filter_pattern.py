"""What a filter pattern of CloudWatch Logs means: whether it matches a given event.

Source: Amazon CloudWatch Logs User Guide, filter pattern syntax for metric filters.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from scanner.model.path import MISSING

_TOKEN = re.compile(
    r"""\s*(?P<text>"(?:[^"\\]|\\.)*"|%[^%]*%|&&|\|\||!=|<=|>=|[()=<>]"""
    r"""|\$(?:\.?\[[^\]]*\]|\.[\w:-]+)+|[^\s()=!<>&|"%]+)"""
)
_STEP = re.compile(r"""\.?\["?([^"\]]*)"?\]|\.([\w:-]+)""")
_ORDERS: Mapping[str, Callable[[float, float], bool]] = {
    "<": lambda given, limit: given < limit,
    ">": lambda given, limit: given > limit,
    "<=": lambda given, limit: given <= limit,
    ">=": lambda given, limit: given >= limit,
}


class PatternError(ValueError):
    """The pattern is none that could be read."""


def matches(pattern: str, event: Mapping[str, Any]) -> bool | None:
    """Say whether a pattern matches an event of JSON; None where the documentation leaves it open.

    It is left open where a pattern says `!=`, or IS NULL, of a member that the event does not have.

    Raises:
        PatternError: the pattern could not be read.
    """
    text = pattern.strip()
    if text.startswith("{"):
        if not text.endswith("}"):
            raise PatternError("the brace is not closed")
        return _Reading(text[1:-1], event).whole()
    if text.startswith("["):
        return False
    return _has_terms(text, json.dumps(event))


def _has_terms(text: str, message: str) -> bool:
    """Match a pattern of plain terms: all must be there, none that begins with `-`, and one of those with `?`."""
    terms = [(sign, quoted or bare) for sign, quoted, bare in re.findall(r'([-?]?)(?:"([^"]*)"|([^\s"]+))', text)]
    any_of = [term in message for sign, term in terms if sign == "?"]
    needed = all((term in message) is (sign != "-") for sign, term in terms if sign != "?")
    return needed and (not any_of or any(any_of))


@lru_cache(maxsize=4096)
def _tokens(text: str) -> tuple[str, ...]:
    tokens, place = [], 0
    while text[place:].strip():
        found = _TOKEN.match(text, place)
        if found is None:
            raise PatternError(f"the pattern cannot be read from {text[place:].strip()!r}")
        tokens.append(found.group("text"))
        place = found.end()
    return tuple(tokens)


class _Reading:
    """A JSON pattern, read and judged from left to right; `&&` binds before `||`."""

    def __init__(self, text: str, event: Mapping[str, Any]) -> None:
        self.event = event
        self.tokens, self.at = _tokens(text), 0

    def whole(self) -> bool | None:
        said = self._either()
        if self.at < len(self.tokens):
            raise PatternError(f"the pattern goes on with {self.tokens[self.at]!r}")
        return said

    def _either(self) -> bool | None:
        said = [self._both()]
        while self._take("||"):
            said.append(self._both())
        return True if True in said else None if None in said else False

    def _both(self) -> bool | None:
        said = [self._one()]
        while self._take("&&"):
            said.append(self._one())
        return False if False in said else None if None in said else True

    def _one(self) -> bool | None:
        if not self._take("("):
            return self._comparison()
        said = self._either()
        if not self._take(")"):
            raise PatternError("a parenthesis is not closed")
        return said

    def _comparison(self) -> bool | None:
        selector, verb = self._next(), self._next().upper()
        if not selector.startswith("$"):
            raise PatternError(f"{selector!r} is no selector")
        given = _member(self.event, selector)
        if verb in {"NOT", "EXISTS"}:
            if verb == "NOT" and self._next().upper() != "EXISTS":
                raise PatternError("NOT stands before EXISTS only")
            return (given is MISSING) is (verb == "NOT")
        if verb == "IS":
            return _is(given, self._next().upper())
        if verb not in {"=", "!=", *_ORDERS}:
            raise PatternError(f"{verb!r} is no comparison")
        return _compared(given, verb, self._next())

    def _take(self, token: str) -> bool:
        if self.at == len(self.tokens) or self.tokens[self.at] != token:
            return False
        self.at += 1
        return True

    def _next(self) -> str:
        if self.at == len(self.tokens):
            raise PatternError("the pattern ends too early")
        self.at += 1
        return self.tokens[self.at - 1]


@lru_cache(maxsize=4096)
def _steps(selector: str) -> tuple[str, ...]:
    return tuple(name or bracket for bracket, name in _STEP.findall(selector[1:]))


def _member(event: Any, selector: str) -> Any:
    for step in _steps(selector):
        if type(event) is dict or isinstance(event, Mapping):
            event = event.get(step, MISSING)
        elif isinstance(event, list) and step.isdecimal() and int(step) < len(event):
            event = event[int(step)]
        else:
            return MISSING
    return event


def _is(given: Any, what: str) -> bool | None:
    if what not in {"TRUE", "FALSE", "NULL"}:
        raise PatternError(f"{what!r} is nothing that a member can be")
    if what == "NULL":
        return None if given is MISSING else given is None
    return given is (what == "TRUE")


def _compared(given: Any, verb: str, value: str) -> bool | None:
    if given is MISSING:
        return None if verb == "!=" else False
    if verb in _ORDERS:
        try:
            return _ORDERS[verb](float(given), float(value))
        except (TypeError, ValueError):
            return False
    return _equal(given, value) is (verb == "=")


def _equal(given: Any, value: str) -> bool:
    text = json.dumps(given) if isinstance(given, bool | int | float) or given is None else str(given)
    if value.startswith("%"):
        return re.search(value[1:-1], text) is not None
    return _texts_like(value).fullmatch(text) is not None


@lru_cache(maxsize=4096)
def _texts_like(value: str) -> re.Pattern[str]:
    wanted = re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value
    return re.compile(".*".join(re.escape(part) for part in wanted.split("*")), re.DOTALL)
