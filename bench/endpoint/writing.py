"""How answers and refusals are written in AWS's protocols, by botocore's models, so that the real client reads them.

A value is given by the names of the output shape: a moment as seconds or ISO 8601, a blob as its content.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any
from xml.sax.saxutils import escape

from bench.endpoint.protocols import Refused, model_of

Put = Callable[[Any, list[str]], None]
"""Writes a value to the end of a document."""

JSON = {"Content-Type": "application/x-amz-json-1.1"}
XML = {"Content-Type": "text/xml"}
REQUEST = "00000000-0000-4000-8000-000000000000"
XSI = ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'

MISSING = ("NoSuch", "NotFound", "ResourceNotFoundException", "NoSuchEntity")
DENIED = ("AccessDenied", "Unauthorized", "Forbidden", "AuthFailure", "InvalidClientTokenId", "SignatureDoesNotMatch")


def written(operation: str, answer: Mapping[str, Any]) -> tuple[bytes, dict[str, str]]:
    """Write an answer in the operation's protocol: the body and the headers."""
    return _writer(operation)(answer)


def refused(operation: str, said: Refused | str, status: int = 0) -> tuple[int, bytes, dict[str, str]]:
    """Write a refusal in the operation's protocol: the status, the body and the headers."""
    code, message, own = said if isinstance(said, Refused) else (said, "", 0)
    message = message or f"{code}: the synthetic account says so"
    protocol = model_of(operation.partition(".")[0]).resolved_protocol
    status = status or own or _status(code, protocol)
    if protocol in {"json", "rest-json"}:
        body = json.dumps({"__type": code, "message": message}).encode()
        return status, body, JSON | {"x-amzn-ErrorType": code}
    error = f"<Error><Code>{escape(code)}</Code><Message>{escape(message)}</Message></Error>"
    told = f"<RequestId>{REQUEST}</RequestId>"
    shell = {
        "ec2": f"<Response><Errors>{error}</Errors><RequestID>{REQUEST}</RequestID></Response>",
        "query": f"<ErrorResponse>{error}{told}</ErrorResponse>",
    }.get(protocol, error if operation.startswith("s3.") else f"<ErrorResponse>{error}{told}</ErrorResponse>")
    return status, f'<?xml version="1.0" encoding="UTF-8"?>{shell}'.encode(), XML


def _status(code: str, protocol: str) -> int:
    if protocol == "json":
        return 400
    if code.startswith(DENIED):
        return 403
    return 404 if any(word in code for word in MISSING) else 400


@cache
def _writer(operation: str) -> Callable[[Mapping[str, Any]], tuple[bytes, dict[str, str]]]:
    service, _, action = operation.partition(".")
    model = model_of(service)
    shape = model.operation_model(action).output_shape
    protocol = str(model.resolved_protocol)
    if shape is None:
        body = b"" if protocol.startswith("rest") else b"{}" if protocol == "json" else _shell(action, "", protocol)
        return lambda _: (body, JSON if protocol.endswith("json") else XML)
    headers = {
        name: str(member.serialization.get("name", name))
        for name, member in shape.members.items()
        if member.serialization.get("location") == "header"
    }
    inner = _json_body(shape) if protocol.endswith("json") else _xml_body(operation, action, shape, protocol)

    def write(answer: Mapping[str, Any]) -> tuple[bytes, dict[str, str]]:
        body, kind = inner(answer)
        return body, kind | {wire: str(answer[name]) for name, wire in headers.items() if name in answer}

    return write


def _json_body(shape: Any) -> Callable[[Mapping[str, Any]], tuple[bytes, dict[str, str]]]:
    payload = shape.serialization.get("payload")
    if payload and shape.members[payload].type_name in {"blob", "string"}:
        return lambda answer: (_content(answer.get(payload, b"")), {"Content-Type": "application/octet-stream"})
    body = shape.members[payload] if payload else shape

    def write(answer: Mapping[str, Any]) -> tuple[bytes, dict[str, str]]:
        said = answer.get(payload, {}) if payload else answer
        return json.dumps(as_json(body, said), separators=(",", ":")).encode(), JSON

    return write


def as_json(shape: Any, value: Any) -> Any:
    """Give a value as it stands in a JSON document."""
    kind = shape.type_name
    if kind == "structure":
        if getattr(shape, "is_document_type", False):
            return value
        return {
            member.serialization.get("name", name): as_json(member, value[name])
            for name, member in shape.members.items()
            if name in value and "location" not in member.serialization
        }
    if kind == "list":
        return [as_json(shape.member, one) for one in value]
    if kind == "map":
        return {key: as_json(shape.value, one) for key, one in value.items()}
    if kind == "blob":
        return base64.b64encode(_content(value)).decode()
    return value.timestamp() if isinstance(value, datetime) else value


def _content(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def _shell(action: str, inner: str, protocol: str) -> bytes:
    told = {
        "ec2": f"<requestId>{REQUEST}</requestId>",
        "query": f"<ResponseMetadata><RequestId>{REQUEST}</RequestId></ResponseMetadata>",
    }.get(protocol, "")
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    return f"{head}<{action}Response>{inner}{told}</{action}Response>".encode()


def _xml_body(
    operation: str, action: str, shape: Any, protocol: str
) -> Callable[[Mapping[str, Any]], tuple[bytes, dict[str, str]]]:
    payload = shape.serialization.get("payload") if protocol == "rest-xml" else None
    if payload and shape.members[payload].type_name in {"blob", "string"}:
        return lambda answer: (_content(answer.get(payload, b"")), {"Content-Type": "application/json"})
    if operation == "s3.GetBucketLocation":  # its one member is the document itself
        return lambda answer: (
            f"<LocationConstraint>{answer.get('LocationConstraint') or ''}</LocationConstraint>".encode(),
            XML,
        )
    put = _structure(shape.members[payload] if payload else shape, protocol)
    wrapper = str(shape.serialization.get("resultWrapper", f"{action}Result")) if protocol == "query" else ""

    def write(answer: Mapping[str, Any]) -> tuple[bytes, dict[str, str]]:
        out: list[str] = []
        put(answer.get(payload, {}) if payload else answer, out)
        inner = "".join(out)
        return _shell(action, f"<{wrapper}>{inner}</{wrapper}>" if wrapper else inner, protocol), XML

    return write


def _structure(shape: Any, protocol: str) -> Put:
    """Write a structure's members; how is found when the first is written, for shapes hold one another."""
    puts: dict[str, Put] = {}

    def put(value: Mapping[str, Any], out: list[str]) -> None:
        if not puts:
            for name, member in shape.members.items():
                told = member.serialization
                if "location" not in told and not told.get("xmlAttribute"):
                    puts[name] = _element(member, str(told.get("name", name)), protocol)
        for name, write in puts.items():
            if name in value and value[name] is not None:
                write(value[name], out)

    return put


def _element(shape: Any, name: str, protocol: str) -> Put:
    kind = shape.type_name
    if kind == "structure":
        return _open_structure(shape, name, protocol)
    if kind == "list":
        return _list(shape, name, protocol)
    if kind == "map":
        return _map(shape, name, protocol)
    text = _TEXT.get(kind, str)

    def put(value: Any, out: list[str]) -> None:
        out.append(f"<{name}>{escape(text(value))}</{name}>")

    return put


def _open_structure(shape: Any, name: str, protocol: str) -> Put:
    inner = _structure(shape, protocol)
    attributes = {
        member: str(one.serialization["name"])
        for member, one in shape.members.items()
        if one.serialization.get("xmlAttribute")
    }

    def put(value: Any, out: list[str]) -> None:
        said = "".join(
            f'{XSI} {wire}="{escape(value[member])}"' for member, wire in attributes.items() if member in value
        )
        out.append(f"<{name}{said}>")
        inner(value, out)
        out.append(f"</{name}>")

    return put


def _list(shape: Any, name: str, protocol: str) -> Put:
    flat = bool(shape.serialization.get("flattened"))
    told = shape.member.serialization.get("name")
    each = _element(shape.member, str(told or (name if flat else "item" if protocol == "ec2" else "member")), protocol)

    def put(value: Any, out: list[str]) -> None:
        if not flat:
            out.append(f"<{name}>")
        for one in value:
            each(one, out)
        if not flat:
            out.append(f"</{name}>")

    return put


def _map(shape: Any, name: str, protocol: str) -> Put:
    flat = bool(shape.serialization.get("flattened"))
    key = str(shape.key.serialization.get("name", "key"))
    each = _element(shape.value, str(shape.value.serialization.get("name", "value")), protocol)
    entry = name if flat else "entry"

    def put(value: Any, out: list[str]) -> None:
        if not flat:
            out.append(f"<{name}>")
        for word, one in value.items():
            out.append(f"<{entry}><{key}>{escape(word)}</{key}>")
            each(one, out)
            out.append(f"</{entry}>")
        if not flat:
            out.append(f"</{name}>")

    return put


def _moment(value: Any) -> str:
    if isinstance(value, int | float):
        value = datetime.fromtimestamp(value, UTC)
    return value.strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(value, datetime) else str(value)


_TEXT: dict[str, Callable[[Any], str]] = {
    "boolean": lambda value: str(value).lower(),
    "timestamp": _moment,
    "blob": lambda value: base64.b64encode(_content(value)).decode(),
}
