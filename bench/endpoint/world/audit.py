"""What watches the described account: its trail, AWS Config, GuardDuty, Security Hub, its organization."""

from __future__ import annotations

from bench.endpoint.description import MANAGEMENT
from bench.endpoint.world.iam import role_arn
from bench.endpoint.world.kms import key_arn
from bench.endpoint.world.logs import TRAIL_GROUP
from bench.endpoint.world.place import (
    Answer,
    Json,
    Params,
    Place,
    Speaker,
    listing,
    refusing,
    saying,
    says,
    some,
    table,
)
from bench.endpoint.world.s3 import CONFIG_BUCKET, TRAIL_BUCKET, bucket_name

FEATURES = (
    "CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS", "S3_DATA_EVENTS", "EBS_MALWARE_PROTECTION", "RDS_LOGIN_EVENTS",
    "RUNTIME_MONITORING",
)  # fmt: skip
WATCHED = 400
"""Of so many buckets, every second has its objects' events recorded; a trail takes 250."""
DISCOVERED = {
    "AWS::EC2::Instance": "instance", "AWS::S3::Bucket": "bucket", "AWS::IAM::Role": "role",
    "AWS::ECS::Service": "service",
    "AWS::ECR::Repository": "repository", "AWS::KMS::Key": "key", "AWS::EC2::SecurityGroup": "securitygroup",
    "AWS::EC2::VPC": "vpc",
}  # fmt: skip


def _trail_arn(place: Place) -> str:
    return f"arn:aws:cloudtrail:{place.regions[0]}:{place.account}:trail/organization"


def _trails(place: Place, params: Params) -> Answer:
    if not place.home and params.get("includeShadowTrails", True) is False:
        return {"trailList": []}
    group = f"arn:aws:logs:{place.regions[0]}:{place.account}:log-group:{TRAIL_GROUP}:*"
    return {"trailList": [{
        "Name": "organization", "S3BucketName": bucket_name(place, TRAIL_BUCKET), "IncludeGlobalServiceEvents": True,
        "IsMultiRegionTrail": True, "HomeRegion": place.regions[0], "TrailARN": _trail_arn(place),
        "LogFileValidationEnabled": True, "CloudWatchLogsLogGroupArn": group, "HasCustomEventSelectors": True,
        "CloudWatchLogsRoleArn": role_arn(place, 80), "KmsKeyId": key_arn(place, 0), "HasInsightSelectors": False,
        "IsOrganizationTrail": False,
    }]}  # fmt: skip


def _status(place: Place, _: Params) -> Answer:
    return {
        "IsLogging": True, "LatestDeliveryTime": place.now, "StartLoggingTime": place.ago(600),
        "LatestCloudWatchLogsDeliveryTime": place.now, "LatestDigestDeliveryTime": place.now,
    }  # fmt: skip


def _selectors(place: Place, _: Params) -> Answer:
    watched = [bucket_name(place, index) for index in range(0, min(place.count("bucket"), WATCHED), 2)]
    data = [{"Type": "AWS::S3::Object", "Values": [f"arn:aws:s3:::{name}/" for name in watched]}]
    selector = {"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": data}
    return {"TrailARN": _trail_arn(place), "EventSelectors": [{**selector, "ExcludeManagementEventSources": []}]}


def _trail_tags(place: Place, _: Params) -> Answer:
    return {"ResourceTagList": [{"ResourceId": _trail_arn(place), "TagsList": place.tags("trail", 0)}]}


def _recorders(place: Place) -> list[Json]:
    role = place.iam("role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig")
    return [{"name": "default", "roleARN": role, "recordingGroup": {
        "allSupported": True, "includeGlobalResourceTypes": place.home, "resourceTypes": [],
        "recordingStrategy": {"useOnly": "ALL_SUPPORTED_RESOURCE_TYPES"},
    }}]  # fmt: skip


def _recorder_status(place: Place) -> list[Json]:
    return [{
        "name": "default", "recording": True, "lastStatus": "SUCCESS", "lastStartTime": place.ago(500),
        "lastStatusChangeTime": place.now,
    }]  # fmt: skip


def _channels(place: Place) -> list[Json]:
    return [{"name": "default", "s3BucketName": bucket_name(place, CONFIG_BUCKET)}]


def _channel_status(place: Place) -> list[Json]:
    told = {"lastStatus": "SUCCESS", "lastAttemptTime": place.now, "lastSuccessfulTime": place.now}
    return [{
        "name": "default", "configHistoryDeliveryInfo": told, "configSnapshotDeliveryInfo": told,
        "configStreamDeliveryInfo": {"lastStatus": "SUCCESS", "lastStatusChangeTime": place.now},
    }]  # fmt: skip


def _counts(place: Place, _: Params) -> Answer:
    found = [{"resourceType": name, "count": len(place.mine(kind))} for name, kind in DISCOVERED.items()]
    return {"totalDiscoveredResources": sum(int(str(item["count"])) for item in found), "resourceCounts": found}


def _detector(place: Place) -> str:
    return place.hex(32, "detector", place.region)


def _about_detector(place: Place, _: Params) -> Answer:
    features = [
        {"Name": name, "Status": "ENABLED" if place.yes("feature", name, share=0.85) else "DISABLED"}
        for name in FEATURES
    ]
    return {
        "CreatedAt": f"{place.ago(600):%Y-%m-%dT%H:%M:%SZ}", "FindingPublishingFrequency": "SIX_HOURS",
        "Status": "ENABLED", "Features": features, "ServiceRole": place.iam("role/guardduty"), "Tags": {},
        "UpdatedAt": f"{place.ago(30):%Y-%m-%dT%H:%M:%SZ}",
    }  # fmt: skip


@listing
def _findings(place: Place) -> list[Json]:
    return [_finding(place, index) for index in place.mine("finding")]


def _finding(place: Place, index: int) -> Json:
    named, when = place.hex(32, "finding", index), f"{place.ago(40, 'finding', index):%Y-%m-%dT%H:%M:%S.000Z}"
    severity, kind = place.pick(
        ((2.0, "Recon:EC2/PortProbeUnprotectedPort"), (5.0, "UnauthorizedAccess:EC2/SSHBruteForce"),
         (8.0, "CryptoCurrency:EC2/BitcoinTool.B!DNS")), "finding", index,
    )  # fmt: skip
    return {
        "Id": named, "Arn": place.arn("guardduty", f"detector/{_detector(place)}/finding/{named}"), "Type": kind,
        "AccountId": place.account, "Region": place.region, "Partition": "aws", "SchemaVersion": "2.0",
        "Severity": severity, "Title": f"An instance shows {kind}.", "Description": kind, "CreatedAt": when,
        "UpdatedAt": when, "Resource": {"ResourceType": "Instance"},
        "Service": {"DetectorId": _detector(place), "Archived": False, "Count": 3, "ServiceName": "guardduty"},
    }  # fmt: skip


def _hub(place: Place, _: Params) -> Answer:
    return {
        "HubArn": place.arn("securityhub", "hub/default"), "AutoEnableControls": True,
        "SubscribedAt": f"{place.ago(600):%Y-%m-%dT%H:%M:%S.000Z}", "ControlFindingGenerator": "SECURITY_CONTROL",
    }  # fmt: skip


def _organization(_place: Place, _: Params) -> Answer:
    master = MANAGEMENT
    return {"Organization": {
        "Id": "o-exampleorgid", "Arn": f"arn:aws:organizations::{master}:organization/o-exampleorgid",
        "FeatureSet": "ALL", "MasterAccountId": master, "MasterAccountEmail": "aws@example.org",
        "MasterAccountArn": f"arn:aws:organizations::{master}:account/o-exampleorgid/{master}",
    }}  # fmt: skip


ANSWERS: dict[str, Speaker] = {
    "cloudtrail.DescribeTrails": _trails,
    "cloudtrail.GetTrailStatus": _status,
    "cloudtrail.GetEventSelectors": _selectors,
    "cloudtrail.GetInsightSelectors": refusing("InsightNotEnabledException"),
    "cloudtrail.ListTags": _trail_tags,
    "config.DescribeConfigurationRecorders": says("ConfigurationRecorders", _recorders),
    "config.DescribeConfigurationRecorderStatus": says("ConfigurationRecordersStatus", _recorder_status),
    "config.DescribeDeliveryChannels": says("DeliveryChannels", _channels),
    "config.DescribeDeliveryChannelStatus": says("DeliveryChannelsStatus", _channel_status),
    "config.GetDiscoveredResourceCounts": _counts,
    "guardduty.ListDetectors": says("DetectorIds", lambda place: [_detector(place)]),
    "guardduty.GetDetector": _about_detector,
    "guardduty.GetAdministratorAccount": saying(),
    "guardduty.ListFindings": says("FindingIds", lambda place: [one["Id"] for one in _findings(place)]),
    "guardduty.GetFindings": some("Findings", table(_findings, "Id"), "FindingIds"),
    "securityhub.DescribeHub": _hub,
    "organizations.DescribeOrganization": _organization,
}
