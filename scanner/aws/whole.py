"""Whether an answer came whole: botocore takes a truncated JSON body, or an empty one, for success."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from scanner.aws.errors import TruncatedAnswerError


def check_whole(operation_model: Any, response_dict: Mapping[str, Any], **_: Any) -> None:
    """Refuse a success whose body is shorter than it said, is empty where there must be one, or is cut JSON.

    Raises:
        TruncatedAnswerError: it is.
    """
    body = response_dict["body"]
    status = response_dict["status_code"]
    if not 200 <= status < 300 or not isinstance(body, bytes) or _bodiless(operation_model):  # noqa: PLR2004
        return
    headers = {str(name).lower(): value for name, value in response_dict["headers"].items()}
    said = headers.get("content-length", "")
    if said.isdecimal() and "content-encoding" not in headers and len(body) < int(said):
        raise TruncatedAnswerError(f"the answer has {len(body)} of {said} bytes")
    if not body:
        raise TruncatedAnswerError("the answer is empty")
    raw = _raw(operation_model)
    document = (
        body.lstrip()[:1] == b"{" if raw else operation_model.service_model.resolved_protocol in {"json", "rest-json"}
    )
    if document:  # raw ones too: of a bucket's policy half would be kept as the whole
        try:
            json.loads(body)
        except ValueError as error:
            raise TruncatedAnswerError("the answer is cut: it is no JSON") from error


def _bodiless(model: Any) -> bool:
    """Say whether a success of the operation may have no body: a HEAD, or nothing that stands in the body."""
    if model.http.get("method") == "HEAD" or model.output_shape is None:
        return True
    members = model.output_shape.members.values()
    return all(member.serialization.get("location") in {"header", "headers", "statusCode"} for member in members)


def _raw(model: Any) -> bool:
    """Say whether the body is a member as it stands, not a JSON document of members."""
    payload = model.output_shape.serialization.get("payload")
    return payload is not None and model.output_shape.members[payload].type_name in {"blob", "string"}
