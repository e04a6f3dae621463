"""Says in a resource's facts what they refer to: the ids that AWS gave become the names of what bears them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from scanner.engine.normalise import canonical
from scanner.engine.parity.things import is_strong, made_by_aws, prefix_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scanner.engine.parity.things import Gathered, Thing
    from scanner.engine.parity.words import Words
    from scanner.model.gap import Gap
    from scanner.model.kind import Kind

Say = Callable[["Thing"], str]
"""Gives what a thing is called where another refers to it."""

_ARN = r"arn:[A-Za-z0-9:/_.+=@-]+"
_TOKEN = re.compile(rf"{_ARN}|[A-Za-z0-9_-]+")
_PART = re.compile(r"[A-Za-z0-9_-]+")


class References:
    """The things of one account by the ids and ARNs that AWS made for them."""

    def __init__(self, things: Iterable[Thing]) -> None:
        """Take the account's things."""
        self._exact: dict[str, Thing] = {}
        self._parts: dict[str, Thing] = {}
        for thing in things:
            made = next((name for name in (thing.id, thing.arn) if made_by_aws(thing.shape.kind, name)), "")
            if made or not thing.natural or any(is_strong(part) for part in _PART.findall(thing.arn)):
                self._exact[thing.arn] = thing
                if made or ":" in thing.id:
                    self._exact[thing.id] = thing
            if made:
                self._parts[re.split(r"[/:|]", made)[-1]] = thing

    def named(self, text: str) -> tuple[Thing, str] | None:
        """Find what an id or ARN stands for, and what follows it (the key in a secret, a listener's rule)."""
        whole, rest = text, ""
        while whole:
            if whole in self._exact:
                return self._exact[whole], rest
            cut = whole.rfind(":") if whole.startswith("arn:") else -1
            whole, rest = (whole[:cut], whole[cut:] + rest) if cut > 0 else ("", rest)
        return (self._parts[text], "") if text in self._parts else None

    def spell(self, value: Any, words: Words, say: Say, *, ordered: bool = False) -> Any:
        """Write a value in terms that hold in every account; lists are sorted unless their order means something."""
        if isinstance(value, str):
            return self._text(value, words, say)
        if isinstance(value, dict):
            spelled = {self._text(str(key), words, say): self.spell(item, words, say) for key, item in value.items()}
            return dict(sorted(spelled.items()))
        if isinstance(value, list):
            items = [self.spell(item, words, say) for item in value]
            return items if ordered else sorted(items, key=canonical)
        return value

    def _text(self, text: str, words: Words, say: Say, tokens: re.Pattern[str] = _TOKEN) -> str:
        parts, last = [], 0
        for token in tokens.finditer(text):
            named = self.named(token[0])
            if named is not None:
                said = say(named[0]) + (words.text(named[1]) if named[1] else "")
            elif token[0].startswith("arn:") and tokens is _TOKEN:
                said = self._text(token[0], words, say, _PART)
            else:
                continue
            parts += [words.text(text[last : token.start()]), said]
            last = token.end()
        return "".join([*parts, words.text(text[last:])]) if parts else words.text(text)

    def targets(self, value: Any) -> list[Thing]:
        """Give what a value refers to, in its order."""
        found: list[Thing] = []

        def say(thing: Thing) -> str:
            found.append(thing)
            return ""

        self.spell(value, _NO_WORDS, say, ordered=True)
        return found

    def strange(self, value: Any) -> set[str]:
        """Give the parts of a value that look like ids made by AWS and stand for nothing that was seen."""
        left: set[str] = set()
        for text in _texts(value):
            for token in _PART.finditer(text):
                if self.named(token[0]) is None and (is_strong(token[0]) or "-" in token[0]):
                    left.add(token[0])
        return left


class _NoWords:
    def text(self, given: str) -> str:
        return given


_NO_WORDS: Any = _NoWords()


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield str(key)
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def hide_dangling(gathered: Gathered, references: Mapping[str, References], kinds: Iterable[type[Kind]]) -> None:
    """Make unknown each fact that refers to what a listing that is not whole may hold.

    The id alone would differ in every account, and be told as a difference that nobody knows to be one.
    """
    lacking: dict[str, dict[str, tuple[Gap, ...]]] = {account: {} for account in references}
    all_kinds = {kind.cfn: kind for kind in kinds}
    for (account, cfn, _region), gaps in gathered.lacks.items():
        if gaps:
            lacking[account].setdefault(cfn, gaps)
    for thing in gathered.things:
        here = lacking[thing.account]
        for fact in [name for name in thing.values if here]:
            unclear = references[thing.account].strange(thing.values[fact])
            gaps = tuple(
                gap for cfn, found in here.items() for gap in found if _may_hold(all_kinds[cfn], thing, unclear)
            )
            if gaps:
                del thing.values[fact]
                thing.unknown[fact] = tuple(dict.fromkeys(gaps))


def _may_hold(kind: type[Kind], thing: Thing, tokens: set[str]) -> bool:
    prefix = prefix_of(kind)
    strong = is_strong(re.split(r"[/:|]", str(kind.facts["id"].sample))[-1])
    for token in tokens - {thing.id}:
        if prefix and token.startswith(f"{prefix}-") and any(letter.isdigit() for letter in token):
            return True
        if strong and is_strong(token):
            return True
    return False
