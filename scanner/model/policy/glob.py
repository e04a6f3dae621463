"""Wildcard patterns of the policy language: what they match, what they contain, where they meet.

Patterns hold `*` (any text, also none), `?` (one character), policy variables such as `${aws:username}`, and the
escapes `${*}`, `${?}`, `${$}` for the plain characters. A variable stands for text that the document does not fix, so
it never counts as a wildcard of the author's, and nothing is proved from it.
Source: IAM User Guide, "IAM JSON policy elements: Resource", "Variables and tags".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

MANY: Final = "\0*"
ONE: Final = "\0?"
SEGMENT: Final = "\0:"  # in questions only, written SEGMENT_MARK: any text without a colon
SEGMENT_MARK: Final = "\1"
_FRESH: Final = "\0#"  # a character that no pattern names: what a wildcard stands for at its hardest
_LEXEME: Final = re.compile(r"\$\{([*?$])\}|(\$\{[^}]*\})|(\*)|(\?)|(.)", re.DOTALL)
_VARIABLE: Final = re.compile(r"\$\{(?![*?$]\})[^}]*\}")
_SPECIAL: Final = re.compile(r"[*?$\x01]")
"""What a pattern holds that is more than plain text."""
_EFFORT: Final = 4096


@dataclass(frozen=True, slots=True)
class _Machine:
    """A pattern ready to run: a set of positions is the bits of one integer."""

    tokens: tuple[str, ...]
    stars: int
    ones: int
    literals: dict[str, int]

    @property
    def start(self) -> int:
        return self._skip_stars(1)

    @property
    def final(self) -> int:
        return 1 << len(self.tokens)

    def _skip_stars(self, at: int) -> int:
        return at | (at & self.stars) << 1  # runs of stars are merged, so one hop is enough

    def step(self, at: int, token: str) -> int:
        """Positions after one token: a plain character, a variable, or the character that only wildcards match."""
        takes = self.literals.get(token, 0)
        if len(token) == 1 or token == _FRESH:
            takes |= self.ones
        return self._skip_stars((at & takes) << 1 | at & self.stars)


def _lex(pattern: str) -> tuple[str, ...]:
    tokens: list[str] = []
    for escaped, variable, many, one, plain in _LEXEME.findall(pattern):
        tokens.append(
            MANY if many else ONE if one else SEGMENT if plain == SEGMENT_MARK else escaped or variable or plain
        )
    return _merge_wildcards(tokens)


def _merge_wildcards(tokens: list[str]) -> tuple[str, ...]:
    """Each run of wildcards as its single characters, then at most one star."""
    merged: list[str] = []
    star = False
    for token in tokens:
        if token == MANY:
            star = True
            continue
        if star and token != ONE:
            merged.append(MANY)
            star = False
        merged.append(token)
    return (*merged, MANY) if star else tuple(merged)


@lru_cache(maxsize=65536)
def _machine(pattern: str) -> _Machine:
    tokens = _lex(pattern)
    literals: dict[str, int] = {}
    stars = ones = 0
    for place, token in enumerate(tokens):
        if token == MANY:
            stars |= 1 << place
        elif token == ONE:
            ones |= 1 << place
        else:
            literals[token] = literals.get(token, 0) | 1 << place
    return _Machine(tokens, stars, ones, literals)


def has_wildcard(pattern: str) -> bool:
    """Whether the pattern holds `*` or `?` outside of an escape or a variable."""
    machine = _machine(pattern)
    return bool(machine.stars or machine.ones)


def has_variable(pattern: str) -> bool:
    """Whether the pattern holds a policy variable such as `${aws:username}`."""
    return _VARIABLE.search(pattern) is not None


def is_fixed(pattern: str) -> bool:
    """Whether the pattern is plain text: no wildcard and no policy variable."""
    return not has_wildcard(pattern) and not has_variable(pattern)


@lru_cache(maxsize=65536)
def matches(pattern: str, text: str) -> bool:
    """Whether the pattern surely matches this plain text (a variable in the pattern matches nothing for sure)."""
    machine = _machine(pattern)
    at = machine.start
    for character in text:
        at = machine.step(at, character)
        if not at:
            return False
    return bool(at & machine.final)


@lru_cache(maxsize=65536)
def covers(wide: str, narrow: str) -> bool:
    """Whether every text that `narrow` can match is surely matched by `wide`.

    Never wrongly true. Wrongly false only for pairs that would cost more than some thousand steps to decide.
    """
    if wide == narrow:
        return True
    if _SPECIAL.search(wide) is None:
        return False
    if _SPECIAL.search(narrow) is None and len(narrow) < _EFFORT:
        return matches(wide, narrow)
    return _contains(_machine(wide), _machine(narrow))


def _contains(outer: _Machine, inner: _Machine) -> bool:
    seen: set[tuple[int, int]] = set()
    waiting = [(0, outer.start)]
    while waiting:
        place, at = waiting.pop()
        if not at:
            return False
        if (place, at) in seen:
            continue
        if len(seen) >= _EFFORT:
            return False
        seen.add((place, at))
        if place == len(inner.tokens):
            if not at & outer.final:
                return False
            continue
        token = inner.tokens[place]
        if token == MANY:
            waiting += [(place, outer.step(at, _FRESH)), (place + 1, at)]
        else:
            waiting.append((place + 1, outer.step(at, _FRESH if token == ONE else token)))
    return True


@lru_cache(maxsize=65536)
def overlaps(one: str, other: str) -> bool:
    """Whether some text may match both patterns (a variable may stand for any text). Never wrongly false."""
    if _SPECIAL.search(one) is None and _SPECIAL.search(other) is None:
        return one == other
    plain = {ONE, SEGMENT}
    left, right = (
        tuple(MANY if len(t) > 1 and t not in plain else t for t in _machine(p).tokens) for p in (one, other)
    )
    reach = {(0, 0)}
    waiting = [(0, 0)]
    while waiting:
        i, j = waiting.pop()
        if i == len(left) and j == len(right):
            return True
        onward = _onward(left[i] if i < len(left) else None, right[j] if j < len(right) else None)
        for pair in ((i + forth, j + back) for forth, back in onward):
            if pair not in reach:
                reach.add(pair)
                waiting.append(pair)
    return False


def _onward(a: str | None, b: str | None) -> list[tuple[int, int]]:
    """How far each of two patterns may go on together; None is a pattern's end."""
    running = {MANY, SEGMENT}
    steps: list[tuple[int, int]] = []
    if a in running:
        steps.append((1, 0))
        if b is not None and not (a == SEGMENT and b == ":"):
            steps.append((0, 1))
    if b in running:
        steps.append((0, 1))
        if a is not None and not (b == SEGMENT and a == ":"):
            steps.append((1, 0))
    if not steps and a is not None and b is not None and (a == b or ONE in {a, b}):
        steps.append((1, 1))
    return steps
