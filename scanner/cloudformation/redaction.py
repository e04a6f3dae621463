"""Redacts what a template says in secret: values of NoEcho parameters, and properties that hold secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scanner.cloudformation.values import Confidential, is_unknown, text_of
from scanner.engine.redact import Redactor
from scanner.kinds.user_data import user_data_secret
from scanner.model import path as paths
from scanner.model.kind import Kind
from scanner.model.path import Step
from scanner.model.secret import Secret

PLAIN = Secret("")
SILENT = Secret("", detect=False)
USER_DATA = user_data_secret("")

_SECRET_NAME = re.compile(
    r"(password|passphrase|secretstring|secretkey|clientsecret|privatekey|presharedkey|sharedsecret|authtoken|authkey"
    r"|accesstoken|oauthtoken|headervalue)$",
    re.IGNORECASE,
)
"""Names of properties whose texts are secrets (the CloudFormation types' NoEcho-worthy and write-only properties)."""

_SECRET_OF: Mapping[str, tuple[Secret, ...]] = {
    "AWS::SSM::Parameter": (Secret("Value"),),
    "AWS::Events::Rule": (
        Secret("Targets[].Input"),
        Secret("Targets[].InputTransformer.InputTemplate"),
        Secret("Targets[].HttpParameters.HeaderParameters[]", detect=False),
        Secret("Targets[].HttpParameters.QueryStringParameters[]", detect=False),
    ),
}
"""Secrets where the template's shape is not that of the API's answer."""


def redacted(type_name: str, kind: type[Kind] | None, document: Any, redactor: Redactor) -> Any:
    """Give a resource's properties without secrets; what was given stays as it is."""
    found = _by_name(document, "", redactor)
    for secret in _SECRET_OF.get(type_name, ()):
        found = _at(found, paths.steps(secret.path), secret, "", redactor)
    for declared in kind.secrets.values() if kind is not None else ():
        for secret in (declared,) if isinstance(declared, Secret) else declared:
            for steps in _spellings(found, paths.steps(secret.path)):
                found = _at(found, steps, secret, "", redactor)
    return found


def _by_name(value: Any, name: str, redactor: Redactor) -> Any:
    if is_unknown(value):
        return value
    if isinstance(value, Mapping):
        return {key: _by_name(item, key, redactor) for key, item in value.items()}
    if isinstance(value, list):
        return [_by_name(item, name, redactor) for item in value]
    if name == "UserData" and isinstance(value, str):
        return redactor.value(str(value), USER_DATA)
    if isinstance(value, Confidential):
        return redactor.value(str(value), PLAIN, name)
    if value is not None and not isinstance(value, bool) and _SECRET_NAME.search(name):
        return redactor.value(text_of(value), SILENT, name)
    return value


def _spellings(document: Any, steps: Sequence[Step]) -> Iterator[Sequence[Step]]:
    """Give the path of an API's answer as the template has it: without what the answer is wrapped in."""
    for start in range(min(len(steps), 3)):
        rest = steps[start:]
        if rest and rest[0].verb == "member" and _member(document, rest[0].argument) is not None:
            yield rest
            return


def _member(value: Any, name: str) -> str | None:
    """Find a member whatever its first letter's case is: the API writes `name` where the template writes `Name`."""
    if not isinstance(value, Mapping):
        return None
    return next((key for key in value if key == name), None) or next(
        (key for key in value if key.casefold() == name.casefold()), None
    )


def _at(value: Any, steps: Sequence[Step], secret: Secret, label: str, redactor: Redactor) -> Any:
    if is_unknown(value):
        return value
    if not steps:
        return redactor.value(value, secret, label) if not isinstance(value, Mapping | list) else value
    step, rest = steps[0], steps[1:]
    if step.verb == "each" and isinstance(value, list):
        named = [label, *(_option(item) or label for item in value)]
        return [_at(item, rest, secret, name, redactor) for item, name in zip(value, named, strict=False)]
    if step.verb == "each" and isinstance(value, Mapping):
        return {name: _at(item, rest, secret, name, redactor) for name, item in value.items()}
    key = _member(value, step.argument) if step.verb == "member" else None
    if key is None:
        return value
    beside = _member(value, secret.label) if secret.label else None
    known = text_of(value[beside]) if beside and not isinstance(value[beside], Mapping | list) else label
    return {**value, key: _at(value[key], rest, secret, known, redactor)}


def _option(word: Any) -> str:
    """Give the name of an option of a command that the next word may be the value of; empty where it is none."""
    return word.lstrip("-") if isinstance(word, str) and word.startswith("-") and "=" not in word else ""
