"""The sections of a template, checked for their shape, with loops written out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from scanner.cloudformation.loading import Map
from scanner.cloudformation.values import first_unknown, text_of
from scanner.model.given import GivenError

if TYPE_CHECKING:
    from scanner.cloudformation.resolving import Resolver

SECTIONS = ("Parameters", "Mappings", "Conditions", "Resources")
LOOP = "Fn::ForEach::"
LANGUAGE = "AWS::LanguageExtensions"
_PLAN_KEYS = {"planned_values", "resource_changes", "terraform_version", "lineage"}


def sections_of(root: Map, name: str) -> dict[str, Map]:
    """Give the sections that values hang on; one that is not there is empty.

    Raises:
        GivenError: the file is no CloudFormation template, or a section is not a map.
    """
    if "Resources" not in root:
        if _PLAN_KEYS & set(root):
            raise GivenError(f"{name}: a Terraform plan or state, not a CloudFormation template: give it with --plan")
        if {"kind", "apiVersion"} <= set(root):
            raise GivenError(f"{name}: a Kubernetes manifest, not a CloudFormation template")
        raise GivenError(f"{name}: no CloudFormation template: it has no section Resources")
    found: dict[str, Map] = {}
    for section in SECTIONS:
        value = root.get(section)
        if value is None and section != "Resources":
            value = Map()
        if not isinstance(value, Map):
            raise GivenError(f"{name}, line {root.lines.get(section, 0)}: {section} must be a map of names")
        found[section] = value
    return found


def check_resources(resources: Map, name: str) -> None:
    """Check the shape of every resource.

    Raises:
        GivenError: one is no map, or has no Type.
    """
    for logical, resource in resources.items():
        where = f"{name}, line {resources.lines.get(logical, 0)}, resource {logical}"
        if not isinstance(resource, Mapping):
            raise GivenError(f"{where}: a resource is a map with a Type")
        if not isinstance(resource.get("Type"), str) or not resource["Type"]:
            raise GivenError(f"{where}: Type is missing: name the resource's type, such as AWS::S3::Bucket")


def transforms(root: Map) -> list[str]:
    """Name the macros that the whole template goes through."""
    given = root.get("Transform")
    items = given if isinstance(given, list) else [given] if given else []
    return [text_of(item.get("Name", "")) if isinstance(item, Mapping) else text_of(item) for item in items]


def write_out(value: Map, resolver: Resolver, problems: list[str]) -> Map:
    """Give a map with its loops (`Fn::ForEach`) written out, at every depth; those that cannot be are told."""
    found = Map()
    for key, item in value.items():
        line = value.lines.get(key, 0)
        if not key.startswith(LOOP):
            found[key] = _within(item, resolver, problems)
            found.lines[key] = line
            continue
        for name, one in _turns(key, item, resolver, problems):
            for made, body in one.items():
                if made in found:
                    raise GivenError(f"{resolver.name}, line {line}: {key} makes {made!r} twice ({name})")
                found[made] = body
                found.lines[made] = line
    return found


def _within(value: Any, resolver: Resolver, problems: list[str]) -> Any:
    if isinstance(value, Map):
        return write_out(value, resolver, problems)
    return [_within(item, resolver, problems) for item in value] if isinstance(value, list) else value


def _turns(key: str, loop: Any, resolver: Resolver, problems: list[str]) -> list[tuple[str, Map]]:
    shaped = isinstance(loop, list) and len(loop) == 3  # noqa: PLR2004  identifier, collection, body
    if not shaped or not isinstance(loop[0], str) or not isinstance(loop[2], Map):
        problems.append(f"{key} is not written out: it wants an identifier, a list and a map")
        return []
    items = resolver.resolve(loop[1])
    if not isinstance(items, list) or first_unknown(items) is not None:
        problems.append(f"{key} is not written out: what it goes over is not known; what it makes is not judged")
        return []
    turns: list[tuple[str, Map]] = []
    for item in items:
        body = _replaced(loop[2], loop[0], text_of(item), resolver)
        turns.append((text_of(item), write_out(body, resolver, problems)))
    return turns


def _replaced(value: Any, name: str, text: str, resolver: Resolver) -> Any:
    """Put an element in the place of the loop's identifier."""
    resolver.charge(1)
    if isinstance(value, str):
        made = value.replace("${" + name + "}", text)
        if "&{" + name + "}" in made:
            made = made.replace("&{" + name + "}", re.sub(r"[^A-Za-z0-9]", "", text))
        resolver.charge(len(made))
        return made
    if isinstance(value, list):
        return [_replaced(item, name, text, resolver) for item in value]
    if not isinstance(value, Mapping):
        return value
    if len(value) == 1 and value.get("Ref") == name:
        return text
    found = Map()
    lines = value.lines if isinstance(value, Map) else {}
    for key, item in value.items():
        made = _replaced(key, name, text, resolver)
        found[made] = _replaced(item, name, text, resolver)
        found.lines[made] = lines.get(key, 0)
    return found
