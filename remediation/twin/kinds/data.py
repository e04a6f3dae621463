"""DynamoDB tables, secrets, parameters and documents; what secrets and parameters hold is a placeholder."""

from __future__ import annotations

import json
from typing import Any

from remediation.twin.later import waits
from remediation.twin.registry import builds, finishes
from remediation.twin.site import PLACEHOLDER, Site, UnbuiltError, doc, fitting, has
from remediation.twin.tagging import own_tags, pairs
from scanner.model.resource import Resource

_ON_DEMAND = "PAY_PER_REQUEST"


@builds("AWS::DynamoDB::Table")
def table(site: Site, resource: Resource) -> None:
    """Make the table with its indexes, encryption and continuous backups."""
    said = doc(resource, "table")
    mode = (said.get("BillingModeSummary") or {}).get("BillingMode", "PROVISIONED")
    given = fitting("dynamodb.CreateTable", said, "SSESpecification", "TableName")
    indexes = [given.get(name) or [] for name in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes")]
    if mode == _ON_DEMAND:
        given.pop("ProvisionedThroughput", None)
        for index in indexes[0]:
            index.pop("ProvisionedThroughput", None)
    site.call(
        resource, "dynamodb.CreateTable", **{name: value for name, value in given.items() if value != []},
        TableName=resource.id, BillingMode=mode, SSESpecification=_encryption(said), Tags=pairs(resource) or None,
        TableClass=(said.get("TableClassSummary") or {}).get("TableClass"),
    )  # fmt: skip
    recovery = doc(resource, "backups").get("PointInTimeRecoveryDescription") or {}
    if recovery.get("PointInTimeRecoveryStatus") == "ENABLED":
        on: dict[str, Any] = {"PointInTimeRecoveryEnabled": True}
        if days := recovery.get("RecoveryPeriodInDays"):
            on["RecoveryPeriodInDays"] = days
        operation = "dynamodb.UpdateContinuousBackups"
        site.call(resource, operation, TableName=resource.id, PointInTimeRecoverySpecification=on)


def _encryption(said: dict[str, Any]) -> dict[str, Any] | None:
    """Give the specification behind a description of encryption; none for a key that AWS owns."""
    sse = said.get("SSEDescription") or {}
    if sse.get("Status") != "ENABLED":
        return None
    return {"Enabled": True, "SSEType": sse.get("SSEType", "KMS"), "KMSMasterKeyId": sse["KMSMasterKeyArn"]}


@builds("AWS::SecretsManager::Secret")
def secret(site: Site, resource: Resource) -> None:
    """Make the secret; one that a service keeps comes with what the service keeps it for."""
    said = doc(resource, "secret")
    if said.get("OwningService"):
        return
    if said.get("PrimaryRegion", resource.region) != resource.region:
        raise UnbuiltError("secretsmanager.ReplicateSecretToRegions: phiward does not rebuild copies of secrets")
    given = fitting("secretsmanager.CreateSecret", said, "Tags")
    made = site.call(
        resource, "secretsmanager.CreateSecret", **given, SecretString=PLACEHOLDER, Tags=pairs(resource) or None
    )
    site.pair(resource.arn, made["ARN"])


@finishes("AWS::SecretsManager::Secret")
def rotation(site: Site, resource: Resource) -> None:
    """Set rotation, and delete what waits for its end; a service's own secret is found by what it belongs to."""
    said = doc(resource, "secret")
    if said.get("OwningService"):
        _find(site, resource)
        return
    if said.get("RotationEnabled"):
        rules = fitting("secretsmanager.RotateSecret", said, "SecretId", "RotationLambdaARN")
        site.call(resource, "secretsmanager.RotateSecret", SecretId=resource.arn, RotateImmediately=False, **rules)
    if said.get("DeletedDate"):
        site.call(resource, "secretsmanager.DeleteSecret", SecretId=resource.arn)


def _find(site: Site, resource: Resource) -> None:
    said = site.pairs.made(doc(resource, "secret"))
    found = site.call(resource, "secretsmanager.ListSecrets", MaxResults=100)["SecretList"]
    for item in found:
        same = item.get("OwningService") == said["OwningService"] and item.get("Tags", []) == said.get("Tags", [])
        if same and item.get("Description") == said.get("Description"):
            site.pair(resource.arn, item["ARN"])
            site.pair(said["Name"], item["Name"])
            return
    raise UnbuiltError(f"secretsmanager.CreateSecret: {said['OwningService']} made no such secret in the twin")


@builds("AWS::SSM::Parameter")
def parameter(site: Site, resource: Resource) -> None:
    """Make the parameter."""
    said = doc(resource, "parameter")
    given = fitting("ssm.PutParameter", said, "AllowedPattern", "Policies", "Tags")
    site.call(resource, "ssm.PutParameter", **given, Value=PLACEHOLDER, Tags=pairs(resource) or None)


@builds("AWS::SSM::Document")
def document(site: Site, resource: Resource) -> None:
    """Make a document of the same type, without its content, and share it as it is shared."""
    said = doc(resource, "document")
    content = json.dumps({"schemaVersion": said.get("SchemaVersion", "2.2"), "description": PLACEHOLDER})
    given = fitting("ssm.CreateDocument", said, "Content", "DocumentFormat", "Tags", "Requires", "Attachments")
    site.call(resource, "ssm.CreateDocument", **given, Content=content, Tags=pairs(resource) or None)
    if has(resource, "sharing") and (accounts := doc(resource, "sharing").get("AccountIds")):
        share = {"PermissionType": "Share", "AccountIdsToAdd": accounts}
        site.call(resource, "ssm.ModifyDocumentPermission", Name=resource.id, **share)


@builds("AWS::Backup::BackupVault")
def vault(site: Site, resource: Resource) -> None:
    """Make the vault, lock it and say who may touch it."""
    said, name = doc(resource, "listed"), {"BackupVaultName": resource.id}
    given = fitting("backup.CreateBackupVault", said, "CreatorRequestId", "BackupVaultName")
    site.call(resource, "backup.CreateBackupVault", **name, **given, BackupVaultTags=own_tags(resource) or None)
    if said.get("Locked"):
        lock = fitting("backup.PutBackupVaultLockConfiguration", said, "BackupVaultName")
        site.call(resource, "backup.PutBackupVaultLockConfiguration", **name, **lock)
    if has(resource, "pol"):
        site.call(resource, "backup.PutBackupVaultAccessPolicy", **name, Policy=doc(resource, "pol"))


@finishes("AWS::Backup::BackupPlan")
def plan(site: Site, resource: Resource) -> None:
    """Make the plan when its vaults are there."""
    said = doc(resource, "plan")
    given = fitting("backup.CreateBackupPlan", {"BackupPlan": said})
    made = site.call(resource, "backup.CreateBackupPlan", **given, BackupPlanTags=own_tags(resource) or None)
    site.pair(resource.arn, made["BackupPlanArn"])
    site.pair(resource.id, made["BackupPlanId"])
    found = site.call(resource, "backup.GetBackupPlan", BackupPlanId=resource.id)["BackupPlan"]
    for ours, theirs in zip(said["Rules"], found["Rules"], strict=True):
        site.pair(ours["RuleId"], theirs["RuleId"])


@finishes("AWS::Backup::BackupSelection")
def selection(site: Site, resource: Resource) -> None:
    """Let the plan select."""
    operation = "backup.CreateBackupSelection"
    name = doc(resource, "listed")["BackupPlanId"]
    given = fitting(operation, {"BackupSelection": doc(resource, "about")})
    made = site.call(resource, operation, BackupPlanId=name, **given)
    site.pair(resource.id, made["SelectionId"])


builds("AWS::Backup::BackupPlan", "AWS::Backup::BackupSelection")(waits)
