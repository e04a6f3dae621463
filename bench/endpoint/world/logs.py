"""The described log groups, metric filters and alarms, and what CloudWatch has measured."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.endpoint.world.kms import key_arn
from bench.endpoint.world.place import Answer, Json, Params, Place, Speaker, listing, says

TRAIL_GROUP = "/aws/cloudtrail/organization"
RETENTIONS = (2192, 2192, 365, 30, None)
PATTERNS = {
    "root-usage": '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && '
    '$.eventType != "AwsServiceEvent" }',
    "unauthorized": '{ ($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*") }',
    "console-failures": '{ ($.eventName = ConsoleLogin) && ($.errorMessage = "Failed authentication") }',
    "network-acls": "{ ($.eventName = CreateNetworkAcl) || ($.eventName = CreateNetworkAclEntry) || "
    "($.eventName = DeleteNetworkAcl) || ($.eventName = DeleteNetworkAclEntry) || "
    "($.eventName = ReplaceNetworkAclEntry) || ($.eventName = ReplaceNetworkAclAssociation) }",
    "gateways": "{ ($.eventName = CreateCustomerGateway) || ($.eventName = DeleteCustomerGateway) || "
    "($.eventName = AttachInternetGateway) || ($.eventName = CreateInternetGateway) || "
    "($.eventName = DeleteInternetGateway) || ($.eventName = DetachInternetGateway) }",
    "routes": "{ ($.eventName = CreateRoute) || ($.eventName = CreateRouteTable) || ($.eventName = ReplaceRoute) || "
    "($.eventName = ReplaceRouteTableAssociation) || ($.eventName = DeleteRouteTable) || "
    "($.eventName = DeleteRoute) || ($.eventName = DisassociateRouteTable) }",
}
"""The metric filters on the trail's log group: name and pattern; the last has no alarm."""
TOPIC = "alerts"


def group_name(place: Place, index: int) -> str:
    """Name the log group that lies with something, by the thing's number."""
    number = place.ref("loggroup", index)
    return TRAIL_GROUP if number == 0 else f"/workloads/{place.app(number)}/{number}"


@listing
def _groups(place: Place) -> list[Json]:
    found = []
    for index in place.mine("loggroup"):
        name = group_name(place, index)
        days = place.pick(RETENTIONS, "retention", index)
        made: Json = {
            "logGroupName": name, "arn": place.arn("logs", f"log-group:{name}:*"), "storedBytes": 1000 * index,
            "logGroupArn": place.arn("logs", f"log-group:{name}"), "metricFilterCount": 0, "logGroupClass": "STANDARD",
            "creationTime": int(place.ago(600, "group", index).timestamp() * 1000),
        }  # fmt: skip
        if days:
            made["retentionInDays"] = days
        if place.yes("group-kms", index, share=0.5):
            made["kmsKeyId"] = key_arn(place, index)
        found.append(made)
    return found


def tagged_groups(place: Place) -> list[Json]:
    """Give the tags of the log groups."""
    return [
        {"ResourceARN": place.arn("logs", f"log-group:{group_name(place, index)}"), "Tags": place.tags("group", index)}
        for index in place.mine("loggroup")
    ]


def _subscriptions(place: Place, params: Params) -> Answer:
    name = params["logGroupName"]
    if not place.yes("subscribed", name, share=0.5):
        return {"subscriptionFilters": []}
    stream = place.arn("firehose", "deliverystream/log-archive")
    return {"subscriptionFilters": [{
        "filterName": "archive", "logGroupName": name, "filterPattern": "", "destinationArn": stream,
        "distribution": "ByLogStream", "creationTime": int(place.ago(300).timestamp() * 1000),
    }]}  # fmt: skip


@listing
def _filters(place: Place) -> list[Json]:
    if not place.home:
        return []
    return [
        {
            "filterName": name, "filterPattern": pattern, "logGroupName": TRAIL_GROUP,
            "creationTime": int(place.ago(500).timestamp() * 1000),
            "metricTransformations": [{"metricName": name, "metricNamespace": "Audit", "metricValue": "1"}],
        }
        for name, pattern in PATTERNS.items()
    ]  # fmt: skip


def _alarm(place: Place, name: str, watched: Json, **more: Any) -> Json:
    acts = place.yes("alarm-acts", name, share=0.85)
    moment = place.ago(30, "alarm", name)
    return {
        "AlarmName": name, "AlarmArn": place.arn("cloudwatch", f"alarm:{name}"), "ActionsEnabled": True,
        "AlarmConfigurationUpdatedTimestamp": moment, "OKActions": [], "InsufficientDataActions": [],
        "AlarmActions": [place.arn("sns", TOPIC)] if acts else [], "StateValue": "OK", "StateReason": "fine",
        "StateUpdatedTimestamp": moment, "Statistic": "Sum", "Period": 300, "EvaluationPeriods": 1, "Threshold": 1.0,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold", "TreatMissingData": "notBreaching", **watched, **more,
    }  # fmt: skip


@listing
def alarms(place: Place) -> list[Json]:
    """List the metric alarms."""
    found = []
    if place.home:
        found += [
            _alarm(place, f"audit-{name}", {"Namespace": "Audit", "MetricName": name, "Dimensions": []})
            for name in list(PATTERNS)[:-1]
        ]
        for number in (1, 2):
            tunnel = [{"Name": "TunnelIpAddress", "Value": f"198.51.100.{number}"}]
            watched = {
                "Namespace": "AWS/VPN",
                "MetricName": "TunnelState",
                "Dimensions": tunnel,
                "Statistic": "Maximum",
            }
            found.append(_alarm(
                place, f"tunnel-{number}", watched, ComparisonOperator="LessThanThreshold",
                TreatMissingData="breaching",
            ))  # fmt: skip
    for index in place.mine("alarm"):
        watched = {
            "Namespace": "AWS/RDS", "MetricName": "CPUUtilization", "Statistic": "Average",
            "Dimensions": [{"Name": "DBInstanceIdentifier", "Value": f"{place.app(index)}-db-{index}"}],
        }  # fmt: skip
        found.append(_alarm(place, f"{place.app(index)}-load-{index}", watched, Threshold=80.0))
    return found


def _alarms(place: Place, params: Params) -> Answer:
    wanted = params.get("AlarmTypes") or ["MetricAlarm"]
    composite = {
        "AlarmName": "any-audit", "AlarmArn": place.arn("cloudwatch", "alarm:any-audit"), "ActionsEnabled": True,
        "StateValue": "OK", "AlarmActions": [place.arn("sns", TOPIC)], "OKActions": [], "InsufficientDataActions": [],
        "AlarmRule": "ALARM(audit-root-usage) OR ALARM(audit-unauthorized)",
    }  # fmt: skip
    return {
        "MetricAlarms": alarms(place) if "MetricAlarm" in wanted else [],
        "CompositeAlarms": [composite] if "CompositeAlarm" in wanted and place.home else [],
    }


def _moment(given: Any) -> datetime:
    if isinstance(given, datetime):
        return given
    if isinstance(given, int | float):
        return datetime.fromtimestamp(given, UTC)
    return datetime.fromisoformat(str(given))


def _measured(place: Place, params: Params) -> Answer:
    begin, end = _moment(params["StartTime"]), _moment(params["EndTime"])
    found = []
    for query in params["MetricDataQueries"]:
        period = timedelta(seconds=query["MetricStat"]["Period"])
        count = int((end - begin) / period)
        moments = [begin + period * number for number in range(count)]
        values = [_value(place, query["MetricStat"]["Metric"], number) for number in range(count)]
        found.append({
            "Id": query["Id"], "Label": query["MetricStat"]["Metric"]["MetricName"], "StatusCode": "Complete",
            "Timestamps": moments[::-1], "Values": values[::-1],
        })  # fmt: skip
    return {"MetricDataResults": found, "Messages": []}


def _value(place: Place, metric: Mapping[str, Any], number: int) -> float:
    name = metric["MetricName"]
    of = tuple(item["Value"] for item in metric["Dimensions"])
    if name == "TunnelState":
        return 1.0
    if name == "MemoryUtilization":
        return 30.0 + place.number(60, "memory", *of) + number % 5
    return 1_000_000.0 + number


ANSWERS: dict[str, Speaker] = {
    "logs.DescribeLogGroups": says("logGroups", _groups),
    "logs.DescribeSubscriptionFilters": _subscriptions,
    "logs.DescribeMetricFilters": says("metricFilters", _filters),
    "logs.DescribeDeliverySources": says("deliverySources", lambda _: []),
    "logs.DescribeDeliveries": says("deliveries", lambda _: []),
    "cloudwatch.DescribeAlarms": _alarms,
    "cloudwatch.GetMetricData": _measured,
}
