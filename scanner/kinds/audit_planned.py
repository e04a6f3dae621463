"""What watches an account, as Terraform plans and CloudFormation templates write it, read by pure functions.

Sources: Terraform provider for AWS, version 5 (aws_cloudtrail, aws_cloudwatch_metric_alarm,
aws_cloudwatch_log_subscription_filter, aws_config_configuration_recorder); CloudFormation (AWS::CloudTrail::Trail,
AWS::CloudWatch::Alarm, AWS::Logs::MetricFilter, AWS::Config::ConfigurationRecorder).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from scanner.kinds.containers import text, truth
from scanner.kinds.planned_reading import first, shaped
from scanner.model.planned import Known, plain

PLANNED_SELECTORS = "event_selector + advanced_event_selector"
TEMPLATE_SELECTORS = "EventSelectors + AdvancedEventSelectors"
"""Where a trail's selectors are written."""

_SELECTOR = {
    "read_write_type": "ReadWriteType",
    "include_management_events": "IncludeManagementEvents",
    "exclude_management_event_sources": "ExcludeManagementEventSources",
}
_FIELD = {
    "field": "Field",
    "equals": "Equals",
    "not_equals": "NotEquals",
    "starts_with": "StartsWith",
    "not_starts_with": "NotStartsWith",
    "ends_with": "EndsWith",
    "not_ends_with": "NotEndsWith",
}


def planned_selectors(read: Callable[[Mapping[str, Any]], Any]) -> Callable[[Known], Any]:
    """Give the reader of a trail's selectors in Terraform's words, by what reads them in the API's."""

    def parse(given: Known) -> Any:
        basic = [
            shaped(item, _SELECTOR)
            | {"DataResources": [shaped(one, {"type": "Type", "values": "Values"}) for one in item["data_resource"]]}
            for item in plain(given.get("event_selector") or [])
        ]
        advanced = [
            {"FieldSelectors": [shaped(field, _FIELD) for field in item["field_selector"]]}
            for item in plain(given.get("advanced_event_selector") or [])
        ]
        return read({"EventSelectors": basic, "AdvancedEventSelectors": advanced})

    return parse


def template_selectors(read: Callable[[Mapping[str, Any]], Any]) -> Callable[[Known], Any]:
    """Give the reader of a trail's selectors in CloudFormation's words, which are the API's."""

    def parse(given: Known) -> Any:
        basic = [
            {**item, "IncludeManagementEvents": truth(item.get("IncludeManagementEvents"), absent=True)}
            for item in plain(given.get("EventSelectors") or [])
        ]
        return read({"EventSelectors": basic, "AdvancedEventSelectors": plain(given.get("AdvancedEventSelectors"))})

    return parse


PLANNED_METRICS = "metric_name + namespace + dimensions + metric_query"
TEMPLATE_METRICS = "MetricName + Namespace + Dimensions + Metrics"
"""Where the metrics of an alarm are written."""


def planned_metrics(given: Known) -> dict[str, Any]:
    """Give an alarm's metrics in the API's words."""
    found = _metric(given)
    queries = [first(item.get("metric")) for item in given.get("metric_query") or ()]
    found["Metrics"] = [{"MetricStat": {"Metric": _metric(metric)}} for metric in queries if metric]
    return found


def _metric(given: Mapping[str, Any]) -> dict[str, Any]:
    found = shaped(given, {"metric_name": "MetricName", "namespace": "Namespace"})
    pairs = plain(given.get("dimensions") or {})
    return found | {"Dimensions": [{"Name": name, "Value": value} for name, value in pairs.items()]}


def filtered(given: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, str], ...]:
    """Name the metrics that a filter of a log group feeds, by namespace and name, in either source's words."""
    return tuple(
        (text(item.get("namespace") or item.get("MetricNamespace")), text(item.get("name") or item.get("MetricName")))
        for item in given
    )


def planned_group(given: Mapping[str, Any]) -> dict[str, Any]:
    """Give the group of types that AWS Config records, in the API's words."""
    excluded = first(given.get("exclusion_by_resource_types")).get("resource_types")
    strategy = first(given.get("recording_strategy")).get("use_only")
    return {
        "allSupported": given.get("all_supported") is not False,
        "exclusionByResourceTypes": {"resourceTypes": excluded or ()},
        "recordingStrategy": {"useOnly": strategy},
    }


def template_group(given: Mapping[str, Any]) -> dict[str, Any]:
    """Give the group of types that AWS Config records, in the API's words."""
    return {
        "allSupported": truth(given.get("AllSupported")),
        "exclusionByResourceTypes": {
            "resourceTypes": (given.get("ExclusionByResourceTypes") or {}).get("ResourceTypes") or ()
        },
        "recordingStrategy": {"useOnly": (given.get("RecordingStrategy") or {}).get("UseOnly")},
    }
