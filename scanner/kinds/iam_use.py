"""IAM: what AWS says of the use of keys and permissions, as values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec


class SshKey(msgspec.Struct, frozen=True):
    """An SSH public key that is kept with a user: its id, whether it may be used, and when it was uploaded."""

    id: str
    active: bool
    uploaded: datetime


class ServiceAccess(msgspec.Struct, frozen=True):
    """A service that an identity's policies allow, by its prefix, and when it last called it; None for not once."""

    service: str
    last: datetime | None


def ssh_keys(items: Sequence[Mapping[str, Any]]) -> tuple[SshKey, ...]:
    """Read SSH public keys. Source: IAM API, SSHPublicKeyMetadata."""
    return tuple(
        SshKey(item["SSHPublicKeyId"], item["Status"] == "Active", datetime.fromisoformat(item["UploadDate"]))
        for item in items
    )


def services_accessed(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Keep of Access Advisor's report what it says of each service. Source: IAM API, GetServiceLastAccessedDetails.

    Raises:
        ValueError: the report was not made; its list is then no list of what is allowed.
    """
    if answer["JobStatus"] != "COMPLETED":
        error = answer.get("Error") or {}
        raise ValueError(f"Access Advisor made no report: {error.get('Code', '')} {error.get('Message', '')}".rstrip())
    kept = ("ServiceNamespace", "LastAuthenticated")
    return {
        "services": [{name: item[name] for name in kept if name in item} for item in answer["ServicesLastAccessed"]]
    }


def service_accesses(items: Sequence[Mapping[str, Any]]) -> tuple[ServiceAccess, ...]:
    """Read when each service was last called."""
    return tuple(ServiceAccess(item["ServiceNamespace"], _moment(item.get("LastAuthenticated"))) for item in items)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
