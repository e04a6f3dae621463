"""CloudWatch Logs: log groups."""

from __future__ import annotations

from collections.abc import Mapping

from scanner.kinds.common import tagged, tags
from scanner.model.call import each
from scanner.model.kind import Kind, fact


class LogGroup(Kind, cfn="AWS::Logs::LogGroup", tf="aws_cloudwatch_log_group"):
    """A log group: how long it keeps what it holds, and under which key."""

    group = each("logs.DescribeLogGroups", "logGroups")
    labels = tagged("$group.logGroupArn", "logs")

    id: str = fact("group.logGroupName", plan="name", template="LogGroupName", sample="/ecs/claims")
    arn: str = fact("group.logGroupArn", plan="arn", sample="arn:aws:logs:us-east-1:123456789012:log-group:/ecs/claims")
    tags: Mapping[str, str] = fact("labels.Tags", plan="tags", template="Tags", parse=tags(), default={})
    retention_days: int | None = fact(
        "group.retentionInDays",
        plan="retention_in_days",
        template="RetentionInDays",
        default=None,
        sample=2192,
        doc="None: kept for ever.",
        parse={"plan": lambda days: days or None},
    )
    kms_key: str = fact("group.kmsKeyId", plan="kms_key_id", template="KmsKeyId", default="")
    volatile = ("group.storedBytes", "group.metricFilterCount")
