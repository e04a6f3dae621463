"""Whether what a call was asked shows a value: the proof that an event made what is there now."""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache, reduce
from operator import or_
from typing import Any, NamedTuple
from urllib.parse import unquote

from scanner.engine.trail_event import bare
from scanner.model.policy import PolicyDocument, PolicyError

WRAPPERS = frozenset({"value", "items", "item", "member", "members", "content"})
"""Members that only wrap a value: what it is called is said by the member around them."""

MOST_PARTS, MOST_MASKS = 60, 64
LITTLE_WORDS = frozenset({"from", "to", "all", "but", "and", "more"})
LONG_NAME, SURE_NAME = 3, 6


class Part(NamedTuple):
    """A scalar of a value, with the member it stands under; a `plain` one shows nothing unless its member does too."""

    key: str
    token: str
    plain: bool


def token(value: Any) -> str:
    """Write a scalar so that its spellings are one: `"22"` and 22, `True` and `"true"`, a range without host bits."""
    if value is None:
        return ""
    return _token(str(value), isinstance(value, float))


@lru_cache(65536)
def _token(given: str, is_float: bool) -> str:  # noqa: FBT001  of one caller
    text = given.strip().casefold()
    if "/" in text and text[:1].isalnum() and ("." in text or ":" in text):
        try:
            return str(ipaddress.ip_network(text, strict=False))
        except ValueError:
            return text
    return text[:-2] if is_float and text.endswith(".0") else text


def telling(text: str) -> bool:
    """Say whether a token is hardly ever found by chance: an id, a name with figures or signs, no flag or word."""
    return len(text) >= LONG_NAME and re.fullmatch(r"[a-z]+|\d{1,4}|aws:kms|aes256", text) is None


def shows(parameters: Any, value: Any, prop: str, path: str = "", *, label: bool = False) -> bool:
    """Say whether parameters hold a value of a property; with `label` the value is an element's name in words.

    All parts of an element must be in one entry of the parameters' lists: two rules of one call are never mixed. So
    must the names of the elements in `path` that are addresses, ids or ports. Flags, plain words and small numbers
    count only under a member of the property's name; of an element, a word that the call does not speak of is no part.
    """
    if isinstance(value, list):
        return bool(value) and all(shows(parameters, item, prop, path) for item in value)
    parts = parts_of_label(value) if label and isinstance(value, str) else parts_of(value, _named(prop, path, value))
    if isinstance(value, Mapping):
        members = [key for key, _ in _leaves(parameters)]
        parts = [part for part in parts if not _word(part) or any(same_member(part.key, key) for key in members)]
    if not any(not part.plain or not isinstance(value, Mapping) for part in parts):
        return False
    parts += [] if label else _around(path, value)
    if len(parts) > MOST_PARTS:
        return False
    return (1 << len(parts)) - 1 in _masks(parameters, "", parts)


def _word(part: Part) -> bool:
    return re.fullmatch(r"[a-z]+", part.token) is not None


def _named(prop: str, path: str, value: Any) -> str:
    """Call the value of a named element by the element's name: `attributes[deletion_protection.enabled].Value`."""
    found = re.search(r"\[([^\[\]]+)\](?:\.(\w+))?$", path)
    if found is None or found[1] == str(value) or (found[2] and bare(found[2]) not in WRAPPERS):
        return prop
    return f"{prop}.{found[1]}"


def _around(path: str, value: Any) -> list[Part]:
    """Give what names the elements that a path leads through, where it is surely in a call: addresses, ids, ports."""
    found: list[Part] = []
    for label in re.findall(r"\[([^\[\]]+)\]", path):
        if " from " in label:
            found += parts_of_label(label)
        elif _sort(token(label)) and token(label) != (token(value) if isinstance(value, str) else ""):
            found.append(Part("", token(label), plain=False))
    return found


def speaks_of_another(parameters: Any, value: Any, prop: str, path: str = "") -> bool:
    """Say, of a value that is not shown, whether parameters hold another one where it would stand.

    It would stand under the member of its name; of an element, a range of addresses or an id also where another is.
    """
    if value is None or isinstance(value, list):
        return False
    leaves = list(_leaves(parameters))
    around = _around(path, value)
    parts = [*parts_of(value, _named(prop, path, value)), *around][:MOST_PARTS]
    whole = isinstance(value, Mapping) or bool(around) or path.endswith(f"[{value}]")
    there = [part for part in parts if any(_same_place(part, key, found, whole) for key, found in leaves)]
    return bool(there) and (1 << len(there)) - 1 not in _masks(parameters, "", there)


def _same_place(part: Part, key: str, found: str, element: bool) -> bool:  # noqa: FBT001  of one caller
    if same_member(part.key, key, SURE_NAME):
        return True
    sort = _sort_or_type(part.token)
    return element and not part.plain and (part.token == found or (bool(sort) and sort == _sort_or_type(found)))


def _sort_or_type(text: str) -> str:
    """Say of what sort a token is, of an ARN too: `iam:policy`."""
    found = re.match(r"arn:[^:]+:([^:]+):[^:]*:[^:]*:([a-z-]+)[/:]", text)
    return f"{found[1]}:{found[2]}" if found else _sort(text)


def _sort(text: str) -> str:
    """Say what an unmistakable token is: a range of addresses, or the beginning of an id of EC2."""
    if re.fullmatch(r"[\da-f.:]+/\d+", text):
        return "range"
    found = re.fullmatch(r"([a-z]+-)[0-9a-f]{8,17}", text)
    return found[1] if found else ""


def holds_word(parameters: Any, word: str, *, members: bool = False) -> bool:
    """Say whether a string of the parameters is just this one, by which a call names what it takes away.

    With `members` it may be a member's name too, as in a map of tags.
    """
    wanted, member = token(word), bare(word)
    found = _leaves(parameters)
    return bool(wanted) and any(text == wanted or (members and key == member) for key, text in found)


def parts_of(value: Any, prop: str) -> list[Part]:
    """Take a value apart; what is empty or false in an element says nothing."""
    if not isinstance(value, Mapping | list):
        text = token(value)
        members = prop.split(".")
        while len(members) > 1 and bare(members[-1]) in WRAPPERS:
            members.pop()
        return [Part(bare(".".join(members)), text, plain=not telling(text))] if text else []
    found = [part for part in _parts(value, "") if part.token and (part.token != "false")]  # noqa: S105  a scalar
    return found if any(not part.plain or part.token.lstrip("-").isdigit() for part in found) else []


def _parts(value: Any, key: str) -> Iterator[Part]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _parts(item, str(name))
    elif isinstance(value, list):
        for item in value:
            yield from _parts(item, key)
    else:
        text = token(value)
        yield Part(bare(key), text, plain=isinstance(value, bool))


def parts_of_label(label: str) -> list[Part]:
    """Take an element's name in words apart: `tcp/22 from 0.0.0.0/0`."""
    text = label.replace("all traffic", "-1")
    words = [word for word in re.split(r"[\s,]+", text) if word and word not in LITTLE_WORDS]
    found: list[str] = []
    for word in words:
        ports = re.fullmatch(r"([a-z]\w*)/(\d+)(?:-(\d+))?", word)
        found += [each for each in ports.groups() if each] if ports else [word]
    return [Part("", token(word), plain=False) for word in found]


@lru_cache(65536)
def same_member(key: str, asked: str, least: int = LONG_NAME) -> bool:
    """Say whether a property's bare path, or an element's member, and a member of a request are called the same.

    A name of fewer than `least` characters is too common to be taken for the end of another.
    """
    key, asked = key.replace("enabled", "").replace("enable", ""), asked.replace("enabled", "").replace("enable", "")
    if key == asked:
        return bool(key)
    return (len(asked) >= least and key.endswith(asked)) or (len(key) >= least and asked.endswith(key))


def _masks(node: Any, key: str, parts: list[Part]) -> set[int]:
    """Give which parts can be found together, as bit masks: of a list of objects only one entry at a time."""
    if isinstance(node, dict):
        found = {0}
        for name, item, under in _members(node, key):
            inner = _masks(item, under if name in WRAPPERS else name, parts)
            found = _most({one | other for one in found for other in inner})
        return found
    if isinstance(node, list):
        every = [_masks(item, key, parts) for item in node]
        if not any(isinstance(item, dict | list) for item in node):
            return {reduce(or_, (mask for masks in every for mask in masks), 0)}
        return _most({mask for masks in every for mask in masks} | {0})
    document = _document(node)
    if document is not None:
        return _masks(document, key, parts)
    text, mask = token(node), 0
    for place, part in enumerate(parts):
        if part.token == text and (not part.plain or same_member(part.key, key)):
            mask |= 1 << place
    return {mask}


def _members(node: Mapping[str, Any], key: str) -> Iterator[tuple[str, Any, str]]:
    """Give an object's members in bare names; of a named value (`{key: x, value: y}`) the value goes by the name."""
    names = {bare(name): item for name, item in node.items()}
    named = next((names[name] for name in ("key", "name") if isinstance(names.get(name), str)), None)
    for name, item in names.items():
        held = [*_list(item), *_statements(node)] if name == "statement" else item
        yield name, held, bare(named) if named and name == "value" else key


def _statements(node: Mapping[str, Any]) -> list[Any]:
    """Give a policy's statements in one spelling too, as changes have them."""
    try:
        policy = PolicyDocument.parse(dict(node))
    except PolicyError:
        return []
    return _list(json.loads(policy.canonical())["Statement"]) if policy is not None else []


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _most(masks: set[int]) -> set[int]:
    """Leave out what another mask has whole, and all but the fullest where there are very many."""
    best = [mask for mask in masks if not any(mask != other and mask & other == mask for other in masks)]
    return set(sorted(best, key=int.bit_count, reverse=True)[:MOST_MASKS])


def _document(value: Any) -> Any:
    """Read JSON that stands as text in a parameter, as policies of IAM do."""
    if not isinstance(value, str) or value.lstrip()[:1] not in ("{", "[", "%"):
        return None
    try:
        found = json.loads(unquote(value) if value.lstrip().startswith("%") else value)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict | list) else None


def _leaves(node: Any, key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        for name, item, under in _members(node, key):
            yield from _leaves(item, under if name in WRAPPERS else name)
    elif isinstance(node, list):
        for item in node:
            yield from _leaves(item, key)
    elif (document := _document(node)) is not None:
        yield from _leaves(document, key)
    else:
        yield key, token(node)
