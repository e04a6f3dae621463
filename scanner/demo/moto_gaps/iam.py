"""IAM: the AWS managed policies that the demo attaches, what an account's authorization details hold, the root's row.

moto loads either none or all 1,500 AWS managed policies into every account, and lists them all in
GetAccountAuthorizationDetails, where AWS lists those that are attached. Its credential report lacks `<root_account>`.
"""

from __future__ import annotations

import json
from typing import Any

import moto.iam.models
from moto.iam.models import IAMBackend, Policy

from scanner.demo.moto_gaps.graft import add, after

_ATTACHED = (
    "AmazonEC2ContainerServiceforEC2Role",
    "AmazonECSTaskExecutionRolePolicy",
    "AmazonSSMManagedInstanceCore",
    "AdministratorAccess",
    "ReadOnlyAccess",
    "SecurityAudit",
)
_ROOT_HAS_MFA = "true"
_NEVER = "N/A"


def _only_attached(backend: IAMBackend, details: dict[str, Any], *_args: Any, **_kwargs: Any) -> dict[str, Any]:
    holders: list[Any] = [*backend.users.values(), *backend.groups.values(), *backend.roles.values()]
    attached = {arn for holder in holders for arn in holder.managed_policies}
    kept = [p for p in details["managed_policies"] if not p.arn.startswith("arn:aws:iam::aws:") or p.arn in attached]
    return {**details, "managed_policies": kept}


def _with_root(backend: IAMBackend, report: str) -> str:
    head, _, rows = report.partition("\n")
    born = min((user.create_date for user in backend.users.values()), default=None)
    values = {
        "user": "<root_account>",
        "arn": f"arn:aws:iam::{backend.account_id}:root",
        "user_creation_time": "2021-02-01T09:00:00+00:00" if born is None else born.strftime("%Y-%m-%dT%H:%M:%S+00:00"),
        "password_enabled": "not_supported",
        "password_last_used": "no_information",
        "password_last_changed": "not_supported",
        "password_next_rotation": "not_supported",
        "mfa_active": _ROOT_HAS_MFA,
    }
    off = ("access_key_1_active", "access_key_2_active", "cert_1_active", "cert_2_active")
    root = [values.get(column, "false" if column in off else _NEVER) for column in head.split(",")]
    return f"{head}\n{','.join(root)}\n{rows}"


def install() -> None:
    """Extend moto's IAM answers."""
    models: Any = moto.iam.models
    policies = json.loads(models.aws_managed_policies_data)
    models.aws_managed_policies_data = json.dumps({name: policies[name] for name in _ATTACHED})
    models.load_iam_aws_managed_policies = lambda: True
    add(Policy, policy_name=property(lambda policy: policy.name))  # left out of GetAccountAuthorizationDetails
    after(IAMBackend, "get_account_authorization_details", _only_attached)
    after(IAMBackend, "get_credential_report", _with_root)
