"""Trails, recorders, detectors, log groups and alarms are rebuilt as they were."""

from __future__ import annotations

from typing import Any

import pytest

from tests.remediation.twin.twinned import ACCOUNT, REGION, TAGS, TRUST, Clients, Rebuilt, rebuilt, role, serving

pytestmark = pytest.mark.long

KINDS = (
    "CloudTrail::Trail", "CloudTrail::ShadowTrail", "Config::ConfigurationRecorder", "Config::DeliveryChannel",
    "GuardDuty::Detector", "SecurityHub::Hub", "Logs::LogGroup", "Logs::MetricFilter", "CloudWatch::Alarm",
    "S3::Bucket", "KMS::Key", "IAM::Role",
)  # fmt: skip


def _trails(client: Clients, key: str) -> None:
    client("s3").create_bucket(Bucket="trail-1111")
    client("iam").create_role(RoleName="logging", AssumeRolePolicyDocument=TRUST)
    group = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/trail:*"
    trail = client("cloudtrail")
    trail.create_trail(
        Name="all", S3BucketName="trail-1111", IsMultiRegionTrail=True, EnableLogFileValidation=True, KmsKeyId=key,
        CloudWatchLogsLogGroupArn=group, CloudWatchLogsRoleArn=role("logging"), TagsList=TAGS,
    )  # fmt: skip
    fields = [{"Field": "eventCategory", "Equals": ["Management"]}, {"Field": "readOnly", "Equals": ["true"]}]
    trail.put_event_selectors(TrailName="all", AdvancedEventSelectors=[{"Name": "m", "FieldSelectors": fields}])
    trail.put_insight_selectors(TrailName="all", InsightSelectors=[{"InsightType": "ApiCallRateInsight"}])
    trail.start_logging(Name="all")
    trail.create_trail(Name="off", S3BucketName="trail-1111")
    objects = [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::trail-1111/"]}]
    basic = {"ReadWriteType": "WriteOnly", "IncludeManagementEvents": True, "DataResources": objects}
    trail.put_event_selectors(TrailName="off", EventSelectors=[basic])


def _watchers(client: Clients) -> None:
    config = client("config")
    group: dict[str, Any] = {"allSupported": False, "includeGlobalResourceTypes": False}
    group["recordingStrategy"] = {"useOnly": "EXCLUSION_BY_RESOURCE_TYPES"}
    group["exclusionByResourceTypes"] = {"resourceTypes": ["AWS::EC2::Volume"]}
    recorder = {"name": "default", "roleARN": role("logging"), "recordingGroup": group}
    config.put_configuration_recorder(ConfigurationRecorder=recorder)
    config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": "trail-1111"})
    config.start_configuration_recorder(ConfigurationRecorderName="default")
    features = [{"Name": "S3_DATA_EVENTS", "Status": "ENABLED"}]
    client("guardduty").create_detector(Enable=True, Features=features, Tags={"owner": "security"})
    client("securityhub").enable_security_hub()


def _logs(client: Clients, key: str) -> None:
    logs = client("logs")
    logs.create_log_group(logGroupName="/trail", kmsKeyId=key, tags={"owner": "security"})
    logs.put_retention_policy(logGroupName="/trail", retentionInDays=30)
    counted = [{"metricName": "Root", "metricNamespace": "Audit", "metricValue": "1"}]
    pattern = {"filterName": "root", "filterPattern": "{ $.x = 1 }"}
    logs.put_metric_filter(logGroupName="/trail", **pattern, metricTransformations=counted)
    client("kinesis").create_stream(StreamName="archive", ShardCount=1)
    stream = f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/archive"
    takes = {"filterName": "all", "filterPattern": "", "destinationArn": stream, "roleArn": role("logging")}
    logs.put_subscription_filter(logGroupName="/trail", **takes)
    watch = {"ComparisonOperator": "GreaterThanThreshold", "EvaluationPeriods": 1, "Threshold": 1}
    plain = {"Namespace": "Audit", "MetricName": "Root", "Period": 60, "ExtendedStatistic": "p99"}
    alarms = client("cloudwatch")
    alarms.put_metric_alarm(AlarmName="root", **watch, **plain, Tags=TAGS, ActionsEnabled=False)
    alarms.set_alarm_state(AlarmName="root", StateValue="ALARM", StateReason="somebody did")
    metric = {"Namespace": "Audit", "MetricName": "Root", "Dimensions": [{"Name": "side", "Value": "left"}]}
    stat = {"Id": "a", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}, "ReturnData": False}
    alarms.put_metric_alarm(AlarmName="sum", **watch, Metrics=[stat, {"Id": "b", "Expression": "a+1"}])


def _seed(client: Clients) -> None:
    key = client("kms").create_key()["KeyMetadata"]["Arn"]
    _logs(client, key)
    _trails(client, key)
    _watchers(client)


@pytest.fixture(scope="module")
def twin() -> Rebuilt:
    """Rebuild what watches an account."""
    with serving() as server:
        return rebuilt(server, _seed, *KINDS)


def test_what_watches_is_rebuilt_as_it_was(twin: Rebuilt) -> None:
    assert twin.lacking == {}
    assert twin.differing == []


def test_what_was_set_was_seen_before(twin: Rebuilt) -> None:
    assert {each.kind.removeprefix("AWS::") for each in twin.before} == set(KINDS)
    logging = {each.name: each.sections["status"].doc["IsLogging"] for each in twin.of("CloudTrail::Trail")}
    assert logging == {"all": True, "off": False}
    (group,) = twin.of("Logs::LogGroup")
    assert len(group.sections["subs"].doc) == 1
