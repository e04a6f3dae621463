"""Who an access key belongs to, in the form of CloudTrail's `userIdentity`, from moto's IAM and STS.

Source: CloudTrail User Guide, "CloudTrail userIdentity element".
"""

from __future__ import annotations

import hashlib
from typing import Any

from moto.iam.exceptions import NotFoundException
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from scanner.demo.systems.foundation import AUDIT_ROLE

_PARTITION = "aws"
_sessions: dict[str, Any] = {}
"""Assumed roles of moto's STS by access key id; moto keeps them in one long list."""


def caller(access_key: str, account: str) -> dict[str, Any]:
    """Name the caller: an assumed role, an IAM user, or root where IAM knows no other holder of the key."""
    session = _session(access_key, account)
    if session is not None:
        return _assumed(session, access_key, account)
    user = iam_backends[account][_PARTITION].get_user_from_access_key_id(access_key)
    if user is not None:
        return {
            "type": "IAMUser",
            "principalId": user.id,
            "arn": user.arn,
            "accountId": account,
            "accessKeyId": access_key,
            "userName": user.name,
        }
    root = f"arn:aws:iam::{account}:root"
    return {"type": "Root", "principalId": account, "arn": root, "accountId": account, "accessKeyId": access_key}


def is_auditor(access_key: str, account: str) -> bool:
    """Whether the key is one of the role's by which the account is scanned."""
    session = _session(access_key, account)
    return session is not None and session.role_arn.rpartition("/")[2] == AUDIT_ROLE


def _assumed(session: Any, access_key: str, account: str) -> dict[str, Any]:
    role = session.role_arn
    name = role.rpartition("/")[2]
    number = _role_id(role, account)
    issuer = {"type": "Role", "principalId": number, "arn": role, "accountId": account, "userName": name}
    began = session.access_key.create_date.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "type": "AssumedRole",
        "principalId": f"{number}:{session.session_name}",
        "arn": f"arn:aws:sts::{account}:assumed-role/{name}/{session.session_name}",
        "accountId": account,
        "accessKeyId": access_key,
        "sessionContext": {
            "sessionIssuer": issuer,
            "attributes": {"creationDate": began, "mfaAuthenticated": "false"},
        },
    }


def _role_id(arn: str, account: str) -> str:
    """The role's id; that of a role that moto lets assume although it is not there, as AWS's own, is made here."""
    try:
        found: str = iam_backends[account][_PARTITION].get_role_by_arn(arn).id
    except NotFoundException:
        return "AROA" + hashlib.sha256(arn.encode()).hexdigest()[:17].upper()
    return found


def _session(access_key: str, account: str) -> Any:
    if access_key not in _sessions:
        found = sts_backends[account][_PARTITION].get_assumed_role_from_access_key(access_key)
        if found is None:
            return None
        _sessions[access_key] = found
    return _sessions[access_key]
