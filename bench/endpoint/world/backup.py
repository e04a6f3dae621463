"""What AWS Backup keeps of the described account: vaults, plans, selections, recovery points."""

from __future__ import annotations

from bench.endpoint.world.databases import db_arn
from bench.endpoint.world.kms import key_arn
from bench.endpoint.world.place import Answer, Json, Params, Place, Speaker, listing, numbered, policy, says
from bench.endpoint.world.stores import efs_arn, table_arn


def _vault_name(index: int) -> str:
    return f"vault-{index}"


def _vault_arn(place: Place, index: int) -> str:
    return place.arn("backup", f"backup-vault:{_vault_name(index)}")


@listing
def _protected(place: Place) -> list[tuple[str, str]]:
    found = [(db_arn(place, index), "RDS") for index in place.mine("db")]
    found += [(efs_arn(place, index), "EFS") for index in place.mine("efs")]
    found += [(table_arn(place, index), "DynamoDB") for index in place.mine("table")]
    return [item for item in found if place.yes("backed-up", item[0])]


def _protections(place: Place) -> list[Json]:
    return [
        {"ResourceArn": arn, "ResourceType": sort, "LastBackupTime": place.ago(1)} for arn, sort in _protected(place)
    ]


def _vaults(place: Place) -> list[Json]:
    found = []
    for order, index in enumerate(place.mine("vault")):
        locked = place.yes("vault-locked", index)
        made: Json = {
            "BackupVaultName": _vault_name(index), "BackupVaultArn": _vault_arn(place, index), "Locked": locked,
            "VaultType": "BACKUP_VAULT", "CreationDate": place.ago(600), "EncryptionKeyArn": key_arn(place, index),
            "NumberOfRecoveryPoints": 0 if order else len(_protected(place)),
        }  # fmt: skip
        found.append(made | ({"MinRetentionDays": 35, "LockDate": place.ago(300)} if locked else {}))
    return found


_vault_numbers = listing(lambda place: {_vault_name(index): index for index in place.mine("vault")})


def _vault_of(place: Place, params: Params) -> int | None:
    return _vault_numbers(place).get(params["BackupVaultName"])


def _vault_policy(place: Place, index: int) -> Answer:
    if not place.yes("vault-policy", index, share=0.5):
        return "ResourceNotFoundException"
    stated = {"Effect": "Deny", "Principal": "*", "Action": "backup:DeleteRecoveryPoint", "Resource": "*"}
    return {
        "BackupVaultName": _vault_name(index), "BackupVaultArn": _vault_arn(place, index), "Policy": policy(stated),
    }  # fmt: skip


def _points(place: Place, index: int) -> Answer:
    if index != place.mine("vault")[0]:
        return {"RecoveryPoints": []}
    return {"RecoveryPoints": [
        {
            "RecoveryPointArn": place.arn("backup", f"recovery-point:{place.uuid('point', arn)}"),
            "BackupVaultName": _vault_name(index), "BackupVaultArn": _vault_arn(place, index), "ResourceArn": arn,
            "ResourceType": sort, "Status": "COMPLETED", "CreationDate": place.ago(1), "CompletionDate": place.ago(1),
            "IsEncrypted": place.yes("point-encrypted", arn, share=0.95), "IsParent": False,
            "Lifecycle": {"DeleteAfterDays": 35 if place.yes("point-long", arn) else 7},
            "BackupSizeInBytes": 1_000_000, "VaultType": "BACKUP_VAULT", "EncryptionKeyArn": key_arn(place, index),
        }
        for arn, sort in _protected(place)
    ]}  # fmt: skip


def _plan_arn(place: Place, index: int) -> str:
    return place.arn("backup", f"backup-plan:{place.uuid('plan', index)}")


def _plans(place: Place) -> list[Json]:
    return [
        {
            "BackupPlanId": place.uuid("plan", index), "BackupPlanArn": _plan_arn(place, index),
            "BackupPlanName": f"plan-{index}", "VersionId": "1", "CreationDate": place.ago(500),
        }
        for index in place.mine("plan")
    ]  # fmt: skip


_plan_numbers = listing(lambda place: {place.uuid("plan", index): index for index in place.mine("plan")})


def _plan_of(place: Place, params: Params) -> int | None:
    return _plan_numbers(place).get(params["BackupPlanId"])


def _plan(place: Place, index: int) -> Answer:
    days = 35 if place.yes("plan-long", index) else 7
    rule: Json = {
        "RuleName": "daily", "TargetBackupVaultName": _vault_name(place.ref("vault", index)),
        "ScheduleExpression": "cron(0 5 ? * * *)", "StartWindowMinutes": 60, "CompletionWindowMinutes": 180,
        "Lifecycle": {"DeleteAfterDays": days}, "RuleId": place.uuid("rule", index),
    }  # fmt: skip
    if place.yes("plan-copies", index, share=0.5):
        away = f"arn:aws:backup:us-west-2:{place.account}:backup-vault:copies"
        rule["CopyActions"] = [{"DestinationBackupVaultArn": away, "Lifecycle": {"DeleteAfterDays": days}}]
    plan = {"BackupPlanName": f"plan-{index}", "Rules": [rule]}
    return {
        "BackupPlan": plan, "BackupPlanId": place.uuid("plan", index), "BackupPlanArn": _plan_arn(place, index),
        "VersionId": "1", "CreationDate": place.ago(500),
    }  # fmt: skip


def _selections(place: Place, index: int) -> Answer:
    return {"BackupSelectionsList": [{
        "SelectionId": place.uuid("selection", index), "SelectionName": "phi", "IamRoleArn": place.iam("role/backup"),
        "BackupPlanId": place.uuid("plan", index), "CreationDate": place.ago(500),
    }]}  # fmt: skip


def _selection(place: Place, index: int) -> Answer:
    tested = {"ConditionType": "STRINGEQUALS", "ConditionKey": "data-classification", "ConditionValue": "phi"}
    return {
        "SelectionId": place.uuid("selection", index), "BackupPlanId": place.uuid("plan", index),
        "CreationDate": place.ago(500), "BackupSelection": {
            "SelectionName": "phi", "IamRoleArn": place.iam("role/backup"), "Resources": [], "ListOfTags": [tested],
            "NotResources": [], "Conditions": {},
        },
    }  # fmt: skip


def tagged(place: Place, wanted: str) -> list[Json]:
    """Give the tags of plans or of vaults."""
    kind, arn = ("plan", _plan_arn) if wanted == "backup:backup-plan" else ("vault", _vault_arn)
    return [{"ResourceARN": arn(place, index), "Tags": place.tags(kind, index)} for index in place.mine(kind)]


TAKEN = ("Aurora", "DynamoDB", "EBS", "EC2", "EFS", "FSx", "RDS", "S3")

ANSWERS: dict[str, Speaker] = {
    "backup.ListBackupVaults": says("BackupVaultList", _vaults),
    "backup.GetBackupVaultAccessPolicy": numbered(_vault_of, "ResourceNotFoundException", _vault_policy),
    "backup.ListRecoveryPointsByBackupVault": numbered(_vault_of, "ResourceNotFoundException", _points),
    "backup.ListBackupPlans": says("BackupPlansList", _plans),
    "backup.GetBackupPlan": numbered(_plan_of, "ResourceNotFoundException", _plan),
    "backup.ListBackupSelections": numbered(_plan_of, "ResourceNotFoundException", _selections),
    "backup.GetBackupSelection": numbered(_plan_of, "ResourceNotFoundException", _selection),
    "backup.ListProtectedResources": says("Results", _protections),
    "backup.DescribeRegionSettings": says(
        "ResourceTypeOptInPreference", lambda place: {name: place.yes("opted", name, share=0.9) for name in TAKEN}
    ),
}
