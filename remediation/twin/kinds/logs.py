"""CloudWatch: log groups, what they count and hand on, and alarms."""

from __future__ import annotations

from remediation.twin.later import waits
from remediation.twin.registry import builds, finishes
from remediation.twin.site import PLACEHOLDER, Site, doc, fitting
from remediation.twin.tagging import own_tags, pairs
from scanner.model.resource import Resource

_INITIAL = "INSUFFICIENT_DATA"


@builds("AWS::Logs::LogGroup")
def log_group(site: Site, resource: Resource) -> None:
    """Make the group with its class and tags, and say how long it keeps what it holds."""
    group = doc(resource, "group")
    given = fitting("logs.CreateLogGroup", group, "kmsKeyId", "tags")
    site.call(resource, "logs.CreateLogGroup", **given, kmsKeyId=group.get("kmsKeyId"), tags=own_tags(resource) or None)
    if days := group.get("retentionInDays"):
        site.call(resource, "logs.PutRetentionPolicy", logGroupName=group["logGroupName"], retentionInDays=days)


@finishes("AWS::Logs::LogGroup")
def subscriptions(site: Site, resource: Resource) -> None:
    """Hand events on to where the subscriptions say."""
    for item in doc(resource, "subs") or ():
        _destination(site, resource, item["destinationArn"])
        operation = "logs.PutSubscriptionFilter"
        site.call(resource, operation, **{"filterPattern": "", **fitting(operation, item)})


def _destination(site: Site, resource: Resource, arn: str) -> None:
    """Make the stream that takes the events, of which phiward keeps but the name; moto asks whether it is there.

    What takes them otherwise, a function or another account, is not made.
    """
    _, _, service, *_, last = arn.split(":")
    if service not in {"kinesis", "firehose"}:
        return
    name = last.partition("/")[2]
    if site.made.setdefault((service, arn), {}):
        return
    site.made[service, arn]["name"] = name
    if service == "kinesis":
        site.call(resource, "kinesis.CreateStream", StreamName=name, ShardCount=1)
    else:
        role, bucket = f"arn:aws:iam::{resource.account}:role/{PLACEHOLDER}", f"arn:aws:s3:::{PLACEHOLDER}"
        where = {"RoleARN": role, "BucketARN": bucket}
        operation = "firehose.CreateDeliveryStream"
        site.call(resource, operation, DeliveryStreamName=name, ExtendedS3DestinationConfiguration=where)


@finishes("AWS::Logs::MetricFilter")
def metric_filter(site: Site, resource: Resource) -> None:
    """Count events of a log group."""
    said = doc(resource, "filter")
    site.call(
        resource, "logs.PutMetricFilter", **{"filterPattern": "", **fitting("logs.PutMetricFilter", said)},
    )  # fmt: skip


@finishes("AWS::CloudWatch::Alarm")
def alarm(site: Site, resource: Resource) -> None:
    """Make the alarm when the ids in its dimensions are known, and put it into its state."""
    box = doc(resource, "box")
    given = {name: value for name, value in fitting("cloudwatch.PutMetricAlarm", box, "Tags").items() if value != []}
    site.call(resource, "cloudwatch.PutMetricAlarm", **given, Tags=pairs(resource) or None)
    site.call(
        resource, "cloudwatch.SetAlarmState", AlarmName=box["AlarmName"],
        StateValue=box.get("StateValue", _INITIAL), StateReason=box.get("StateReason", ""),
    )  # fmt: skip


@finishes("AWS::CloudWatch::CompositeAlarm")
def composite(site: Site, resource: Resource) -> None:
    """Make an alarm on other alarms."""
    operation = "cloudwatch.PutCompositeAlarm"
    given = {name: value for name, value in fitting(operation, doc(resource, "box")).items() if value != []}
    site.call(resource, operation, **given, Tags=pairs(resource) or None)


builds("AWS::Logs::MetricFilter", "AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")(waits)
