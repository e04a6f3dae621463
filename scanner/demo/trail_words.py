"""CloudTrail's own words where they are not botocore's: sources and names of events, what reads, what is named."""

from __future__ import annotations

import re
from collections.abc import Mapping

GLOBAL = frozenset({"iam", "sts", "cloudfront", "route53", "organizations", "waf"})
"""Services whose events are kept in us-east-1."""

EVENT_SOURCES: Mapping[str, str] = {"application-autoscaling": "autoscaling.amazonaws.com"}
"""Where the source of events is not the service's signing name."""

EVENT_NAMES: Mapping[tuple[str, str], str] = {
    ("s3", "DeletePublicAccessBlock"): "DeleteBucketPublicAccessBlock",
    ("s3", "GetPublicAccessBlock"): "GetBucketPublicAccessBlock",
    ("s3", "PutPublicAccessBlock"): "PutBucketPublicAccessBlock",
    ("s3", "PutBucketLifecycleConfiguration"): "PutBucketLifecycle",
    ("s3", "GetBucketLifecycleConfiguration"): "GetBucketLifecycle",
    ("s3", "PutBucketNotificationConfiguration"): "PutBucketNotification",
    ("s3", "GetBucketNotificationConfiguration"): "GetBucketNotification",
    ("s3", "PutObjectLockConfiguration"): "PutBucketObjectLockConfiguration",
    ("s3", "GetObjectLockConfiguration"): "GetBucketObjectLockConfiguration",
    ("s3control", "PutPublicAccessBlock"): "PutAccountPublicAccessBlock",
    ("s3control", "GetPublicAccessBlock"): "GetAccountPublicAccessBlock",
    ("s3control", "DeletePublicAccessBlock"): "DeleteAccountPublicAccessBlock",
}
"""Where an event is not called as its operation (Amazon S3 User Guide, "Amazon S3 CloudTrail events")."""

READING = re.compile(
    r"(Describe|Get|List|Lookup|Head|Search|Query|Select|Scan|BatchGet|BatchDescribe|BatchCheck|Check|Simulate|View"
    r"|Preview|Estimate|Discover)[A-Z]"
    r"|(AssumeRole|GenerateCredentialReport|GenerateServiceLastAccessedDetails|Decrypt|Encrypt|GenerateDataKey)"
)
"""The operations that CloudTrail calls read-only, by their names."""

DATA_SERVICES = frozenset({"dynamodbstreams", "sdb"})
_OBJECTS = "Object Objects ObjectAcl ObjectTagging ObjectRetention ObjectLegalHold ObjectAttributes".split()
DATA_OPERATIONS: Mapping[str, set[str]] = {
    "s3": {
        *(verb + what for verb in ("Get", "Put", "Head", "Copy", "Delete", "List", "Restore") for what in _OBJECTS),
        *("ListObjectsV2", "ListObjectVersions", "UploadPart", "CreateMultipartUpload", "CompleteMultipartUpload"),
    }
    - {"DeleteObjectAcl"},
    "cloudwatch": {"PutMetricData", "GetMetricData", "GetMetricStatistics"},
    "dynamodb": {"GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan", "BatchGetItem", "BatchWriteItem"},
    "logs": {"PutLogEvents", "GetLogEvents", "FilterLogEvents"},
    "sns": {"Publish", "PublishBatch"},
    "sqs": {"SendMessage", "ReceiveMessage", "DeleteMessage"},
    "events": {"PutEvents"},
}
"""Data events, which the event history does not hold (CloudTrail User Guide, "Logging data events")."""

CAPITAL_REQUESTS = re.compile(r"(FlowLogs|VpcEndpoints?|LaunchTemplate|VpnTunnelOptions)$")
"""The younger calls of EC2, whose parameters stand in a `...Request` and keep their capitals."""

RESOURCES: Mapping[str, str] = {
    "AccessKeyId": "AWS::IAM::AccessKey",
    "AlarmName": "AWS::CloudWatch::Alarm",
    "AutoScalingGroupName": "AWS::AutoScaling::AutoScalingGroup",
    "Bucket": "AWS::S3::Bucket",
    "ConfigurationRecorderName": "AWS::Config::ConfigurationRecorder",
    "DBInstanceIdentifier": "AWS::RDS::DBInstance",
    "DetectorId": "AWS::GuardDuty::Detector",
    "FlowLogId": "AWS::EC2::FlowLog",
    "FlowLogIds": "AWS::EC2::FlowLog",
    "GroupId": "AWS::EC2::SecurityGroup",
    "ImageId": "AWS::EC2::Ami",
    "InstanceId": "AWS::EC2::Instance",
    "InstanceIds": "AWS::EC2::Instance",
    "KeyId": "AWS::KMS::Key",
    "ListenerArn": "AWS::ElasticLoadBalancingV2::Listener",
    "LoadBalancerArn": "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "NetworkInterfaceId": "AWS::EC2::NetworkInterface",
    "PolicyArn": "AWS::IAM::Policy",
    "ResourceIds": "AWS::EC2::VPC",
    "RoleName": "AWS::IAM::Role",
    "RouteTableId": "AWS::EC2::RouteTable",
    "SnapshotId": "AWS::EC2::Snapshot",
    "SubnetId": "AWS::EC2::Subnet",
    "TrailARN": "AWS::CloudTrail::Trail",
    "UserName": "AWS::IAM::User",
    "VolumeId": "AWS::EC2::Volume",
    "VpcId": "AWS::EC2::VPC",
    "VpnConnectionId": "AWS::EC2::VPNConnection",
    "cloudtrail.Name": "AWS::CloudTrail::Trail",
    "clusterArn": "AWS::ECS::Cluster",
    "detectorId": "AWS::GuardDuty::Detector",
    "logs.logGroupName": "AWS::Logs::LogGroup",
    "repositoryName": "AWS::ECR::Repository",
    "secretsmanager.SecretId": "AWS::SecretsManager::Secret",
    "serviceArn": "AWS::ECS::Service",
    "serviceName": "AWS::ECS::Service",
    "taskDefinitionArn": "AWS::ECS::TaskDefinition",
}
"""The members of requests and answers that name a resource, some of one service alone, and its type."""
