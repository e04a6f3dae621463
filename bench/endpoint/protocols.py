"""AWS's protocols as far as phiward speaks them: which operation a request is, and what it asks.

All from botocore's models of the services, so that what the real client asks is what a description is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote

import botocore.session

from bench.endpoint.params import document, form, rest

DEEP = 3
"""So many structures inside one another are filled by `blank`."""

CREDENTIAL = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/aws4_request")
ACTION = re.compile(rb"(?:^|&)Action=([^&]+)")
VERSION = re.compile(rb"(?:^|&)Version=([^&]+)")
SESSION = botocore.session.get_session()


@cache
def model_of(service: str) -> Any:
    """Give botocore's model of a service."""
    return SESSION.get_service_model(service)


@dataclass(frozen=True)
class Asked:
    """A request: the operation as `service.Operation`, its parameters, and who signed it for which Region.

    The parameters are structured as the operation's input shape names them, whatever the protocol.
    """

    operation: str
    params: Mapping[str, Any]
    key: str
    region: str


class Refused(NamedTuple):
    """A refusal as a description may give it: AWS's code, and its message and HTTP status where they matter."""

    code: str
    message: str = ""
    status: int = 0


@cache
def input_of(operation: str) -> Any:
    """Give the input shape of `service.Operation`; None where there is none."""
    service, _, action = operation.partition(".")
    return model_of(service).operation_model(action).input_shape


class Address(NamedTuple):
    """Where an operation of a REST protocol is found: its path with the labels in it, and what stands in the query."""

    operation: str
    pattern: re.Pattern[str]
    labels: tuple[str, ...]
    flags: frozenset[str]

    @classmethod
    def of(cls, operation: str, http: Mapping[str, str]) -> Address:
        """Take the address from the model's `http`."""
        path, _, flags = http["requestUri"].partition("?")
        parts = re.split(r"\{([^}]+)\}", path)
        labels = parts[1::2]
        groups = ["(.+)" if label.endswith("+") else "([^/]+)" for label in labels]
        pattern = "".join(re.escape(text) + group for text, group in zip(parts[::2], [*groups, ""], strict=True))
        named = frozenset(name for name, _ in parse_qsl(flags, keep_blank_values=True))
        return cls(operation, re.compile(pattern + "/?"), tuple(label.rstrip("+") for label in labels), named)


@dataclass
class Operations:
    """The operations that are known, found by what a request says of itself."""

    by_target: dict[str, str] = field(default_factory=dict)
    by_action: dict[tuple[str, str, str], str] = field(default_factory=dict)
    by_uri: dict[tuple[str, str], list[Address]] = field(default_factory=dict)

    @classmethod
    def of(cls, operations: Iterable[str]) -> Operations:
        """Know these operations, each `service.Operation`."""
        made = cls()
        for operation in operations:
            service, _, action = operation.partition(".")
            model = model_of(service)
            if model.metadata.get("targetPrefix"):
                made.by_target[f"{model.metadata['targetPrefix']}.{action}"] = operation
            elif model.resolved_protocol in {"query", "ec2"}:
                made.by_action[model.signing_name, model.api_version, action] = operation
            else:
                http = model.operation_model(action).http
                made.by_uri.setdefault((model.signing_name, http["method"]), []).append(Address.of(operation, http))
        for some in made.by_uri.values():
            some.sort(key=lambda one: (-len(one.flags), -len(one.pattern.pattern)))
        return made

    def read(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Asked | None:
        """Say what is asked; None where no such operation is known."""
        signed = CREDENTIAL.search(headers.get("authorization", ""))
        key, region, service = signed.groups() if signed else ("", "", "")
        named = headers.get("x-amz-target")
        if named:
            operation = self.by_target.get(named)
            return Asked(operation, document(input_of(operation), body), key, region) if operation else None
        action = ACTION.search(body)
        if action:
            version = VERSION.search(body)
            told = (service, version[1].decode() if version else "", action[1].decode())
            operation = self.by_action.get(told)
            if not operation:
                return None
            return Asked(operation, form(input_of(operation), body, ec2=service == "ec2"), key, region)
        path, _, query = target.partition("?")
        flags = {name for name, _ in parse_qsl(query, keep_blank_values=True)}
        for address in self.by_uri.get((service, method), ()):
            match = address.pattern.fullmatch(path)
            if match and address.flags <= flags:
                labels = dict(zip(address.labels, map(unquote, match.groups()), strict=True))
                xml = model_of(address.operation.partition(".")[0]).resolved_protocol == "rest-xml"
                params = rest(input_of(address.operation), labels, query, headers, body, xml=xml)
                return Asked(address.operation, params, key, region)
        return None


def blank(shape: Any, depth: int = 0) -> Any:
    """Give the least that a shape can say: empty lists, zero, false, the first of what it enumerates."""
    kind = shape.type_name
    if kind == "structure":
        members = {} if depth > DEEP else {name: blank(member, depth + 1) for name, member in shape.members.items()}
        return {name: value for name, value in members.items() if value is not None}
    if kind in {"list", "map"}:
        return [] if kind == "list" else {}
    if kind in {"boolean", "integer", "long", "float", "double"}:
        return False if kind == "boolean" else 0
    return None if not depth or kind in {"timestamp", "blob", "string"} else ""
