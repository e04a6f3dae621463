"""What AWS may answer of the examples' resources, section by section, and examples that remedies need besides.

Remedies that keep a document, or bring a former one back, read it as AWS answered it; examples hold facts alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scanner.engine.examples import ACCOUNT
from scanner.kinds.cloudtrail import CoveringTrail
from scanner.kinds.dynamodb import Table
from scanner.kinds.ec2_gateways import FlowLog, VPCEndpoint
from scanner.kinds.ec2_network import RouteTable, Subnet
from scanner.kinds.elbv2 import Listener
from scanner.kinds.elbv2_reading import Action
from scanner.kinds.network_reasoning import Permission
from scanner.kinds.vpn import Telemetry
from scanner.kinds.vpn_reading import Tunnel
from scanner.model.resource import ABSENT, Section, seen
from scanner.model.rule import Case, Other

Answers = Mapping[str, Mapping[str, Section]]

ROOT = f"arn:aws:iam::{ACCOUNT}:root"
OWN = {"Sid": "Own", "Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "*", "Resource": "*"}
POLICY = {"Version": "2012-10-17", "Statement": [OWN]}
POLICY_TEXT = (
    f'{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", "Principal": {{"AWS": "{ROOT}"}}, "Action": "*",'
    ' "Resource": "*"}}'
)
KEY_TEXT = (
    f'{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {{"AWS": "{ROOT}"}}, "Action":'
    ' "kms:*", "Resource": "*"}, {"Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*"}]}'
)
REPOSITORY_TEXT = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "ecr:BatchGetImage"}]}'
)
LIFE = [
    {
        "ID": "end",
        "Status": "Enabled",
        "Filter": {"And": {"Prefix": "logs/", "Tags": [{"Key": "phi", "Value": "no"}]}},
        "Expiration": {"Date": "2030-01-01T00:00:00Z"},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
    }
]
PASSWORDS = {
    "MinimumPasswordLength": 8,
    "RequireSymbols": False,
    "RequireNumbers": True,
    "RequireUppercaseCharacters": False,
    "RequireLowercaseCharacters": True,
    "AllowUsersToChangePassword": True,
    "ExpirePasswords": True,
    "MaxPasswordAge": 365,
    "HardExpiry": False,
}
FLOW_LOG = {
    "FlowLogId": "fl-0a1b2c3d",
    "ResourceId": "vpc-9",
    "TrafficType": "ALL",
    "LogDestinationType": "s3",
    "LogDestination": "arn:aws:s3:::flow-logs/all",
    "LogFormat": "${version} ${srcaddr}",
    "MaxAggregationInterval": 60,
    "DestinationOptions": {"FileFormat": "parquet", "HiveCompatiblePartitions": True, "PerHourPartition": False},
}
SERVICE = {
    "deploymentConfiguration": {"minimumHealthyPercent": 0, "maximumPercent": 100},
    "networkConfiguration": {
        "awsvpcConfiguration": {"subnets": ["subnet-a"], "securityGroups": ["sg-1"], "assignPublicIp": "ENABLED"}
    },
}
FUNCTION = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:rotate"
HELD = [{"PolicyName": name, "PolicyDocument": POLICY} for name in ("inline", "policy", "embedded", "own")]
RECORDER = {
    "arn": "arn:aws:config:us-east-1:123456789012:configuration-recorder/default/0a1b",
    "name": "default",
    "roleARN": "arn:aws:iam::123456789012:role/config",
    "recordingGroup": {"allSupported": False, "resourceTypes": ["AWS::EC2::Instance"]},
    "recordingMode": {"recordingFrequency": "CONTINUOUS"},
    "recordingScope": "PAID",
}

ANSWERED: Mapping[str, Mapping[str, Any]] = {
    "AWS::::Account": {"passwords": PASSWORDS},
    "AWS::::Region": {
        "replication": {"rules": [{"destinations": [{"region": "eu-west-1", "registryId": ACCOUNT}]}]},
    },
    "AWS::AutoScaling::AutoScalingGroup": {"box": {"HealthCheckGracePeriod": 60}},
    "AWS::Backup::BackupVault": {"pol": POLICY_TEXT},
    "AWS::Config::ConfigurationRecorder": {"recorder": RECORDER},
    "AWS::EC2::FlowLog": {"box": FLOW_LOG},
    "AWS::EC2::LaunchTemplate": {
        "texts": [{"VersionNumber": 1, "LaunchTemplateData": {"MetadataOptions": {"HttpPutResponseHopLimit": 2}}}]
    },
    "AWS::ECR::Repository": {
        "statements": REPOSITORY_TEXT,
        "repository": {"imageTagMutabilityExclusionFilters": [{"filterType": "WILDCARD", "filter": "dev-*"}]},
    },
    "AWS::ECS::Service": {"service": SERVICE},
    "AWS::EFS::FileSystem": {"pol": POLICY_TEXT, "cycle": [{"TransitionToArchive": "AFTER_90_DAYS"}]},
    "AWS::ElasticLoadBalancingV2::Listener": {
        "listener": {"DefaultActions": [{"Type": "forward", "TargetGroupArn": "arn:group"}]}
    },
    "AWS::ElasticLoadBalancingV2::TargetGroup": {"group": {"HealthCheckTimeoutSeconds": 5}},
    "AWS::GuardDuty::Detector": {
        "detector": {"Features": [{"Name": "RUNTIME_MONITORING", "Status": "DISABLED", "UpdatedAt": "2026-01-01"}]}
    },
    "AWS::IAM::Policy": {"group": {"GroupPolicyList": HELD}, "role": {"RolePolicyList": HELD}},
    "AWS::KMS::Key": {"pol": KEY_TEXT},
    "AWS::RDS::DBCluster": {"box": {}},
    "AWS::RDS::DBInstance": {"box": {"PendingModifiedValues": {}}},
    "AWS::S3::Bucket": {
        "pol": POLICY_TEXT,
        "life": LIFE,
        "enc": {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]},
        "own": {"Rules": [{"ObjectOwnership": "ObjectWriter"}]},
        "block": {"BlockPublicAcls": True, "IgnorePublicAcls": False},
    },
    "AWS::SecretsManager::Secret": {
        "secret": {"RotationLambdaARN": FUNCTION, "RotationRules": {"ScheduleExpression": "rate(90 days)"}}
    },
}
"""By kind, what each section that a remedy reads may hold."""

TRAILS: Sequence[Mapping[str, Any]] = (
    {"EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": True}]},
    {"AdvancedEventSelectors": [{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}]},
)
NOTHING: Mapping[str, frozenset[str]] = {
    "AWS::::Account": frozenset({"passwords"}),
    "AWS::Backup::BackupVault": frozenset({"pol"}),
    "AWS::EFS::FileSystem": frozenset({"pol", "cycle"}),
    "AWS::S3::Bucket": frozenset({"pol", "life", "enc", "own", "block"}),
}
"""By kind, the sections of which AWS may also say that there is nothing."""

UP = (Telemetry("203.0.113.5", "UP"), Telemetry("203.0.113.6", "UP"))
TUNNELS = Case({"tunnels": (Tunnel("203.0.113.5"), Tunnel("203.0.113.6")), "telemetry": UP, "traffic": ()})
OURS = "arn:aws:cloudtrail:us-east-1:123456789012:trail/audit"
TRAIL = Case({}, others=[Other(CoveringTrail, id=OURS, multi_region=True, logging=True, data=())])
HTTP = Other(
    Listener,
    id="arn:http",
    protocol="HTTP",
    port=80,
    default_actions=(Action("forward", target_groups=("arn:group",)),),
)
HTTPS = Other(Listener, id="arn:https", protocol="HTTPS", port=443)
OF_VPC: tuple[Other, ...] = (
    Other(Subnet, id="sn-1", vpc="vpc-1"),
    Other(RouteTable, id="rtb-1", vpc="vpc-1", subnets=("sn-1",)),
)

MORE: Mapping[str, Sequence[Case]] = {
    "alb_http_redirects_https": [Case({}, others=[HTTP, HTTPS])],
    "alb_https_only": [Case({}, others=[HTTP, HTTPS])],
    "cloudtrail_s3_data_events": [TRAIL],
    "cloudtrail_s3_read_events": [TRAIL],
    "cloudtrail_s3_write_events": [TRAIL],
    "sg_ssh_from_bastion_only": [
        Case({"id": "sg-1", "group_name": "default", "ingress": (Permission("-1", None, None, "group", "sg-1"),)})
    ],
    "vpc_endpoint_for_dynamodb": [
        Case(
            {"id": "vpc-1"},
            others=[Other(Table), *OF_VPC, Other(VPCEndpoint, vpc="vpc-1", service="com.amazonaws.us-east-1.dynamodb")],
        )
    ],
    "vpc_flow_logs_enabled": [Case({"id": "vpc-1"}, others=[Other(FlowLog, id="fl-9", subject="vpc-9")])],
    "vpn_strong_cryptography": [TUNNELS],
    "vpn_tunnel_logging": [TUNNELS],
    "vpn_tunnel_restarts_itself": [TUNNELS],
}
"""Examples beside a rule's own, where those are about what a person must decide."""


def answers() -> Iterator[Answers]:
    """Give what AWS may answer: everything, then nothing where that may be."""
    none: Mapping[str, frozenset[str]] = {}
    for trail, absent in zip(TRAILS, (none, NOTHING), strict=True):
        said = {**ANSWERED, "AWS::CloudTrail::ShadowTrail": {"selectors": trail}}
        yield {
            kind: {name: ABSENT if name in absent.get(kind, ()) else seen(doc) for name, doc in sections.items()}
            for kind, sections in said.items()
        }
