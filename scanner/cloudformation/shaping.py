"""Gives properties the types that facts expect: CloudFormation takes `"true"` for true and `"22"` for 22."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from scanner.cloudformation.references import TOKEN
from scanner.cloudformation.values import is_unknown, text_of
from scanner.model import path as paths
from scanner.model.fact import Fact, alternatives
from scanner.model.kind import Kind
from scanner.model.path import Step
from scanner.model.planned import unknown
from scanner.model.resource import Source

_TEXTS = frozenset(
    {"Tags", "FileSystemTags", "AccessPointTags", "BackupPlanTags", "BackupVaultTags", "HostedZoneTags", "Options"}
    | {"Parameters", "Variables", "DockerLabels", "Labels", "TagsToAdd"}
)
"""Properties whose scalars are texts all the way down."""

_FIGURES = re.compile(r"(From|To|Container|Host|Instance|LoadBalancer)Port")
_SERVICES = {"AWS::IAM::Role": "role", "AWS::IAM::User": "user"}


def shaped(value: Any, name: str = "", *, texts: bool = False) -> Any:
    """Give properties with booleans, port numbers and texts as such; policies stay as they are written."""
    if is_unknown(value):
        return value
    if isinstance(value, Mapping):
        if "Statement" in value:
            return value
        pair = "Value" in value and bool({"Key", "Name", "ParameterKey"} & set(value))
        return {
            key: shaped(item, key, texts=texts or key in _TEXTS or (pair and key == "Value"))
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [shaped(item, name, texts=texts) for item in value]
    if texts:
        return text_of(value) if isinstance(value, bool | int | float) else value
    if isinstance(value, str) and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    if isinstance(value, str) and _FIGURES.fullmatch(name) and re.fullmatch(r"-?[0-9]{1,5}", value):
        return int(value)
    return value


def policies(value: Any, types: Mapping[str, str], account: str, partition: str) -> Any:
    """Give properties with what their policies say of the template's own resources in words that a policy can hold.

    A token in a policy would read as a policy variable, and a principal that is one as somebody of another account.
    """
    if is_unknown(value):
        return value
    if isinstance(value, list):
        return [policies(item, types, account, partition) for item in value]
    if not isinstance(value, Mapping):
        return value
    if "Statement" not in value:
        return {key: policies(item, types, account, partition) for key, item in value.items()}
    given = value["Statement"]

    def named(text: str) -> Any:
        return _in_policy(text, types, account, partition)

    if isinstance(given, list):
        return {**value, "Statement": [_statement(item, named) for item in given]}
    return {**value, "Statement": _statement(given, named)}


def _statement(value: Any, named: Callable[[str], Any]) -> Any:
    if not isinstance(value, Mapping) or is_unknown(value):
        return value
    where = {"principal", "notprincipal", "condition"}
    return {key: _texts(item, named) if key.casefold() in where else item for key, item in value.items()}


def _texts(value: Any, named: Callable[[str], Any]) -> Any:
    if is_unknown(value):
        return value
    if isinstance(value, Mapping):
        return {key: _texts(item, named) for key, item in value.items()}
    if isinstance(value, list):
        return [_texts(item, named) for item in value]
    return named(value) if isinstance(value, str) else value


def _in_policy(text: str, types: Mapping[str, str], account: str, partition: str) -> Any:
    whole = TOKEN.fullmatch(text)
    if whole is None or whole[1] not in types:
        return TOKEN.sub(lambda match: match[1] if match[1] in types else match[0], text)
    type_name = types[whole[1]]
    if not account:
        return unknown(f"{whole[1]} is named in a policy, and the account is not known: give the account")
    service = type_name.split("::")[1].lower() if type_name.count("::") > 1 else "aws"
    what = _SERVICES.get(type_name, "resource")
    return f"arn:{partition}:{service}::{account}:{what}/{whole[1]}"


def typed(kind: type[Kind], document: dict[str, Any]) -> dict[str, Any]:
    """Give a document in which what plain facts read has the fact's type; what cannot have it is not known."""
    found: Any = document
    for fact in kind.facts.values():
        make = _MAKERS.get(fact.annotation.removesuffix(" | None"))
        if make is None or fact.parser(Source.TEMPLATE) is not None or not isinstance(fact.template, str):
            continue
        for text in alternatives(fact.template):
            if " + " not in text:
                found = _made(found, paths.steps(text), make, fact)
    return dict(found)


def _made(value: Any, steps: Sequence[Step], make: Callable[[Any], Any], fact: Fact) -> Any:
    if is_unknown(value):
        return value
    if not steps:
        if value is None or isinstance(value, Mapping | list):
            return value
        made = make(value)
        return unknown(f"{fact.name} is written as {text_of(value)!r}") if made is None else made
    step, rest = steps[0], steps[1:]
    if isinstance(value, list) and step.verb == "member":
        return [_made(item, steps, make, fact) for item in value]
    if isinstance(value, list) and step.verb == "each":
        return [_made(item, rest, make, fact) for item in value]
    if isinstance(value, list) and step.verb == "at":
        return [_made(item, rest, make, fact) if place == step.argument else item for place, item in enumerate(value)]
    if isinstance(value, Mapping) and step.verb == "member" and step.argument in value:
        return {**value, step.argument: _made(value[step.argument], rest, make, fact)}
    return value


def _boolean(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False, "1": True, "0": False}.get(text_of(value).lower())


def _integer(value: Any) -> Any:
    text = text_of(value)
    return int(text) if not isinstance(value, bool) and re.fullmatch(r"-?[0-9]{1,18}", text) else None


_MAKERS: Mapping[str, Callable[[Any], Any]] = {"bool": _boolean, "int": _integer, "str": text_of}
