"""Reads a CloudFormation template into the world that it describes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scanner.cloudformation.folding import Folding
from scanner.cloudformation.loading import MAX_BYTES, Map, load
from scanner.cloudformation.parameters import read_parameters
from scanner.cloudformation.references import Names, pseudo_parameters
from scanner.cloudformation.resolving import Resolver
from scanner.cloudformation.template import LANGUAGE, check_resources, sections_of, transforms, write_out
from scanner.cloudformation.values import Confidential, is_unknown, text_of
from scanner.model.fact import alternatives
from scanner.model.given import Given, GivenError
from scanner.model.planned import token

if TYPE_CHECKING:
    from scanner.engine.redact import Redactor
    from scanner.model.kind import Kind

NESTED = "AWS::CloudFormation::Stack"
_SHOWN = 8


def read(
    source: Path | bytes,
    name: str,
    *,
    kinds: Mapping[str, type[Kind]],
    redactor: Redactor,
    parameters: Mapping[str, str] | None = None,
    account: str = "",
    region: str = "",
    partition: str = "aws",
) -> Given:
    """Read a template: YAML with the short tags, or JSON.

    `kinds` are by CloudFormation type. `parameters` are texts, as `aws cloudformation deploy` takes them; a parameter
    that is not given stands at its default. What hangs on a parameter without either, on another stack, on a macro or
    on what AWS will make is unknown. Account and Region are empty where they are not known.

    Raises:
        GivenError: the file cannot be read, is no template, or does not allow a parameter's value.
    """
    data = source if isinstance(source, bytes) else _bytes(source, name)
    file = name if isinstance(source, bytes) else str(source)
    try:
        return _given(
            load(data, name), name, file, _World(kinds, redactor, parameters or {}, (account, region, partition))
        )
    except RecursionError:
        raise GivenError(f"{name}: its values stand on each other too deeply: no template is so") from None


def _bytes(path: Path, name: str) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise GivenError(f"{name}: cannot be read: {error.strerror or error}: name a template file") from None


class _World:
    """Where the template is read into."""

    def __init__(
        self,
        kinds: Mapping[str, type[Kind]],
        redactor: Redactor,
        parameters: Mapping[str, str],
        place: tuple[str, str, str],
    ) -> None:
        self.kinds, self.redactor, self.parameters, self.place = kinds, redactor, parameters, place


def _given(root: Map, name: str, file: str, world: _World) -> Given:
    sections = sections_of(root, name)
    values, defaults = read_parameters(sections["Parameters"], world.parameters, name)
    resolver = Resolver(name, sections, values, pseudo_parameters(*world.place))
    notes: list[str] = []
    for section in ("Conditions", "Resources"):
        sections[section] = write_out(sections[section], resolver, notes)
    check_resources(sections["Resources"], name)
    types = {logical: str(resource["Type"]) for logical, resource in sections["Resources"].items()}
    names = resolver.names = Names(types, _Known(resolver, types, world))
    folding = Folding(resolver, names, world.kinds, world.redactor, world.place)
    setting = folding.setting(file)
    macros = [macro for macro in transforms(root) if macro != LANGUAGE]
    nested = [logical for logical, type_name in types.items() if type_name == NESTED]
    notes += [f"the macro {macro} may change anything when the stack is made" for macro in macros]
    notes += [f"{logical} is a nested stack: give its template by itself" for logical in nested]
    if defaults:
        notes.append(f"parameters at their default: {_some(defaults)}")
    return Given(
        name=name,
        sort="template",
        after=setting,
        version=text_of(root.get("AWSTemplateFormatVersion")),
        is_partial=bool(macros or nested),
        notes=tuple(dict.fromkeys([*notes, *folding.notes, *resolver.problems])),
    )


def _some(names: list[str]) -> str:
    rest = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {rest} more" if rest > 0 else "")


class _Known:
    """Gives the id and ARN of a resource as far as its declaration says them."""

    def __init__(self, resolver: Resolver, types: Mapping[str, str], world: _World) -> None:
        self.resolver, self.types, self.kinds = resolver, types, world.kinds
        self.account, self.region, self.partition = world.place

    def __call__(self, logical: str) -> tuple[str, str]:
        kind = self.kinds.get(self.types[logical])
        properties = self.resolver.sections["Resources"][logical].get("Properties")
        if kind is None or not isinstance(properties, Mapping):
            return "", ""
        found = ""
        for text in alternatives(kind.facts["id"].template):
            value = self.resolver.resolve(properties[text]) if text.isalnum() and text in properties else None
            if isinstance(value, str | int) and not is_unknown(value) and not isinstance(value, Confidential | bool):
                found = text_of(value)
                break
        return found, self._arn(kind, found or token(logical))

    def _arn(self, kind: type[Kind], id: str) -> str:
        """Give the ARN where its form is known and holds nothing that is not; a token's only without an account."""
        place: dict[str, Any] = {"partition": self.partition, "account": self.account, "region": self.region}
        asked = [field for field in place if "{" + field + "}" in kind.arn_format]
        if not kind.arn_format or not all(place[field] for field in asked):
            return ""
        if id.startswith("${") and asked != ["partition"]:
            return ""
        return kind.arn_format.format(id=id, **place)
