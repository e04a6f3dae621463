"""What becomes of an answer, or of its lack: the section of a resource."""

from __future__ import annotations

import json
from typing import Any

from scanner.aws.builder import Builder
from scanner.aws.errors import Refusal, malformed
from scanner.aws.resolve import UnseenReferenceError, resolve
from scanner.model.operation import Call
from scanner.model.path import MISSING, getter
from scanner.model.resource import ABSENT, Section, seen, unseen


def answered(call: Call, answer: Any) -> Section:
    """Make the section of an answer: what is at the call's path."""
    doc = getter(call.path)(answer) if call.path else answer
    return ABSENT if doc is MISSING or doc is None else seen(doc)


def failed(call: Call, error: Exception) -> Section:
    """Make the section of a call that found nothing: not configured, or not learned and why."""
    if isinstance(error, UnseenReferenceError):
        return error.section
    if isinstance(error, Refusal):
        return ABSENT if error.code in call.absent else unseen(error.gap)
    return unseen(malformed(call, error))


def where(call: Call, builder: Builder) -> str:
    """Say where a call is made that names a Region of its own; empty where it is made in the place's."""
    return region_of(resolve(call.region, builder)) if call.region else ""


def region_of(given: Any) -> str:
    """Read a bucket's location as S3 gives it: nothing is us-east-1, EU is eu-west-1."""
    return {"EU": "eu-west-1", "": "us-east-1", "None": "us-east-1"}.get(str(given or ""), str(given))


def copied(value: Any) -> Any:
    """Copy plain values: redaction changes documents in place."""
    return json.loads(json.dumps(value)) if isinstance(value, dict | list) else value
