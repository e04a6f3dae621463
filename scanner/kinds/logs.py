"""CloudWatch Logs: log groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scanner.kinds.common import tagged, tags
from scanner.model.call import each
from scanner.model.kind import Const, Kind, fact


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


def filter_id(given: Mapping[str, Any]) -> str:
    """Name a metric filter for good: its name is its own within its log group only."""
    return f"{given['logGroupName']}:{given['filterName']}"


def metrics(given: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, str], ...]:
    """Name the metrics that a filter feeds, by namespace and name."""
    return tuple((item["metricNamespace"], item["metricName"]) for item in given)


class MetricFilter(Kind, cfn="AWS::Logs::MetricFilter", tf="aws_cloudwatch_log_metric_filter"):
    """A metric filter: which events of a log group are counted, and in which metric."""

    arn_format = "arn:{partition}:logs:{region}:{account}:metric-filter:{id}"

    filter = each("logs.DescribeMetricFilters", "metricFilters")

    id: str = fact("filter", parse=filter_id, sample="/audit/trail:root-usage")
    name: str = fact("filter.filterName", plan="name", template="FilterName", sample="root-usage")
    tags: Mapping[str, str] = fact(Const({}), plan=Const({}), template=Const({}))
    log_group: str = fact("filter.logGroupName", plan="log_group_name", template="LogGroupName", sample="/audit/trail")
    pattern: str = fact(
        "filter.filterPattern", plan="pattern", template="FilterPattern", default={"api": ""}, sample=""
    )
    metrics: tuple[tuple[str, str], ...] = fact(
        "filter.metricTransformations", parse=metrics, sample=(("Audit", "RootUsage"),)
    )
    volatile = ("filter.creationTime",)
