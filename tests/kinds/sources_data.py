"""Documents of buckets and backups and what they say: (plans, templates) of each fact."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from scanner.kinds.backup import BackupPlan, BackupSelection, BackupVault, PlanRule
from scanner.kinds.backup_reading import Selection, TagTest
from scanner.kinds.s3 import Bucket
from scanner.kinds.s3_reading import AclGrant, BucketReplication, LifecycleRule, Transition
from scanner.model.gap import Unknown

KEY = "arn:aws:kms:us-east-1:123456789012:key/1"
ENCRYPTION = {
    "BucketEncryption": {
        "ServerSideEncryptionConfiguration": [
            {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY}}
        ]
    }
}
LIFE = LifecycleRule("old", prefix="logs/", transitions=(Transition("GLACIER", 90),), expire_days=2192, abort_days=7)
DATED = LifecycleRule("cut", enabled=False, narrowed=True, expire_date=datetime.fromisoformat("2030-01-01T00:00:00Z"))
TOPIC = "arn:aws:sns:us-east-1:123456789012:uploads"
SELECTED = Selection(("*",), ("arn:x",), (TagTest("equals", "backup", "yes"),), (TagTest("like", "team", "c*"),))
RULE = PlanRule("daily", 24.0, 35, vault="records", schedule="cron(0 5 * * ? *)")

DATA: dict[Any, Any] = {
    (Bucket, "encryption"): ([], [(ENCRYPTION, "aws:kms")]),
    (Bucket, "kms_key"): ([], [(ENCRYPTION, KEY)]),
    (Bucket, "acl_grants"): (
        [
            ({"aws_s3_bucket_acl": [{"acl": "public-read"}]}, (AclGrant("global/AllUsers", "READ"),)),
            ({"acl": "private"}, ()),
            (
                {
                    "aws_s3_bucket_acl": [
                        {
                            "access_control_policy": [
                                {
                                    "grant": [
                                        {
                                            "permission": "WRITE",
                                            "grantee": [
                                                {
                                                    "type": "Group",
                                                    "uri": "http://acs.amazonaws.com/groups/global/AuthenticatedUsers",
                                                    "id": "",
                                                }
                                            ],
                                        },
                                        {"permission": "READ", "grantee": [{"id": "75aa"}]},
                                    ]
                                }
                            ]
                        }
                    ]
                },
                (AclGrant("global/AuthenticatedUsers", "WRITE"), AclGrant("75aa", "READ")),
            ),
            ({"acl": "aws-exec-read"}, Unknown),
        ],
        [({"AccessControl": "PublicRead"}, (AclGrant("global/AllUsers", "READ"),)), ({"AccessControl": "x"}, Unknown)],
    ),
    (Bucket, "lifecycle"): (
        [
            (
                {
                    "aws_s3_bucket_lifecycle_configuration": [
                        {
                            "rule": [
                                {
                                    "id": "old",
                                    "status": "Enabled",
                                    "filter": [{"prefix": "logs/", "tag": [], "object_size_greater_than": 0}],
                                    "transition": [{"days": 90, "date": None, "storage_class": "GLACIER"}],
                                    "expiration": [{"days": 2192, "date": None}],
                                    "abort_incomplete_multipart_upload": [{"days_after_initiation": 7}],
                                },
                                {
                                    "id": "cut",
                                    "status": "Disabled",
                                    "filter": [{"and": [{"prefix": "", "tags": {"a": "b"}}]}],
                                    "expiration": [{"days": 0, "date": "2030-01-01T00:00:00Z"}],
                                },
                            ]
                        }
                    ]
                },
                (LIFE, DATED),
            )
        ],
        [
            (
                {
                    "LifecycleConfiguration": {
                        "Rules": [
                            {
                                "Id": "old",
                                "Status": "Enabled",
                                "Prefix": "logs/",
                                "Transitions": [{"StorageClass": "GLACIER", "TransitionInDays": "90"}],
                                "ExpirationInDays": 2192,
                                "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
                            },
                            {
                                "Id": "cut",
                                "Status": "Disabled",
                                "TagFilters": [{"Key": "a", "Value": "b"}],
                                "ExpirationDate": "2030-01-01T00:00:00Z",
                            },
                        ]
                    }
                },
                (LIFE, DATED),
            )
        ],
    ),
    (Bucket, "replication"): (
        [
            (
                {
                    "aws_s3_bucket_replication_configuration": [
                        {
                            "rule": [
                                {"status": "Enabled", "destination": [{"bucket": "arn:aws:s3:::copy", "account": ""}]}
                            ]
                        }
                    ]
                },
                (BucketReplication("copy"),),
            )
        ],
        [
            (
                {
                    "ReplicationConfiguration": {
                        "Rules": [
                            {"Status": "Disabled", "Destination": {"Bucket": "arn:aws:s3:::copy", "Account": "1"}}
                        ]
                    }
                },
                (BucketReplication("copy", enabled=False, account="1"),),
            )
        ],
    ),
    (Bucket, "locked"): (
        [
            ({"object_lock_enabled": True}, True),
            ({"aws_s3_bucket_object_lock_configuration": [{"object_lock_enabled": "Enabled"}]}, True),
        ],
        [],
    ),
    (Bucket, "lock_retention"): (
        [
            (
                {
                    "aws_s3_bucket_object_lock_configuration": [
                        {"rule": [{"default_retention": [{"mode": "COMPLIANCE", "days": 2192, "years": None}]}]}
                    ]
                },
                "COMPLIANCE 2192 days",
            )
        ],
        [
            (
                {"ObjectLockConfiguration": {"Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Years": 6}}}},
                "COMPLIANCE 6 years",
            )
        ],
    ),
    (Bucket, "notified"): (
        [
            (
                {"aws_s3_bucket_notification": [{"eventbridge": True, "topic": [{"topic_arn": TOPIC}]}]},
                (TOPIC, "EventBridge"),
            )
        ],
        [
            (
                {
                    "NotificationConfiguration": {
                        "TopicConfigurations": [{"Topic": TOPIC}],
                        "EventBridgeConfiguration": {"EventBridgeEnabled": True},
                    }
                },
                (TOPIC, "EventBridge"),
            )
        ],
    ),
    (BackupPlan, "rules"): (
        [
            (
                {
                    "rule": [
                        {
                            "rule_name": "daily",
                            "target_vault_name": "records",
                            "schedule": "cron(0 5 * * ? *)",
                            "enable_continuous_backup": None,
                            "lifecycle": [{"delete_after": 35, "cold_storage_after": 0}],
                        }
                    ]
                },
                (RULE,),
            )
        ],
        [
            (
                {
                    "BackupPlan": {
                        "BackupPlanRule": [
                            {
                                "RuleName": "daily",
                                "TargetBackupVault": "records",
                                "ScheduleExpression": "cron(0 5 * * ? *)",
                                "Lifecycle": {"DeleteAfterDays": "35"},
                            }
                        ]
                    }
                },
                (RULE,),
            )
        ],
    ),
    (BackupSelection, "says"): (
        [
            (
                {
                    "resources": ["*"],
                    "not_resources": ["arn:x"],
                    "selection_tag": [{"type": "STRINGEQUALS", "key": "backup", "value": "yes"}],
                    "condition": [
                        {"string_like": [{"key": "aws:ResourceTag/team", "value": "c*"}], "string_equals": []}
                    ],
                },
                SELECTED,
            )
        ],
        [
            (
                {
                    "BackupSelection": {
                        "Resources": ["*"],
                        "NotResources": ["arn:x"],
                        "ListOfTags": [
                            {"ConditionType": "STRINGEQUALS", "ConditionKey": "backup", "ConditionValue": "yes"}
                        ],
                        "Conditions": {
                            "StringLike": [{"ConditionKey": "aws:ResourceTag/team", "ConditionValue": "c*"}]
                        },
                    }
                },
                SELECTED,
            )
        ],
    ),
    (BackupVault, "locked"): (
        [({"aws_backup_vault_lock_configuration": [{"min_retention_days": 7}]}, True), ({}, False)],
        [({"LockConfiguration": {"MinRetentionDays": 7}}, True), ({}, False)],
    ),
    (BackupVault, "minimum_days"): ([], [({"LockConfiguration": {"MinRetentionDays": "7"}}, 7)]),
}
