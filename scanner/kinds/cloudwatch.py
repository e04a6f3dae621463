"""CloudWatch alarms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from scanner.kinds.audit_planned import PLANNED_METRICS, TEMPLATE_METRICS, planned_metrics
from scanner.kinds.common import tagged, tags
from scanner.model.call import each
from scanner.model.kind import Kind, fact


class Metric(msgspec.Struct, frozen=True):
    """A metric that an alarm watches: namespace, name and dimensions as sorted (name, value) pairs."""

    namespace: str = ""
    name: str = ""
    dimensions: tuple[tuple[str, str], ...] = ()

    def dimension(self, name: str) -> str:
        """Give a dimension's value, or nothing."""
        return dict(self.dimensions).get(name, "")


def _metric(given: Mapping[str, Any]) -> Metric:
    pairs = sorted((item["Name"], item["Value"]) for item in given.get("Dimensions", ()))
    return Metric(given.get("Namespace", ""), given.get("MetricName", ""), tuple(pairs))


def _watched(alarm: Mapping[str, Any]) -> tuple[Metric, ...]:
    """Give the metrics of an alarm: its own, or those of its metric math."""
    if alarm.get("MetricName"):
        return (_metric(alarm),)
    queries: Sequence[Mapping[str, Any]] = alarm.get("Metrics", ())
    return tuple(_metric(query["MetricStat"]["Metric"]) for query in queries if "MetricStat" in query)


class Alarm(Kind, cfn="AWS::CloudWatch::Alarm", tf="aws_cloudwatch_metric_alarm"):
    """An alarm on one metric, or on a sum of several by metric math."""

    box = each("cloudwatch.DescribeAlarms", "MetricAlarms", AlarmTypes=["CompositeAlarm", "MetricAlarm"])
    labels = tagged("$box.AlarmArn", "cloudwatch:alarm")

    id: str = fact("box.AlarmName", plan="alarm_name", template="AlarmName", sample="alarm")
    arn: str = fact("box.AlarmArn", plan="arn", sample="arn:aws:cloudwatch:us-east-1:123456789012:alarm:alarm")
    tags: Mapping[str, str] = fact("labels.Tags", plan="tags", template="Tags", parse=tags(), default={})
    actions_enabled: bool = fact(
        "box.ActionsEnabled",
        plan="actions_enabled",
        template="ActionsEnabled",
        default={"plan": True, "template": True},
        sample=True,
    )
    actions: tuple[str, ...] = fact("box.AlarmActions", plan="alarm_actions", template="AlarmActions", default=())
    metrics: tuple[Metric, ...] = fact(
        "box",
        plan=PLANNED_METRICS,
        template=TEMPLATE_METRICS,
        parse={"api": _watched, "plan": lambda given: _watched(planned_metrics(given)), "template": _watched},
        sample=(),
    )
    math: bool = fact("box.Metrics", plan="metric_query", template="Metrics", parse=bool, default=False)
    statistic: str = fact("box.Statistic | box.ExtendedStatistic", plan="statistic", template="Statistic", default="")
    comparison: str = fact(
        "box.ComparisonOperator",
        plan="comparison_operator",
        template="ComparisonOperator",
        default={"api": ""},
        sample="LessThanThreshold",
    )
    threshold: float | None = fact("box.Threshold", plan="threshold", template="Threshold", default=None, sample=1.0)
    missing_data: str = fact(
        "box.TreatMissingData", plan="treat_missing_data", template="TreatMissingData", default="missing"
    )
    state: str = fact("box.StateValue", sample="OK")
    volatile = (
        "box.StateValue",
        "box.StateReason",
        "box.StateReasonData",
        "box.StateUpdatedTimestamp",
        "box.StateTransitionedTimestamp",
        "box.EvaluationState",
        "box.AlarmConfigurationUpdatedTimestamp",
    )


class CompositeAlarm(Kind, cfn="AWS::CloudWatch::CompositeAlarm", tf="aws_cloudwatch_composite_alarm"):
    """An alarm on the states of other alarms."""

    box = each("cloudwatch.DescribeAlarms", "CompositeAlarms", AlarmTypes=["CompositeAlarm", "MetricAlarm"])
    labels = tagged("$box.AlarmArn", "cloudwatch:alarm")

    id: str = fact("box.AlarmName", plan="alarm_name", template="AlarmName", sample="composite")
    arn: str = fact("box.AlarmArn", plan="arn", sample="arn:aws:cloudwatch:us-east-1:123456789012:alarm:composite")
    tags: Mapping[str, str] = fact("labels.Tags", plan="tags", template="Tags", parse=tags(), default={})
    actions_enabled: bool = fact(
        "box.ActionsEnabled",
        plan="actions_enabled",
        template="ActionsEnabled",
        default={"plan": True, "template": True},
        sample=True,
    )
    actions: tuple[str, ...] = fact("box.AlarmActions", plan="alarm_actions", template="AlarmActions", default=())
    rule: str = fact("box.AlarmRule", plan="alarm_rule", template="AlarmRule")
    volatile = (
        "box.StateValue",
        "box.StateReason",
        "box.StateReasonData",
        "box.StateUpdatedTimestamp",
        "box.StateTransitionedTimestamp",
        "box.AlarmConfigurationUpdatedTimestamp",
    )
