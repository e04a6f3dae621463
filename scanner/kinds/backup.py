"""AWS Backup: plans and what they select, vaults, recovery points, and what has been backed up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from scanner.kinds.backup_planned import planned_rules, planned_selection, template_rules
from scanner.kinds.backup_reading import Selection, hours_between, selection
from scanner.kinds.common import tagged, tags
from scanner.kinds.planned_reading import present
from scanner.model.call import each, then
from scanner.model.kind import Const, Kind, fact
from scanner.model.policy import PolicyDocument


class PlanRule(msgspec.Struct, frozen=True):
    """A rule of a plan: at most `hours` lie between two runs, and what it makes is kept for `days` (None: for ever)."""

    name: str
    hours: float = 24.0
    days: int | None = None
    continuous: bool = False
    vault: str = ""
    schedule: str = ""


def plan_rules(items: Sequence[Mapping[str, Any]]) -> tuple[PlanRule, ...]:
    """Read the rules of a plan.

    Raises:
        ValueError: a schedule cannot be read.
    """
    return tuple(
        PlanRule(
            item["RuleName"],
            hours_between(item.get("ScheduleExpression") or ""),
            kept_days(item.get("Lifecycle") or {}),
            bool(item.get("EnableContinuousBackup")),
            item.get("TargetBackupVaultName", ""),
            item.get("ScheduleExpression") or "",
        )
        for item in items
    )


def kept_days(lifecycle: Mapping[str, Any]) -> int | None:
    """Give after how many days a recovery point is deleted; None where it never is (AWS writes that as -1, too)."""
    days = lifecycle.get("DeleteAfterDays")
    return None if days is None or int(days) < 0 else int(days)


class BackupPlan(Kind, cfn="AWS::Backup::BackupPlan", tf="aws_backup_plan"):
    """A backup plan: when it runs and how long it keeps what it makes."""

    listed = each("backup.ListBackupPlans", "BackupPlansList")
    plan = then("backup.GetBackupPlan", "BackupPlan", BackupPlanId="$listed.BackupPlanId")
    labels = tagged("$listed.BackupPlanArn", "backup:backup-plan")

    id: str = fact("listed.BackupPlanId", plan="id", sample="plan-1")
    arn: str = fact(
        "listed.BackupPlanArn", plan="arn", sample="arn:aws:backup:us-east-1:123456789012:backup-plan:plan-1"
    )
    name: str = fact("listed.BackupPlanName", plan="name", template="BackupPlan.BackupPlanName", sample="nightly")
    tags: Mapping[str, str] = fact("labels.Tags", plan="tags", template="BackupPlanTags", parse=tags(), default={})
    rules: tuple[PlanRule, ...] = fact(
        "plan.Rules",
        plan="rule",
        template="BackupPlan.BackupPlanRule",
        parse={
            "api": plan_rules,
            "plan": lambda given: plan_rules(planned_rules(given)),
            "template": lambda given: plan_rules(template_rules(given)),
        },
        sample=(PlanRule("daily", 24.0, 35),),
    )
    volatile = ("listed.LastExecutionDate", "listed.VersionId", "listed.CreationDate")


class BackupSelection(Kind, cfn="AWS::Backup::BackupSelection", tf="aws_backup_selection"):
    """What a plan backs up: resources by ARN, type or tag."""

    listed = each(
        "backup.ListBackupSelections", "BackupSelectionsList", of=BackupPlan, BackupPlanId="$of.listed.BackupPlanId"
    )
    about = then(
        "backup.GetBackupSelection",
        "BackupSelection",
        BackupPlanId="$listed.BackupPlanId",
        SelectionId="$listed.SelectionId",
    )

    id: str = fact("listed.SelectionId", plan="id", sample="selection-1")
    name: str = fact("listed.SelectionName", plan="name", template="BackupSelection.SelectionName", sample="everything")
    tags: Mapping[str, str] = fact(Const({}), plan=Const({}), template=Const({}))
    plan: str = fact("listed.BackupPlanId", plan="plan_id", template="BackupPlanId", sample="plan-1")
    says: Selection = fact(
        "about",
        plan="resources + not_resources + selection_tag + condition",
        template="BackupSelection",
        parse={"api": selection, "plan": planned_selection, "template": selection},
        sample=Selection(resources=("*",)),
    )


class BackupVault(
    Kind, cfn="AWS::Backup::BackupVault", tf=("aws_backup_vault", "aws_backup_logically_air_gapped_vault")
):
    """A vault: where recovery points lie, who may touch them, and whether it is locked."""

    listed = each("backup.ListBackupVaults", "BackupVaultList")
    pol = then(
        "backup.GetBackupVaultAccessPolicy",
        "Policy",
        BackupVaultName="$listed.BackupVaultName",
        absent=["ResourceNotFoundException"],
    )
    labels = tagged("$listed.BackupVaultArn", "backup:backup-vault")

    tf_parts = dict.fromkeys(("aws_backup_vault_policy", "aws_backup_vault_lock_configuration"), "backup_vault_name")

    id: str = fact("listed.BackupVaultName", plan="name", template="BackupVaultName", sample="records")
    arn: str = fact(
        "listed.BackupVaultArn", plan="arn", sample="arn:aws:backup:us-east-1:123456789012:backup-vault:records"
    )
    tags: Mapping[str, str] = fact("labels.Tags", plan="tags", template="BackupVaultTags", parse=tags(), default={})
    type: str = fact(
        "listed.VaultType",
        plan=Const("BACKUP_VAULT"),
        template=Const("BACKUP_VAULT"),
        default={"api": "BACKUP_VAULT"},
        sample="BACKUP_VAULT",
    )
    key: str = fact("listed.EncryptionKeyArn", plan="kms_key_arn", template="EncryptionKeyArn", default="")
    recovery_points: int = fact(
        "listed.NumberOfRecoveryPoints", plan=Const(1), template=Const(1), sample=1, doc="How many lie in it."
    )
    locked: bool = fact(
        "listed.Locked",
        plan="+ aws_backup_vault_lock_configuration",
        template="+ LockConfiguration",
        parse={"plan": present, "template": present},
        default=False,
        sample=False,
    )
    lock_date: datetime | None = fact(
        "listed.LockDate",
        default={"api": None},
        sample=None,
        doc="From when on nobody can take the lock away; none where the lock can be lifted.",
    )
    minimum_days: int = fact(
        "listed.MinRetentionDays",
        plan="aws_backup_vault_lock_configuration.min_retention_days",
        template="LockConfiguration.MinRetentionDays",
        parse={"template": int},
        default=0,
        sample=0,
    )
    policy: PolicyDocument | None = fact(
        "pol",
        plan="aws_backup_vault_policy.policy",
        template="AccessPolicy",
        parse=PolicyDocument.parse,
        default=None,
    )
    volatile = ("listed.NumberOfRecoveryPoints",)


def _series(point: Mapping[str, Any]) -> str:
    """Name what a recovery point is one of: those that one rule makes of one resource in one vault."""
    rule = (point.get("CreatedBy") or {}).get("BackupRuleId", "")
    return f"{point['BackupVaultName']}:{rule}:{point.get('ResourceArn', '')}" if rule else ""


class RecoveryPoint(Kind, cfn="AWS::Backup::RecoveryPoint"):
    """A recovery point; those that one rule makes of one resource are a series, to which a finding belongs."""

    identity = ("series", "id")

    point = each(
        "backup.ListRecoveryPointsByBackupVault",
        "RecoveryPoints",
        of=BackupVault,
        BackupVaultName="$of.listed.BackupVaultName",
    )

    id: str = fact("point.RecoveryPointArn", sample="arn:aws:backup:us-east-1:123456789012:recovery-point:1234abcd")
    arn: str = fact("point.RecoveryPointArn", sample="arn:aws:backup:us-east-1:123456789012:recovery-point:1234abcd")
    tags: Mapping[str, str] = fact(Const({}))
    series: str = fact("point", parse=_series, sample="records:rule-1:arn:aws:rds:us-east-1:123456789012:db:claims")
    vault: str = fact("point.BackupVaultName", sample="records")
    resource_arn: str = fact(
        "point.ResourceArn", default={"api": ""}, sample="arn:aws:rds:us-east-1:123456789012:db:claims"
    )
    type: str = fact("point.ResourceType", default={"api": ""}, sample="RDS")
    status: str = fact("point.Status", sample="COMPLETED")
    composite: bool = fact("point.IsParent", default={"api": False}, sample=False)
    encrypted: bool = fact("point.IsEncrypted", sample=True)
    days: int | None = fact(
        "point.Lifecycle",
        parse=kept_days,
        default={"api": None},
        sample=35,
        doc="After how many days it is deleted; none where it never is.",
    )
    ends_with: str = fact(
        "point.Lifecycle.DeleteAfterEvent",
        default={"api": ""},
        sample="",
        doc="What ends it before its days: `DELETE_AFTER_COPY` where only its copy is to stay.",
    )
    created: datetime = fact("point.CreationDate")
    volatile = ("point",)


class ProtectedResource(Kind, cfn="AWS::Backup::ProtectedResource"):
    """A resource of which AWS Backup holds a recovery point; its id is the resource's own ARN."""

    item = each("backup.ListProtectedResources", "Results")

    id: str = fact("item.ResourceArn", sample="arn:aws:dynamodb:us-east-1:123456789012:table/claims")
    arn: str = fact("item.ResourceArn", sample="arn:aws:dynamodb:us-east-1:123456789012:table/claims")
    tags: Mapping[str, str] = fact(Const({}))
    type: str = fact("item.ResourceType", default={"api": ""}, sample="DynamoDB")
    last_backup: datetime = fact("item.LastBackupTime")
    volatile = ("item.LastBackupTime", "item.LastRecoveryPointArn", "item.LastBackupVaultArn")
