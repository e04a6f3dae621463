"""Tables, secrets, parameters, documents and backups are rebuilt as they were."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.remediation.twin.twinned import TAGS, Clients, Rebuilt, policy, rebuilt, role, serving

KINDS = (
    "DynamoDB::Table", "SecretsManager::Secret", "SSM::Parameter", "SSM::Document", "Backup::BackupVault",
    "Backup::BackupPlan", "Backup::BackupSelection", "KMS::Key",
)  # fmt: skip


def _tables(client: Clients, key: str) -> None:
    names = [{"AttributeName": name, "AttributeType": "S"} for name in ("id", "day")]
    index: dict[str, Any] = {"IndexName": "by-day", "KeySchema": [{"AttributeName": "day", "KeyType": "HASH"}]}
    index["Projection"] = {"ProjectionType": "ALL"}
    common = {"AttributeDefinitions": names, "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]}
    capacity = {"ProvisionedThroughput": {"ReadCapacityUnits": 2, "WriteCapacityUnits": 3}}
    tables = client("dynamodb")
    tables.create_table(
        TableName="visits", **common, BillingMode="PROVISIONED", **capacity,
        GlobalSecondaryIndexes=[{**index, **capacity}],
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
    )  # fmt: skip
    tables.create_table(
        TableName="claims", **common, BillingMode="PAY_PER_REQUEST", GlobalSecondaryIndexes=[index],
        DeletionProtectionEnabled=True, Tags=TAGS,
    )  # fmt: skip
    on = {"PointInTimeRecoveryEnabled": True}
    tables.update_continuous_backups(TableName="claims", PointInTimeRecoverySpecification=on)


def _secrets(client: Clients, key: str) -> None:
    secrets = client("secretsmanager")
    made = secrets.create_secret(Name="claims/database", SecretString="s", KmsKeyId=key, Tags=TAGS)["ARN"]
    secrets.rotate_secret(SecretId=made, RotationRules={"AutomaticallyAfterDays": 30})
    secrets.delete_secret(SecretId=secrets.create_secret(Name="gone", SecretString="s")["ARN"])
    systems = client("ssm")
    systems.put_parameter(
        Name="/claims/token", Type="SecureString", Value="x", KeyId=key, Tags=TAGS, AllowedPattern="x"
    )
    systems.put_parameter(Name="/claims/wards", Type="StringList", Value="a,b")
    content = json.dumps({"schemaVersion": "2.2", "description": "restart", "mainSteps": []})
    systems.create_document(Name="restart", Content=content, DocumentType="Command")
    systems.modify_document_permission(Name="restart", PermissionType="Share", AccountIdsToAdd=["222222222222"])


def _backups(client: Clients, key: str) -> None:
    backup = client("backup")
    backup.create_backup_vault(BackupVaultName="vault", EncryptionKeyArn=key, BackupVaultTags={"owner": "platform"})
    backup.put_backup_vault_lock_configuration(BackupVaultName="vault", MinRetentionDays=7)
    kept = policy(Effect="Deny", Principal="*", Action="backup:DeleteRecoveryPoint", Resource="*")
    backup.put_backup_vault_access_policy(BackupVaultName="vault", Policy=kept)
    rule = {"RuleName": "nightly", "TargetBackupVaultName": "vault", "Lifecycle": {"DeleteAfterDays": 35}}
    plan = {"BackupPlanName": "nightly", "Rules": [{**rule, "ScheduleExpression": "cron(0 5 * * ? *)"}]}
    made = backup.create_backup_plan(BackupPlan=plan, BackupPlanTags={"owner": "platform"})["BackupPlanId"]
    tagged = [{"ConditionType": "STRINGEQUALS", "ConditionKey": "phi", "ConditionValue": "yes"}]
    chosen = {"SelectionName": "phi", "IamRoleArn": role("backup"), "ListOfTags": tagged}
    backup.create_backup_selection(BackupPlanId=made, BackupSelection=chosen)


def _seed(client: Clients) -> None:
    key = client("kms").create_key()["KeyMetadata"]["Arn"]
    for fill in (_tables, _secrets, _backups):
        fill(client, key)


@pytest.fixture(scope="module")
def twin() -> Rebuilt:
    """Rebuild what holds data."""
    with serving() as server:
        return rebuilt(server, _seed, *KINDS)


def test_stores_are_rebuilt_as_they_were(twin: Rebuilt) -> None:
    assert twin.lacking == {}
    assert twin.differing == []


def test_what_was_set_was_seen_before(twin: Rebuilt) -> None:
    assert {each.kind.removeprefix("AWS::") for each in twin.before} == set(KINDS)
    secrets = {each.name: each.sections["secret"].doc for each in twin.of("SecretsManager::Secret")}
    assert secrets["claims/database"]["RotationEnabled"] is True
    assert secrets["gone"]["DeletedDate"]
    (document,) = twin.of("SSM::Document")
    assert document.sections["sharing"].doc["AccountIds"] == ["222222222222"]
