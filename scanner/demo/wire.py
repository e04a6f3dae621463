"""AWS's wire protocols, as far as the demo's server must know them: what a request asks for, and how it is refused.

Both come from botocore's service models through moto's router and serializers: no protocol is written down here twice.
Source: the Smithy AWS protocol pages; service authorization reference for the refusal's words.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import parse_qs

import moto.iam.models
from botocore.awsrequest import HeadersDict
from botocore.exceptions import UnknownServiceError
from botocore.parsers import create_parser
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.serialize import get_serializer_class
from moto.core.utils import get_service_model
from werkzeug.exceptions import HTTPException

from scanner.demo.server import Served

Environ = dict[str, Any]

# Signing names that are not botocore's service name.
_SERVICE_BY_SIGNING_NAME = {
    "elasticfilesystem": "efs",
    "elasticloadbalancing": "elbv2",
    "monitoring": "cloudwatch",
    "states": "stepfunctions",
    "tagging": "resourcegroupstaggingapi",
}
_CLASSIC_ELB_VERSION = "2012-06-01"
# EC2 has its own code for a refusal; the XML services say AccessDenied, the JSON services AccessDeniedException.
_REFUSAL_CODE = {"ec2": "UnauthorizedOperation", "query": "AccessDenied", "rest-xml": "AccessDenied"}
_REFUSAL_STATUS = {"json": 400}
_FORBIDDEN = 403


class Heard(NamedTuple):
    """A signed request: what it asks for, the access key that signed it, and what is needed to read its parameters."""

    call: Served
    access_key: str
    operation: Any
    request: Request
    in_path: dict[str, Any]


class _RefusedError(Exception):
    """What moto's serializers make an error answer of: a code and a message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def rewind(environ: Environ) -> bytes:
    """Read the body of a request whole and put it back, so that it can be read again."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body: bytes = environ["wsgi.input"].read(length) if length else b""
    if length:
        environ["wsgi.input"] = io.BytesIO(body)
    return body


def identify(environ: Environ) -> Heard | None:
    """Name the operation that a signed request asks for; None for what is unsigned or belongs to no service."""
    scope = _credential_scope(environ)
    if scope is None:
        return None
    access_key, region, signing_name = scope
    body = rewind(environ)
    service = _service(signing_name, environ, body)
    request = Request({**environ, "wsgi.input": io.BytesIO(body)})
    try:
        operation, in_path = get_service_router(service).match(request)
    except (HTTPException, NotImplementedError, UnknownServiceError):
        return None
    call = Served(service, str(operation.name), moto.iam.models.get_account_id_from(access_key), region)
    return Heard(call, access_key, operation, request, dict(in_path))


def parameters(heard: Heard) -> dict[str, Any]:
    """Read a request's parameters by botocore's model, named as the model names them."""
    request = heard.request
    parser = PROTOCOL_PARSERS[_protocol(heard)](heard.operation)
    given: dict[str, Any] = parser.parse(
        {
            "method": request.method,
            "values": request.values,
            "headers": request.headers,
            "body": request.data,
            "url_path": request.path,
            "url_params": heard.in_path,
        }
    )
    return {name: value for name, value in given.items() if value is not None}


def answer(heard: Heard, status: int, headers: Iterable[tuple[str, str]], body: bytes) -> dict[str, Any]:
    """Read an answer by botocore's model; that of a call that failed has `Error`."""
    said = {"status_code": status, "headers": HeadersDict(list(headers)), "body": body}
    read: dict[str, Any] = create_parser(_protocol(heard)).parse(said, heard.operation.output_shape)
    return read


def _protocol(heard: Heard) -> str:
    model = get_service_model(heard.call.service)
    return determine_request_protocol(model, heard.request.content_type)


def _credential_scope(environ: Environ) -> tuple[str, str, str] | None:
    """Access key, Region and signing name of a SigV4 Authorization header."""
    _, found, credential = environ.get("HTTP_AUTHORIZATION", "").partition("Credential=")
    parts = credential.split(",")[0].split("/")
    if not found or len(parts) != 5:  # noqa: PLR2004 - key/date/region/service/aws4_request
        return None
    return parts[0], parts[2], parts[3]


def _service(signing_name: str, environ: Environ, body: bytes) -> str:
    if signing_name == "s3" and environ.get("PATH_INFO", "").startswith("/v20180820/"):
        return "s3control"
    if signing_name == "elasticloadbalancing" and parse_qs(body.decode()).get("Version") == [_CLASSIC_ELB_VERSION]:
        return "elb"
    return _SERVICE_BY_SIGNING_NAME.get(signing_name, signing_name)


def refusal(call: Served, content_type: str) -> tuple[int, list[tuple[str, str]], bytes]:
    """Status, headers and body by which AWS refuses `call`, in the service's own protocol."""
    model = get_service_model(call.service)
    protocol = determine_request_protocol(model, content_type)
    action = f"{model.signing_name}:{call.operation}"
    error = _RefusedError(
        _REFUSAL_CODE.get(protocol, "AccessDeniedException"),
        f"User: arn:aws:sts::{call.account}:assumed-role/PhiwardAudit/phiward is not authorized to perform: {action} "
        f"because no identity-based policy allows the {action} action",
    )
    serializer = get_serializer_class(call.service, protocol)(operation_model=model.operation_model(call.operation))
    answer = serializer.serialize(error)
    body = answer["body"]
    payload = body.encode() if isinstance(body, str) else bytes(body)
    headers = {name: str(value) for name, value in dict(answer["headers"]).items() if name.lower() != "content-length"}
    headers["Content-Length"] = str(len(payload))
    return _REFUSAL_STATUS.get(protocol, _FORBIDDEN), list(headers.items()), payload
