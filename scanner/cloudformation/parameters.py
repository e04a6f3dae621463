"""Parameters of a template: what is given, else the default, else not known."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from scanner.cloudformation.loading import Map
from scanner.cloudformation.values import Confidential, text_of
from scanner.model.given import GivenError
from scanner.model.planned import unknown

MAX_LENGTH = 4096
"""Characters of a parameter's value, by CloudFormation's quota."""
_NUMBER = re.compile(r"[-+]?[0-9]{1,18}(\.[0-9]{1,18})?")


def read_parameters(declared: Map, given: Mapping[str, str], name: str) -> tuple[dict[str, Any], list[str]]:
    """Give the value of each parameter, and the names of those that stand at their default.

    Raises:
        GivenError: a parameter is not declared, or its value is not one that the template allows.
    """
    for key in given:
        if key not in declared:
            known = ", ".join(declared) or "none"
            raise GivenError(f"{name}: the template has no parameter {key!r}; it has {known}")
    values: dict[str, Any] = {}
    defaults: list[str] = []
    for key, spec in declared.items():
        where = f"{name}, line {declared.lines.get(key, 0)}, parameter {key}"
        if not isinstance(spec, Mapping):
            raise GivenError(f"{where}: a parameter is a map with a Type")
        if key not in given and spec.get("Default") is not None:
            defaults.append(key)
        values[key] = _value(spec, given.get(key, spec.get("Default")), where)
    return values, defaults


def _value(spec: Mapping[str, Any], said: Any, where: str) -> Any:
    kind = spec.get("Type", "String")
    if not isinstance(kind, str):
        raise GivenError(f"{where}: Type must be a text")
    parameter = where.rpartition("parameter ")[2]
    if said is None:
        return unknown(f"the parameter {parameter} has no value: give one")
    if kind.startswith("AWS::SSM::Parameter::Value"):
        return unknown(f"the parameter {parameter} is read from Systems Manager when the stack is made")
    if isinstance(said, Mapping | list):
        raise GivenError(f"{where}: a value is one text or figure")
    text = text_of(said)
    if len(text) > MAX_LENGTH:
        raise GivenError(f"{where}: the value is longer than {MAX_LENGTH} characters, which CloudFormation refuses")
    several = kind == "CommaDelimitedList" or kind.startswith("List<")
    parts = [part.strip() for part in text.split(",")] if several else [text]
    secret = text_of(spec.get("NoEcho")).lower() == "true"
    _check(spec, parts, where, secret=secret)
    if kind in {"Number", "List<Number>"}:
        read = [_number(part, where, secret=secret) for part in parts]
    else:
        read = [Confidential(part) if secret else part for part in parts]
    return read if several else read[0]


def _check(spec: Mapping[str, Any], parts: list[str], where: str, *, secret: bool) -> None:
    allowed = spec.get("AllowedValues")
    if not isinstance(allowed, list):
        return
    texts = [text_of(item) for item in allowed]
    for part in parts:
        if part not in texts:
            shown, choice = ("the value", "one of them") if secret else (repr(part), ", ".join(texts))
            raise GivenError(f"{where}: {shown} is not among AllowedValues; give {choice}")


def _number(text: str, where: str, *, secret: bool) -> Any:
    if not _NUMBER.fullmatch(text):
        shown = "the value" if secret else repr(text)
        raise GivenError(f"{where}: {shown} is no number, and its Type is Number")
    if secret:
        return Confidential(text)
    return float(text) if "." in text else int(text)
