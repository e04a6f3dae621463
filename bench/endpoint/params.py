"""What a request asks, whatever its protocol: the members of the operation's input shape, by their names there.

A form's `InstanceId.1=i-1` becomes `{"InstanceIds": ["i-1"]}`, as botocore wrote it; so do members that stand in the
path, the query or a header. Numbers and booleans come as such, moments and blobs as they stand on the wire.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote_plus
from xml.etree.ElementTree import Element, fromstring

Read = Callable[[Any], Any]
"""Makes a value of what stands on the wire."""

NUMBERS: dict[str, Read] = {"integer": int, "long": int, "float": float, "double": float}


def _scalar(shape: Any) -> Read:
    if shape.type_name == "boolean":
        return lambda text: str(text).lower() == "true"
    return NUMBERS.get(shape.type_name, str)


# ---- forms (the protocols `query` and `ec2`) ---------------------------------------------------


def form(shape: Any, body: bytes, *, ec2: bool) -> dict[str, Any]:
    """Read the members of a form."""
    tree: dict[str, Any] = {}
    for pair in body.decode().split("&"):
        name, _, value = pair.partition("=")
        steps = unquote_plus(name).split(".")
        at = tree
        for step in steps[:-1]:
            at = at.setdefault(step, {})
        at[steps[-1]] = unquote_plus(value)
    return _form_structure(shape, tree, ec2) if shape is not None else {}


def _form_name(shape: Any, name: str, ec2: bool) -> str:  # noqa: FBT001  which of two dialects
    told = shape.serialization
    if ec2:
        named = told.get("name", name)
        return str(told.get("queryName") or named[0].upper() + named[1:])
    if shape.type_name == "list" and told.get("flattened") and shape.member.serialization.get("name"):
        return str(shape.member.serialization["name"])
    return str(told.get("name", name))


def _form_structure(shape: Any, tree: Mapping[str, Any], ec2: bool) -> dict[str, Any]:  # noqa: FBT001  as above
    made = {}
    for name, member in shape.members.items():
        wire = _form_name(member, name, ec2)
        if wire in tree:
            made[name] = _form_value(member, tree[wire], ec2)
    return made


def _form_value(shape: Any, at: Any, ec2: bool) -> Any:  # noqa: FBT001  as above
    kind = shape.type_name
    if kind == "structure":
        return _form_structure(shape, at, ec2) if isinstance(at, dict) else {}
    if kind == "list":
        inner = at if ec2 or shape.serialization.get("flattened") else _below(at, _name_of(shape.member, "member"))
        return [_form_value(shape.member, inner[step], ec2) for step in _in_order(inner)]
    if kind == "map":
        inner = at if shape.serialization.get("flattened") else _below(at, "entry")
        key, value = _name_of(shape.key, "key"), _name_of(shape.value, "value")
        return {inner[step][key]: _form_value(shape.value, inner[step][value], ec2) for step in _in_order(inner)}
    return _scalar(shape)(at)


def _below(at: Any, name: str) -> Any:
    return at.get(name, {}) if isinstance(at, dict) else {}


def _name_of(shape: Any, name: str) -> str:
    return str(shape.serialization.get("name", name))


def _in_order(at: Any) -> list[str]:
    """Give the numbers of a list's items as they stand in the form; an empty list is a name without a number."""
    return sorted(at, key=int) if isinstance(at, dict) else []


# ---- documents ---------------------------------------------------------------------------------


def document(shape: Any, body: bytes) -> dict[str, Any]:
    """Read the members of a JSON document."""
    made = from_json(shape, json.loads(body)) if body and shape is not None else {}
    return made if isinstance(made, dict) else {}


def from_json(shape: Any, value: Any) -> Any:
    """Read a JSON value by its shape: members get the names that they have there."""
    kind = shape.type_name
    if kind == "structure" and isinstance(value, dict):
        if getattr(shape, "is_document_type", False):
            return value
        wired = ((name, _name_of(member, name), member) for name, member in shape.members.items())
        return {name: from_json(member, value[wire]) for name, wire, member in wired if wire in value}
    if kind == "list" and isinstance(value, list):
        return [from_json(shape.member, one) for one in value]
    if kind == "map" and isinstance(value, dict):
        return {key: from_json(shape.value, one) for key, one in value.items()}
    return value


def from_xml(shape: Any, at: Element) -> Any:
    """Read an XML element by its shape."""
    kind = shape.type_name
    if kind == "structure":
        found = {}
        for name, member in shape.members.items():
            flat = member.serialization.get("flattened")
            there = _named(at, _name_of(member, name))
            if there:
                found[name] = [from_xml(member.member, one) for one in there] if flat else from_xml(member, there[0])
        return found
    if kind == "list":
        return [from_xml(shape.member, one) for one in at]
    return _scalar(shape)(at.text or "")


def _named(at: Element, name: str) -> list[Element]:
    return [one for one in at if one.tag.rpartition("}")[2] == name]


# ---- members in the path, the query and headers --------------------------------------------------


def rest(
    shape: Any, labels: Mapping[str, str], query: str, headers: Mapping[str, str], body: bytes, *, xml: bool
) -> dict[str, Any]:
    """Read the members of a request whose members stand where HTTP has its own; header names are in lower case."""
    if shape is None:
        return {}
    asked = parse_qsl(query, keep_blank_values=True)
    made: dict[str, Any] = {}
    for name, member in shape.members.items():
        wire = _name_of(member, name)
        match member.serialization.get("location"):
            case "uri":
                found: Any = labels.get(wire)
            case "querystring":
                found = _queried(member, wire, asked)
            case "header":
                found = headers.get(wire.lower())
            case "headers":
                start = wire.lower()
                found = {key[len(start) :]: value for key, value in headers.items() if key.startswith(start)} or None
            case _:
                continue
        if found is not None:
            made[name] = found if isinstance(found, (list, dict)) else _scalar(member)(found)
    payload = shape.serialization.get("payload")
    if not body:
        return made
    if payload and shape.members[payload].type_name in {"blob", "string"}:
        return made | {payload: body.decode("utf-8", "replace")}
    whole = shape.members[payload] if payload else shape
    inner = from_xml(whole, fromstring(body)) if xml else from_json(whole, json.loads(body))  # noqa: S314  its own
    return made | ({payload: inner} if payload else inner)


def _queried(member: Any, wire: str, asked: Iterable[tuple[str, str]]) -> Any:
    if member.type_name == "map":
        return dict(asked) or None
    values = [value for name, value in asked if name == wire]
    if member.type_name == "list":
        return [_scalar(member.member)(value) for value in values] or None
    return values[0] if values else None
