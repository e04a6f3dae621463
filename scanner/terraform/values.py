"""Makes one document of what a plan says of a resource: values, what is unknown, what is sensitive, what it refers to.

Nothing that is null is kept: null is absent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from scanner.model.planned import computed, token, unknown

if TYPE_CHECKING:
    from scanner.terraform.secret import Secrets

AFTER_APPLY = "known after apply"
LONGEST = 40
"""How deep a document may nest; Terraform's own schemas stay far below."""

Refer = Callable[[str, Any, int], Any]
"""Gives what an attribute refers to: by its name, its expression, and how many elements are unknown (-1: all of it)."""


@dataclass
class Reading:
    """How one resource is read.

    `names` are the attributes that name it, `code` its expressions (None where the code is not given), `whole` the
    texts of which the plan keeps a hash only, `derived` what follows from other attributes already.
    """

    address: str
    type: str
    secrets: Secrets
    names: frozenset[str] = frozenset()
    code: Any = None
    refer: Refer | None = None
    whole: Mapping[str, Any] = field(default_factory=dict)
    derived: Mapping[str, str] = field(default_factory=dict)

    @property
    def strange(self) -> bool:
        """Whether the type is not one of AWS's: what its attributes mean is not known here."""
        return not self.type.startswith("aws_")


def document(reading: Reading, values: Any, unknown_mask: Any = None, sensitive: Any = None) -> dict[str, Any]:
    """Make the document of a resource."""
    given = values if isinstance(values, dict) else {}
    mask = unknown_mask if isinstance(unknown_mask, dict) else {}
    marks = sensitive if isinstance(sensitive, dict) else {}
    made: dict[str, Any] = {}
    for key in dict.fromkeys((*given, *mask)):
        value = _own(reading, key, given.get(key), mask.get(key), marks.get(key) if sensitive is not True else True)
        if value is not None:
            made[key] = value
    return made


def _own(reading: Reading, key: str, value: Any, mask: Any, marks: Any) -> Any:
    """Give an attribute of the resource itself; what names it is its token while unknown."""
    if mask is True and key in reading.names:
        return reading.derived.get(key) or token(reading.address)
    code = reading.code.get(key) if isinstance(reading.code, dict) else None
    if key in reading.whole and isinstance(value, str):
        value = reading.whole[key]
    return _merged(reading, key, value, About(mask, marks, code))


class About(NamedTuple):
    """What is said about a value beside it: what is unknown of it, what sensitive, and the code that writes it."""

    mask: Any = None
    marks: Any = None
    code: Any = None
    depth: int = 0

    def member(self, name: str) -> About:
        """Give what is said about a member."""
        mask = self.mask.get(name) if isinstance(self.mask, dict) else None
        marks = (self.marks.get(name) or self.marks.get("[]")) if isinstance(self.marks, dict) else None
        return About(mask, marks, _argument(self.code, name), self.depth + 1)

    def element(self, place: int, size: int) -> About:
        """Give what is said about an element of a list; `[]` marks all of them."""
        every = self.marks.get("[]") if isinstance(self.marks, dict) else None
        return About(
            _at(self.mask, place), _at(self.marks, place) or every, _block(self.code, place, size), self.depth + 1
        )


def _at(items: Any, place: int) -> Any:
    return items[place] if isinstance(items, list) and place < len(items) else None


def _merged(reading: Reading, key: str, value: Any, about: About) -> Any:
    if about.mask is True:
        return _unknown(reading, key, about.code, -1)
    if about.marks is True and value is not None and value not in ("", [], {}):
        secret = reading.secrets.named(reading.type, key, value)
        return secret if isinstance(secret, dict) and isinstance(value, str) else reading.secrets.marked(value)
    if about.depth > LONGEST:
        return unknown("it nests too deep to be read")
    if isinstance(value, dict) or (value is None and isinstance(about.mask, dict) and about.mask):
        return _members(reading, key, value or {}, about)
    if isinstance(value, list) or (value is None and isinstance(about.mask, list) and about.mask):
        return _items(reading, key, value or [], about)
    if reading.strange and isinstance(value, str):
        return reading.secrets.variable(value, "")
    return reading.secrets.named(reading.type, key, value)


def _members(reading: Reading, key: str, value: Mapping[str, Any], about: About) -> dict[str, Any]:
    masks = about.mask if isinstance(about.mask, dict) else {}
    made = {}
    for name in dict.fromkeys((*value, *masks)):
        item, below = value.get(name), about.member(name)
        if isinstance(item, str) and below.mask is not True and reading.secrets.within(key):
            made[name] = reading.secrets.variable(item, name)
            continue
        found = _merged(reading, name, item, below)
        if isinstance(item, dict) and isinstance(found, dict) and reading.secrets.within(key) and name == "variables":
            found = {each: reading.secrets.variable(text, each) for each, text in found.items()}
        if found is not None:
            made[name] = found
    return made


def _argument(code: Any, name: str) -> Any:
    """Give the expression of an argument of a block; what the code says in another way is written, but not readable."""
    if not isinstance(code, dict):
        return None
    return {} if is_leaf(code) or not code else code.get(name)


def _items(reading: Reading, key: str, value: list[Any], about: About) -> list[Any]:
    masks = about.mask if isinstance(about.mask, list) else []
    size = max(len(value), len(masks))
    referred = iter(_referred(reading, key, about.code, sum(1 for item in masks if item is True)))
    made = []
    for place in range(size):
        below = about.element(place, size)
        if below.mask is True:
            made.append(next(referred, None) or unknown(AFTER_APPLY))
            continue
        found = _merged(reading, key, _at(value, place), below)
        if found is not None:
            made.append(found)
    return made


def _referred(reading: Reading, key: str, code: Any, hidden: int) -> list[Any]:
    if not hidden or reading.refer is None or not is_leaf(code):
        return []
    found = reading.refer(key, code, hidden)
    return found if isinstance(found, list) else []


def _block(code: Any, place: int, size: int) -> Any:
    """Give the expressions of one of several blocks; what is written in another way, as by `dynamic`, is not read."""
    if isinstance(code, list) and len(code) == size:
        return code[place]
    return code if isinstance(code, dict) and not is_leaf(code) and size == 1 else {}


def _unknown(reading: Reading, key: str, code: Any, hidden: int) -> Any:
    if not isinstance(reading.code, dict):
        return unknown(AFTER_APPLY)
    if code is None:
        return computed(AFTER_APPLY)
    if reading.refer is not None and is_leaf(code):
        found = reading.refer(key, code, hidden)
        if found is not None:
            return found
    return unknown(AFTER_APPLY)


def is_leaf(code: Any) -> bool:
    """Say whether an expression is that of one attribute, not a block of several."""
    return isinstance(code, dict) and ("references" in code or "constant_value" in code) and len(code) == 1
