"""AWS Backup: what plans select and make, who may touch vaults, and which types of resource are opted in.

moto keeps plans and vaults. Here a plan makes, every night at five, one recovery point of each resource that a
selection names by its ARN; of these the last is kept. AWS: API_CreateBackupSelection, API_RecoveryPointByBackupVault,
API_ProtectedResource, API_DescribeRegionSettings.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote
from uuid import UUID, uuid5

import moto.backup.urls
from moto.backup.exceptions import ResourceNotFoundException
from moto.backup.responses import BackupResponse
from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import utcnow

from scanner.demo.moto_gaps.graft import add

EXTENDS: frozenset[str] = frozenset(
    f"backup.{operation}"
    for operation in (
        *(
            "CreateBackupSelection",
            "DeleteBackupVaultAccessPolicy",
            "DescribeRegionSettings",
            "GetBackupSelection",
        ),
        *(
            "GetBackupVaultAccessPolicy",
            "ListBackupSelections",
            "ListProtectedResources",
        ),
        *(
            "ListRecoveryPointsByBackupVault",
            "PutBackupVaultAccessPolicy",
            "UpdateRegionSettings",
        ),
    )
)
"""The operations that this module answers, or whose answer or outcome it changes."""

_IDS = UUID("6f3d8a2e-5c1b-4f39-8a57-2f6d0c9b7e41")
_HOUR = 5
_TYPES = {  # by the service in an ARN
    "dynamodb": "DynamoDB",
    "ec2": "EBS",
    "elasticfilesystem": "EFS",
    "rds": "RDS",
    "s3": "S3",
}
_OPTED_IN = ("Aurora", "DynamoDB", "EBS", "EC2", "EFS", "FSx", "RDS", "S3", "Storage Gateway")  # a new account's


def _kept(response: Any, name: str) -> dict[str, Any]:
    """What moto's backend of the account and Region has no place for: `selections`, `policies`, `region_settings`."""
    backend = response.backup_backend
    if not hasattr(backend, name):
        setattr(backend, name, {})
    kept: dict[str, Any] = getattr(backend, name)
    return kept


def _part(response: Any, after: str) -> str:
    """The part of the path that follows the part `after`; empty where the path ends with it."""
    _, _, rest = response.path.partition(f"/{after}/")
    return unquote(rest.partition("/")[0])


def _create_backup_selection(response: Any) -> ActionResult:
    """CreateBackupSelection, which moto lacks."""
    plan = response.backup_backend.get_backup_plan(_part(response, "plans"), None).backup_plan_id
    said = json.loads(response.body)["BackupSelection"]
    selections = _kept(response, "selections")
    key = str(uuid5(_IDS, f"{plan}/{said['SelectionName']}"))
    made = {"SelectionId": key, "BackupPlanId": plan, "CreationDate": utcnow()}
    selections[key] = made | {"BackupSelection": said}
    return ActionResult(made)


def _list_backup_selections(response: Any) -> ActionResult:
    """ListBackupSelections, which moto lacks."""
    plan = _part(response, "plans")
    found = [
        {name: each[name] for name in ("SelectionId", "BackupPlanId", "CreationDate")}
        | {name: each["BackupSelection"][name] for name in ("SelectionName", "IamRoleArn")}
        for each in _kept(response, "selections").values()
        if each["BackupPlanId"] == plan
    ]
    return ActionResult({"BackupSelectionsList": found})


def _get_backup_selection(response: Any) -> ActionResult:
    """GetBackupSelection, which moto lacks."""
    found = _kept(response, "selections").get(_part(response, "selections"))
    if found is None:
        raise ResourceNotFoundException(msg="Cannot find Backup selection")
    return ActionResult(found)


def _put_backup_vault_access_policy(response: Any) -> EmptyResult:
    """PutBackupVaultAccessPolicy, which moto lacks."""
    _kept(response, "policies")[_part(response, "backup-vaults")] = json.loads(response.body)["Policy"]
    return EmptyResult()


def _delete_backup_vault_access_policy(response: Any) -> EmptyResult:
    """DeleteBackupVaultAccessPolicy, which moto lacks."""
    _kept(response, "policies").pop(_part(response, "backup-vaults"), None)
    return EmptyResult()


def _get_backup_vault_access_policy(response: Any) -> ActionResult:
    """GetBackupVaultAccessPolicy, which moto lacks."""
    name = _part(response, "backup-vaults")
    policy = _kept(response, "policies").get(name)
    vault = response.backup_backend.vaults.get(name)
    if policy is None or vault is None:
        raise ResourceNotFoundException(msg="Failed reading policy of Backup vault: it has none")
    return ActionResult({"BackupVaultName": name, "BackupVaultArn": vault.backup_vault_arn, "Policy": policy})


def _last_run() -> datetime:
    now = utcnow()
    today = now.replace(hour=_HOUR, minute=0, second=0, microsecond=0)
    return today if today <= now else today - timedelta(days=1)


def _points(response: Any) -> Iterator[dict[str, Any]]:
    """Go over the recovery points that plans made in their last run after they were created."""
    backend, moment = response.backup_backend, _last_run()
    for selection in _kept(response, "selections").values():
        plan = backend.plans.get(selection["BackupPlanId"])
        if plan is None or plan.deletion_date is not None or selection["CreationDate"] > moment:
            continue
        for rule in plan.backup_plan["Rules"]:
            vault = backend.vaults[rule["TargetBackupVaultName"]]
            for resource in selection["BackupSelection"].get("Resources", ()):
                if "*" not in resource:
                    yield _point(vault, plan, rule, resource, moment)


def _point(vault: Any, plan: Any, rule: Mapping[str, Any], resource: str, moment: datetime) -> dict[str, Any]:
    region, account = vault.backup_vault_arn.split(":")[3:5]
    key = uuid5(_IDS, f"{rule['RuleId']}/{resource}/{moment:%Y-%m-%d}")
    return {
        "RecoveryPointArn": f"arn:aws:backup:{region}:{account}:recovery-point:{key}",
        "BackupVaultName": vault.backup_vault_name,
        "BackupVaultArn": vault.backup_vault_arn,
        "ResourceArn": resource,
        "ResourceType": _TYPES[resource.split(":")[2]],
        "CreatedBy": {"BackupPlanId": plan.backup_plan_id, "BackupRuleId": rule["RuleId"]},
        "Status": "COMPLETED",
        "CreationDate": moment,
        "CompletionDate": moment + timedelta(minutes=20),
        "BackupSizeInBytes": 1 << 30,
        "EncryptionKeyArn": vault.encryption_key_arn,
        "IsEncrypted": True,
        "IsParent": False,
        "Lifecycle": rule.get("Lifecycle", {}),
    }


def _list_recovery_points_by_backup_vault(response: Any) -> ActionResult:
    """ListRecoveryPointsByBackupVault, which moto lacks; filters are not looked at."""
    name = _part(response, "backup-vaults")
    return ActionResult({"RecoveryPoints": [each for each in _points(response) if each["BackupVaultName"] == name]})


def _list_protected_resources(response: Any) -> ActionResult:
    """ListProtectedResources, which moto lacks."""
    found = {each["ResourceArn"]: each for each in _points(response)}
    results = [
        {
            "ResourceArn": arn,
            "ResourceType": point["ResourceType"],
            "LastBackupTime": point["CompletionDate"],
            "LastBackupVaultArn": point["BackupVaultArn"],
            "LastRecoveryPointArn": point["RecoveryPointArn"],
        }
        for arn, point in sorted(found.items())
    ]
    return ActionResult({"Results": results})


def _describe_region_settings(response: Any) -> ActionResult:
    """DescribeRegionSettings, which moto lacks: as AWS opts a new account in, until somebody chooses otherwise."""
    initial = {
        "ResourceTypeOptInPreference": dict.fromkeys(_OPTED_IN, True),
        "ResourceTypeManagementPreference": {"DynamoDB": True, "EFS": True},
    }
    chosen = _kept(response, "region_settings")
    return ActionResult({name: given | chosen.get(name, {}) for name, given in initial.items()})


def _update_region_settings(response: Any) -> EmptyResult:
    """UpdateRegionSettings, which moto lacks: what is not named stays as it was."""
    chosen = _kept(response, "region_settings")
    for name, given in json.loads(response.body).items():
        chosen[name] = chosen.get(name, {}) | given
    return EmptyResult()


def install() -> None:
    """Extend moto's AWS Backup answers, and the paths that it hears."""
    paths: dict[str, Any] = moto.backup.urls.url_paths
    vault = "{0}/backup-vaults/(?P<name>[^/]+)"
    for path in ("{0}/account-settings$", "{0}/resources/$", f"{vault}/access-policy$", f"{vault}/recovery-points/$"):
        paths[path] = moto.backup.urls.response.dispatch
    add(
        BackupResponse,
        create_backup_selection=_create_backup_selection,
        list_backup_selections=_list_backup_selections,
        get_backup_selection=_get_backup_selection,
        put_backup_vault_access_policy=_put_backup_vault_access_policy,
        delete_backup_vault_access_policy=_delete_backup_vault_access_policy,
        get_backup_vault_access_policy=_get_backup_vault_access_policy,
        list_recovery_points_by_backup_vault=_list_recovery_points_by_backup_vault,
        list_protected_resources=_list_protected_resources,
        describe_region_settings=_describe_region_settings,
        update_region_settings=_update_region_settings,
    )
