"""IAM: the AWS managed policies that the demo attaches, what an account's authorization details hold, the root's row.

moto loads either none or all 1,500 AWS managed policies into every account, and lists them all in
GetAccountAuthorizationDetails, where AWS lists those that are attached; here others become known when they are named.
Its credential report lacks `<root_account>`. It has no Access Advisor: here a role called yesterday what its policies
name, and never what they allow as a whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from functools import wraps
from typing import Any
from uuid import UUID, uuid5

import moto.iam.models
from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.iam.models import AWSManagedPolicy, IAMBackend, Policy
from moto.iam.responses import IamResponse

from scanner.demo.moto_gaps.graft import add, after

_ATTACHED = (
    "AmazonEC2ContainerServiceforEC2Role",
    "AmazonECSTaskExecutionRolePolicy",
    "AmazonSSMManagedInstanceCore",
    "AdministratorAccess",
    "ReadOnlyAccess",
    "SecurityAudit",
)
EXTENDS: frozenset[str] = frozenset(
    f"iam.{operation}"
    for operation in (
        *(
            "AttachGroupPolicy",
            "AttachRolePolicy",
            "AttachUserPolicy",
        ),
        *(
            "GenerateServiceLastAccessedDetails",
            "GetAccountAuthorizationDetails",
            "GetAccountSummary",
        ),
        *(
            "GetCredentialReport",
            "GetPolicy",
            "GetServiceLastAccessedDetails",
        ),
    )
)
"""The operations that this module answers, or whose answer or outcome it changes."""

_NEVER = "N/A"
_REPORTS = UUID("7d0f4f6e-6d3c-4a52-9a55-0f5d1f1f6d11")
_without_root_mfa = set[str]()
_OF_AWS: dict[str, Any] = {}
"""What moto knows of AWS's own policies, by name."""
_reports: dict[str, str] = {}
"""The role that each report of Access Advisor speaks of, by the report's id."""


def _only_attached(backend: IAMBackend, details: dict[str, Any], *_args: Any, **_kwargs: Any) -> dict[str, Any]:
    holders: list[Any] = [*backend.users.values(), *backend.groups.values(), *backend.roles.values()]
    attached = {arn for holder in holders for arn in holder.managed_policies}
    kept = [p for p in details["managed_policies"] if not p.arn.startswith("arn:aws:iam::aws:") or p.arn in attached]
    return {**details, "managed_policies": kept}


def _known(backend: IAMBackend, arn: str) -> None:
    """Let an account know a policy of AWS's own that it names, of those whose words moto has."""
    before, _, name = arn.partition(":policy/")
    found = _OF_AWS.get(name.rpartition("/")[2])
    if before == "arn:aws:iam::aws" and found is not None and arn not in backend.managed_policies:
        policy = AWSManagedPolicy.from_data(name.rpartition("/")[2], backend.account_id, backend.region_name, found)
        if policy.arn == arn:
            backend.aws_managed_policies.append(policy)
            backend.managed_policies[arn] = policy


def _knowing(method: Any) -> Any:
    @wraps(method)
    def known(backend: IAMBackend, policy_arn: str, *args: Any, **kwargs: Any) -> Any:
        _known(backend, policy_arn)
        return method(backend, policy_arn, *args, **kwargs)

    return known


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
        "mfa_active": str(_root_mfa(backend)).lower(),
    }
    off = ("access_key_1_active", "access_key_2_active", "cert_1_active", "cert_2_active")
    root = [values.get(column, "false" if column in off else _NEVER) for column in head.split(",")]
    return f"{head}\n{','.join(root)}\n{rows}"


def _actions(role: Any) -> Iterator[str]:
    """Go over the action patterns that a role's policies allow."""
    versions = [version for policy in role.managed_policies.values() for version in policy.versions]
    for text in [*role.policies.values(), *(version.document for version in versions if version.is_default)]:
        statements = (json.loads(text) if isinstance(text, str) else text)["Statement"]
        for statement in statements if isinstance(statements, list) else [statements]:
            actions = statement.get("Action", []) if statement["Effect"] == "Allow" else []
            yield from [actions] if isinstance(actions, str) else actions


def set_root(account: str, *, mfa: bool) -> None:
    """Give an account's root user an MFA device, or take it away; no role may do it."""
    (_without_root_mfa.discard if mfa else _without_root_mfa.add)(account)


def _root_mfa(backend: IAMBackend) -> bool:
    return backend.account_id not in _without_root_mfa


def _with_root_mfa(backend: IAMBackend, summary: Any, *_args: Any, **_kwargs: Any) -> Any:
    """GetAccountSummary: the root user has the MFA device that the credential report tells of."""
    summary._account_mfa_enabled = int(_root_mfa(backend))  # noqa: SLF001
    return summary


def _generate_accessed(response: Any) -> ActionResult:
    """GenerateServiceLastAccessedDetails, which moto lacks, for roles."""
    arn = response._get_param("Arn")  # noqa: SLF001
    response.backend.get_role_by_arn(arn)
    job = str(uuid5(_REPORTS, arn))
    _reports[job] = arn
    return ActionResult({"JobId": job})


def _get_accessed(response: Any) -> ActionResult:
    """GetServiceLastAccessedDetails, which moto lacks: ready at once."""
    role = response.backend.get_role_by_arn(_reports[response._get_param("JobId")])  # noqa: SLF001
    now, called = utcnow(), dict[str, bool]()
    for action in _actions(role):
        service, _, name = action.lower().partition(":")
        called[service] = called.get(service, False) or name.strip("*") != ""
    services = [
        {"ServiceName": service, "ServiceNamespace": service, "TotalAuthenticatedEntities": int(used)}
        | ({"LastAuthenticated": now - timedelta(days=1), "LastAuthenticatedEntity": role.arn} if used else {})
        for service, used in sorted(called.items())
        if service != "*"
    ]
    moments = {"JobCreationDate": now, "JobCompletionDate": now}
    return ActionResult({"JobStatus": "COMPLETED", "ServicesLastAccessed": services, "IsTruncated": False} | moments)


def install() -> None:
    """Extend moto's IAM answers."""
    models: Any = moto.iam.models
    policies = json.loads(models.aws_managed_policies_data)
    _OF_AWS.update(policies)
    for name in ("attach_group_policy", "attach_role_policy", "attach_user_policy", "get_policy"):
        add(IAMBackend, **{name: _knowing(getattr(IAMBackend, name))})
    models.aws_managed_policies_data = json.dumps({name: policies[name] for name in _ATTACHED})
    models.load_iam_aws_managed_policies = lambda: True
    add(
        IamResponse,
        generate_service_last_accessed_details=_generate_accessed,
        get_service_last_accessed_details=_get_accessed,
    )
    add(Policy, policy_name=property(lambda policy: policy.name))  # left out of GetAccountAuthorizationDetails
    after(IAMBackend, "get_account_authorization_details", _only_attached)
    after(IAMBackend, "get_credential_report", _with_root)
    after(IAMBackend, "get_account_summary", _with_root_mfa)
