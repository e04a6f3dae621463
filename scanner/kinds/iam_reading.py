"""What IAM answers of policies and of the credential report, read by pure functions."""

from __future__ import annotations

import base64
import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from scanner.model.policy import PolicyDocument, PolicyError


class InlinePolicy(msgspec.Struct, frozen=True):
    """A policy that is embedded in one identity."""

    name: str
    document: PolicyDocument


def document(value: Any) -> PolicyDocument:
    """Read a policy document that must be there.

    Raises:
        PolicyError: it is blank or no policy.
    """
    found = PolicyDocument.parse(value)
    if found is None:
        raise PolicyError("policy: the document is blank")
    return found


def inline_policies(items: Sequence[Mapping[str, Any]]) -> tuple[InlinePolicy, ...]:
    """Read the inline policies of an identity, each by PolicyName and PolicyDocument (API and CloudFormation)."""
    return tuple(InlinePolicy(item["PolicyName"], document(item["PolicyDocument"])) for item in items)


def default_version(versions: Sequence[Mapping[str, Any]]) -> PolicyDocument:
    """Give the document of a managed policy's version in force.

    Raises:
        PolicyError: no version is the default one.
    """
    for version in versions:
        if version.get("IsDefaultVersion"):
            return document(version["Document"])
    raise PolicyError("policy: no version is the default one")


def credential_rows(content: str | bytes) -> list[dict[str, str]]:
    """Read the credential report: one row for each user and the root user, by the columns' names.

    The content comes as bytes, as their base64, or as text. Source: IAM User Guide, "Getting credential reports".

    Raises:
        ValueError: it has no column `arn`.
    """
    raw = content if isinstance(content, str) else content.decode()
    text = raw if raw.startswith("user,") else base64.b64decode(raw, validate=True).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    if "arn" not in text.partition("\n")[0].split(","):
        raise ValueError("the credential report has no column arn")
    return rows


def flag(value: str) -> bool:
    """Read a yes or no of the credential report.

    Raises:
        ValueError: it says neither (`not_supported`, `N/A`).
    """
    if value.lower() not in {"true", "false"}:
        raise ValueError(f"the credential report says neither true nor false: {value}")
    return value.lower() == "true"


def moment(value: str) -> datetime | None:
    """Read a moment of the credential report; None where it says that there is none (N/A, no_information)."""
    return None if value in {"N/A", "no_information", "not_supported"} else datetime.fromisoformat(value)
