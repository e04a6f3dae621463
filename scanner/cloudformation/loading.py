"""Reads the text of a template, YAML with the short tags or JSON, keeping the line of every key.

The tree is built from the parser's events, so that depth, size and aliases are bounded before anything is made.
Source: CloudFormation User Guide, "Template format" and "Intrinsic function reference".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from scanner.model.given import GivenError

if TYPE_CHECKING:
    from yaml.events import Event

MAX_BYTES = 4 * 1024 * 1024
"""CloudFormation takes templates of up to 1 MB; with the comments of a file before it is packed, some more."""
MAX_DEPTH = 60
MAX_NODES = 400_000

_STANDARD = "tag:yaml.org,2002:"
_TYPED = {"bool", "int", "float", "null"}
_PLAIN = {"!Ref": "Ref", "!Condition": "Condition"}
_TRUE, _FALSE = {"true", "yes", "on"}, {"false", "no", "off"}
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"[-+]?(0|[1-9][0-9]*)\.[0-9]+([eE][-+]?[0-9]{1,3})?")
_SURROGATES = re.compile(r"(?<!\\)((?:\\\\)*)\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")


class Map(dict[str, Any]):
    """A mapping that knows the line of each of its keys."""

    __slots__ = ("lines",)

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        self.lines: dict[str, int] = {}


def load(data: bytes, name: str) -> Map:
    """Read a template's text into maps, lists and scalars; `!Sub x` becomes `{"Fn::Sub": x}`.

    Raises:
        GivenError: it is no text, no YAML, not one map, too large or too deep, or a key stands twice.
    """
    return _Tree(_text(data, name), name).read()


def _text(data: bytes, name: str) -> str:
    if len(data) > MAX_BYTES:
        raise GivenError(f"{name}: {len(data)} bytes are no template: CloudFormation takes 1 MB at most")
    encoding = "utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise GivenError(
            f"{name}: byte {error.start} is not {encoding}: give a template as YAML or JSON text"
        ) from None
    if "\0" in text:
        raise GivenError(f"{name}: a binary file, not a template: give a template as YAML or JSON text")
    if not text.strip():
        raise GivenError(f"{name}: the file is empty: give a template that has Resources")
    if text.lstrip().startswith("{"):
        text = _SURROGATES.sub(_joined, text.replace("\t", " "))
    return text


def _joined(match: re.Match[str]) -> str:
    high, low = int(match[2], 16), int(match[3], 16)
    return match[1] + chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))


class _Frame:
    """A collection that is being read: the value, the key that waits for its value, and how it ends."""

    __slots__ = ("anchor", "before", "height", "key", "tag", "value")

    def __init__(self, value: Map | list[Any], tag: str, anchor: str | None, before: int) -> None:
        self.value, self.tag, self.anchor, self.before = value, tag, anchor, before
        self.key: str | None = None
        self.height = 0


class _Tree:
    def __init__(self, text: str, name: str) -> None:
        self.text, self.name = text, name
        self.frames: list[_Frame] = []
        self.anchors: dict[str, tuple[Any, int, int]] = {}
        self.nodes = 0
        self.roots: list[Any] = []

    def fail(self, event: Event | None, problem: str) -> GivenError:
        mark = getattr(event, "start_mark", None)
        where = f", line {mark.line + 1}, column {mark.column + 1}" if mark is not None else ""
        return GivenError(f"{self.name}{where}: {problem}")

    def read(self) -> Map:
        import yaml

        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        try:
            for event in yaml.parse(self.text, Loader=loader):
                self.take(event)
        except yaml.YAMLError as error:
            raise self._syntax(error) from None
        if len(self.roots) != 1:
            raise GivenError(f"{self.name}: {len(self.roots)} documents: give one template in one file")
        if not isinstance(self.roots[0], Map):
            raise GivenError(f"{self.name}, line 1: a template is a map with Resources, and this is none")
        return self.roots[0]

    def _syntax(self, error: Any) -> GivenError:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        where = f", line {mark.line + 1}, column {mark.column + 1}" if mark is not None else ""
        said = getattr(error, "problem", None) or getattr(error, "reason", None) or "not readable"
        return GivenError(f"{self.name}{where}: neither YAML nor JSON: {' '.join(str(said).split())}; mend the syntax")

    def take(self, event: Event) -> None:
        from yaml import events

        if isinstance(event, events.ScalarEvent):
            self.count(1, event)
            self.put(self._scalar(event), event, event.anchor, (1, 0))
        elif isinstance(event, events.AliasEvent):
            self._alias(event)
        elif isinstance(event, events.MappingStartEvent | events.SequenceStartEvent):
            self._deep(event, 1)
            self.count(1, event)
            value: Map | list[Any] = Map() if isinstance(event, events.MappingStartEvent) else []
            self.frames.append(_Frame(value, event.tag or "", event.anchor, self.nodes))
        elif isinstance(event, events.MappingEndEvent | events.SequenceEndEvent):
            frame = self.frames.pop()
            size = self.nodes - frame.before + 1
            self.put(self._tagged(frame.tag, frame.value, event), event, frame.anchor, (size, frame.height + 1))

    def _deep(self, event: Event, height: int) -> None:
        if len(self.frames) + height > MAX_DEPTH:
            raise self.fail(event, f"nested deeper than {MAX_DEPTH} levels: no template is")

    def count(self, more: int, event: Event) -> None:
        self.nodes += more
        if self.nodes > MAX_NODES:
            raise self.fail(event, f"more than {MAX_NODES} values, aliases spelled out: no template has so many")

    def _alias(self, event: Any) -> None:
        if event.anchor not in self.anchors:
            raise self.fail(event, f"the alias *{event.anchor} stands for nothing before it, or for itself")
        value, size, height = self.anchors[event.anchor]
        self._deep(event, height)
        self.count(size, event)
        self.put(value, event, None, (size, height))

    def put(self, value: Any, event: Event, anchor: str | None, measure: tuple[int, int]) -> None:
        """Put a value that is read where it belongs; its measure is its size and its height."""
        if anchor:
            self.anchors[anchor] = (value, *measure)
        if not self.frames:
            self.roots.append(value)
            return
        frame = self.frames[-1]
        frame.height = max(frame.height, measure[1])
        if isinstance(frame.value, list):
            frame.value.append(value)
        elif frame.key is None:
            frame.key = self._key(frame.value, event)
        else:
            self._member(frame.value, frame.key, value, event)
            frame.key = None

    def _key(self, into: Map, event: Any) -> str:
        if not hasattr(event, "value"):
            raise self.fail(event, "a key must be a text")
        key = str(event.value)
        if key in into and key != "<<":
            raise self.fail(event, f"{key!r} stands twice, first on line {into.lines.get(key, 0)}: remove one")
        into.lines[key] = event.start_mark.line + 1
        return key

    def _member(self, into: Map, key: str, value: Any, event: Event) -> None:
        if key != "<<":
            into[key] = value
            return
        for part in value if isinstance(value, list) else [value]:
            if not isinstance(part, Map):
                raise self.fail(event, "<< merges maps only")
            for name, item in part.items():
                if name not in into:
                    into[name] = item
                    into.lines[name] = part.lines.get(name, 0)

    def _scalar(self, event: Any) -> Any:
        tag = event.tag or ""
        if tag.startswith("!") and tag != "!":
            return self._tagged(tag, event.value, event)
        if tag:
            return _plain(event.value) if tag.removeprefix(_STANDARD) in _TYPED else event.value
        return _plain(event.value) if event.implicit[0] else event.value

    def _tagged(self, tag: str, value: Any, event: Event) -> Any:
        if not tag.startswith("!") or tag == "!":
            return value
        name = _PLAIN.get(tag, "Fn::" + tag[1:])
        if name == "Fn::GetAtt" and isinstance(value, str):
            value = value.split(".", 1)
        found = Map()
        found[name] = value
        found.lines[name] = event.start_mark.line + 1
        self.count(1, event)
        return found


def _plain(text: str) -> Any:
    """Give what an unquoted scalar means; dates, octal and sexagesimal figures stay texts."""
    low = text.lower()
    if low in {"", "~", "null"}:
        return None
    if low in _TRUE or low in _FALSE:
        return low in _TRUE
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text
