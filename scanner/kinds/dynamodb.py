"""DynamoDB: tables, with their encryption and their continuous backups."""

from __future__ import annotations

from collections.abc import Mapping

from scanner.kinds.common import tagged, tags
from scanner.model.call import each, then
from scanner.model.kind import Const, Kind, fact


class Table(Kind, cfn="AWS::DynamoDB::Table", tf="aws_dynamodb_table"):
    """A table; without a description of its encryption it lies under a key that AWS owns."""

    listed = each("dynamodb.ListTables", "TableNames")
    table = then("dynamodb.DescribeTable", "Table", TableName="$listed")
    backups = then("dynamodb.DescribeContinuousBackups", "ContinuousBackupsDescription", TableName="$listed")
    labels = tagged("$table.TableArn", "dynamodb:table")

    arn_format = "arn:{partition}:dynamodb:{region}:{account}:table/{id}"

    id: str = fact("listed", plan="name", template="TableName", sample="claims")
    tags: Mapping[str, str] = fact("labels.Tags", plan="tags", template="Tags", parse=tags(), default={})
    status: str = fact("table.TableStatus", plan=Const("ACTIVE"), template=Const("ACTIVE"), sample="ACTIVE")
    sse: str = fact(
        "table.SSEDescription.Status",
        plan="server_side_encryption[0].enabled",
        template="SSESpecification.SSEEnabled",
        parse={
            "plan": lambda on: "ENABLED" if on else "",
            "template": lambda on: "ENABLED" if str(on).lower() == "true" else "",
        },
        default="",
        sample="ENABLED",
        doc="`ENABLED` with a key in KMS; empty under a key that AWS owns.",
    )
    sse_type: str = fact(
        "table.SSEDescription.SSEType",
        plan=Const("KMS"),
        template="SSESpecification.SSEType",
        default={"api": "", "template": "KMS"},
        sample="KMS",
    )
    key: str = fact(
        "table.SSEDescription.KMSMasterKeyArn",
        plan="server_side_encryption[0].kms_key_arn",
        template="SSESpecification.KMSMasterKeyId",
        default="",
        sample="arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    )
    deletion_protection: bool = fact(
        "table.DeletionProtectionEnabled",
        plan="deletion_protection_enabled",
        template="DeletionProtectionEnabled",
        default={"plan": False, "template": False},
        sample=True,
    )
    point_in_time_recovery: bool = fact(
        "backups.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus",
        plan="point_in_time_recovery[0].enabled",
        template="PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled",
        parse={"api": lambda status: status == "ENABLED"},
        default={"plan": False, "template": False},
        sample=True,
    )
    volatile = (
        "table.ItemCount",
        "table.TableSizeBytes",
        "table.ProvisionedThroughput",
        "table.WarmThroughput",
        "table.GlobalSecondaryIndexes[].ItemCount",
        "table.GlobalSecondaryIndexes[].IndexSizeBytes",
        "table.LocalSecondaryIndexes[].ItemCount",
        "table.LocalSecondaryIndexes[].IndexSizeBytes",
        "backups.PointInTimeRecoveryDescription.EarliestRestorableDateTime",
        "backups.PointInTimeRecoveryDescription.LatestRestorableDateTime",
    )
