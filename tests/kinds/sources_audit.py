"""Documents of distributions, trails, alarms and secrets and what they say: (plans, templates) of each fact."""

from __future__ import annotations

from typing import Any

from scanner.kinds.cloudfront import Distribution
from scanner.kinds.cloudfront_reading import Behavior, Origin
from scanner.kinds.cloudtrail import EVERYTHING, ManagementEvents, Trail
from scanner.kinds.cloudtrail_data import DataEvents
from scanner.kinds.cloudwatch import Alarm, Metric
from scanner.kinds.config import ConfigurationRecorder
from scanner.kinds.events import EventRule
from scanner.kinds.logs import LogGroup, MetricFilter, Subscription
from scanner.kinds.secretsmanager import Secret
from scanner.model.gap import Unknown

TOPIC = "arn:aws:sns:us-east-1:123456789012:uploads"
ORIGIN = Origin("app", "app.example.org", protocol="https-only")
STORE = Origin("store", "docs.s3.amazonaws.com", access_control="E1OAC")
METRIC = Metric("AWS/ECS", "CPUUtilization", (("ClusterName", "phi"),))
SELECTOR = {
    "read_write_type": "WriteOnly",
    "include_management_events": True,
    "exclude_management_event_sources": [],
    "data_resource": [{"type": "AWS::S3::Object", "values": ["arn:aws:s3"]}],
}
ADVANCED = [
    {"field": "eventCategory", "equals": ["Data"], "not_equals": [], "starts_with": []},
    {"field": "resources.type", "equals": ["AWS::S3::Object"], "ends_with": None},
    {"field": "resources.ARN", "starts_with": ["arn:aws:s3:::phi/"], "equals": []},
]
TEMPLATE_SELECTOR = {
    "ReadWriteType": "WriteOnly",
    "IncludeManagementEvents": "true",
    "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}],
}
TEMPLATE_ADVANCED = [
    {"Field": "eventCategory", "Equals": ["Data"]},
    {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
    {"Field": "resources.ARN", "StartsWith": ["arn:aws:s3:::phi/"]},
]
WRITTEN = (DataEvents("AWS::S3::Object", read=False, within=("arn:aws:s3",)),)
CHOSEN = (DataEvents("AWS::S3::Object", within=("arn:aws:s3:::phi/",)),)
AUDIT: dict[Any, Any] = {
    (Distribution, "origins"): (
        [
            (
                {
                    "origin": [
                        {
                            "origin_id": "app",
                            "domain_name": "App.example.org",
                            "origin_access_control_id": "",
                            "custom_origin_config": [{"origin_protocol_policy": "https-only"}],
                        },
                        {"origin_id": "store", "domain_name": STORE.domain, "origin_access_control_id": "E1OAC"},
                    ]
                },
                (ORIGIN, STORE),
            ),
            ({"origin": [{"origin_id": "app", "domain_name": "${aws_lb.app}"}]}, Unknown),
        ],
        [
            (
                {
                    "DistributionConfig": {
                        "Origins": [
                            {
                                "Id": "app",
                                "DomainName": "App.example.org",
                                "CustomOriginConfig": {"OriginProtocolPolicy": "https-only"},
                            },
                            {"Id": "store", "DomainName": STORE.domain, "OriginAccessControlId": "E1OAC"},
                        ]
                    }
                },
                (ORIGIN, STORE),
            )
        ],
    ),
    (Distribution, "behaviors"): (
        [
            (
                {
                    "default_cache_behavior": [{"viewer_protocol_policy": "allow-all"}],
                    "ordered_cache_behavior": [{"path_pattern": "/a", "viewer_protocol_policy": "https-only"}],
                },
                (Behavior("*", "allow-all"), Behavior("/a", "https-only")),
            )
        ],
        [
            (
                {
                    "DistributionConfig": {
                        "DefaultCacheBehavior": {"ViewerProtocolPolicy": "allow-all"},
                        "CacheBehaviors": [{"PathPattern": "/a", "ViewerProtocolPolicy": "https-only"}],
                    }
                },
                (Behavior("*", "allow-all"), Behavior("/a", "https-only")),
            )
        ],
    ),
    (Distribution, "logs"): (
        [({"logging_config": [{"bucket": "logs"}]}, True), ({"logging_config": []}, False)],
        [({"DistributionConfig": {"Logging": {"Bucket": "logs"}}}, True), ({"DistributionConfig": {}}, False)],
    ),
    (Trail, "management"): (
        [({"event_selector": [SELECTOR]}, ManagementEvents(read=False, write=True)), ({}, EVERYTHING)],
        [({"EventSelectors": [TEMPLATE_SELECTOR]}, ManagementEvents(read=False, write=True))],
    ),
    (Trail, "data"): (
        [
            ({"event_selector": [SELECTOR]}, WRITTEN),
            ({"advanced_event_selector": [{"name": "phi", "field_selector": ADVANCED}]}, CHOSEN),
            ({}, ()),
        ],
        [
            ({"EventSelectors": [TEMPLATE_SELECTOR]}, WRITTEN),
            ({"AdvancedEventSelectors": [{"FieldSelectors": TEMPLATE_ADVANCED}]}, CHOSEN),
        ],
    ),
    (Alarm, "metrics"): (
        [
            (
                {"namespace": "AWS/ECS", "metric_name": "CPUUtilization", "dimensions": {"ClusterName": "phi"}},
                (METRIC,),
            ),
            (
                {
                    "metric_query": [
                        {
                            "id": "m1",
                            "metric": [
                                {
                                    "namespace": "AWS/ECS",
                                    "metric_name": "CPUUtilization",
                                    "dimensions": {"ClusterName": "phi"},
                                }
                            ],
                        },
                        {"id": "e1", "expression": "m1 * 2", "metric": []},
                    ]
                },
                (METRIC,),
            ),
        ],
        [
            (
                {
                    "Namespace": "AWS/ECS",
                    "MetricName": "CPUUtilization",
                    "Dimensions": [{"Name": "ClusterName", "Value": "phi"}],
                },
                (METRIC,),
            )
        ],
    ),
    (Alarm, "math"): (
        [({"metric_query": [{"id": "m1"}]}, True), ({"metric_query": []}, False), ({}, False)],
        [({"Metrics": [{"Id": "m1"}]}, True), ({}, False)],
    ),
    (ConfigurationRecorder, "left_out"): (
        [
            ({"recording_group": [{"all_supported": True, "resource_types": []}]}, ()),
            ({"recording_group": [{"all_supported": False, "resource_types": ["AWS::EC2::VPC"]}]}, ("*",)),
            (
                {
                    "recording_group": [
                        {
                            "all_supported": False,
                            "exclusion_by_resource_types": [{"resource_types": ["AWS::EC2::VPC"]}],
                            "recording_strategy": [{"use_only": "EXCLUSION_BY_RESOURCE_TYPES"}],
                        }
                    ]
                },
                ("AWS::EC2::VPC",),
            ),
        ],
        [
            ({"RecordingGroup": {"AllSupported": "true"}}, ()),
            ({"RecordingGroup": {"ResourceTypes": ["AWS::EC2::VPC"]}}, ("*",)),
        ],
    ),
    (LogGroup, "retention_days"): ([({"retention_in_days": 0}, None), ({"retention_in_days": 30}, 30)], []),
    (LogGroup, "subscriptions"): (
        [
            (
                {"aws_cloudwatch_log_subscription_filter": [{"destination_arn": TOPIC, "filter_pattern": ""}]},
                (Subscription(TOPIC),),
            )
        ],
        [
            (
                {"AWS::Logs::SubscriptionFilter": [{"DestinationArn": TOPIC, "FilterPattern": "x"}]},
                (Subscription(TOPIC, "x"),),
            )
        ],
    ),
    (MetricFilter, "metrics"): (
        [({"metric_transformation": [{"namespace": "Audit", "name": "Root", "value": "1"}]}, (("Audit", "Root"),))],
        [({"MetricTransformations": [{"MetricNamespace": "Audit", "MetricName": "Root"}]}, (("Audit", "Root"),))],
    ),
    (Secret, "rotates"): (
        [({"aws_secretsmanager_secret_rotation": [{"rotation_rules": []}]}, True), ({}, False)],
        [({"AWS::SecretsManager::RotationSchedule": [{"SecretId": "x"}]}, True), ({}, False)],
    ),
    (Secret, "rotation_days"): (
        [],
        [({"AWS::SecretsManager::RotationSchedule": [{"RotationRules": {"AutomaticallyAfterDays": "30"}}]}, 30)],
    ),
    (EventRule, "task_definitions"): (
        [
            (
                {"aws_cloudwatch_event_target": [{"arn": "c", "ecs_target": [{"task_definition_arn": "web:1"}]}]},
                ("web:1",),
            )
        ],
        [({"Targets": [{"Arn": "c", "EcsParameters": {"TaskDefinitionArn": "web:1"}}]}, ("web:1",))],
    ),
    (EventRule, "clusters"): (
        [({"aws_cloudwatch_event_target": [{"arn": "c", "ecs_target": [{}]}, {"arn": "l", "ecs_target": []}]}, ("c",))],
        [({"Targets": [{"Arn": "c", "EcsParameters": {"TaskDefinitionArn": "web:1"}}, {"Arn": "l"}]}, ("c",))],
    ),
}
