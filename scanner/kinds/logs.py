"""CloudWatch Logs: log groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from scanner.kinds.audit_planned import filtered
from scanner.kinds.common import tagged, tags
from scanner.model.call import each, then
from scanner.model.kind import Const, Kind, fact
from scanner.model.planned import Known

PASSING = ",".join(f"'{days}'" for days in (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827))
"""The retentions, in days, that CloudWatch Logs offers below six years (PutRetentionPolicy, API Reference)."""


class Subscription(msgspec.Struct, frozen=True):
    """A subscription of a log group: where its events go, and the pattern that chooses them (empty: all)."""

    destination: str
    pattern: str = ""

    @property
    def keeps(self) -> bool:
        """Whether all events go to a delivery stream of Firehose, or to the logs of another account."""
        service = [*self.destination.split(":"), "", "", ""][2]
        return not self.pattern.strip() and service in {"firehose", "logs"}


def subscriptions(items: Sequence[Mapping[str, Any]]) -> tuple[Subscription, ...]:
    """Read the subscription filters of a log group."""
    return tuple(Subscription(item["destinationArn"], item.get("filterPattern") or "") for item in items)


def planned_subscriptions(given: Known) -> tuple[Subscription, ...]:
    """Read the subscription filters of a log group in Terraform's words."""
    items = given["aws_cloudwatch_log_subscription_filter"]
    return tuple(Subscription(item["destination_arn"], item.get("filter_pattern") or "") for item in items)


def template_subscriptions(given: Known) -> tuple[Subscription, ...]:
    """Read the subscription filters of a log group in CloudFormation's words."""
    items = given["AWS::Logs::SubscriptionFilter"]
    return tuple(Subscription(item["DestinationArn"], item.get("FilterPattern") or "") for item in items)


class LogGroup(Kind, cfn="AWS::Logs::LogGroup", tf="aws_cloudwatch_log_group"):
    """A log group: how long it keeps what it holds, and under which key."""

    group = each("logs.DescribeLogGroups", "logGroups")
    labels = tagged("$group.logGroupArn", "logs")
    subs = then(
        "logs.DescribeSubscriptionFilters",
        "subscriptionFilters",
        logGroupName="$group.logGroupName",
        when=f"group.retentionInDays in {PASSING}",
    )

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
    log_class: str = fact(
        "group.logGroupClass",
        plan="log_group_class",
        template="LogGroupClass",
        default="STANDARD",
        doc="`STANDARD`, `INFREQUENT_ACCESS`, or `DELIVERY`, which only hands on and keeps events for a day or two.",
    )
    subscriptions: tuple[Subscription, ...] = fact(
        "subs",
        plan="+ aws_cloudwatch_log_subscription_filter",
        template="+ AWS::Logs::SubscriptionFilter",
        parse={"api": subscriptions, "plan": planned_subscriptions, "template": template_subscriptions},
        default=(),
        sample=(),
        doc="Where the events go besides; asked only where they are kept for less than six years.",
    )
    tf_parts = {"aws_cloudwatch_log_subscription_filter": "log_group_name"}
    cfn_parts = {"AWS::Logs::SubscriptionFilter": "LogGroupName"}
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
        "filter.metricTransformations",
        plan="metric_transformation",
        template="MetricTransformations",
        parse={"api": metrics, "plan": filtered, "template": filtered},
        sample=(("Audit", "RootUsage"),),
    )
    volatile = ("filter.creationTime",)
