"""What the demo's CloudTrail writes of each call: who made it, from where, with what, and what came of it.

Read from the request and its answer by botocore's models. Source: CloudTrail User Guide, "CloudTrail record contents"
and "CloudTrail userIdentity element"; Amazon S3 User Guide, "Amazon S3 CloudTrail events".
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.parsers import ResponseParserError
from moto.core.parse import RequestParserError
from moto.core.utils import get_service_model, utcnow

from scanner.demo import wire
from scanner.demo.moto_gaps import cloudtrail
from scanner.demo.principals import caller, is_auditor
from scanner.demo.trail_words import (
    CAPITAL_REQUESTS,
    DATA_OPERATIONS,
    DATA_SERVICES,
    EVENT_NAMES,
    EVENT_SOURCES,
    GLOBAL,
    READING,
    RESOURCES,
)

if TYPE_CHECKING:
    from scanner.demo.wire import Environ, Heard

HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
_SERVICE = ".amazonaws.com"
_CONSOLE = "console.amazonaws.com"
_FAILED = 400
_BUCKET_WORDS = {"Bucket": "bucketName", "Policy": "bucketPolicy"}
_VERSION = re.compile(r"\d{4}_\d{2}_\d{2}$")


def is_recorded(heard: Heard) -> bool:
    """Whether CloudTrail keeps the call: no data events, and of the auditor's own calls none that only read."""
    service, operation = heard.call.service, heard.call.operation
    if service in DATA_SERVICES or operation in DATA_OPERATIONS.get(service, ()):
        return False
    return not (reads(operation) and is_auditor(heard.access_key, heard.call.account))


def reads(operation: str) -> bool:
    """Whether an operation changes nothing."""
    return READING.match(operation) is not None


def record(heard: Heard, environ: Environ, status: int, headers: Sequence[tuple[str, str]], body: bytes) -> None:
    """Keep an event of a call that was answered."""
    call = heard.call
    reading, failed = reads(call.operation), status >= _FAILED
    agent = environ.get("HTTP_USER_AGENT", "")
    address = environ.get("HTTP_X_FORWARDED_FOR") or "127.0.0.1"
    now = utcnow().replace(tzinfo=UTC)
    who = caller(heard.access_key, call.account)
    if agent.endswith(_SERVICE) and agent != _CONSOLE:
        who["invokedBy"] = address = agent
    asked = _read(lambda: wire.parameters(heard))
    told = {} if reading and not failed else _read(lambda: wire.answer(heard, status, headers, body))
    name = _VERSION.sub("", call.operation)
    event: dict[str, Any] = {
        "eventVersion": "1.11",
        "userIdentity": who,
        "eventTime": _iso(now),
        "eventSource": EVENT_SOURCES.get(call.service, get_service_model(call.service).signing_name + _SERVICE),
        "eventName": EVENT_NAMES.get((call.service, name), name),
        "awsRegion": "us-east-1" if call.service in GLOBAL else call.region,
        "sourceIPAddress": address,
        "userAgent": agent,
        "requestParameters": _written(heard, asked) or None,
        "responseElements": None,
        "readOnly": reading,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": call.account,
        "eventCategory": "Management",
    }
    if agent.startswith("Mozilla/"):
        event["sessionCredentialFromConsole"] = "true"
    if failed:
        error = told.get("Error", {})
        event |= {"errorCode": error.get("Code") or str(status), "errorMessage": error.get("Message", "")}
    elif told:
        shape = heard.operation.output_shape
        event["responseElements"] = _lower(_plain(told, shape, in_items=call.service == "ec2")) or None
    event["resources"] = [
        {"accountId": call.account, "type": kind, "ARN": named} for kind, named in _touched(call.service, asked, told)
    ]
    cloudtrail.keep(event)


def _read(how: Any) -> dict[str, Any]:
    """Read a message; what does not fit its model is recorded without its parts, and never stands in a call's way."""
    try:
        found: dict[str, Any] = how()
    except (RequestParserError, ResponseParserError, NotImplementedError, KeyError, ValueError, TypeError):
        return {}
    found.pop("ResponseMetadata", None)
    return found


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _written(heard: Heard, asked: dict[str, Any]) -> dict[str, Any]:
    """The parameters as CloudTrail writes them: in lower camel case, but for the younger calls of EC2 and for S3."""
    service, operation = heard.call.service, heard.call.operation
    shape = heard.operation.input_shape
    if service == "s3":
        found = {_BUCKET_WORDS.get(name, name): value for name, value in _plain(asked, shape, in_items=False).items()}
        if "bucketPolicy" in found:
            found["bucketPolicy"] = _document(found["bucketPolicy"])
        return found
    if service == "ec2" and CAPITAL_REQUESTS.search(operation):
        return {f"{operation}Request": _plain(asked, shape, in_items=False)}
    written: dict[str, Any] = _lower(_plain(asked, shape, in_items=service == "ec2"))
    return written


def _document(text: str) -> Any:
    """A bucket policy as CloudTrail writes it, as a document; what is none stays the text that it is."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _plain(value: Any, shape: Any, *, in_items: bool) -> Any:
    """Make a value that JSON can hold: secrets hidden, moments as text, EC2's lists in `items`."""
    if shape is None or value is None:
        return {}
    if shape.metadata.get("sensitive"):
        return HIDDEN
    if shape.type_name == "structure" and isinstance(value, Mapping):
        members = shape.members
        return {name: _plain(part, members[name], in_items=in_items) for name, part in value.items() if name in members}
    if shape.type_name == "list" and isinstance(value, (list, tuple)):
        items = [_plain(part, shape.member, in_items=in_items) for part in value]
        return {"items": items} if in_items else items
    if shape.type_name == "map" and isinstance(value, Mapping):
        return {str(name): _plain(part, shape.value, in_items=in_items) for name, part in value.items()}
    if isinstance(value, datetime):
        return _iso(value)
    return value if isinstance(value, (str, int, float, bool)) else "<blob>"


def _lower(value: Any) -> Any:
    if isinstance(value, dict):
        return {name[:1].lower() + name[1:]: _lower(part) for name, part in value.items()}
    return [_lower(part) for part in value] if isinstance(value, list) else value


def _touched(service: str, *messages: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The resources that a request and its answer name, by the members that hold names; each once."""
    found: dict[tuple[str, str], None] = {}

    def look(value: Any) -> None:
        if isinstance(value, Mapping):
            for name, part in value.items():
                kind = RESOURCES.get(name) or RESOURCES.get(f"{service}.{name}")
                for each in part if isinstance(part, (list, tuple)) else [part]:
                    if kind and isinstance(each, str):
                        found[kind, each] = None
                    else:
                        look(each)
        elif isinstance(value, (list, tuple)):
            for part in value:
                look(part)

    for message in messages:
        look(message)
    return list(found)
